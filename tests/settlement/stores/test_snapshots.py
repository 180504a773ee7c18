"""A ledger put aside and brought back, whichever store keeps it."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from settlement.engine.ledger.state import Terminal
from settlement.stores.memory import MemoryStore
from settlement.stores.sqlite import SqliteStore
from settlement.stores.store import Changes, Origin, RefusedStoreError

ORIGIN = Origin(1, 100, "check")
ROW = Terminal("370100", "T1", "P1", "clerk", "S1", 0, 0, 0)
KEY = (Terminal, ("370100", "T1"))


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path, run: Callable[..., Any]) -> Iterator[Any]:
    opened = MemoryStore(100) if request.param == "memory" else SqliteStore(tmp_path, ORIGIN)
    yield opened
    run(opened.close())


@pytest.fixture(scope="session")
def run() -> Callable[..., Any]:
    return asyncio.run


def test_a_ledger_is_brought_back_with_its_rows_and_its_leases(store: Any, run: Any) -> None:
    run(store.save(Changes((ROW,), ())))
    assert run(store.lease(10)) == 0
    store.snapshot("a")
    store.reset()
    assert run(store.load((KEY,))).rows[KEY] is None
    assert run(store.lease(5)) == 0
    store.restore("a")
    assert run(store.load((KEY,))).rows[KEY] == ROW
    assert run(store.lease(1)) == 10
    assert store.snapshots() == ("a",)


def test_what_was_never_put_aside_is_not_brought_back(store: Any) -> None:
    with pytest.raises(RefusedStoreError, match="there is no snapshot 'b'"):
        store.restore("b")


def test_another_populations_ledger_is_not_brought_back(tmp_path: Path, run: Any) -> None:
    other = SqliteStore(tmp_path, ORIGIN)
    other.snapshot("a")
    run(other.close())
    (tmp_path / "ledger.sqlite").unlink()
    ours = SqliteStore(tmp_path, Origin(2, 100, "check"))
    with pytest.raises(RefusedStoreError, match="another population's"):
        ours.restore("a")
    run(ours.close())
