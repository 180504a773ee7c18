"""`shuaka admin ...`: a tester's hands on a running engine; what changes anything needs `shuaka serve --control`.

Exit codes: 0 done, 1 the engine refuses or does not answer, 2 the command line is wrong, or a file cannot be read.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from shuaka import agency, compose
from shuaka.ending import FAILED, USAGE, end
from shuaka.engine import Engine, EngineError

DATA = typer.Option(help="Data directory of the engine.")
Data = Annotated[Path, DATA]

app = typer.Typer(
    name="admin",
    help="Reset, snapshots, people, clock and faults of a running engine (serve --control); filings and orders.",
    no_args_is_help=True,
)
app.command()(agency.file_elsewhere)
app.command()(agency.withdraw_filing)
app.command()(agency.confirm_remote_order)


class FaultKind(StrEnum):
    """What is to happen to a call."""

    LOSE_REQUEST = "lose-request"
    LOSE_REPLY = "lose-reply"
    SLOW = "slow"
    DOUBLE = "double"
    GATEWAY_401 = "gateway-401"


@app.command()
def reset(data: Data = compose.DEFAULT_DATA) -> None:
    """Empty the ledger: everybody is a newcomer, the clock is the wall's, no fault waits."""
    answer = _ask(data, "POST", "/admin/reset")
    print(f"the ledger is empty; it is {answer['now']}")


@app.command()
def snapshot(name: str, data: Data = compose.DEFAULT_DATA) -> None:
    """Put the ledger aside under a name."""
    _ask(data, "POST", "/admin/snapshot", {"name": name})
    print(f"snapshot {name}; bring it back with: shuaka admin restore {name}")


@app.command()
def restore(name: str, data: Data = compose.DEFAULT_DATA) -> None:
    """Bring a snapshot back; the engine keeps running."""
    answer = _ask(data, "POST", "/admin/restore", {"name": name})
    print(f"restored {name}; it is {answer['now']}")


@app.command()
def snapshots(data: Data = compose.DEFAULT_DATA) -> None:
    """List what can be brought back."""
    print(*_ask(data, "GET", "/admin/snapshots")["snapshots"], sep="\n")


@app.command()
def people(
    file: Annotated[Path, typer.Argument(help="CSV: psn_no (or city, index), balance, psn_type, standing ...")],
    data: Data = compose.DEFAULT_DATA,
) -> None:
    """Set people, a line each; what a line leaves empty stays, and one that is refused is named before any is set."""
    try:
        content = file.read_bytes()
    except OSError as error:
        end(f"{file} cannot be read: {error.strerror}", USAGE)
    print(f"{_ask(data, 'POST', '/admin/people', content)['people']} people set")


@app.command()
def clock(data: Data = compose.DEFAULT_DATA) -> None:
    """Tell the engine's time."""
    _print_time(_ask(data, "GET", "/admin/clock"))


@app.command()
def advance(
    days: Annotated[int, typer.Option(help="Days to go on.")] = 0,
    hours: Annotated[int, typer.Option(help="Hours to go on.")] = 0,
    minutes: Annotated[int, typer.Option(help="Minutes to go on.")] = 0,
    to: Annotated[str, typer.Option(help="A moment, yyyy-MM-dd HH:mm:ss.")] = "",
    allotment_fen: Annotated[
        int, typer.Option(min=0, help="Fen that each month begun meanwhile brings to employees' accounts.")
    ] = 0,
    data: Data = compose.DEFAULT_DATA,
) -> None:
    """Move the engine's clock on: seven days end a temporary loss, a new year begins new counters."""
    asked = {"days": days, "hours": hours, "minutes": minutes, "to": to, "allotment_fen": allotment_fen}
    answer = _ask(data, "POST", "/admin/clock/advance", asked)
    _print_time(answer)
    if allotment_fen:
        print(f"allotted {answer['allotted']} times")


@app.command("next")
def next_fault(
    infno: Annotated[str, typer.Argument(help="Transaction code; empty shows what waits.")] = "",
    fault: Annotated[FaultKind, typer.Argument(help="What happens to it.")] = FaultKind.LOSE_REPLY,
    nth: Annotated[int, typer.Option(min=1, help="Which call from now on; 1 is the next.")] = 1,
    delay_ms: Annotated[int, typer.Option(min=0, help="How late a slow one is.")] = 3_000,
    data: Data = compose.DEFAULT_DATA,
) -> None:
    """Order a fault for the n-th call of an infno, or show the faults that wait."""
    if infno:
        asked = {"infno": infno, "fault": fault.value, "nth": nth, "delay_ms": delay_ms}
        waiting = _ask(data, "POST", "/admin/next", asked)["next"]
    else:
        waiting = _ask(data, "GET", "/admin/next")["next"]
    for order in waiting:
        late = f" by {order['delay_ms']} ms" if order["fault"] == FaultKind.SLOW else ""
        print(f"call {order['nth']} of {order['infno']}: {order['fault']}{late}")


def _print_time(answer: dict[str, Any]) -> None:
    days = answer["offset_ms"] / 86_400_000
    print(f"{answer['now']}" + (f", {days:.2f} days ahead of the wall clock" if answer["offset_ms"] else ""))


def _ask(data: Path, method: str, path: str, body: object = None) -> Any:
    try:
        return Engine(data).ask(method, path, body)
    except EngineError as error:
        end(str(error), FAILED)
