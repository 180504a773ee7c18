import pytest

from loadtests.openload import histograms
from loadtests.openload.health import Health
from loadtests.openload.thresholds import parse_threshold
from loadtests.page import figures
from loadtests.page.facts import Promise
from loadtests.page.words import Words

EN, ZH = Words("en"), Words("zh")


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        (
            "served p95 <= 1500ms",
            "served visits: p95 from the due time ≤ 1.50 s",
            "已结算就诊：p95（自应到时刻） ≤ 1.50 s",
        ),
        (
            "pharmacy/2102 max sent <= 40ms",
            "2102 pharmacy settlement of a pharmacy visit: maximum from the actual start ≤ 40 ms",
            None,
        ),
        ("errors share <= 0.01%", "errors: share ≤ 0.01%", "错误：占比 ≤ 0.01%"),
        ("achieved rate >= 1188", "achieved: rate ≥ 1188.0/s", "完成：速率 ≥ 1188.0/s"),
        ("load cpu <= 2ms", "load generator: CPU a visit ≤ 2 ms", "发压端：每人次 CPU ≤ 2 ms"),
        ("dropped count <= 0 required", "dropped: count ≤ 0 (required)", "丢弃：个数 ≤ 0（必达）"),
    ],
)
def test_a_promise_is_a_sentence_in_either_language(text: str, english: str, chinese: str | None) -> None:
    threshold = parse_threshold(text)
    assert figures.promise(threshold, EN) == english
    assert chinese in {None, figures.promise(threshold, ZH)}


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (Promise("", 12.5, stated=True, n=9, ok=True), "12.5 ms"),
        (Promise("", 12.5, stated=False, n=9, ok=None), "n too small"),
        (Promise("", None, stated=False, n=0, ok=None), "nothing was measured"),
        (Promise("", 2000.0, stated=False, n=213, ok=False, above=0.23), "23% of 213 above 1.50 s"),
    ],
)
def test_what_was_found_is_written_only_where_it_may_be_stated(seen: Promise, said: str) -> None:
    assert figures.found(parse_threshold("served p95 <= 1500ms"), seen, EN) == said


def test_a_lag_of_too_few_arrivals_has_a_maximum_alone() -> None:
    lag = histograms.blank()
    lag.record_value(300, 9_999)
    few = [Health(histograms.encode(lag), 0.2)]
    assert figures.lag(few, EN) == {"lag": "n too small", "lag_max": "0.3 ms"}
    assert figures.lag([*few, *few], EN) == {"lag": "0.3 ms", "lag_max": "0.3 ms"}


@pytest.mark.parametrize(
    ("text", "seen", "said"),
    [
        ("recovery time <= 20s", Promise("", None, stated=False, n=0, ok=None), "no peak and no fault ended"),
        ("recovery time <= 20s", Promise("", 12.0, stated=False, n=1, ok=None, least=True), "at least 12 s"),
        ("engine memory_growth <= 9MiB/h", Promise("", None, stated=False, n=7, ok=None), "too short: 7 samples"),
    ],
)
def test_what_a_figure_of_its_own_lacks_is_said(text: str, seen: Promise, said: str) -> None:
    assert said in figures.found(parse_threshold(text), seen, EN)


def test_a_flow_or_message_that_is_new_keeps_its_name() -> None:
    assert [figures.name(of, ZH) for of in ("dentist", "7777", "pharmacy")] == ["dentist", "7777", "药店购药"]


@pytest.mark.parametrize(("ok", "said"), [(True, "✓ kept"), (False, "✗ broken"), (None, "– not judged")])
def test_an_answer_is_never_told_by_colour_alone(ok: bool | None, said: str) -> None:  # noqa: FBT001 - a case
    assert said in figures.answer(ok, EN)
