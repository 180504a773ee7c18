"""Where a run took place and which code ran, so that figures are never compared across machines or versions."""

import os
import platform
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Final

from msgspec import Struct

ROOT: Final = Path(__file__).resolve().parent.parent
LOCK: Final = "requirements.lock"


class Machine(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a run took place; results of different machines are never compared."""

    cpu: str
    cores: int
    kernel: str
    python: str
    sharing: str = "one host, loopback: engine and load share its cores"


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """Which code ran: commit and dirty flag in a checkout, hash of the lock; empty where there is none."""

    commit: str
    dirty: bool
    lock_sha256: str


def this_machine() -> Machine:
    """Describe the machine."""
    return Machine(_cpu(), os.cpu_count() or 1, platform.release(), platform.python_version())


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def this_source() -> Source:
    """Describe the code that runs."""
    lock = ROOT / LOCK
    return Source(
        commit=_git("rev-parse", "--verify", "--quiet", "HEAD"),
        dirty=bool(_git("status", "--porcelain")),
        lock_sha256=sha256(lock.read_bytes()).hexdigest() if lock.is_file() else "",
    )


def _git(*arguments: str) -> str:
    """Return what git says of this checkout; nothing where there is no checkout, no commit or no git."""
    if not (ROOT / ".git").exists():
        return ""
    try:
        command = ("git", "-C", str(ROOT), *arguments)
        said = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words only
    except OSError:
        return ""
    return said.stdout.strip() if said.returncode == 0 else ""
