"""The path of a batch: load what it touches, decide in the order of arrival, save once.

A generator of effects. It imports no loop, database, clock or log: `drive` awaits a store, `drive_now` calls one that
answers at once, and both run the same steps. Nothing is answered before its Save returned.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from functools import partial
from typing import Final, NamedTuple

from settlement.engine import decide, footprint
from settlement.engine.arrival import Arrival, Decision
from settlement.engine.case import World
from settlement.engine.ledger.state import Key, MissingRowError, State
from settlement.stores.store import Changes, ImmediateStore, Store
from settlement.wire.codes import UNKNOWN_ERROR
from settlement.wire.envelope import encode, refused

ROWS_MORE_MAX: Final = 64
"""How many rows one arrival may ask for beyond those that were foreseen; an undo asks for some ten."""

Ask = Callable[[Arrival], Iterable[Key]]
"""Names rows that an arrival needs."""


class Judge(NamedTuple):
    """Who decides: `touches` names the rows to load, `follows` those that only loaded rows can name, in `stages`."""

    touches: Ask
    follows: Callable[[Arrival, State, int], Iterable[Key]]
    decide: Callable[[Arrival, State], Decision]
    stages: int = 1


def judge_of(world: World) -> Judge:
    """Return the engine's judgement in this world."""
    return Judge(
        partial(footprint.touches, world=world),
        partial(footprint.follows, world=world),
        partial(decide.decide, world=world),
        footprint.STAGES,
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

    What an arrival needs is foreseen from the rows as they were before the batch. Where an earlier one of the batch has
    changed those, and so led it to another row, that row is loaded then: nobody in the batch has touched it.
    An arrival whose judgement raises is answered E9000 and posts nothing; the others are judged as if it had not come.
    """
    state, faults = State(), dict[int, Exception]()
    later: list[Ask] = [partial(_stage, judge, state, stage) for stage in range(judge.stages)]
    for ask in (judge.touches, *later):
        keys = _named(arrivals, ask, state, faults)
        if keys:
            loaded = yield Load(keys)
            assert loaded is not None
            state.extend(loaded)
    decisions: list[Decision] = []
    for place, arrival in enumerate(arrivals):
        try:
            decision = _decision(judge, arrival, state, faults.get(place))
        except MissingRowError as missing:
            decision = yield from _with_more_rows(judge, arrival, state, missing)
        except Exception as error:  # noqa: BLE001 - every bug of ours becomes a Fault, which its driver reports
            yield Fault(arrival, error)
            decision = unknown_error(arrival)
        state.apply(decision.changes)
        decisions.append(decision)
    transfers = tuple(transfer for decision in decisions for transfer in decision.transfers)
    if state.changed or transfers:
        yield Save(Changes(tuple(state.changed.values()), transfers))
    return decisions


def _with_more_rows(
    judge: Judge, arrival: Arrival, state: State, missing: MissingRowError
) -> Generator[Effect, State | None, Decision]:
    """Decide again with each row that was missing; before anything changed, that it was missing is a bug of ours."""
    error: Exception = missing
    for _ in range(ROWS_MORE_MAX):
        if not (isinstance(error, MissingRowError) and state.changed):
            break
        loaded = yield Load((error.key,))
        assert loaded is not None
        state.extend(loaded)
        try:
            return judge.decide(arrival, state)
        except Exception as raised:  # noqa: BLE001 - as in settle_batch
            error = raised
    yield Fault(arrival, error)
    return unknown_error(arrival)


def _stage(judge: Judge, state: State, stage: int, arrival: Arrival) -> Iterable[Key]:
    return judge.follows(arrival, state, stage)


def _named(arrivals: Sequence[Arrival], ask: Ask, state: State, faults: dict[int, Exception]) -> tuple[Key, ...]:
    """Return the rows that arrivals name and the state does not hold; note who raised."""
    keys: dict[Key, None] = {}
    for place, arrival in enumerate(arrivals):
        if place in faults:
            continue
        try:
            named = tuple(ask(arrival))  # all at once: a generator that raises half-way names nothing
        except Exception as error:  # noqa: BLE001 - as in settle_batch
            faults[place] = error
            continue
        for key in named:
            if key not in state.rows:
                keys[key] = None
    return tuple(keys)


def _decision(judge: Judge, arrival: Arrival, state: State, fault: Exception | None) -> Decision:
    """Return what the judge says; raise what it raises, or what it raised when it was asked for rows."""
    if fault is not None:
        raise fault
    return judge.decide(arrival, state)


def unknown_error(arrival: Arrival) -> Decision:
    """Return the answer to what nothing could be decided of: E9000, nothing posted."""
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
