"""Reconciliation at the national door, asked by the client that asks every platform for its statement."""

import asyncio
import io
import zipfile
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.json import Encoder
from msgspec.structs import replace

from loadtests.evidence.proof import NOTHING, Amounts, Claim
from loadtests.foreign.statement import Period, rows_stated, totals_equal
from settlement.gateways.statement_file import pack, unpack
from settlement.wire.envelope import MalformedError
from settlement.wire.reconciliation import FILE_TEXT_MAX

TODAY = Period("2026-11-21", "2026-11-21", "370100", "41")
CODE = "P37010000001"
SALES = 3
encode_json = Encoder(decimal_format="number").encode


def fen(yuan: Any) -> int:
    return round(float(yuan) * 100)


def claim_of(reply: Any) -> Claim:
    info = reply["output"]["setlinfo"]
    amounts = Amounts(*(fen(info[name]) for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")))
    names = (info["medins_setl_id"], info["setl_id"], info["mdtrt_id"], info["psn_no"], info["insutype"])
    return Claim(*names, refd=False, amounts=amounts, psn_cash_pay_fen=fen(info["psn_cash_pay"]))


@pytest.fixture
def reconciled(at_desk: Any, sale: dict[str, Any]) -> Callable[..., Any]:
    """Sell, then ask for the statement from a thread, as its client does; return what `asked` of it returns."""

    def run(asked: Callable[[Any, list[Claim]], Any]) -> Any:
        said: list[Any] = []

        async def test(desk: Any) -> None:
            loop = asyncio.get_running_loop()

            def ask(infno: str, given: Any) -> bytes:
                content = encode_json(desk.envelope(infno, given))
                body: bytes = asyncio.run_coroutine_threadsafe(desk.post(content), loop).result().body
                return body

            claims = [claim_of(await desk.call("2102", sale)) for _ in range(SALES)]
            said.append(await asyncio.to_thread(asked, ask, claims))

        at_desk(test)
        return said[0]

    return run


def test_every_row_is_equal_and_stated_with_its_amounts(reconciled: Any) -> None:
    rows = reconciled(lambda ask, claims: [rows_stated(ask, TODAY, CODE, claims), claims])
    stated, claims = rows
    assert [row.equal for row in stated] == [True] * SALES
    assert [(row.setl_id, row.amounts, row.msgid) for row in stated] == [
        (claim.setl_id, claim.amounts, claim.msgid) for claim in claims
    ]


def test_each_kind_of_difference_is_stated_as_such(reconciled: Any) -> None:
    def asked(ask: Any, claims: list[Claim]) -> Any:
        lost, wrong, _ = claims
        more = replace(lost, setl_id="3701" + "0" * 26)
        changed = replace(wrong, amounts=wrong.amounts + Amounts(0, 0, 1))
        return lost, rows_stated(ask, TODAY, CODE, [changed, claims[2], more])

    lost, (changed, equal, more, only_theirs) = reconciled(asked)
    assert [row.equal for row in (changed, equal, more, only_theirs)] == [False, True, False, False]
    assert (more.amounts, more.memo.partition(":")[0]) == (None, "only institution")
    assert changed.memo.startswith("amount differs: acct_pay ")
    assert (only_theirs.setl_id, only_theirs.msgid, only_theirs.amounts) == ("", lost.msgid, lost.amounts)


def test_totals_are_compared_by_insurance_and_by_kind_of_row(reconciled: Any) -> None:
    def asked(ask: Any, claims: list[Claim]) -> Any:
        total = sum((claim.amounts for claim in claims), NOTHING)
        return [
            totals_equal(ask, TODAY, "310", refd=refd, count=count, amounts=amounts)[0]
            for refd, count, amounts in ((False, SALES, total), (True, 0, NOTHING), (False, SALES - 1, total))
        ]

    assert reconciled(asked) == [True, True, False]


@pytest.mark.parametrize(
    "content",
    ["no base64!", b64encode(b"no zip").decode(), b64encode(pack("big", bytes(FILE_TEXT_MAX + 1))).decode()],
)
def test_a_file_that_is_no_small_zip_is_refused_with_its_field(content: str) -> None:
    with pytest.raises(MalformedError, match=r"^in: "):
        unpack(content)


def test_a_zip_of_two_files_is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("1.txt", "a")
        archive.writestr("2.txt", "b")
    with pytest.raises(MalformedError, match="no ZIP of one file"):
        unpack(b64encode(made.getvalue()).decode())


def test_the_same_rows_are_the_same_zip() -> None:
    packed = pack("3202_own.zip", b"a\tb\n")
    assert packed == pack("3202_own.zip", b"a\tb\n")
    assert unpack(b64encode(packed).decode()) == b"a\tb\n"


@pytest.mark.parametrize("largest", [127, 255])
def test_a_file_may_come_as_a_list_of_byte_numbers(at_desk: Any, largest: int) -> None:
    packed = pack("own.zip", b"a\tb\n")
    numbers = [byte - 256 * (byte > largest) for byte in packed]

    async def test(desk: Any) -> None:
        sent = {"filename": "own.zip", "fixmedins_code": CODE}
        told = [await desk.call("9101", {"fsUploadIn": sent | {"in": form}}) for form in (numbers, [256], ["7"])]
        assert [reply["infcode"] for reply in told] == [0, -1, -1]
        assert "input.fsUploadIn.in: base64, or a list of bytes from -128 to 255" in told[1]["err_msg"]
        given = {"file_qury_no": told[0]["output"]["file_qury_no"], "filename": "own.zip", "fixmedins_code": CODE}
        answer = await desk.post(encode_json(desk.envelope("9102", {"fsDownloadIn": given})))
        assert answer.body == packed

    at_desk(test)
