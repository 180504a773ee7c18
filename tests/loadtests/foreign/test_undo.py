"""Everything that a town's terminals settled is undone at our own engine: both legs, sales, visits and stays."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from loadtests.evidence.history import History, read_history
from loadtests.foreign.clerk import Clerk, UndoError
from loadtests.foreign.undo import left, undo
from settlement.wire.envelope import Reply
from settlement.wire.hospital import RevokeStay
from settlement.wire.messages import RevokeDrugSale, RevokeOutpatient
from settlement.wire.session import TerminalSession
from shuaka.rehearsing.foreign import now_ms
from shuaka.town import Town, _DirectLine
from terminals.journal import FileJournal
from terminals.kernel.effects import NoReply, Request
from terminals.kernel.outcome import Result
from terminals.patients import Mix

VISITS = 24
STORY = Mix(pharmacy=0.5, inpatient=0.5, remote=0.2, bank=1, saves_account=0.5, reissue=0.2)


class Scene:
    """A town whose terminals wrote their journal to a file, and clerks who undo what they did."""

    def __init__(self, place: Path, closing: ExitStack) -> None:
        self.town = Town(seed=3, size=1000, mix=STORY)
        self.files = (place / "load-0.jsonl", place / "undo.jsonl")
        journals = [FileJournal(path, "buffered") for path in self.files]
        for journal in journals:
            closing.callback(journal.close)
        for terminal in self.town._terminals.values():
            terminal._journal = journals[0]
        self._undoing = journals[1]
        self.results = [self.town.visit(index).outcome.result for index in range(VISITS)]

    def history(self) -> History:
        return read_history(self.files)

    def clerks(self, lose: Callable[[Request], bool] = lambda _: False) -> dict[str, Clerk]:
        return {site.dev_no: self._clerk(site, lose) for site in self.town.sites}

    def _clerk(self, site: object, lose: Callable[[Request], bool]) -> Clerk:
        session = TerminalSession(
            self.town._key.terminal_key(site.dev_no),
            dev_no=site.dev_no,
            fixmedins_code=site.fixmedins_code,
            city=site.city,
        )
        line = Leaky(_DirectLine(self.town._host, session), lose)
        return Clerk(site, line, self._undoing, self.history().msgids(), now_ms, lambda _: None)

    def standing(self) -> int:
        audit = self.town.ledger.audit_now()
        assert all(law.ok for law in audit.invariants)
        return sum(sums.settled for sums in audit.ledger.values()) + audit.bank.settled


class Leaky:
    """A line that loses some replies."""

    def __init__(self, line: _DirectLine, lose: Callable[[Request], bool]) -> None:
        self._line, self._lose = line, lose

    def exchange(self, request: Request) -> Reply | NoReply:
        reply = self._line.exchange(request)
        return NoReply("lost") if self._lose(request) else reply

    def close(self) -> None:
        self._line.close()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with ExitStack() as closing:
        yield Scene(tmp_path, closing)


def test_both_legs_of_a_sale_a_visit_and_a_stay_come_to_nothing(scene: Scene) -> None:
    settled = scene.results.count(Result.SETTLED)
    audit = scene.town.ledger.audit_now()
    assert {"2102", "2207", "2304"} == {infno for infno, sums in audit.ledger.items() if sums.settled}
    assert audit.bank.settled > 0, "the bank paid some of it"
    steps = list(undo(scene.history, scene.clerks()))
    assert [step.ok for step in steps] == [True] * settled
    assert (scene.standing(), left(scene.history())) == (0, 0)


def test_an_undo_that_stops_anywhere_goes_on_from_there(scene: Scene) -> None:
    steps = undo(scene.history, scene.clerks())
    for _ in range(3):
        next(steps)
    remaining = left(scene.history())
    assert len(list(undo(scene.history, scene.clerks()))) == remaining
    assert scene.standing() == 0


def test_the_newest_is_undone_first(scene: Scene) -> None:
    times = {deed.msgid: deed.resolution.settled.setl_time for deed in scene.history().settled()}
    undone = [times[step.msgid] for step in undo(scene.history, scene.clerks())]
    assert undone == sorted(undone, reverse=True)


def test_what_a_lost_reply_left_unknown_is_found_out_by_the_next_undo(scene: Scene) -> None:
    def lose(request: Request) -> bool:
        return isinstance(request.body, RevokeDrugSale | RevokeOutpatient | RevokeStay)

    first = list(undo(scene.history, scene.clerks(lose)))
    assert not any(step.ok for step in first)
    assert len(scene.history().open()) == len(first)
    assert scene.standing() == 0, "the engine did revoke; only nobody knows"
    again = list(undo(scene.history, scene.clerks()))
    assert [step.result for step in again] == [Result.REVOKED] * len(first)
    assert left(scene.history()) == 0


def test_a_terminal_that_cannot_sign_on_ends_the_undo_with_a_sentence(scene: Scene) -> None:
    with pytest.raises(UndoError, match=r"cannot sign on: lost; nothing more was asked for"):
        list(undo(scene.history, scene.clerks(lambda _: True)))
