"""`shuaka up`: engine, terminals, Prometheus and the dashboards' page with one command, until Ctrl-C.

Prometheus is Debian's, if it is installed; without it the rest runs and the page says what it lacks. Exit codes: 0
ended by Ctrl-C, 1 a part of it did not start or ended by itself.
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from shuaka import compose, dash
from shuaka.children import SHUAKA, child_of, engine_of
from shuaka.compose import HOST
from shuaka.dashing.dashboards import NoDashboardsError, grafana
from shuaka.ending import FAILED, end
from shuaka.engine import EngineError
from shuaka.interruption import interruptible

if TYPE_CHECKING:
    import subprocess

PROMETHEUS_PORT: Final = 9090
TERMINALS_PORT: Final = 7375
"""Where Prometheus's configuration looks for terminals: nobody chooses it here."""
SHIFT_S: Final = 3600
"""A fleet works for an hour; then the next takes over."""
POLL_S: Final = 0.5


def up(
    data: Annotated[Path, typer.Option(help="Data directory.")] = compose.DEFAULT_DATA,
    terminals: Annotated[int, typer.Option(min=6, max=500, help="Terminals that serve patients.")] = 20,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the page stands.")] = dash.PORT,
    prometheus_port: Annotated[
        int,
        typer.Option(
            min=0,
            max=65535,
            help=f"Where Prometheus stands; 0 is {PROMETHEUS_PORT}, or a free port where that is taken.",
        ),
    ] = 0,
) -> None:
    """Run the network on this machine with its dashboards, until Ctrl-C."""
    _free({"": port, "the terminals' metrics": TERMINALS_PORT})
    lacks = _lacks()
    prometheus = prometheus_port or PROMETHEUS_PORT if lacks else _port_of_prometheus(prometheus_port)
    try:
        with interruptible(), engine_of(data) as engine, ExitStack() as beside:
            children = {
                "the page": beside.enter_context(_page(port, prometheus)),
                **({} if lacks else {"Prometheus": beside.enter_context(_prometheus(data, prometheus))}),
            }
            print(
                f"engine      {engine.endpoints.metrics}/metrics, terminals at {engine.tcp}\n"
                f"terminals   {terminals} on {HOST}:{TERMINALS_PORT}/metrics\n"
                f"prometheus  {lacks or f'http://{HOST}:{prometheus}/'}\n"
                f"dashboards  http://{HOST}:{port}/\n"
                f"            Ctrl-C ends; in another shell: shuaka load smoke --data {data}",
                flush=True,
            )
            _stay(data, terminals, children)
    except KeyboardInterrupt:
        return
    except (EngineError, NoDashboardsError) as error:
        end(str(error), FAILED)


def _free(ports: dict[str, int]) -> None:
    """End the command, before anything is started, if a port is somebody else's."""
    from settlement.gateways.listening import PortError, bind  # noqa: PLC0415 - servers are imported by who serves

    for name, port in ports.items():
        try:
            bind("", HOST, port).close()
        except PortError as error:
            fixed = f"{HOST}:{port} is taken, and it must be had for {name}: end what listens there"
            end(fixed if name else str(error), FAILED)


def _port_of_prometheus(asked: int) -> int:
    """Return a free port: the one asked for or the end of the command, else the usual one or any."""
    from settlement.gateways.listening import PortError, bind  # noqa: PLC0415 - servers are imported by who serves

    def free(port: int) -> int:
        with bind("prometheus", HOST, port) as listener:
            return int(listener.getsockname()[1])

    try:
        return free(asked or PROMETHEUS_PORT)
    except PortError as error:
        return end(str(error), FAILED) if asked else free(0)


def _lacks() -> str:
    """Return what keeps Prometheus from running here; empty if nothing does."""
    if shutil.which("prometheus"):
        return ""
    return "not installed (Debian: apt-get install prometheus), so the dashboards stay empty"


def _stay(data: Path, terminals: int, children: dict[str, "subprocess.Popen[bytes]"]) -> None:
    """Keep terminals at work until Ctrl-C; raise EngineError when a part ends by itself."""
    while True:
        with _fleet(data, terminals) as fleet:
            while fleet.poll() is None:
                time.sleep(POLL_S)
                for name, child in children.items():
                    if child.poll() is not None:
                        raise EngineError(f"{name} ended by itself (exit {child.returncode}); it said why above")
            if fleet.returncode:
                raise EngineError(f"the terminals ended with exit code {fleet.returncode}; they said why above")


@contextmanager
def _fleet(data: Path, terminals: int) -> Iterator["subprocess.Popen[bytes]"]:
    command = [*SHUAKA, "terminals", "--data", str(data), "--count", str(terminals), "--duration", str(SHIFT_S)]
    with child_of([*command, "--metrics-port", str(TERMINALS_PORT), "--json"]) as child:
        yield child


@contextmanager
def _page(port: int, prometheus: int) -> Iterator["subprocess.Popen[bytes]"]:
    with child_of([*SHUAKA, "dash", "--port", str(port), "--prometheus", f"http://{HOST}:{prometheus}"]) as child:
        yield child


@contextmanager
def _prometheus(data: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Run Prometheus over our configuration; what it says goes into the data directory."""
    with (data / "prometheus.log").open("wb") as log:
        command = (
            "prometheus",
            f"--config.file={grafana() / 'prometheus' / 'prometheus.yml'}",
            f"--storage.tsdb.path={data / 'prometheus'}",
            f"--web.listen-address={HOST}:{port}",
        )
        with child_of(command, log=log.fileno()) as child:
            yield child
