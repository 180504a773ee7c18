"""`shuaka load --worker`: one load process of a master in another shell. The master sends it what the run is.

What travels holds the keys of terminals, so that a worker and its master are on one machine until there is TLS. Locust
would look for a master without a word, and end in a traceback: so its port is looked at before Locust is started.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Final

import typer

from loadtests.running import owner
from loadtests.workload import plan
from shuaka.ending import FAILED, end
from shuaka.interruption import interruptible
from shuaka.rehearsing.locust_command import LOCUSTFILE
from shuaka.rehearsing.order import loopback

PATIENCE_S: Final = 300.0
"""A master may be started by hand after its workers."""
LOOK_EVERY_S: Final = 0.5


def work(host: str, port: int) -> int:
    """Load until the master says that it is over; return Locust's exit code. Exit 1 in a sentence where none comes."""
    if not loopback(host):
        raise typer.BadParameter(f"{host} is not this machine", param_hint="--master-host")
    start = f"shuaka load SCENARIO --master --master-port {port}"
    _say(f"looking for a master at {host}:{port}, for up to {PATIENCE_S:g} s ({start})")
    if not came(host, port):
        end(f"no master came to {host}:{port} within {PATIENCE_S:g} s; start one with: {start}", FAILED)
    _say(f"a master listens at {host}:{port}; what is loaded, how long and how it ends stands there")
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--worker"]
    command += ["--master-host", host, "--master-port", str(port)]
    environment = {name: value for name, value in os.environ.items() if name != plan.ENVIRONMENT}
    owned = owner.owned_by(os.getpid(), environment)
    with interruptible(), subprocess.Popen(command, env=owned) as child:  # noqa: S603 - our own interpreter
        try:
            return child.wait()
        except KeyboardInterrupt:
            return child.wait()  # the shell told Locust, too: it leaves its master in order


def came(host: str, port: int, sleep: Callable[[float], None] = time.sleep) -> bool:
    """Wait until somebody listens at an address of this machine; False when PATIENCE_S are over."""
    for _ in range(int(PATIENCE_S / LOOK_EVERY_S)):
        if _listens(host, port):
            return True
        sleep(LOOK_EVERY_S)
    return False


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), LOOK_EVERY_S) as line:
            return bool(line.getsockname() != line.getpeername())  # a port of one's own may, by chance, be this one
    except OSError:
        return False


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
