"""A worker and its master over a line that may lose what is sent before anybody listens."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import gevent
import pytest

from loadtests.running import handover
from loadtests.workload.plan import LoadPlan

MakePlan = Callable[..., LoadPlan]


class Runner:
    """One end of Locust's line."""

    def __init__(self) -> None:
        self.other: Runner | None = None
        self.listeners: dict[str, Callable[..., None]] = {}

    def register_message(self, name: str, listener: Callable[..., None]) -> None:
        self.listeners[name] = listener

    def send_message(self, name: str, data: Any = None, client_id: str | None = None) -> None:
        assert self.other is not None
        assert client_id in (None, "worker-1")
        if name in self.other.listeners:
            self.other.listeners[name](environment=None, msg=SimpleNamespace(data=data, node_id="worker-1"))


@pytest.fixture
def ends() -> tuple[Runner, Runner]:
    master, worker = Runner(), Runner()
    master.other, worker.other = worker, master
    return master, worker


def test_a_worker_that_asks_gets_the_plan(ends: tuple[Runner, Runner], make_plan: MakePlan) -> None:
    master, worker = ends
    taken: list[LoadPlan] = []
    handover.offer(master, make_plan())
    handover.ask(worker, taken.append)
    assert taken == [make_plan()]


def test_a_worker_whose_master_is_not_ready_asks_again_and_takes_one_plan(
    ends: tuple[Runner, Runner], make_plan: MakePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "AGAIN_S", 0.001)
    master, worker = ends
    taken: list[LoadPlan] = []
    handover.ask(worker, taken.append)
    gevent.sleep(0.005)
    assert taken == []
    handover.offer(master, make_plan())
    gevent.sleep(0.01)
    worker.send_message(handover.WANTED)  # an answer too many
    assert taken == [make_plan()]
