"""The path of a batch: load what it touches, decide in the order of arrival, save once.

A generator of effects. It imports no loop, database, clock or log: `drive` awaits a store, `drive_now` calls one that
answers at once, and both run the same steps. Nothing is answered before its Save returned.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from functools import partial
from typing import NamedTuple, ParamSpec, TypeVar

from settlement.engine import decide
from settlement.engine.arrival import Arrival, Decision
from settlement.engine.case import World
from settlement.engine.state import Key, Record, State, Transfer
from settlement.stores.store import Changes, ImmediateStore, Store
from settlement.wire.codes import UNKNOWN_ERROR
from settlement.wire.envelope import encode, refused

P = ParamSpec("P")
V = TypeVar("V")


class Judge(NamedTuple):
    """Who decides: `touches` names the rows to load, `follows` those that only loaded rows can name."""

    touches: Callable[[Arrival], Iterable[Key]]
    follows: Callable[[Arrival, State], Iterable[Key]]
    decide: Callable[[Arrival, State], Decision]


def judge_of(world: World) -> Judge:
    """Return the engine's judgement in this world."""
    return Judge(
        partial(decide.touches, world=world),
        partial(decide.follows, world=world),
        partial(decide.decide, world=world),
    )


class Load(NamedTuple):
    """Ask for the working set of these rows."""

    keys: tuple[Key, ...]


class Save(NamedTuple):
    """Ask for one durable commit; what comes back comes after it."""

    changes: Changes


class Fault(NamedTuple):
    """Tell that judging this arrival raised: a bug of ours, answered E9000."""

    arrival: Arrival
    error: Exception


Effect = Load | Save | Fault
Steps = Generator[Effect, State | None, list[Decision]]


def settle_batch(arrivals: Sequence[Arrival], judge: Judge) -> Steps:
    """Decide arrivals in order; return a decision for each, in the same order.

    An arrival whose judgement raises is answered E9000 and posts nothing; the others are judged as if it had not come.
    """
    faults: dict[int, Exception] = {}
    state = State()
    for ask in (judge.touches, lambda arrival: judge.follows(arrival, state)):
        keys = _named(arrivals, ask, state, faults)
        if keys:
            loaded = yield Load(keys)
            assert loaded is not None
            state.extend(loaded)
    decisions: list[Decision] = []
    for place, arrival in enumerate(arrivals):
        decision = faults[place] if place in faults else _attempt(judge.decide, arrival, state)
        if isinstance(decision, Exception):
            yield Fault(arrival, decision)
            decision = _unknown_error(arrival)
        state.apply(decision.changes)
        decisions.append(decision)
    changes = merge(decisions)
    if changes.rows or changes.transfers:
        yield Save(changes)
    return decisions


def merge(decisions: Iterable[Decision]) -> Changes:
    """Return what a batch changes: of each row the last version, of transfers all."""
    rows: dict[Key, Record] = {}
    transfers: list[Transfer] = []
    for decision in decisions:
        for row in decision.changes:
            rows[type(row), row.key] = row
        transfers += decision.transfers
    return Changes(tuple(rows.values()), tuple(transfers))


def _named(
    arrivals: Sequence[Arrival], ask: Callable[[Arrival], Iterable[Key]], state: State, faults: dict[int, Exception]
) -> tuple[Key, ...]:
    """Return the rows that arrivals name and the state does not hold; note who raised."""
    keys: dict[Key, None] = {}
    for place, arrival in enumerate(arrivals):
        if place in faults:
            continue
        named = _attempt(_whole, ask, arrival)
        if isinstance(named, Exception):
            faults[place] = named
        else:
            keys.update((key, None) for key in named if not state.holds(key))
    return tuple(keys)


def _whole(ask: Callable[[Arrival], Iterable[Key]], arrival: Arrival) -> tuple[Key, ...]:
    """Return all keys at once: a generator that raises half-way names nothing."""
    return tuple(ask(arrival))


def _attempt(judge: Callable[P, V], *args: P.args, **kwargs: P.kwargs) -> V | Exception:
    """Return what a judgement says or what it raised: one poisoned arrival must not stop the others."""
    try:
        return judge(*args, **kwargs)
    except Exception as error:  # noqa: BLE001 - every bug of ours becomes a Fault, which its driver reports
        return error


def _unknown_error(arrival: Arrival) -> Decision:
    request = arrival.request
    reply = refused(
        UNKNOWN_ERROR,
        "",
        msgid=request.msgid,
        infno=arrival.infno,
        region=request.mdtrtarea_admvs,
        now_ms=arrival.received_ms,
        nonce=arrival.nonce,
    )
    return Decision(reply, encode(reply))


async def drive(steps: Steps, store: Store, fault: Callable[[Fault], None]) -> list[Decision]:
    """Run a batch over a store that is awaited; `fault` is told of bugs."""
    answer: State | None = None
    while True:
        try:
            effect = steps.send(answer)
        except StopIteration as end:
            decisions: list[Decision] = end.value
            return decisions
        answer = None
        match effect:
            case Load(keys):
                answer = await store.load(keys)
            case Save(changes):
                await store.save(changes)
            case Fault():
                fault(effect)


def drive_now(steps: Steps, store: ImmediateStore, fault: Callable[[Fault], None]) -> list[Decision]:
    """Run a batch over a store that answers at once; `fault` is told of bugs."""
    answer: State | None = None
    while True:
        try:
            effect = steps.send(answer)
        except StopIteration as end:
            decisions: list[Decision] = end.value
            return decisions
        answer = None
        match effect:
            case Load(keys):
                answer = store.load_now(keys)
            case Save(changes):
                store.save_now(changes)
            case Fault():
                fault(effect)
