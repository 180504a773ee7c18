from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer

from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.thresholds import parse_threshold
from shuaka.load_foresight import foretell, refuse_nobody
from shuaka.rehearsing.order import Address, Rehearsal
from terminals.patients import Mix

P95 = "note: served p95 <= 1500ms cannot be judged: it needs 2000 samples, and about 170 are expected"
P99 = "note: served p99 <= 3000ms cannot be judged: it needs 10000 samples, and about 170 are expected"


def asked(rate: str = "10/20s", *thresholds: str, **more: Any) -> Rehearsal:
    bounds = tuple(parse_threshold(text) for text in thresholds)
    return Rehearsal(run="r", data=Path(), arrivals=ArrivalPlan.read(rate), thresholds=bounds, **more)


def told(capsys: pytest.CaptureFixture[str], one: Rehearsal, *, at_a_target: bool = False) -> list[str]:
    foretell(one, at_a_target=at_a_target)
    said = capsys.readouterr()
    assert said.out == ""
    return said.err.splitlines()


def test_every_promise_that_too_few_come_for_is_a_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, asked("10/20s", "served max <= 1s", "dropped count <= 0")) == [P95, P99]


def test_where_enough_come_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, asked("1000/20s")) == []


def test_of_a_closed_loop_nobody_knows_how_many_come(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, asked(model="closed")) == []


def test_where_pharmacies_alone_are_served_everybody_goes_there(capsys: pytest.CaptureFixture[str]) -> None:
    one = asked("1000/20s", "2102 p99 <= 1s", mix=Mix(pharmacy=0.5))
    narrow = "note: 2102 p99 <= 1000ms cannot be judged: it needs 10000 samples, and about 8500 are expected"
    assert told(capsys, one) == [narrow]
    assert told(capsys, one, at_a_target=True) == []
    assert told(capsys, msgspec.structs.replace(one, address=Address("national", "127.0.0.1", 7371))) == []


def test_a_run_that_would_measure_nobody_is_refused() -> None:
    with pytest.raises(typer.BadParameter, match="nobody is measured"):
        refuse_nobody(asked(warmup_s=20))
