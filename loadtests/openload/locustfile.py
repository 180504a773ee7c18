"""Makes any locustfile open: `OpenLoad(Customer, arrivals="50..200/30s")` below an ordinary User class (gevent).

The class's tasks are the visits; its wait_time is not used, since nobody who comes waits until somebody else has been
served. Works headless and with Locust's page, in one process, with --processes, and with --master and --worker. The
master, or the only process, writes one JSON and prints the verdict, which is Locust's exit code: 0 PASS, 1 FAIL,
3 GENERATOR-BOUND. Locust gets three options for it: --arrivals, --findings and --junit. The project's own commands that
read a result (verify, report) read its own load's, and not these findings. Locust is untyped.
"""

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import gevent
from locust import events
from locust.runners import WorkerRunner

from loadtests.openload import findings, interruption, junit
from loadtests.openload.arrivals import EXPECTED, ArrivalPlan, ArrivalsError
from loadtests.openload.crew import Leader, Worker
from loadtests.openload.figures import SERVED, SUBJECTS
from loadtests.openload.findings import Findings, Setting
from loadtests.openload.thresholds import Threshold, ThresholdError, parse_threshold
from loadtests.openload.verdict import Slo

LOCUST_EVENTS: Final[Any] = events
LOGGER: Final = logging.getLogger(__name__)
UNWRITTEN: Final = 1
"""The exit code of a run whose findings could not be kept."""
FILES: Final[dict[str, Callable[[Findings], bytes]]] = {
    "findings": findings.document,
    "junit": lambda found: junit.document([findings.suite(found)]),
}
"""By option: what stands in its file."""


class OpenLoad:
    """The open load of a locustfile, of which there is one; `users` are all of its User classes.

    `slo` and `thresholds` (texts such as "served p99 <= 200ms") are what the verdict asks. `visits_max` bounds the
    visits in flight in one process: past it an arrival is dropped and counted. Who is due before `warmup_s` is served
    and not measured; after the last arrival, visits have `drain_s` to end.
    """

    def __init__(
        self,
        *users: Any,
        arrivals: str = "",
        slo: Slo | None = None,
        thresholds: Sequence[str] = (),
        seed: int = 1,
        warmup_s: float = 0.0,
        drain_s: float = 10.0,
        visits_max: int = 1_000,
    ) -> None:
        self._users = users
        self._arrivals = arrivals
        self._setting: Callable[..., Setting] = partial(
            Setting,
            slo=slo or Slo(),
            thresholds=_bounds(users, thresholds),
            seed=seed,
            warmup_s=warmup_s,
            drain_s=drain_s,
            visits_max=visits_max,
        )
        LOCUST_EVENTS.init_command_line_parser.add_listener(self._add_options)
        LOCUST_EVENTS.init.add_listener(self._take_over)

    def _add_options(self, parser: Any) -> None:
        parser.add_argument(
            "--arrivals", default=self._arrivals, env_var="OPENLOAD_ARRIVALS", help=f"Arrivals: {EXPECTED}."
        )
        parser.add_argument(
            "--findings",
            default="",
            env_var="OPENLOAD_FINDINGS",
            include_in_web_ui=False,
            help="File of the result: one JSON with setting, fates, histograms and verdict.",
        )
        parser.add_argument(
            "--junit",
            default="",
            env_var="OPENLOAD_JUNIT",
            include_in_web_ui=False,
            help="File of the verdict as JUnit XML, for a build server.",
        )

    def _take_over(self, environment: Any, **_: Any) -> None:
        """Let visits be all that Locust runs, and begin with its test."""
        interruption.to_main()
        self._options = environment.parsed_options
        self._environment = environment
        if strangers := set(environment.user_classes) - set(self._users):
            names = ", ".join(sorted(user_class.__name__ for user_class in strangers))
            sys.exit(
                f"OpenLoad does not know {names}: hand it every User class of the locustfile, or name those to run"
            )
        environment.dispatcher_class = Nobody
        self._options.num_users = 0  # it is the visits in flight that Locust counts
        if isinstance(environment.runner, WorkerRunner):
            Worker(environment)
            return
        try:
            self._asked()
        except ValueError as error:
            sys.exit(_refused(error))
        for option in FILES:
            folder = Path(getattr(self._options, option)).absolute().parent
            if not folder.is_dir():
                sys.exit(f"--{option}: {folder} is no folder; name a file in one that is there")
        self._leader = Leader(environment, self._tell)
        environment.events.test_start.add_listener(self._begin)

    def _asked(self) -> Setting:
        """Return what is asked of a run; raise ValueError, of arrivals ArrivalsError."""
        return self._setting(arrivals=ArrivalPlan.read(self._options.arrivals))

    def _begin(self, **_: Any) -> None:
        try:
            self._leader.begin(self._asked())
        except ValueError as error:  # somebody typed it into Locust's page
            LOGGER.error("no run begins: %s", _refused(error))  # noqa: TRY400 - the sentence says it all
            gevent.spawn(self._environment.runner.stop)

    def _tell(self, found: Findings) -> None:
        """Print what was found, keep it, and let the verdict be Locust's exit code."""
        sys.stdout.write("\n".join([*findings.lines(found), ""]))
        sys.stdout.flush()
        self._environment.process_exit_code = found.verdict.exit_code
        for option, content in FILES.items():
            file = getattr(self._options, option)
            try:
                if file:
                    Path(file).write_bytes(content(found))
            except OSError as error:
                self._environment.process_exit_code = UNWRITTEN
                LOGGER.error("--%s: %s cannot be written: %s", option, file, error.strerror)  # noqa: TRY400 - the same


def _bounds(users: Sequence[Any], thresholds: Sequence[str]) -> tuple[Threshold, ...]:
    """Read the thresholds, which may name every User class; end with a sentence where they name what is not there."""
    names = [user_class.__name__ for user_class in users]
    if taken := {SERVED, *SUBJECTS}.intersection(names):
        sys.exit(f"OpenLoad: no User class may be called {taken.pop()}, which is a figure of the run; rename it")
    try:
        return tuple(parse_threshold(text, [SERVED, *names]) for text in thresholds)
    except ThresholdError as error:
        sys.exit(f"OpenLoad: {error}")


def _refused(error: ValueError) -> str:
    return f"{'--arrivals' if isinstance(error, ArrivalsError) else 'OpenLoad'}: {error}"


class Nobody(Iterator[dict[str, dict[str, int]]]):
    """A dispatcher of Locust's that starts and stops no user: visits begin when they are due."""

    dispatch_in_progress = False

    def __init__(self, worker_nodes: Sequence[Any], user_classes: Sequence[Any]) -> None:
        del user_classes
        self._nodes = {node.id for node in worker_nodes}
        self._told: Iterator[dict[str, dict[str, int]]] = iter(())

    def new_dispatch(self, target_user_count: int, spawn_rate: float, user_classes: Any = None) -> None:
        """Begin a dispatch, which is one message to each worker: to start nobody."""
        del target_user_count, spawn_rate, user_classes
        self._told = iter([{node: {} for node in self._nodes}])

    def __next__(self) -> dict[str, dict[str, int]]:
        """Return whom to start on which worker."""
        return next(self._told)

    def add_worker(self, worker_node: Any) -> None:
        """Hear of a worker that came."""
        self._nodes.add(worker_node.id)

    def remove_worker(self, worker_node: Any) -> None:
        """Hear of a worker that went."""
        self._nodes.discard(worker_node.id)
