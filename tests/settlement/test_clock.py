"""The engine's clock: the wall's, moved on, and not back by a restart."""

from pathlib import Path

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
