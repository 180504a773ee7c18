from pathlib import Path

import pytest

from shuaka.rehearsing import lane
from shuaka.rehearsing.load_plan import RehearsalError


def test_a_lane_that_another_load_holds_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with (
        lane.held(tmp_path, 2),
        pytest.raises(RehearsalError, match=r"fleet or undo runs .* terminals of lane 2: wait for its end, or "),
        lane.held(tmp_path, 2),
    ):
        pass


def test_loads_in_lanes_of_their_own_run_side_by_side_and_a_lane_is_free_again(tmp_path: Path) -> None:
    with lane.held(tmp_path, 2), lane.held(tmp_path, 3):
        pass
    with lane.held(tmp_path, 2):
        pass


def test_a_data_directory_that_takes_no_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RehearsalError, match=r"lane-2.lock cannot be made: No such file"), lane.held(tmp_path / "x", 2):
        pass
