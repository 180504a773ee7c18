"""A platform's statement: 3201 and 3202 asked, and the files that carry their rows. The files are pure.

Rows travel as TAB-separated UTF-8 text in a ZIP, sent by 9101 and fetched by 9102 (interface, general rules); an empty
cell is `null`. How 9101's byte array is written the interface does not say: base64, as Java's JSON libraries do.
"""

import io
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct

from loadtests.evidence.proof import NOTHING, Amounts, Claim, Stated
from loadtests.foreign.answers import RefusedError, read_output
from loadtests.foreign.gateway import NoAnswer
from settlement.wire.envelope import MalformedError
from settlement.wire.national_values import Json, read_decimal

TEXT_MAX: Final = 64 * 1024 * 1024
"""Of one statement unpacked: some hundred thousand rows."""
NULL: Final = "null"
EQUAL: Final = "0"
"""stmt_rslt."""
RESULT_COLUMNS: Final = 10
ZIP_BEGINS: Final = b"PK"


class UnreadableError(Exception):
    """The platform answers a transaction with what cannot be read; the text says which and why."""


class NotOffered(Exception):  # noqa: N818 - an end that is expected: what is then said is "not proved"
    """The platform refuses a transaction, or does not answer it; the text says which and why."""


class Period(Struct, frozen=True):
    """Which days of an institution are stated, for whom, and of which kind."""

    begins: str
    ends: str
    setl_optins: str
    clr_type: str


Ask = Callable[[str, Json], bytes]
"""Sends a transaction of an institution, and returns what answers it; raises NoAnswer."""


def asked(ask: Ask, infno: str, given: Json) -> Json:
    """Return a transaction's output; raise NotOffered or UnreadableError."""
    try:
        return read_output(ask(infno, given))
    except (RefusedError, NoAnswer) as error:
        raise NotOffered(f"{infno}: {error}") from None
    except MalformedError as error:
        raise UnreadableError(f"{infno}: {error}") from None


def totals_equal(
    ask: Ask, period: Period, insutype: str, *, refd: bool, count: int, amounts: Amounts
) -> tuple[bool, str]:
    """Return whether the platform's totals are these (3201), and what it says; raise as `asked`."""
    given = _sums(count, amounts) | {
        "insutype": insutype,
        "acct_pay": _yuan(amounts.acct_pay_fen),
        "refd_setl_flag": str(int(refd)),
    }
    answer = asked(ask, "3201", {"data": given | _about(period)}).get("stmtinfo")
    if not isinstance(answer, dict) or "stmt_rslt" not in answer:
        raise UnreadableError("3201: an answer without stmt_rslt")
    return str(answer["stmt_rslt"]) == EQUAL, str(answer.get("stmt_rslt_dscr") or "")


def rows_stated(ask: Ask, period: Period, fixmedins_code: str, claims: Sequence[Claim]) -> list[Stated]:
    """Return what the platform says to our rows, row by row (9101, 3202, 9102); raise as `asked`."""
    name = f"3202_{fixmedins_code}_{period.begins}"
    upload = {"in": b64encode(pack(f"{name}.txt", claims)).decode(), "filename": f"{name}.zip"}
    sent = asked(ask, "9101", {"fsUploadIn": upload | {"fixmedins_code": fixmedins_code}})
    total = sum((claim.amounts for claim in claims), NOTHING)
    cash = {"cash_payamt": _yuan(sum(claim.psn_cash_pay_fen for claim in claims))}
    query = {"file_qury_no": str(sent.get("file_qury_no") or "")}
    answer = asked(ask, "3202", {"data": _sums(len(claims), total) | cash | query | _about(period)}).get("fileinfo")
    if not isinstance(answer, dict):
        raise UnreadableError("3202: an answer without fileinfo")
    where = {"file_qury_no": str(answer.get("file_qury_no")), "filename": str(answer.get("filename"))}
    try:
        content = ask("9102", {"fsDownloadIn": where | {"fixmedins_code": fixmedins_code}})
        if not content.startswith(ZIP_BEGINS):
            read_output(content)
        return unpack(content)
    except (NoAnswer, RefusedError) as error:
        raise NotOffered(f"9102: {error}") from None
    except MalformedError as error:
        raise UnreadableError(f"9102: {error}") from None


def pack(name: str, claims: Sequence[Claim]) -> bytes:
    """Return our rows as the file that 3202 compares."""
    text = "".join("\t".join(_cells(claim)) + "\n" for claim in claims)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return content.getvalue()


def unpack(content: bytes) -> list[Stated]:
    """Read the file that answers 3202; raise MalformedError."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            [entry] = archive.infolist()
            if entry.file_size > TEXT_MAX:
                raise MalformedError(f"a statement of more than {TEXT_MAX} bytes")
            text = archive.read(entry).decode("utf-8-sig")
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        if isinstance(error, MalformedError):
            raise
        raise MalformedError(f"the statement is no ZIP of one UTF-8 text: {error}") from None
    return [_stated(line, number) for number, line in enumerate(text.splitlines(), 1) if line]


def _cells(claim: Claim) -> tuple[str, ...]:
    amounts = (claim.amounts.medfee_sumamt_fen, claim.amounts.fund_pay_sumamt_fen, claim.amounts.acct_pay_fen)
    written = (str(_yuan(amount)) for amount in amounts)
    return claim.setl_id or NULL, claim.mdtrt_id or NULL, claim.psn_no, *written, str(int(claim.refd))


def _stated(line: str, number: int) -> Stated:
    cells = ["" if cell == NULL else cell for cell in line.split("\t")]
    if len(cells) != RESULT_COLUMNS:
        raise MalformedError(f"line {number} of the statement: {len(cells)} cells, {RESULT_COLUMNS} expected")
    psn_no, mdtrt_id, setl_id, msgid, result, refd, memo, *amounts = cells
    known = None if amounts[0] == "" else Amounts(*(_fen(amount or "0", number) for amount in amounts))
    return Stated(msgid, setl_id, psn_no, refd == "1", result == EQUAL, known, memo[:200], mdtrt_id)


def _fen(text: str, number: int) -> int:
    return read_decimal(text, 16, 2, f"line {number} of the statement")


def _sums(count: int, amounts: Amounts) -> dict[str, Any]:
    return {
        "medfee_sumamt": _yuan(amounts.medfee_sumamt_fen),
        "fund_pay_sumamt": _yuan(amounts.fund_pay_sumamt_fen),
        "fixmedins_setl_cnt": count,
    }


def _about(period: Period) -> dict[str, Any]:
    return {
        "setl_optins": period.setl_optins,
        "clr_type": period.clr_type,
        "stmt_begndate": period.begins,
        "stmt_enddate": period.ends,
        "fixmedins_refd_setl_flag": "0",
    }


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)
