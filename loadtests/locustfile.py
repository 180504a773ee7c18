"""The load under Locust: `locust -f loadtests/locustfile.py`, one process or many.

One Locust user a process holds the open scheduler; Locust starts, stops and connects processes, shows its own
statistics of the same visits, and carries our reports from the workers to the master. The plan is a JSON file named by
SHUAKA_LOAD_PLAN. Neither trio nor asyncio may be imported here: gevent has taken the process.
"""

import os
import sys
from typing import Any

from locust import User, events, runners, task
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from loadtests import plan as plans
from loadtests.process import Conductor, LoadProcess

runners.WORKER_REPORT_INTERVAL = 1.0  # a live view wants a report a second; Locust's own default is 3

try:
    PLAN = plans.read(os.environ.get(plans.ENVIRONMENT))
except plans.PlanError as error:
    sys.exit(f"locustfile: {error}")


class Arrivals(User):
    """Everybody who arrives at this process; one Locust user is enough for all of them."""

    @task
    def come(self) -> None:
        """Run the whole plan once."""
        process: LoadProcess = self.environment.shuaka
        process.run()
        self.stop()


@events.init.add_listener
def begin(environment: Environment, **_: Any) -> None:
    """Give this process its part: a worker loads, a master conducts, a process alone does both."""
    runner = environment.runner
    if not isinstance(runner, WorkerRunner):
        environment.process_exit_code = 0  # Locust's own opinion of refused visits is not the verdict
        conductor = Conductor(PLAN, environment)
        if isinstance(runner, MasterRunner):
            return
        environment.shuaka = LoadProcess(PLAN, environment, conductor.take)
    else:
        environment.shuaka = LoadProcess(PLAN, environment)
