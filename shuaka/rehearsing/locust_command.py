"""Locust's command line for our load: whatever it listens on is loopback, where it would take every address."""

import socket
import sys
from pathlib import Path

import loadtests
from shuaka.compose import HOST
from shuaka.rehearsing.order import Running

LOCUSTFILE = Path(loadtests.__file__).with_name("locustfile.py")


class PortTakenError(Exception):
    """A port that was asked for is another's; one sentence for the user."""


def command(processes: int, running: Running) -> list[str]:
    """Return the command line of a run in so many processes."""
    words = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE)]
    words += ["--users", str(processes), "--spawn-rate", str(processes), "--web-host", HOST]
    if running.web_port:
        words += ["--web-port", str(running.web_port), "--autostart"]
    else:
        words += ["--headless", "--only-summary"]
    if running.master_port:
        words += ["--master", "--expect-workers", str(processes)]
    elif processes > 1:
        words += ["--processes", str(processes)]
    if running.master_port or processes > 1:
        port = str(running.master_port or _free_port())
        words += ["--master-bind-host", HOST, "--master-bind-port", port]
        words += ["--master-host", HOST, "--master-port", port]
    return words


def probe(running: Running, metrics_port: int = 0) -> None:
    """Raise PortTakenError where a port that was asked for is another's: Locust would say it in a page of traceback."""
    wanted = {
        "--web-port": running.web_port,
        "--master-port": running.master_port,
        "--metrics-port (0 takes any free one)": metrics_port,
    }
    for name, port in wanted.items():
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind((HOST, port))
            except OSError:
                raise PortTakenError(f"{HOST}:{port} is taken; choose another {name}") from None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
