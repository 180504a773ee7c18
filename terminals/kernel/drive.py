"""Loops that run a flow: ask it for an effect, have the effect performed, hand back the answer.

No event loop is imported: `drive` serves the simulator and plain tests, `drive_by_kind` a load generator, to which a
call for each effect is dear, `drive_async` whatever awaits. An exception of the performer is thrown into the flow at
the effect that met it. Cancellation is no `Exception`: it ends the loop, and the flow performs no clean-up; what is
left over belongs to the journal and to recovery.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from terminals.kernel.effects import Effect, Steps

_T = TypeVar("_T")


def drive(flow: Steps[_T], perform: Callable[[Effect], Any]) -> _T:
    """Run a flow to its end and return its outcome."""
    try:
        effect = flow.send(None)
        while True:
            try:
                answer = perform(effect)
            except Exception as error:  # noqa: BLE001 - the flow, not this loop, knows which it expects
                effect = flow.throw(error)
            else:
                effect = flow.send(answer)
    except StopIteration as end:
        outcome: _T = end.value
        return outcome


def drive_by_kind(flow: Steps[_T], performers: Mapping[type[Effect], Callable[[Any], Any]]) -> _T:
    """Run a flow to its end, each kind of effect by its own performer, and return its outcome."""
    try:
        effect = flow.send(None)
        while True:
            try:
                answer = performers[type(effect)](effect)
            except Exception as error:  # noqa: BLE001 - the flow, not this loop, knows which it expects
                effect = flow.throw(error)
            else:
                effect = flow.send(answer)
    except StopIteration as end:
        outcome: _T = end.value
        return outcome


async def drive_async(flow: Steps[_T], perform: Callable[[Effect], Awaitable[Any]]) -> _T:
    """Run a flow to its end, awaiting each effect, and return its outcome."""
    try:
        effect = flow.send(None)
        while True:
            try:
                answer = await perform(effect)
            except Exception as error:  # noqa: BLE001 - the flow, not this loop, knows which it expects
                effect = flow.throw(error)
            else:
                effect = flow.send(answer)
    except StopIteration as end:
        outcome: _T = end.value
        return outcome
