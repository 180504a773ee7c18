"""The process that looks at the books: what it finds, how it fails, and that it never outlives its engine."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from threading import Event

import apsw
import pytest
import uvloop

from settlement.stores.inspection import LONG_S, REST_S, Found, look, resting
from settlement.stores.inspector import MODULE, Inspector
from settlement.stores.laws import LAWS
from settlement.stores.sqlite import SqliteStore
from settlement.stores.store import FILE_NAME, Look, Origin, StoreError


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    asyncio.run(SqliteStore(tmp_path, Origin(1, 1000, "ABCDEF")).close())
    return tmp_path / FILE_NAME


def inspected(path: Path, test: Callable[[Inspector], Awaitable[None]]) -> None:
    """Run a test on the loop that the engine has."""

    async def run() -> None:
        inspector = Inspector(path)
        try:
            await test(inspector)
        finally:
            await inspector.close()

    uvloop.run(asyncio.wait_for(run(), 20))


def pid_of(inspector: Inspector) -> int:
    assert inspector._process is not None
    return inspector._process.pid


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_one_process_looks_again_and_again_below_everybody_else(ledger: Path) -> None:
    async def test(inspector: Inspector) -> None:
        first = await inspector.look()
        pid = pid_of(inspector)
        assert [law.name for law in first.laws] == [law.name for law in LAWS]
        assert (await inspector.look()).laws == first.laws
        assert pid_of(inspector) == pid
        assert os.sched_getscheduler(pid) == os.SCHED_IDLE

    inspected(ledger, test)


def test_a_look_tells_the_cpu_that_it_took_which_is_no_wait(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def waiting(_: apsw.Connection, _after: Callable[[], None]) -> Look:
        waited.wait(0.05)
        return Look((), {}, ())

    waited = Event()
    monkeypatch.setattr("settlement.stores.inspection.look_at", waiting)
    found = look(ledger).look
    assert found is not None
    assert 0 < found.cpu_s < 0.05


def test_a_process_that_was_killed_fails_one_look_and_the_next_starts_another(ledger: Path) -> None:
    async def test(inspector: Inspector) -> None:
        await inspector.look()
        os.kill(pid_of(inspector), signal.SIGKILL)
        with pytest.raises(StoreError, match="the process that audits it ended with -9"):
            await inspector.look()
        assert await inspector.look()

    inspected(ledger, test)


def test_a_process_that_died_between_two_looks_is_replaced(ledger: Path) -> None:
    async def test(inspector: Inspector) -> None:
        first = await inspector.look()
        assert inspector._process is not None
        os.kill(pid_of(inspector), signal.SIGKILL)
        await inspector._process.wait()
        assert (await inspector.look()).laws == first.laws

    inspected(ledger, test)


def test_a_ledger_that_cannot_be_read_is_said_and_looked_at_again_by_the_same_process(ledger: Path) -> None:
    async def test(inspector: Inspector) -> None:
        kept = ledger.rename(ledger.with_suffix(".away"))  # noqa: ASYNC240 - nobody else is on this loop
        with pytest.raises(StoreError, match=f"{FILE_NAME} cannot be audited: unable to open"):
            await inspector.look()
        pid = pid_of(inspector)
        kept.rename(ledger)
        assert await inspector.look()
        assert pid_of(inspector) == pid

    inspected(ledger, test)


def test_a_process_that_cannot_be_started_is_said(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(ledger.parent / "no-python"))

    async def test(inspector: Inspector) -> None:
        with pytest.raises(StoreError, match="no process can be started to audit it: No such file"):
            await inspector.look()

    inspected(ledger, test)


def test_a_store_that_is_closed_leaves_no_process_behind(tmp_path: Path) -> None:
    async def test() -> int:
        store = SqliteStore(tmp_path, Origin(1, 1000, "ABCDEF"))
        await store.look()
        pid = pid_of(store._inspector)
        assert alive(pid)
        await store.close()
        return pid

    assert not alive(asyncio.run(test()))


def test_an_inspector_that_never_looked_is_closed_without_a_word(ledger: Path) -> None:
    async def test(_: Inspector) -> None:
        """Look at nothing."""

    inspected(ledger, test)


def run_beside(ledger: Path, engine: int, said: str) -> "subprocess.CompletedProcess[str]":
    """Run the process as that of an engine, and let its stdin end after what is said."""
    command = [sys.executable, "-m", MODULE, str(ledger), str(engine)]
    return subprocess.run(command, input=said, capture_output=True, text=True, timeout=20, check=False)


def test_a_process_ends_with_the_stdin_that_its_engine_held(ledger: Path) -> None:
    done = run_beside(ledger, os.getpid(), "\n\n")
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 2, "")


def test_a_process_whose_engine_is_gone_answers_nobody_and_ends(ledger: Path) -> None:
    done = run_beside(ledger, os.getpid() + 1, "\n\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_look_is_given_up_in_the_middle_once_nobody_waits_for_it(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("settlement.stores.inspection.STEPS_BETWEEN", 1)
    assert "interrupted" in look(ledger, lambda: True).error
    assert look(ledger, lambda: False).error == ""


def test_a_look_that_found_no_laws_says_why(tmp_path: Path) -> None:
    apsw.Connection(str(tmp_path / FILE_NAME)).close()
    found = look(tmp_path / FILE_NAME)
    assert found == Found(error=found.error)
    assert "no such table" in found.error


def test_after_a_statement_that_took_long_nobody_reads_for_a_while_so_that_the_log_is_folded() -> None:
    clock = iter([0.0, LONG_S / 2, LONG_S / 2, 3 * LONG_S, 9.0, 9.0, 9.0])
    rested: list[float] = []
    after = resting(lambda: next(clock), rested.append)
    after()
    assert rested == []
    after()
    assert rested == [REST_S]
    after()
    assert rested == [REST_S]
