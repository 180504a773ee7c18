"""`shuaka load --worker`: one load process of a master in another shell. The master sends it what the run is.

What travels holds the keys of terminals, so that a worker and its master are on one machine until there is TLS.
"""

import os
import subprocess
import sys

import typer

from loadtests.running import owner
from loadtests.workload import plan
from shuaka.interruption import interruptible
from shuaka.rehearsing.locust_command import LOCUSTFILE
from shuaka.rehearsing.order import loopback


def work(host: str, port: int) -> int:
    """Load until the master says that it is over; return Locust's exit code."""
    if not loopback(host):
        raise typer.BadParameter(f"{host} is not this machine", param_hint="--master-host")
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--worker"]
    command += ["--master-host", host, "--master-port", str(port)]
    environment = {name: value for name, value in os.environ.items() if name != plan.ENVIRONMENT}
    owned = owner.owned_by(os.getpid(), environment)
    with interruptible(), subprocess.Popen(command, env=owned) as child:  # noqa: S603 - our own interpreter
        try:
            return child.wait()
        except KeyboardInterrupt:
            return child.wait()  # the shell told Locust, too: it leaves its master in order
