from typing import Any

import pytest

from loadtests.openload import histograms
from loadtests.openload.figures import (
    MEMORY,
    MEMORY_GROWTH,
    RECOVERY,
    Figure,
    FigureError,
    Measured,
    Reading,
    parse_figure,
)
from loadtests.openload.latencies import Pair
from loadtests.openload.outcomes import Arrivals

ALONE = {MEMORY: 140.0, MEMORY_GROWTH: 3.5, RECOVERY: 12.0}
FATES = Arrivals(scheduled=1000, sent=990, completed=980, late=99, dropped=10)


def pair(due_us: int, sent_us: int, count: int) -> Pair:
    made = Pair(histograms.blank(), histograms.blank())
    made.intended.record_value(due_us, count)
    made.sent.record_value(sent_us, count)
    return made


def measured(**changed: Any) -> Measured:
    facts: dict[str, Any] = {
        "arrivals": FATES,
        "errors": 5,
        "latencies": {"served": pair(9_000, 4_000, 10_000), "2102": pair(3_000, 2_000, 50)},
        "arrived_s": 10,
        "cpu_ms": {"load": 0.7},
        "achieved": 900,
        "alone": {name: Reading(value, stated=True, n=1) for name, value in ALONE.items()},
    }
    return Measured(**(facts | changed))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("errors share", 0.005),
        ("errors count", 5),
        ("dropped share", 0.01),
        ("late share", 0.1),
        ("late count", 99),
        ("scheduled count", 1000),
        ("sent count", 990),
        ("completed count", 980),
        ("offered rate", 100),
        ("achieved rate", 90),
        ("achieved share", 0.98),
        ("served count", 10_000),
        ("load cpu", 0.7),
        ("engine memory", 140),
        ("engine memory_growth", 3.5),
        ("recovery time", 12),
    ],
)
def test_a_figure_reads_what_the_run_counted(name: str, value: float) -> None:
    reading = measured().read(parse_figure(name))
    assert reading.stated
    assert reading.value == pytest.approx(value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("served p99", 9), ("served p99 due", 9), ("served p99 sent", 4), ("served max", 9), ("2102 mean sent", 2)],
)
def test_a_latency_is_in_ms_since_its_due_time_unless_since_it_was_sent(name: str, value: float) -> None:
    assert measured().read(parse_figure(name)).value == pytest.approx(value, rel=0.001)


def test_a_percentile_with_fewer_than_a_hundred_samples_beyond_it_is_an_estimate() -> None:
    assert measured().read(parse_figure("served p99")).stated
    assert not measured().read(parse_figure("served p99.9")).stated
    assert measured().read(parse_figure("2102 p50")) == Reading(pytest.approx(3, rel=0.001), stated=False, n=50)


@pytest.mark.parametrize("name", ["pharmacy p99", "engine cpu"])
def test_what_was_not_measured_has_no_value(name: str) -> None:
    assert measured().read(parse_figure(name)).value is None


@pytest.mark.parametrize("name", [" ".join(one) for one in ALONE])
def test_what_nobody_told_of_was_not_measured(name: str) -> None:
    reading = measured(alone={}).read(parse_figure(name))
    assert (reading.value, reading.lacking) == (None, "nothing was measured")


def test_a_share_of_nobody_has_no_value() -> None:
    assert measured(arrivals=Arrivals()).read(parse_figure("errors share")).value is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("served", "'served' is no figure of a run; expected two or three words as in served p99"),
        ("2012 p99", "nothing is called '2012'; is '2102' meant?"),
        ("served pp99", "served has no 'pp99'; is 'p99' meant?"),
        ("served p0", "served has no 'p0'; is 'p90' meant?"),
        ("errors p99", "errors has no 'p99'. It has share, count"),
        ("load cpus", "load has no 'cpus'; is 'cpu' meant? It has cpu"),
        ("served p99 later", "latencies are counted since due or since sent"),
        ("errors share sent", "latencies are counted since due or since sent, and nothing else is"),
    ],
)
def test_a_name_that_no_run_has_is_refused_with_the_nearest(text: str, said: str) -> None:
    with pytest.raises(FigureError) as refused:
        parse_figure(text, ["served", "2102"])
    assert said in str(refused.value)


def test_without_names_whatever_is_no_count_has_latencies() -> None:
    assert parse_figure("checkout p99.9").of == "checkout"


@pytest.mark.parametrize("text", ["served p99", "2102 p99.9 sent", "errors share", "achieved rate"])
def test_a_figure_is_named_as_it_was_written(text: str) -> None:
    assert parse_figure(text).name == text


@pytest.mark.parametrize(
    ("figure", "value", "said"),
    [
        ("served p99", 12.34, "12.3 ms"),
        ("errors share", 0.00012, "0.012%"),
        ("achieved rate", 9.96, "10.0/s"),
        ("recovery time", 12.5, "12.5 s"),
        ("engine memory", 99.96, "99.96 MiB"),
    ],
)
def test_a_value_is_shown_in_its_unit(figure: str, value: float, said: str) -> None:
    assert parse_figure(figure).show(value) == said


def test_a_percentile_is_exact_in_ten_thousandths() -> None:
    assert Figure(of="served", figure="p99.99").percentile_e4 == 9999
    assert Figure(of="served", figure="max").percentile_e4 is None
