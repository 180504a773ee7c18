"""Locust as a child process of `shuaka load`: started, followed by its live file, told to end, and its result read.

The child has a session of its own, so that Ctrl-C reaches only the command: it ends the arrivals, lets the running
visits end, and the result says that it was interrupted. A second Ctrl-C ends the child at once.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from rich.console import Console
from rich.live import Live as RichLive
from rich.table import Table

from loadtests import live, plan, result
from loadtests.live import Live
from loadtests.openload.histograms import in_ms
from loadtests.plan import RECOVERY_S, LoadPlan
from loadtests.result import Result
from shuaka.compose import HOST

LOCUSTFILE = Path(plan.__file__).with_name("locustfile.py")
POLL_S = 0.25
LINE_EVERY_S = 5.0
END_MARGIN_S = 10.0
"""What a child may take to end beyond its drain."""
HANG_MARGIN_S = 180.0
"""What a child may take beyond arrivals and drains: the imports, the cards, the sign-ons; more than its own bound."""
LOG_LINES = 5

Show = Callable[[Live], None]


class ChildError(Exception):
    """The load process did not do its work; the text says what it said last."""


def follow(load_plan: LoadPlan, place: Path, *, quiet: bool) -> Result:
    """Carry out a plan in a child process, show how it goes, and return its result; raise ChildError."""
    plan_file, log = place / "plan.json", place / "locust.log"
    plan.write(load_plan, plan_file)
    try:
        with log.open("wb") as said:
            child = subprocess.Popen(  # noqa: S603 - our own interpreter and locustfile
                _command(load_plan.profile.processes),
                env={**os.environ, plan.ENVIRONMENT: str(plan_file)},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _wait(child, load_plan, quiet=quiet)
    finally:
        plan_file.unlink()  # it holds the terminals' keys
    return _result(Path(load_plan.result_file), log)


def _command(processes: int) -> list[str]:
    """Return Locust's command line; whatever it listens on is loopback (it would take every address)."""
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary"]
    command += ["--users", str(processes), "--spawn-rate", str(processes), "--web-host", HOST]
    if processes > 1:
        port = str(_free_port())
        command += ["--processes", str(processes), "--master-bind-host", HOST, "--master-bind-port", port]
        command += ["--master-host", HOST, "--master-port", port]
    return command


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(child: subprocess.Popen[bytes], load_plan: LoadPlan, *, quiet: bool) -> None:
    try:
        with _told_to_end(), _shown(quiet=quiet) as show:
            _until_ended(child, load_plan, show)
    except KeyboardInterrupt:
        print("ending: no more arrivals, the running visits may end", file=sys.stderr, flush=True)
        child.send_signal(signal.SIGTERM)
        _end(child, load_plan.profile.drain_s + RECOVERY_S + END_MARGIN_S)
    except BaseException:
        _kill(child)
        raise


@contextmanager
def _told_to_end() -> Iterator[None]:
    """Let SIGINT and SIGTERM both raise KeyboardInterrupt, also where a shell had SIGINT ignored."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _until_ended(child: subprocess.Popen[bytes], load_plan: LoadPlan, show: Show) -> None:
    profile = load_plan.profile
    bound_s = result.planned_s(profile) + 2 * profile.drain_s + HANG_MARGIN_S
    until_s = time.monotonic() + bound_s
    while child.poll() is None:
        if time.monotonic() > until_s:
            raise ChildError(f"the load process did not end within {bound_s:.0f} s, and was killed")
        time.sleep(POLL_S)
        state = live.read(Path(load_plan.live_file))
        if state is not None:
            show(state)


def _end(child: subprocess.Popen[bytes], bound_s: float) -> None:
    """Wait for a child that was told to end; kill it at the bound, or at another Ctrl-C."""
    try:
        child.wait(bound_s)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        _kill(child)


def _kill(child: subprocess.Popen[bytes]) -> None:
    """Kill the child and its workers: the session that we started, and nothing else."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _result(path: Path, log: Path) -> Result:
    try:
        return result.read(path)
    except FileNotFoundError:
        last = log.read_text(errors="replace").strip().splitlines()[-LOG_LINES:]
        raise ChildError("\n".join(["the load process left no result; it said last:", *last])) from None
    except (OSError, msgspec.MsgspecError) as error:
        raise ChildError(f"the result {path} cannot be read: {error}") from None


@contextmanager
def _shown(*, quiet: bool) -> Iterator[Show]:
    """Show a run on a terminal as a table that changes, elsewhere as a line now and then, for a machine not at all."""
    console = Console()
    if quiet:
        yield lambda _: None
    elif console.is_terminal:
        with RichLive(console=console, refresh_per_second=4, transient=True) as screen:
            yield lambda state: screen.update(_table(state))
    else:
        yield _Lines()


class _Lines:
    """Prints a line when LINE_EVERY_S of the run have passed since the last."""

    def __init__(self) -> None:
        self._next_s = 0.0

    def __call__(self, state: Live) -> None:
        if state.elapsed_s >= self._next_s:
            self._next_s = state.elapsed_s + LINE_EVERY_S
            print("  ".join(f"{name} {said}" for name, said in _facts(state)), flush=True)


def _table(state: Live) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, said in _facts(state):
        table.add_row(name, said)
    return table


def _facts(state: Live) -> Iterator[tuple[str, str]]:
    fates = state.arrivals
    elapsed_s = max(state.elapsed_s, 1e-3)
    mark = "" if state.p99_stated else "~"  # an estimate over few samples
    yield "time", f"{min(state.elapsed_s, state.planned_s):.0f}/{state.planned_s:.0f} s"
    yield "rate", f"{fates.completed / elapsed_s:.1f}/s of {fates.scheduled / elapsed_s:.1f}/s"
    yield "p50", in_ms(state.p50_us)
    yield "p99", mark + in_ms(state.p99_us)
    yield "late", str(fates.late)
    yield "dropped", str(fates.dropped)
    for flow, ends in state.visits.items():
        yield flow, " ".join(f"{end} {count}" for end, count in ends.items())
    yield "metrics", f"http://{HOST}:{state.metrics_port}/metrics"
