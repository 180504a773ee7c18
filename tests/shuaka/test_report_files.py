import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from loadtests.evidence import result as results
from loadtests.evidence.result import Result
from loadtests.openload.verdict import Slo
from loadtests.series import capacity, compare
from loadtests.series.capacity import Curve, concluded, taken
from loadtests.series.compare import Side, compared
from loadtests.series.search import Found, Purpose, Step
from shuaka.report_files import MANY, ReportError, gathered, telling
from tests.loadtests.page.queued_runs import queued_run

STEPS: tuple[tuple[int, Purpose], ...] = ((20, "climb"), (40, "confirm"), (44, "cliff"))


@pytest.fixture(scope="module", name="result")
def _result() -> Result:
    return queued_run("20/5s")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs: the steps of a search, and beside them its curve."""
    folder = tmp_path_factory.mktemp("runs")
    steps = []
    for number, (rate, purpose) in enumerate(STEPS):
        result, file = queued_run(f"{rate}/5s", run=f"cap-{number}"), folder / f"cap-{number}" / "result.json"
        file.parent.mkdir()
        results.write(result, file)
        steps.append(taken(Step(rate, purpose), result, file))
    (folder / "cap").mkdir()
    facts: dict[str, Any] = {"name": "cap", "scenario": "", "question": "", "command": "", "slo": Slo()}
    empty = Curve(**facts, thresholds=(), step_s=5, warmup_s=1, confirmations=1)
    capacity.write(concluded(empty, Found("found", 40), steps), folder / "cap" / "capacity.json")
    return folder


def refused(*paths: Path) -> str:
    with pytest.raises(ReportError) as error:
        gathered(paths)
    return str(error.value)


def test_results_are_read_in_the_order_in_which_they_are_given(result: Result, tmp_path: Path) -> None:
    for name in ("b", "a"):
        results.write(msgspec.structs.replace(result, command=name), tmp_path / f"{name}.json")
    material = gathered([tmp_path / "b.json", tmp_path / "a.json"])
    assert [one.command for one in material.results] == ["b", "a"]
    assert [name for name, _ in material.files] == ["b.json", "a.json"]


def test_a_search_is_told_by_its_last_repeat(runs: Path) -> None:
    material = gathered([runs / "cap"])
    assert material.curve is not None
    assert [one.profile.run for one in material.results] == ["cap-1"]
    assert material.folder == runs / "cap"


def test_a_search_that_was_moved_finds_its_results_beside_it(runs: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    runs.rename(moved)
    try:
        assert gathered([moved / "cap" / "capacity.json"]).results[0].profile.run == "cap-1"
    finally:
        moved.rename(runs)


def test_a_search_without_a_repeat_is_told_by_the_highest_rate_held_or_by_its_last_step(runs: Path) -> None:
    curve = capacity.read(runs / "cap" / "capacity.json")
    points = tuple(msgspec.structs.replace(point, purpose="climb") for point in curve.points)
    missed = tuple(msgspec.structs.replace(point, outcome="missed") for point in points)
    assert telling(msgspec.structs.replace(curve, points=points)).rate == max(
        point.rate for point in points if point.outcome == "held"
    )
    assert telling(msgspec.structs.replace(curve, points=missed)).rate == points[-1].rate


def test_a_comparison_is_refused_as_what_it_is(tmp_path: Path) -> None:
    file = tmp_path / "compare.json"
    compare.write(compared(Side("a", []), Side("b", [])), file)
    for given in (file, tmp_path):
        assert refused(given) == (
            f"{file}: a comparison; it has no page: `shuaka compare` printed it, and each of its runs has a page"
        )


def test_a_curve_stands_alone(runs: Path) -> None:
    assert "give it alone" in refused(runs / "cap", runs / "cap-0")


@pytest.mark.parametrize("content", [b"", b"[1]", b"\xff", b'{"run": 1}'])
def test_a_file_that_is_neither_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    file.write_bytes(content)
    assert (
        refused(file) == f"{file}: neither the result.json of a load nor the capacity.json of a search for a capacity"
    )


def test_a_result_of_another_format_is_refused(result: Result, tmp_path: Path) -> None:
    file = tmp_path / "old.json"
    file.write_bytes(msgspec.json.encode({**msgspec.to_builtins(result), "format": 1}))
    assert refused(file) == f"{file}: a result of format 1; this version makes pages of format 2"


def test_a_result_that_somebody_changed_is_refused(result: Result, tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    results.write(result, file)
    file.write_bytes(file.read_bytes().replace(b'"dirty": false', b'"dirty": true'))
    assert "its seal does not hold" in refused(file)


def test_a_damaged_result_is_refused_with_the_place(result: Result, tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    content = {**msgspec.to_builtins(result), "machine": 7}
    file.write_text(json.dumps({"format": content["format"], "machine": 7}), "utf-8")
    assert refused(file).startswith(f"{file}: a damaged result: ")


def test_a_search_without_a_step_and_a_damaged_one_are_refused(runs: Path, tmp_path: Path) -> None:
    curve = capacity.read(runs / "cap" / "capacity.json")
    capacity.write(msgspec.structs.replace(curve, points=()), tmp_path / "empty.json")
    (tmp_path / "damaged.json").write_text('{"format": 1, "points": 7}', "utf-8")
    assert refused(tmp_path / "empty.json").endswith("a search that took no step shows nothing")
    assert "a damaged curve" in refused(tmp_path / "damaged.json")


def test_more_results_than_a_page_can_show_are_refused(tmp_path: Path) -> None:
    assert refused(*[tmp_path] * (MANY + 1)) == f"{MANY + 1} results; a page takes at most {MANY}"
