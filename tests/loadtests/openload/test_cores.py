from pathlib import Path

import pytest

from loadtests.openload.cores import SCHEDSTAT, waited_s


def test_the_second_figure_is_how_long_the_process_waited_for_a_core(tmp_path: Path) -> None:
    (tmp_path / "schedstat").write_text("41000000000 54250000000 1234\n")
    assert waited_s(tmp_path / "schedstat") == 54.25


@pytest.mark.parametrize("content", ["", "1 2", "a b c", "\xff 1 2"])
def test_where_the_kernel_says_nothing_of_it_nothing_was_waited_for(tmp_path: Path, content: str) -> None:
    (tmp_path / "schedstat").write_text(content)
    assert waited_s(tmp_path / "schedstat") == waited_s(tmp_path / "none") == 0.0


@pytest.mark.skipif(not SCHEDSTAT.exists(), reason="this kernel keeps no such count")
def test_this_process_has_waited_for_some_time_and_that_only_grows() -> None:
    assert 0.0 <= waited_s() <= waited_s()
