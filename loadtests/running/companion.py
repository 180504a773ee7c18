"""What a plain `locust -f loadtests/locustfile.py` has beside it: a process of ours that composes and judges the run.

The composition root cannot be imported where gevent has taken the process. So it is started as a command: it prints
the plan's file once people are leased, waits for a line, and then lays the result beside engine and ledger.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from loadtests.workload import plan as plans
from loadtests.workload.plan import LoadPlan, PlanError

COMMAND: Final = (sys.executable, "-m", "shuaka.rehearsing.beside_locust")
SCENARIO, DATA = "smoke", "run"
JUDGE_WAIT_S: Final = 60.0

Judge = Callable[[], int]
"""Judges the result that was written; returns the exit code of its verdict."""


def add_options(parser: Any) -> None:
    """Add what a plain locust can be told about our run."""
    for name, value, text in (
        ("scenario", SCENARIO, "a shipped scenario of shuaka, or a TOML file"),
        ("data", DATA, "data directory of the running engine"),
    ):
        parser.add_argument(f"--{name}", default=value, include_in_web_ui=False, help=text)


def composed(options: Any, processes: int) -> tuple[LoadPlan, Judge]:
    """Return a scenario's plan for so many processes, and who judges its result; PlanError says why there is none."""
    beside = subprocess.Popen(  # noqa: S603 - our own command
        [*COMMAND, options.scenario, options.data, str(processes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is Locust's to hear
    )
    assert beside.stdout is not None
    file = beside.stdout.readline().strip()
    if not file:
        raise PlanError(beside.communicate()[1].strip().removeprefix("error: ") or "no plan could be composed")
    plan = plans.read(file)
    Path(file).unlink()  # it holds the terminals' keys
    return plan, lambda: _judged(beside)


def _judged(beside: "subprocess.Popen[str]") -> int:
    try:
        said, complained = beside.communicate("judge\n", timeout=JUDGE_WAIT_S)
    except subprocess.TimeoutExpired:
        beside.kill()
        said, complained = "", f"error: the run was not judged within {JUDGE_WAIT_S:g} s\n"
    sys.stdout.write(said)
    sys.stderr.write(complained)
    sys.stdout.flush()
    return beside.wait()
