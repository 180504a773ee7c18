"""The load under Locust: `locust -f loadtests/locustfile.py`, one process or many.

One Locust user a process holds the open scheduler; Locust starts, stops and connects processes, shows its own
statistics of the same visits, and carries our reports from the workers to the master. The plan is a JSON file named by
SHUAKA_LOAD_PLAN. Neither trio nor asyncio may be imported here: gevent has taken the process.
"""

import os
import sys
from typing import Any, ClassVar

import gevent
from locust import User, events, runners, task
from locust.runners import MasterRunner, WorkerRunner

from loadtests import plan as plans
from loadtests.conductor import Conductor
from loadtests.metrics import PortTakenError
from loadtests.process import LoadProcess

gevent.config.track_greenlet_tree = False  # no stack is kept of who started whom: nobody looks, and it costs
runners.WORKER_REPORT_INTERVAL = 1.0  # a live view wants a report a second; Locust's own default is 3


class Arrivals(User):
    """Everybody who arrives at this process; one Locust user is enough for all of them."""

    process: ClassVar[LoadProcess | None] = None

    @task
    def come(self) -> None:
        """Run the whole plan once."""
        assert self.process is not None
        self.process.run()
        self.stop()


def begin(environment: Any, **_: Any) -> None:
    """Give this process its part: a worker loads, a master conducts, a process alone does both."""
    try:
        plan = plans.read(os.environ.get(plans.ENVIRONMENT))
    except plans.PlanError as error:
        sys.exit(f"locustfile: {error}")
    if not isinstance(environment.runner, MasterRunner):
        Arrivals.process = LoadProcess(plan, environment)
    if not isinstance(environment.runner, WorkerRunner):
        environment.process_exit_code = 0  # Locust's own opinion of refused visits is not the verdict
        try:
            Conductor(plan, environment, Arrivals.process)
        except PortTakenError as error:
            sys.exit(f"locustfile: {error}")


LOCUST_EVENTS: Any = events  # untyped in Locust
LOCUST_EVENTS.init.add_listener(begin)
