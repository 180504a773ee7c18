"""A batch loads once, decides in order, saves once; and where it is cut makes no difference to the ledger."""

import asyncio
import itertools
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.batch import ROWS_MORE_MAX, Fault, Judge, Load, Save, drive, drive_now, judge_of, settle_batch
from settlement.engine.arrival import Arrival, Decision, Door
from settlement.engine.case import World
from settlement.engine.ledger.state import Key, MissingRowError, Person, Record, State, Transfer, Visit
from settlement.stores.memory import MemoryStore
from settlement.stores.store import Changes
from settlement.wire import codes
from settlement.wire.envelope import Reply, Request, digest_of
from settlement.wire.messages import Line, Reverse, RevokeDrugSale, SettleDrugSale, SignIn

CITY = "370100"
NOW_MS = 1_795_233_600_000
REPLY = Reply("m", "9001", "", "", "r", "t")


def arrival(name: str) -> Arrival:
    request = Request(name, "P37010000001", "d", CITY, "", "", 1, "", msgspec.Raw(b"\xc0"))
    return Arrival(request, SignIn("o"), "9001", b"", Door.TERMINAL, 0, bytes(16))


def visit(psn_no: str, mdtrt_id: str, note: str = "") -> Visit:
    return Visit(CITY, psn_no, mdtrt_id, CITY, note, "310", "", 0)


def visit_key(psn_no: str) -> Key:
    return Visit, (CITY, psn_no, "v")


def transfer(number: int) -> Transfer:
    return Transfer(CITY, "p", "cause", 0, number, "AGENCY:370100", "a", "b", 1, 0)


def counting(poisoned: Iterable[str] = (), *, at: str = "decide") -> Judge:
    """A judge that appends each msgid to one row, and raises for poisoned ones."""

    def raises(step: str, name: str) -> None:
        if step == at and name in poisoned:
            raise RuntimeError(name)

    def touches(asked: Arrival) -> Iterable[Key]:
        yield visit_key("first")
        raises("touches", asked.request.msgid)

    def follows(asked: Arrival, state: State, stage: int) -> Iterable[Key]:
        state.get(Visit, *visit_key("first")[1])
        raises("follows", asked.request.msgid)
        return (visit_key("first"), visit_key("second"))

    def decide(asked: Arrival, state: State) -> Decision:
        raises("decide", asked.request.msgid)
        before = state.get(Visit, *visit_key("first")[1])
        note = (before.fixmedins_code if before else "") + asked.request.msgid
        state.get(Visit, *visit_key("second")[1])
        return Decision(REPLY, note.encode(), (visit("first", "v", note),))

    return Judge(touches, follows, decide)


def effects(judge: Judge, names: str) -> tuple[list[Any], list[Decision]]:
    """Run a batch over an empty ledger by hand, and return what it asked for."""
    steps, asked = settle_batch([arrival(name) for name in names], judge), []
    answer = None
    while True:
        try:
            effect = steps.send(answer)
        except StopIteration as end:
            return asked, end.value
        asked.append(effect)
        answer = State(keys=effect.keys) if isinstance(effect, Load) else None


def test_a_batch_loads_what_it_touches_then_what_follows_and_saves_once() -> None:
    asked, decisions = effects(counting(), "abc")
    assert [type(effect) for effect in asked] == [Load, Load, Save]
    assert asked[0].keys == (visit_key("first"),)
    assert asked[1].keys == (visit_key("second"),)
    assert [decision.reply_bytes for decision in decisions] == [b"a", b"ab", b"abc"]


def test_a_row_that_many_decisions_change_is_saved_once_as_the_last_left_it() -> None:
    asked, _ = effects(counting(), "abc")
    assert asked[-1].changes.rows == (visit("first", "v", "abc"),)


def test_transfers_are_all_saved_in_order() -> None:
    numbers = itertools.count()
    judge = Judge(
        lambda _: (), lambda _a, _s, _n: (), lambda _a, _s: Decision(REPLY, b"", (), (transfer(next(numbers)),))
    )
    asked, _ = effects(judge, "abc")
    assert asked[-1].changes.transfers == (transfer(0), transfer(1), transfer(2))


def test_a_batch_that_changes_nothing_is_not_saved() -> None:
    judge = Judge(lambda _: (visit_key("first"),), lambda _a, _s, _n: (), lambda _a, _s: Decision(REPLY, b"r"))
    asked, _ = effects(judge, "ab")
    assert [type(effect) for effect in asked] == [Load]


@pytest.mark.parametrize("step", ["touches", "follows", "decide"])
def test_a_poisoned_arrival_is_answered_e9000_and_the_others_as_if_it_had_not_come(step: str) -> None:
    asked, decisions = effects(counting("b", at=step), "abc")
    assert [decision.reply_bytes for decision in (decisions[0], decisions[2])] == [b"a", b"ac"]
    assert decisions[1].reply.refusal == codes.UNKNOWN_ERROR.code
    assert decisions[1].reply.inf_refmsgid == "370100" + "19700101080000" + "0" * 10
    assert decisions[1].changes == ()
    [fault] = [effect for effect in asked if isinstance(effect, Fault)]
    assert (fault.arrival.request.msgid, str(fault.error)) == ("b", "b")


def led_on(*, changes: bool = True) -> Judge:
    """A judge whose first arrival, if it changes anything, leads the others to a row that nobody named."""

    def decide(asked: Arrival, state: State) -> Decision:
        if asked.request.msgid == "a":
            return Decision(REPLY, b"a", (visit("first", "v", "on"),) if changes else ())
        state.get(Visit, *visit_key("second")[1])
        state.get(Visit, *visit_key("third")[1])
        return Decision(REPLY, asked.request.msgid.encode())

    return Judge(lambda _: (visit_key("first"),), lambda _a, _s, _n: (), decide)


def test_a_row_to_which_an_earlier_arrival_of_the_batch_leads_is_loaded_when_it_is_missed() -> None:
    asked, decisions = effects(led_on(), "abc")
    assert [type(effect) for effect in asked] == [Load, Load, Load, Save]
    assert [load.keys for load in asked[1:3]] == [(visit_key("second"),), (visit_key("third"),)]
    assert [decision.reply_bytes for decision in decisions] == [b"a", b"b", b"c"]


def test_a_row_that_is_missed_before_anything_changed_is_a_bug_of_ours() -> None:
    asked, decisions = effects(led_on(changes=False), "abc")
    assert [type(effect) for effect in asked] == [Load, Fault, Fault]
    assert all(isinstance(fault.error, MissingRowError) for fault in asked[1:])
    assert [decision.reply.refusal for decision in decisions[1:]] == [codes.UNKNOWN_ERROR.code] * 2


def test_an_arrival_that_misses_ever_more_rows_is_given_up() -> None:
    def endless(asked: Arrival, state: State) -> Decision:
        if asked.request.msgid == "b":
            for number in itertools.count():
                state.get(Visit, *visit_key(str(number))[1])
        return Decision(REPLY, b"a", (visit("first", "v"),))

    judge = Judge(lambda _: (visit_key("first"),), lambda _a, _s, _n: (), endless)
    asked, decisions = effects(judge, "ab")
    assert [type(effect) for effect in asked] == [Load, *[Load] * ROWS_MORE_MAX, Fault, Save]
    assert decisions[1].reply.refusal == codes.UNKNOWN_ERROR.code


def test_a_bug_behind_a_row_that_was_missed_is_told_once() -> None:
    def poisoned(asked: Arrival, state: State) -> Decision:
        if asked.request.msgid == "b":
            state.get(Visit, *visit_key("second")[1])
            raise RuntimeError(asked.request.msgid)
        return Decision(REPLY, b"a", (visit("first", "v"),))

    judge = Judge(lambda _: (visit_key("first"),), lambda _a, _s, _n: (), poisoned)
    asked, _ = effects(judge, "ab")
    [fault] = [effect for effect in asked if isinstance(effect, Fault)]
    assert str(fault.error) == "b"


def test_both_drivers_take_the_same_steps() -> None:
    faults: list[Fault] = []
    arrivals = [arrival(name) for name in "abc"]
    now, awaited = MemoryStore(), MemoryStore()
    left = drive_now(settle_batch(arrivals, counting("b")), now, faults.append)
    right = asyncio.run(drive(settle_batch(arrivals, counting("b")), awaited, faults.append))
    assert left == right
    assert len(faults) == 2
    assert now.load_now((visit_key("first"),)).rows == awaited.load_now((visit_key("first"),)).rows


class Script:
    """A signed-in terminal, its arrivals, and the ledgers that they leave."""

    def __init__(self, world: World, till: Any, people: list[Person], lines: tuple[Line, ...]) -> None:
        self.judge, self.till, self.people, self.lines = judge_of(world), till, people, lines
        self.signed_in: tuple[Record, ...] = ()
        _, [opened] = self.run([[self.arrival(SignIn("o"))]])
        self.till.session.accept(opened.reply)
        self.signed_in = opened.changes

    def arrival(self, body: Any, msgid: str = "", number: int = 0) -> Arrival:
        frame, _ = self.till.seal(body, repeating=msgid)
        request = msgspec.msgpack.decode(frame[4:-16], type=Request)
        infno = type(body).__struct_config__.tag
        return Arrival(request, body, infno, digest_of(body, ""), Door.TERMINAL, NOW_MS + number, bytes(16))

    def run(self, batches: list[list[Arrival]]) -> tuple[MemoryStore, list[Decision]]:
        """Settle batches over a new ledger that knows the terminal."""
        store, faults, decisions = MemoryStore(), list[Fault](), list[Decision]()
        store.save_now(Changes(self.signed_in, ()))
        for batch in batches:
            decisions += drive_now(settle_batch(batch, self.judge), store, faults.append)
        assert not faults, faults[0].error
        return store, decisions


SALE, WRONG_PIN, REPEAT, REVERSE, REVERSE_FIRST, REVOKE = range(6)


def scripted(script: Script, moves: list[tuple[int, int]]) -> list[Arrival]:
    """Return a move's arrivals; a later move speaks of the sale before it."""
    arrivals: list[Arrival] = []
    sales: list[tuple[SettleDrugSale, str]] = []
    for number, (move, who) in enumerate(moves):
        person = script.people[who]
        name = f"P37010000001202611211200{number:05d}"
        if move in (SALE, WRONG_PIN) or not sales:
            sale = script.till.sale(person, script.lines, "111111" if move == WRONG_PIN else "000000")
            sales.append((sale, name))
            arrivals.append(script.arrival(sale, name, number))
        elif move == REPEAT:
            arrivals.append(script.arrival(*sales[-1], number))
        elif move == REVERSE:
            arrivals.append(script.arrival(Reverse(sales[-1][0].psn_no, sales[-1][1], "2102"), name, number))
        elif move == REVERSE_FIRST:
            sale, late = script.till.sale(person, script.lines), f"{name[:-5]}9{number:04d}"
            arrivals.append(script.arrival(Reverse(sale.psn_no, late, "2102"), name, number))
            arrivals.append(script.arrival(sale, late, number))
        else:
            arrivals.append(script.arrival(RevokeDrugSale("unknown", "unknown", person.psn_no), name, number))
    return arrivals


@given(
    moves=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), min_size=1, max_size=12),
    cuts=st.sets(st.integers(1, 23)),
)
def test_any_cut_into_batches_gives_the_same_replies_and_the_same_ledger(
    world: World, till: Callable[..., Any], shoppers: list[Person], lines: tuple[Line, ...], moves: Any, cuts: set[int]
) -> None:
    script = Script(world, till(), shoppers, lines)
    arrivals = scripted(script, moves)
    edges = [0, *sorted(cut for cut in cuts if cut < len(arrivals)), len(arrivals)]
    alone, told = script.run([[each] for each in arrivals])
    together, told_together = script.run([arrivals[start:end] for start, end in itertools.pairwise(edges)])
    assert [each.reply_bytes for each in told] == [each.reply_bytes for each in told_together]
    assert (alone._rows, alone._transfers) == (together._rows, together._transfers)
    assert all(law.ok for law in together.audit_now().invariants)
