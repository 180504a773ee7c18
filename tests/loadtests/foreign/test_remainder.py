"""What only a platform has of a run: which findings an undo acts on, and which it leaves alone."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from loadtests.evidence.history import Deed, History
from loadtests.evidence.proof import Finding, Kind
from loadtests.foreign.remainder import undo_remainder
from settlement.wire.envelope import Reply
from settlement.wire.hospital import RevokeStay
from settlement.wire.messages import RevokeDrugSale
from terminals.kernel.effects import Effect, NextMsgid, NoReply, Record, Request
from terminals.kernel.entries import Fate, Resolution
from terminals.kernel.outcome import Outcome, Result
from terminals.kernel.site import Site

Make = Callable[..., Any]
SHOP = "P37010000011"


class Scripted:
    """A clerk whose host answers everything with one refusal, "" for an approval, None for silence."""

    site = Site(f"{SHOP}01", SHOP, "370100", "P", "clerk", password_asked=False)

    def __init__(self, refusal: str | None = "") -> None:
        self.refusal = refusal
        self.written: list[Resolution] = []
        self.asked: list[Any] = []

    def run(self, flow: Iterator[Effect]) -> Outcome:
        answer: object = None
        try:
            while True:
                answer = self._perform(flow.send(answer))  # type: ignore[attr-defined]
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome

    def _perform(self, effect: Effect) -> object:
        match effect:
            case NextMsgid():
                return "U1"
            case Record():
                self.written.append(effect.entry)  # type: ignore[arg-type]
            case Request():
                self.asked.append(effect.body)
                return NoReply("lost") if self.refusal is None else Reply("U1", "2601", self.refusal, "", "", "")
        return None


def steps(history: History, finding: Finding, clerk: Scripted) -> list[Any]:
    return list(undo_remainder([finding], lambda: history, {f"{SHOP}01": clerk}))  # type: ignore[dict-item]


@pytest.fixture
def refused(make_ended: Make, make_history: Make) -> History:
    found: History = make_history(make_ended("M1", Fate.REFUSED, refusal="x"))
    return found


def test_what_was_refused_to_us_and_stands_is_reversed_by_its_msgid_and_written_down_before(refused: History) -> None:
    clerk = Scripted()
    [step] = steps(refused, Finding(Kind.ONLY_THEIRS, "M1"), clerk)
    assert (step.result, step.ok) == (Result.REVERSED, True)
    assert (clerk.asked[0].omsgid, clerk.asked[0].oinfno) == ("M1", "2102")
    assert [(one.msgid, one.fate, one.undone_by) for one in clerk.written] == [("M1", Fate.REVERSED, "U1")]


def test_a_double_stays_settled_in_our_books_and_says_what_undid_the_other(
    make_settled: Make, make_revoked: Make, make_history: Make
) -> None:
    clerk = Scripted()
    history = make_history(make_settled("M1"), make_revoked("R1", "M1"))
    assert steps(history, Finding(Kind.DOUBLE, "M1"), clerk)[0].ok
    assert [(one.fate, one.setl_id, one.undone_by) for one in clerk.written] == [(Fate.DONE, "T-M1", "U1")]


@pytest.mark.parametrize(("infno", "body"), [("2102", RevokeDrugSale), ("2304", RevokeStay)])
def test_a_row_that_names_its_settlement_is_revoked_by_the_message_of_its_kind(
    make_ended: Make, make_history: Make, infno: str, body: type
) -> None:
    deed = make_ended("M1", Fate.REFUSED, refusal="x")
    history, clerk = make_history(replace(deed, intent=replace(deed.intent, infno=infno))), Scripted("E3101")
    steps(history, Finding(Kind.ONLY_THEIRS, "M1", setl_id="T1", mdtrt_id="V1"), clerk)
    [asked] = clerk.asked
    assert (type(asked), asked.setl_id, asked.mdtrt_id) == (body, "T1", "V1")


@pytest.mark.parametrize("refusal", ["E3101", None])
def test_what_the_platform_does_not_undo_is_left_over(refused: History, refusal: str | None) -> None:
    [step] = steps(refused, Finding(Kind.ONLY_THEIRS, "M1"), Scripted(refusal))
    assert (step.result, step.ok, step.refusal) == (Result.IN_DOUBT, False, refusal or "")


@pytest.mark.parametrize("kind", [Kind.DIFFERS, Kind.ONLY_OURS, Kind.TOTALS, Kind.OTHERS])
def test_a_finding_that_leaves_nothing_standing_asks_for_nothing(refused: History, kind: Kind) -> None:
    assert steps(refused, Finding(kind, "M1"), Scripted()) == []


def test_a_double_of_what_still_stands_in_our_books_is_left_alone(make_settled: Make, make_history: Make) -> None:
    deed: Deed = make_settled("M1")
    assert steps(make_history(deed), Finding(Kind.DOUBLE, "M1"), Scripted()) == []


def test_nothing_that_is_not_ours_is_ever_undone(refused: History) -> None:
    assert steps(refused, Finding(Kind.ONLY_THEIRS, "OTHER"), Scripted()) == []
