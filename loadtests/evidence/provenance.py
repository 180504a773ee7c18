"""Where a run took place and which code ran, so that figures are never compared across machines or versions."""

import os
import platform
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path
from typing import Final

from msgspec import Struct

from loadtests.evidence.checkout import ROOT, this_checkout, told
from loadtests.evidence.disk import disk_of
from loadtests.workload.plan import EngineAt

LOCK: Final = "requirements.lock"


class Machine(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a run took place; results of different machines are never compared.

    The file system is that of the engine's data directory, and so is fdatasync of 4 KiB on it before the run; none
    where that is not on this host (`fdatasync_p99_us` is of older results: there are too few writes for it).
    `load_cores` and `engine_cores` are those that each may use, as in 0-3,6. `python` is version, build and compiler:
    two builds of one version differ in speed by a fifth, and a debug build by far more.
    """

    cpu: str
    cores: int
    kernel: str
    python: str
    sharing: str = "one host, loopback: engine and load share its cores"
    file_system: str = ""
    fdatasync_p50_us: int | None = None
    fdatasync_p99_us: int | None = None
    fdatasync_max_us: int | None = None
    load_cores: str = ""
    engine_cores: str = ""

    @property
    def fingerprint(self) -> str:
        """Return what must be equal where results are compared, as 16 hex digits; what is measured is not in it."""
        facts = (self.cpu, str(self.cores), self.kernel, self.python, self.file_system)
        return sha256("\n".join(facts).encode()).hexdigest()[:16]


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """Which code of the harness ran: commit and dirty flag in a checkout, hash of the lock; empty where none is."""

    commit: str
    dirty: bool
    lock_sha256: str

    @property
    def text(self) -> str:
        """Return it in words."""
        return told(self.commit, dirty=self.dirty)


class Build(Struct, frozen=True, forbid_unknown_fields=True):
    """Which code an engine says that it runs, as it stood when it started; empty where it does not say."""

    version: str = ""
    commit: str = ""
    dirty: bool = False

    @property
    def text(self) -> str:
        """Return it in words."""
        return f"{self.version}, {told(self.commit, dirty=self.dirty)}" if self.version else "it did not say"


def this_machine(engine: EngineAt | None = None) -> Machine:
    """Describe the machine, and what an engine on it has of it."""
    load, its = _affinity(0), _affinity(engine.pid) if engine and engine.pid else frozenset[int]()
    disk = disk_of(engine.data if engine else "")
    return Machine(
        cpu=_cpu(),
        cores=os.cpu_count() or 1,
        kernel=platform.release(),
        python=_python(),
        sharing=sharing(load, its),
        file_system=disk.file_system,
        fdatasync_p50_us=disk.fdatasync_p50_us,
        fdatasync_max_us=disk.fdatasync_max_us,
        load_cores=ranges(load),
        engine_cores=ranges(its),
    )


def sharing(load: frozenset[int], engine: frozenset[int]) -> str:
    """Say who may use which cores.

    >>> sharing(frozenset({1}), frozenset({0}))
    'one host, loopback: engine on core 0, load on core 1'
    """
    if load & engine or not engine:
        return "one host, loopback: engine and load share its cores"
    return f"one host, loopback: engine on core {ranges(engine)}, load on core {ranges(load)}"


def ranges(cores: Collection[int]) -> str:
    """Write the numbers of cores as taskset does.

    >>> ranges({0, 1, 2, 6})
    '0-2,6'
    """
    said = []
    for first in sorted(core for core in cores if core - 1 not in cores):
        last = next(core for core in range(first, max(cores) + 1) if core + 1 not in cores)
        said.append(str(first) if first == last else f"{first}-{last}")
    return ",".join(said)


def _affinity(pid: int) -> frozenset[int]:
    """Return the cores that a process may use; none where it is not on this host, or has gone."""
    try:
        return frozenset(os.sched_getaffinity(pid))
    except OSError:
        return frozenset()


def _python() -> str:
    build = ", ".join((*platform.python_build(), platform.python_compiler()))
    return f"{platform.python_version()} ({build})"


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def this_source() -> Source:
    """Describe the code that runs."""
    checkout, lock = this_checkout(), ROOT / LOCK
    return Source(
        commit=checkout.commit,
        dirty=checkout.dirty,
        lock_sha256=sha256(lock.read_bytes()).hexdigest() if lock.is_file() else "",
    )
