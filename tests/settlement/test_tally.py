import pytest

from settlement import tally as tally_module
from settlement.engine.arrival import Password
from settlement.tally import OTHERS, UNKNOWN, Outcome, Tally


def outcome(opter_no: str = "a", infno: str = "2102", refusal: str = "", *, replayed: bool = False) -> Outcome:
    return Outcome("tcp", opter_no, infno, refusal, replayed, password=Password.NOT_ASKED, seconds=0.0)


def counted(*outcomes: Outcome) -> Tally:
    tally = Tally()
    for each in outcomes:
        tally.answered(each)
    return tally


def test_outcomes_are_counted_by_operator_transaction_and_name() -> None:
    tally = counted(outcome(), outcome(), outcome(refusal="E2102"), outcome(replayed=True), outcome("b", "9001"))
    assert tally.of("a") == {"2102": {"E2102": 1, "approved": 2, "replayed": 1}}
    assert tally.of("b") == {"9001": {"approved": 1}}


def test_all_operators_together_are_the_sum() -> None:
    assert counted(outcome("a"), outcome("b")).of() == {"2102": {"approved": 2}}


def test_nobody_has_counted_nothing() -> None:
    assert counted(outcome("a")).of("b") == {}


def test_a_transaction_code_of_nobodys_has_one_name() -> None:
    assert counted(outcome(infno="x1"), outcome(infno="x2")).of("a") == {UNKNOWN: {"approved": 2}}


def test_operators_beyond_the_limit_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally_module, "OPERATORS_MAX", 1)
    tally = counted(outcome("a"), outcome("b"), outcome("c"), outcome("a"))
    assert tally.of("a") == {"2102": {"approved": 2}}
    assert tally.of(OTHERS) == {"2102": {"approved": 2}}
