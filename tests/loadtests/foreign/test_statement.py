"""The files of a statement, and what its transactions answer."""

import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.evidence.proof import NOTHING, Amounts, Claim, Stated
from loadtests.foreign.gateway import NoAnswer
from loadtests.foreign.statement import NotOffered, Period, UnreadableError, pack, rows_stated, totals_equal, unpack
from settlement.wire.envelope import MalformedError
from settlement.wire.national_values import Json

PERIOD = Period("2026-11-21", "2026-11-22", "370100", "41")
CLAIM = Claim("M1", "T1", "V1", "N1", "310", refd=False, amounts=Amounts(12345, 6000, 0), psn_cash_pay_fen=6345)


def zipped(*texts: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number, text in enumerate(texts):
            archive.writestr(f"{number}.txt", text)
    return content.getvalue()


def asking(**answers: bytes | Exception) -> tuple[list[tuple[str, Json]], Callable[[str, Json], bytes]]:
    """A platform that answers each transaction in its way, and what it was asked."""
    seen: list[tuple[str, Json]] = []

    def ask(infno: str, given: Json) -> bytes:
        seen.append((infno, given))
        answer = answers[f"i{infno}"]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return seen, ask


def told(**output: Any) -> bytes:
    return json.dumps({"infcode": 0, "output": output}).encode()


def test_our_rows_are_tab_separated_yuan_in_a_zip_of_one_text() -> None:
    with zipfile.ZipFile(io.BytesIO(pack("a.txt", [CLAIM]))) as archive:
        assert archive.namelist() == ["a.txt"]
        assert archive.read("a.txt") == b"T1\tV1\tN1\t123.45\t60.00\t0.00\t0\n"


def test_a_row_of_the_answer_has_null_for_nothing() -> None:
    text = "N1\tnull\tnull\tM9\t1\t0\tnull\t7.00\t0\t0\nN1\tV1\tT1\tnull\t1\t1\t中心无\tnull\tnull\tnull\n"
    assert unpack(zipped(text)) == [
        Stated("M9", "", "N1", refd=False, equal=False, amounts=Amounts(700, 0, 0)),
        Stated("", "T1", "N1", refd=True, equal=False, amounts=None, memo="中心无", mdtrt_id="V1"),
    ]


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", zipped(), zipped("", ""), zipped("a\tb"), zipped("\t" * 6 + "\tx\t\t"), zipped("a")[:-9]],
    ids=["nothing", "no archive", "no file", "two files", "two columns", "no amount", "cut off"],  # bytes hold a time
)
def test_what_is_no_statement_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedError):
        unpack(content)


@given(st.binary(max_size=200))
def test_no_bytes_whatever_end_in_anything_but_rows_or_that_there_are_none(content: bytes) -> None:
    for made in (content, zipped(content.decode("latin-1"))):
        with suppress(MalformedError):
            unpack(made)


def test_rows_are_sent_asked_for_and_fetched() -> None:
    answer = zipped("N1\tV1\tT1\tM1\t0\t0\tnull\t123.45\t60.00\t0.00\n")
    seen, ask = asking(
        i9101=told(file_qury_no="F1"), i3202=told(fileinfo={"file_qury_no": "F2", "filename": "b.zip"}), i9102=answer
    )
    [row] = rows_stated(ask, PERIOD, "P1", [CLAIM])
    assert (row.equal, row.amounts) == (True, CLAIM.amounts)
    assert [infno for infno, _ in seen] == ["9101", "3202", "9102"]
    query = seen[1][1]["data"]
    sums = [str(query[name]) for name in ("medfee_sumamt", "cash_payamt", "fixmedins_setl_cnt")]
    assert (query["file_qury_no"], sums) == ("F1", ["123.45", "63.45", "1"])
    assert seen[2][1]["fsDownloadIn"]["file_qury_no"] == "F2"


REFUSED = '{"infcode":-1,"err_msg":"未开通"}'.encode()


@pytest.mark.parametrize("failing", ["9101", "3202", "9102"])
@pytest.mark.parametrize("answer", [REFUSED, NoAnswer("no answer within 2 s")])
def test_a_step_that_is_not_offered_is_named(failing: str, answer: bytes | Exception) -> None:
    answers = {"i9101": told(file_qury_no="F1"), "i3202": told(fileinfo={}), "i9102": zipped("")}
    _, ask = asking(**(answers | {f"i{failing}": answer}))
    with pytest.raises(NotOffered, match=f"^{failing}: "):
        rows_stated(ask, PERIOD, "P1", [CLAIM])


@pytest.mark.parametrize(("failing", "answer"), [("9101", b"{}"), ("3202", b"{}"), ("3202", told()), ("9102", b"PK")])
def test_a_step_that_is_answered_by_what_nobody_can_read_is_told_from_none(failing: str, answer: bytes) -> None:
    answers = {"i9101": told(file_qury_no="F1"), "i3202": told(fileinfo={}), "i9102": zipped("")}
    _, ask = asking(**(answers | {f"i{failing}": answer}))
    with pytest.raises(UnreadableError, match=f"^{failing}: "):
        rows_stated(ask, PERIOD, "P1", [CLAIM])


@pytest.mark.parametrize(("result", "equal"), [("0", True), ("1", False), (0, True), (1, False)])
def test_totals_are_equal_if_the_platform_says_so(result: object, equal: bool) -> None:  # noqa: FBT001 - a row
    seen, ask = asking(i3201=told(stmtinfo={"stmt_rslt": result, "stmt_rslt_dscr": "中心 2 笔"}))
    assert totals_equal(ask, PERIOD, "310", refd=True, count=1, amounts=CLAIM.amounts) == (equal, "中心 2 笔")
    assert (seen[0][1]["data"]["refd_setl_flag"], str(seen[0][1]["data"]["medfee_sumamt"])) == ("1", "123.45")


@pytest.mark.parametrize(
    ("answer", "error"),
    [(REFUSED, NotOffered), (told(), UnreadableError), (told(stmtinfo={}), UnreadableError), (b"x", UnreadableError)],
)
def test_totals_that_nobody_answers_are_not_offered_or_unreadable(answer: bytes, error: type[Exception]) -> None:
    _, ask = asking(i3201=answer)
    with pytest.raises(error, match=r"^3201: "):
        totals_equal(ask, PERIOD, "310", refd=False, count=0, amounts=NOTHING)
