import asyncio
import threading
from pathlib import Path

import apsw
import pytest

from settlement.engine.ledger.state import Accumulator
from settlement.stores.sqlite import APPLICATION_ID, SqliteStore
from settlement.stores.store import (
    FILE_NAME,
    SCHEMA_VERSION,
    Changes,
    LedgerAudit,
    Origin,
    RefusedStoreError,
    StoreError,
)

ROW = Accumulator("370100", "p", 2026, "b", 1, 2)
KEY = (Accumulator, ROW.key)
FULL = 2
ORIGIN = Origin(1, 1000, "ABCDEF")


def test_a_commit_is_made_to_last_a_power_cut(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path, ORIGIN)
    held = [store._connection.pragma(name) for name in ("journal_mode", "synchronous")]
    asyncio.run(store.close())
    assert held == ["wal", FULL]


def test_what_was_saved_is_there_after_the_store_was_opened_again(tmp_path: Path) -> None:
    async def test() -> None:
        first = SqliteStore(tmp_path, ORIGIN)
        await first.save(Changes((ROW,), ()))
        assert await first.lease(10) == 0
        await first.close()
        second = SqliteStore(tmp_path, ORIGIN)
        assert (await second.load((KEY,))).get(*KEY[:1], *ROW.key) == ROW
        assert await second.lease(1) == 10
        await second.close()

    asyncio.run(test())


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    asyncio.run(SqliteStore(tmp_path, ORIGIN).close())
    connection = apsw.Connection(str(tmp_path / FILE_NAME))
    assert (connection.pragma("application_id"), connection.pragma("user_version")) == (APPLICATION_ID, SCHEMA_VERSION)
    connection.close()


def test_a_ledger_that_fails_says_so_in_our_own_words(tmp_path: Path) -> None:
    async def test() -> None:
        store = SqliteStore(tmp_path, ORIGIN)
        store._connection.execute("DROP TABLE accumulator")
        store._connection.execute("DROP TABLE origin")
        store._connection.execute("DROP TABLE transfer")
        for work in (store.load((KEY,)), store.save(Changes((ROW,), ())), store.lease(1), store.audit()):
            with pytest.raises(StoreError, match=FILE_NAME):
                await work
        await store.close()

    asyncio.run(test())


def test_a_ledger_that_another_program_holds_is_waited_for_and_then_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("settlement.stores.sqlite.BUSY_TIMEOUT_MS", 10)

    async def test() -> None:
        store = SqliteStore(tmp_path, ORIGIN)
        other = apsw.Connection(str(tmp_path / FILE_NAME))
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            await store.save(Changes((ROW,), ()))
        other.execute("ROLLBACK")
        other.close()
        await store.save(Changes((ROW,), ()))
        await store.close()

    asyncio.run(test())


def test_a_half_made_ledger_is_never_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("settlement.stores.sqlite.SCHEMA", ("CREATE TABLE a (b)", "no SQL"))
    with pytest.raises(RefusedStoreError, match="cannot be opened as a ledger"):
        SqliteStore(tmp_path, ORIGIN)
    monkeypatch.undo()
    asyncio.run(SqliteStore(tmp_path, ORIGIN).close())


@pytest.mark.parametrize("other", [Origin(2, 1000, "ABCDEF"), Origin(1, 999, "ABCDEF")])
def test_a_ledger_serves_no_population_but_the_one_that_it_was_begun_with(tmp_path: Path, other: Origin) -> None:
    asyncio.run(SqliteStore(tmp_path, ORIGIN).close())
    with pytest.raises(RefusedStoreError, match=f"population 1:1000, and {other.people} was asked for"):
        SqliteStore(tmp_path, other)
    asyncio.run(SqliteStore(tmp_path, ORIGIN).close())


def test_a_ledger_is_refused_where_its_people_would_live_in_other_cities(tmp_path: Path) -> None:
    asyncio.run(SqliteStore(tmp_path, ORIGIN).close())
    with pytest.raises(RefusedStoreError, match="people would live elsewhere; put the city files of then back"):
        SqliteStore(tmp_path, Origin(1, 1000, "ABCDEF", "other cards"))


def test_a_ledger_is_refused_under_another_network_key(tmp_path: Path) -> None:
    asyncio.run(SqliteStore(tmp_path, ORIGIN).close())
    with pytest.raises(RefusedStoreError, match=r"check value ABCDEF, and the directory's has 000000.*password"):
        SqliteStore(tmp_path, Origin(1, 1000, "000000"))


def test_an_audit_runs_beside_the_loop_over_a_connection_that_cannot_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[bool, bool]] = []

    def examine(connection: apsw.Connection, _: str) -> LedgerAudit:
        seen.append((threading.current_thread() is threading.main_thread(), connection.readonly("main")))
        return LedgerAudit({}, 0, ())

    monkeypatch.setattr("settlement.stores.sqlite.examine", examine)

    async def test() -> None:
        store = SqliteStore(tmp_path, ORIGIN)
        await store.audit()
        await store.close()

    asyncio.run(test())
    assert seen == [(False, True)]
