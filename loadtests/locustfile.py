"""The load under Locust: `locust -f loadtests/locustfile.py`, one process or many, with Locust's page or without.

One Locust user a process holds the open scheduler; Locust starts, stops and connects processes, shows its own
statistics of the same visits, and carries our reports from the workers to the master. The plan is a JSON file named by
SHUAKA_LOAD_PLAN, which is gone once it was read; a worker asks its master, and who is named none has one made. Neither
trio nor asyncio may be imported here: gevent has taken the process.
"""

import os
import sys
from pathlib import Path
from typing import Any, ClassVar

import gevent
from gevent.event import AsyncResult
from gevent.pool import Group
from locust import User, events, runners, task
from locust.runners import MasterRunner, WorkerRunner

from loadtests.openload import interruption
from loadtests.running import companion, handover, owner, web_page
from loadtests.running.conductor import Conductor
from loadtests.running.metrics import PortTakenError
from loadtests.running.process import LoadProcess
from loadtests.workload import plan as plans
from loadtests.workload.plan import LoadPlan, PlanError

gevent.config.track_greenlet_tree = False  # no stack is kept of who started whom: nobody looks, and it costs
runners.WORKER_REPORT_INTERVAL = 1.0  # a live view wants a report a second; Locust's own default is 3
STOP_MARGIN_S = 5.0
LOOPBACK = "127.0.0.1"
EVERY_ADDRESS = ("", "*")
"""How Locust says it, where nothing else is asked for."""


class Arrivals(User):
    """Everybody who arrives at this process; one Locust user is enough for all of them."""

    process: ClassVar[Any] = AsyncResult()

    @task
    def come(self) -> None:
        """Run the whole plan once, as soon as there is one."""
        self.process.get().run()
        self.stop()


class InFlight(Group):  # type: ignore[misc]  # untyped in gevent
    """Locust's users, of whom there is one, counted as its page shall show them: the visits in flight."""

    def __init__(self, process: LoadProcess) -> None:
        super().__init__()
        self._process = process

    def __len__(self) -> int:
        return self._process.in_flight


def begin(environment: Any, **_: Any) -> None:
    """Give this process its part: a worker loads, a master conducts, a process alone does both."""
    interruption.to_main()
    runner, named = environment.runner, os.environ.get(plans.ENVIRONMENT)
    works = isinstance(runner, WorkerRunner)
    if parent_pid := owner.parent_wanted(os.environ, forked=works and named is not None):
        gevent.spawn(owner.end_with, parent_pid, gevent.sleep)
    if works:
        handover.ask(runner, lambda plan: Arrivals.process.set(LoadProcess(plan, environment)))
        return
    _keep_to_this_machine(environment)
    try:
        plan, judge = (_taken(named), None) if named else _composed(environment)
    except PlanError as error:
        sys.exit(f"locustfile: {error}")
    if not isinstance(runner, MasterRunner):
        Arrivals.process.set(LoadProcess(plan, environment))
    _conduct(plan, environment, judge)


def _taken(file: str) -> LoadPlan:
    """Read a plan, and remove the file that a command wrote for this process alone: it holds the terminals' keys."""
    plan = plans.read(file)
    if owner.OWNER in os.environ:
        Path(file).unlink(missing_ok=True)
    return plan


def _composed(environment: Any) -> tuple[LoadPlan, companion.Judge]:
    """Have a plan made for the processes that Locust was told of: their number is not the scenario's here."""
    options = environment.parsed_options
    return companion.composed(options, options.expect_workers if isinstance(environment.runner, MasterRunner) else 1)


def _keep_to_this_machine(environment: Any) -> None:
    """Let nothing listen on every address, as Locust does by itself: page and master have neither TLS nor users."""
    page, options = environment.web_ui, environment.parsed_options
    if page is not None and page.host in EVERY_ADDRESS:
        page.host = LOOPBACK  # it has not begun to listen
    if page is not None and page.host != LOOPBACK:
        sys.exit(f"locustfile: the page is shown on this machine only: --web-host {LOOPBACK}")
    if isinstance(environment.runner, MasterRunner) and options.master_bind_host != LOOPBACK:
        sys.exit(f"locustfile: a master hands out the keys of terminals: add --master-bind-host {LOOPBACK}")


def _conduct(plan: LoadPlan, environment: Any, judge: companion.Judge | None) -> None:
    environment.process_exit_code = 0  # Locust's own opinion of refused visits is not the verdict
    alone = None if isinstance(environment.runner, MasterRunner) else Arrivals.process.get()
    if alone is None:
        options = environment.parsed_options
        options.num_users = options.spawn_rate = plan.profile.processes  # one each; with fewer a worker would idle
        handover.offer(environment.runner, plan)
    try:
        conductor = Conductor(plan, environment, alone, judge)
    except PortTakenError as error:
        sys.exit(f"locustfile: {error}")
    if environment.web_ui is not None:
        environment.stop_timeout = plan.profile.drain_s + plans.RECOVERY_S + STOP_MARGIN_S
        web_page.add_tabs(environment.web_ui, conductor.latest, plan.profile)
        if alone is not None:
            environment.runner.user_greenlets = InFlight(alone)


LOCUST_EVENTS: Any = events  # untyped in Locust
LOCUST_EVENTS.init_command_line_parser.add_listener(companion.add_options)
LOCUST_EVENTS.init.add_listener(begin)
