"""How a worker gets its plan: it asks its master until the plan comes (gevent).

A plan holds the keys of terminals. Master and worker are on one machine; nothing else is offered yet.
"""

from collections.abc import Callable
from typing import Any, Final

import gevent
import msgspec
from gevent.event import Event

from loadtests.workload.plan import LoadPlan

WANTED: Final = "shuaka_plan_wanted"
PLAN: Final = "shuaka_plan"
"""Names of what travels, beside Locust's own messages."""
AGAIN_S: Final = 1.0
"""After this long a worker asks again: its master may have had no plan yet."""


def offer(runner: Any, plan: LoadPlan) -> None:
    """Give the plan to every worker that asks for it."""
    content = msgspec.json.encode(plan).decode()
    runner.register_message(WANTED, lambda msg, **_: runner.send_message(PLAN, content, client_id=msg.node_id))


def ask(runner: Any, take: Callable[[LoadPlan], None]) -> None:
    """Ask the master for its plan, and take the first that comes."""
    came = Event()

    def arrive(msg: Any, **_: Any) -> None:
        if not came.is_set():
            came.set()
            take(msgspec.json.decode(msg.data, type=LoadPlan))

    def wonder() -> None:
        while not came.wait(AGAIN_S):
            runner.send_message(WANTED)

    runner.register_message(PLAN, arrive)
    runner.send_message(WANTED)
    gevent.spawn(wonder)
