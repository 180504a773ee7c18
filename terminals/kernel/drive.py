"""Two loops that run a flow: ask it for an effect, have the effect performed, hand back the answer.

No event loop is imported: `drive` serves gevent, the simulator and plain tests, `drive_async` whatever awaits. An
exception of the performer is thrown into the flow at the effect that met it. Cancellation is no `Exception`: it ends
the loop, and the flow performs no clean-up; what is left over belongs to the journal and to recovery.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from terminals.kernel.effects import Effect, Steps

_T = TypeVar("_T")


def drive(flow: Steps[_T], perform: Callable[[Effect], Any]) -> _T:
    """Run a flow to its end and return its outcome."""
    resume: Callable[[Any], Effect] = flow.send
    answer: Any = None
    while True:
        try:
            effect = resume(answer)
        except StopIteration as end:
            outcome: _T = end.value
            return outcome
        try:
            answer, resume = perform(effect), flow.send
        except Exception as error:  # noqa: BLE001 - the flow, not this loop, knows which it expects
            answer, resume = error, flow.throw


async def drive_async(flow: Steps[_T], perform: Callable[[Effect], Awaitable[Any]]) -> _T:
    """Run a flow to its end, awaiting each effect, and return its outcome."""
    resume: Callable[[Any], Effect] = flow.send
    answer: Any = None
    while True:
        try:
            effect = resume(answer)
        except StopIteration as end:
            outcome: _T = end.value
            return outcome
        try:
            answer, resume = await perform(effect), flow.send
        except Exception as error:  # noqa: BLE001 - the flow, not this loop, knows which it expects
            answer, resume = error, flow.throw
