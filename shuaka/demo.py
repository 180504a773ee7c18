"""`shuaka demo`: engine, trio terminals and Locust on this machine, half a minute of a city's peak, and the proof.

Three processes: `shuaka serve`, `shuaka terminals` and the load, each as its own command would run it. What the two
clients claim is laid beside the engine's counters and the ledger. Exit codes as of `shuaka load`. Ctrl-C ends the
arrivals and what was done is judged: so engine and terminals have process groups of their own, and are ended from here,
whatever ends us: a hangup and SIGTERM count as Ctrl-C.
"""

import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from loadtests.evidence.gate import claims_of_fleet, compare
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.verdict import Answer
from settlement.wire.names import compact_time
from shuaka import compose, demo_report
from shuaka.children import SHUAKA, child_of, engine_of
from shuaka.ending import FAILED, end
from shuaka.engine import Engine, EngineError
from shuaka.interruption import interruptible
from shuaka.rehearsing.load_child import ChildError
from shuaka.rehearsing.rehearsal import Rehearsal, RehearsalError, audit_of, rehearse
from terminals.patients import Mix
from terminals.tally import FleetReport

ANY_PORTS: Final = tuple(word for name in compose.PORTS for word in (f"--{name}-port", "0"))
RATE: Final = "100"
THINK: Final = "0.3"
"""Think times of the fleet's patients: brisk, so that the last of them leave soon after the load."""
LOAD_LANE: Final = 2
LOAD_TERMINALS: Final = 60
WARMUP_S: Final = 2.0
FLEET_END_S: Final = 40.0
"""A fleet lets its running visits end, for up to half a minute."""

DEMO_MIX: Final = Mix(
    remote=0.15,
    wrong_password=0.03,
    default_pin=0.05,
    local_password_as_pin=0.03,
    foreign_module=0.03,
    saves_account=0.2,
    inpatient=0.1,
    voucher=0.05,
    identity_card=0.03,
)
"""As the default mix, with more of what goes wrong: half a minute should show it."""


def demo(
    seconds: Annotated[float, typer.Option(min=5, max=3600, help="Seconds of arrivals.")] = 32,
    terminals: Annotated[int, typer.Option(min=6, max=500, help="Terminals of the trio fleet.")] = 30,
    keep: Annotated[Path | None, typer.Option(help="Keep ledger, journals and results in this directory.")] = None,
) -> None:
    """Run a peak of card settlements on this machine and prove that the money adds up."""
    with tempfile.TemporaryDirectory(prefix="shuaka-demo-") as scratch:
        data = keep or Path(scratch)
        try:
            with interruptible():
                with engine_of(data, *ANY_PORTS) as engine:
                    answer, exit_code = _rehearse(engine, data, seconds, terminals)
                print(f"\n{answer}")  # once the engine, too, has ended well
        except (EngineError, ChildError, RehearsalError) as error:
            end(str(error), FAILED)
        except KeyboardInterrupt:
            end("ended before there was anything to judge", FAILED)
        if keep:
            print(f"kept: {keep} (ledger, journals, results)")
    raise typer.Exit(exit_code)


def _rehearse(engine: Engine, data: Path, seconds: float, terminals: int) -> tuple[Answer, int]:
    found, suffix = engine.endpoints, compact_time(time.time_ns() // 1_000_000)[-6:]
    fleet_name, load_name = f"demo-fleet-{suffix}", f"demo-load-{suffix}"  # so that a kept directory serves again
    print(
        f"engine      process {found.pid}, ledger SQLite with synchronous=FULL\n"
        f"metrics     http://{found.metrics}/metrics while it runs\n"
        f"terminals   {len(compose.sites(terminals, fleet_name))} trio terminals whose patients take their time\n"
        f"load        Locust, open arrivals, {RATE} visits/s for {seconds:g} s\n",
        flush=True,
    )
    fleet_result = data / f"{fleet_name}.json"
    with _fleet(data, fleet_name, seconds, terminals, fleet_result) as fleet_process:
        asked = Rehearsal(
            run=load_name,
            data=data,
            arrivals=ArrivalPlan.read(RATE, seconds),
            people=compose.DEFAULT_PEOPLE,
            terminals=LOAD_TERMINALS,
            lane=LOAD_LANE,
            seed=compose.DEFAULT_SEED,
            mix=DEMO_MIX,
            warmup_s=min(WARMUP_S, seconds / 5),
            command=shlex.join(["shuaka", *sys.argv[1:]]),
        )
        judged = rehearse(asked, quiet=False)
        if judged.interrupted:
            fleet_process.send_signal(signal.SIGTERM)
    fleet = _read_fleet(fleet_result)
    fleet_gate = compare([claims_of_fleet(fleet)], audit_of(engine, fleet_name))
    assert judged.gate is not None
    assert judged.verdict is not None
    print(*demo_report.lines(judged, fleet, judged.gate, fleet_gate), sep="\n")
    for fault in fleet.faults:
        print(f"fault       {fault}")
    if fleet.outlived:
        print(f"outlived    {fleet.outlived} messages of the terminals refused: chips older than the host knows them")
    if not (fleet.ok and fleet_gate.ok):
        return Answer.FAIL, FAILED
    return judged.verdict.answer, judged.verdict.exit_code


@contextmanager
def _fleet(data: Path, name: str, seconds: float, terminals: int, result: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a fleet beside the block, and wait for its end and its result."""
    command = [*SHUAKA, "terminals", "--data", str(data), "--name", name, "--count", str(terminals)]
    command += ["--duration", str(seconds), "--think", THINK, "--result", str(result), "--json"]
    with child_of(command) as child:
        yield child
        try:
            child.wait(FLEET_END_S)
        except subprocess.TimeoutExpired:
            raise RehearsalError(f"the terminals had not ended {FLEET_END_S:g} s after the load") from None


def _read_fleet(path: Path) -> FleetReport:
    try:
        return msgspec.json.decode(path.read_bytes(), type=FleetReport)
    except (OSError, msgspec.MsgspecError) as error:
        raise RehearsalError(f"the terminals left no result ({error}); what they said stands above") from None
