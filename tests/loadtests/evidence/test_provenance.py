import os
import platform

import msgspec
import pytest

from loadtests.evidence.provenance import Machine, ranges, sharing, this_machine, this_source
from loadtests.workload.plan import EngineAt

MACHINE = Machine("CPU", 2, "6.1", "3.11.7", file_system="ext4 (rw)", fdatasync_p50_us=120)


def test_the_machine_and_the_code_are_described() -> None:
    assert this_machine().cores >= 1
    assert len(this_source().lock_sha256) in (0, 64)


def test_two_builds_of_one_python_are_two_machines() -> None:
    built = platform.python_build()[1]
    assert built in this_machine().python
    another = msgspec.structs.replace(
        this_machine(), python=this_machine().python.replace(built, "Jan  1 2020 00:00:00")
    )
    assert another.fingerprint != this_machine().fingerprint


def test_an_engine_of_this_host_shows_its_cores_and_its_disk(tmp_path: object) -> None:
    machine = this_machine(EngineAt("127.0.0.1:1", pid=os.getpid(), data=str(tmp_path)))
    assert machine.engine_cores == machine.load_cores != ""
    assert machine.file_system
    assert machine.fdatasync_max_us is not None


def test_an_engine_that_has_gone_has_no_cores() -> None:
    assert this_machine(EngineAt("127.0.0.1:1", pid=2**22 + 1)).engine_cores == ""


@pytest.mark.parametrize(
    ("load", "engine", "said"),
    [
        ({1}, {0}, "engine on core 0, load on core 1"),
        ({2, 3}, {0, 1}, "engine on core 0-1, load on core 2-3"),
        ({0, 1}, {1}, "engine and load share its cores"),
        ({0, 1}, set(), "engine and load share its cores"),
    ],
)
def test_who_may_use_which_cores_is_said(load: set[int], engine: set[int], said: str) -> None:
    assert sharing(frozenset(load), frozenset(engine)) == f"one host, loopback: {said}"


@pytest.mark.parametrize(("cores", "said"), [({0}, "0"), ({0, 1, 2, 5, 7, 8}, "0-2,5,7-8"), (set(), "")])
def test_cores_are_written_as_taskset_writes_them(cores: set[int], said: str) -> None:
    assert ranges(cores) == said


def test_what_is_measured_is_no_part_of_a_machines_fingerprint() -> None:
    slower = msgspec.structs.replace(MACHINE, fdatasync_p50_us=9000, load_cores="1")
    assert slower.fingerprint == MACHINE.fingerprint
    assert msgspec.structs.replace(MACHINE, kernel="6.2").fingerprint != MACHINE.fingerprint
