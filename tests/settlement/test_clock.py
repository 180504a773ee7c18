"""The engine's clock: the wall's, moved on, and not back by a restart."""

from pathlib import Path

import pytest

from settlement.clock import Clock, wall_ms

WEEK_MS = 7 * 24 * 3600 * 1000


def test_a_clock_that_was_moved_on_stays_so_after_a_restart(tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    assert abs(clock.now_ms() - wall_ms()) < 1_000
    clock.set(WEEK_MS)
    assert Clock(tmp_path).now_ms() >= wall_ms() + WEEK_MS - 1_000


def test_set_to_nothing_it_is_the_walls_again(tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    clock.set(WEEK_MS)
    clock.set(0)
    assert Clock(tmp_path).offset_ms == 0
    assert list(tmp_path.iterdir()) == []


def test_it_does_not_go_back_before_what_was_cleared_when_the_walls_is_set_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(tmp_path)
    cleared_ms = clock.now_ms()
    clock.not_before(cleared_ms)
    clock.not_before(0)
    monkeypatch.setattr("settlement.clock.wall_ms", lambda: cleared_ms - WEEK_MS)
    assert clock.now_ms() == cleared_ms


def test_set_back_on_purpose_it_forgets_what_was_cleared(tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    clock.set(WEEK_MS)
    clock.not_before(clock.now_ms())
    clock.set(0)
    assert abs(clock.now_ms() - wall_ms()) < 1_000


def test_a_write_that_breaks_off_leaves_what_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(tmp_path)
    clock.set(WEEK_MS)

    def broken(_: int) -> None:
        raise OSError("full")

    monkeypatch.setattr("os.fsync", broken)
    with pytest.raises(OSError, match="full"):
        clock.set(2 * WEEK_MS)
    assert clock.offset_ms == Clock(tmp_path).offset_ms == WEEK_MS
