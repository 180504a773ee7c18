"""Locust as a child process of `shuaka load`: started, followed by its live file, told to end, and its result read.

The child has a session of its own, so that Ctrl-C reaches only the command: it ends the arrivals, lets the running
visits end, and the result says that it was interrupted. A second Ctrl-C ends the child at once; where the command is
killed, the child ends by itself.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from loadtests.evidence import result
from loadtests.evidence.result import Result
from loadtests.running import live, owner
from loadtests.workload import plan
from loadtests.workload.plan import RECOVERY_S, LoadPlan
from shuaka.compose import HOST
from shuaka.interruption import held_back
from shuaka.rehearsing import locust_command
from shuaka.rehearsing.live_view import Show, shown
from shuaka.rehearsing.locust_command import PortTakenError
from shuaka.rehearsing.order import Running

LOG = "locust.log"
POLL_S = 0.25
END_MARGIN_S = 10.0
"""What a child may take to end beyond its drain."""
HANG_MARGIN_S = 180.0
"""What a child may take beyond arrivals and drains: the imports, the cards, the sign-ons; more than its own bound."""
LOG_LINES = 5
REASON = "locustfile: "
"""How the line begins by which a load process says that it cannot work."""


class ChildError(Exception):
    """The load process did not do its work; the text says why."""


class CrashError(ChildError):
    """The load process did not say why; its log may tell."""


def follow(
    load_plan: LoadPlan,
    place: Path,
    *,
    quiet: bool,
    running: Running = Running(),
    over: Callable[[Result], None] = lambda _: None,
) -> Result:
    """Carry out a plan in a child process, show how it goes, and return its result; raise ChildError.

    `over` is called with the result once; with a page, which stands until Ctrl-C, before the child ends.
    """
    try:
        locust_command.probe(running, load_plan.metrics_port)
    except PortTakenError as error:
        raise ChildError(str(error)) from None
    plan_file = place / "plan.json"
    plan.write(load_plan, plan_file)
    try:
        with held_back() as release, (place / LOG).open("wb") as said:
            child = subprocess.Popen(  # noqa: S603 - our own interpreter and locustfile
                locust_command.command(load_plan.profile.processes, running),
                env=owner.owned_by(os.getpid(), {**os.environ, plan.ENVIRONMENT: str(plan_file)}),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            early = _wait(child, release, load_plan, quiet=quiet, running=running, over=over)
    finally:
        plan_file.unlink(missing_ok=True)  # it holds the terminals' keys; a child that read it has removed it
    whole = left(load_plan, place)
    if not early:
        over(whole)
    return whole


def _wait(
    child: subprocess.Popen[bytes],
    release: Callable[[], None],
    load_plan: LoadPlan,
    *,
    quiet: bool,
    running: Running,
    over: Callable[[Result], None],
) -> bool:
    """Wait for the child's end; True if the run was over, and told so, before: its page went on."""
    early = False
    try:
        release()
        with shown(quiet=quiet) as show:
            _announce(load_plan, running)
            _until_ended(child, load_plan, show, running)
        if running.web_port and child.poll() is None:
            early = True
            over(result.read(Path(load_plan.result_file)))
            print(f"the page stays: http://{HOST}:{running.web_port} (Ctrl-C ends it)", file=sys.stderr, flush=True)
            child.wait()
    except KeyboardInterrupt:
        if not early:
            print("ending: no more arrivals, the running visits may end", file=sys.stderr, flush=True)
        child.send_signal(signal.SIGTERM)
        _end(child, load_plan.profile.drain_s + RECOVERY_S + END_MARGIN_S)
        if not Path(load_plan.result_file).exists():
            raise ChildError(_ended_without(load_plan)) from None
    except BaseException:
        _kill(child)
        raise
    return early


def _ended_without(load_plan: LoadPlan) -> str:
    """Say what a run came to that was ended and left no result."""
    state = live.read(Path(load_plan.live_file))
    if state is None or not state.arrivals.scheduled:
        return "ended before the first arrival: nothing was run"
    came = f"{state.arrivals.scheduled} arrivals had come"
    return f"killed before its end, without a result: {came}, and their journals lie in {load_plan.journal_dir}"


def _announce(load_plan: LoadPlan, running: Running) -> None:
    """Say what somebody has to do, or can look at."""
    if running.master_port:
        here = f"shuaka load --worker --master-port {running.master_port}"
        print(f"waiting for {load_plan.profile.processes} worker(s): {here}", file=sys.stderr, flush=True)
    if running.web_port:
        print(f"page: http://{HOST}:{running.web_port}", file=sys.stderr, flush=True)


def _until_ended(child: subprocess.Popen[bytes], load_plan: LoadPlan, show: Show, running: Running) -> None:
    """Show the run until the child, or beneath a page the run alone, has ended; raise ChildError at the bound."""
    profile = load_plan.profile
    bound_s = profile.preparing_s + result.planned_s(profile) + 2 * profile.drain_s + HANG_MARGIN_S
    until_s = time.monotonic() + bound_s
    state = None
    while child.poll() is None:
        if running.master_port and state is None:
            until_s = time.monotonic() + bound_s  # workers come when somebody starts them
        if time.monotonic() > until_s:
            raise CrashError(f"the load process did not end within {bound_s:.0f} s, and was killed")
        time.sleep(POLL_S)
        state = live.read(Path(load_plan.live_file))
        if state is not None:
            show(state)
        if running.web_port and Path(load_plan.result_file).exists():
            return


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


def left(load_plan: LoadPlan, place: Path) -> Result:
    """Return the result that a run left, not judged yet; raise ChildError with what the child said last."""
    path = Path(load_plan.result_file)
    try:
        return result.read(path)
    except FileNotFoundError:
        raise _last_words(place / LOG) from None
    except (OSError, msgspec.MsgspecError) as error:
        raise ChildError(f"the result {path} cannot be read: {error}") from None


def _last_words(log: Path) -> ChildError:
    """Return the reason that the child gave for leaving no result, or else the end of what it said."""
    said = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    for line in reversed(said):
        if line.startswith(REASON):
            return ChildError(line.removeprefix(REASON))
    return CrashError("\n".join([f"the load process left no result; {log} ends with:", *said[-LOG_LINES:]]))
