import msgspec
import pytest

from loadtests.evidence.result import Result
from loadtests.page import outcomes
from loadtests.page.facts import Facts, facts
from loadtests.page.words import Words

EN, ZH = Words("en"), Words("zh")


@pytest.mark.parametrize(
    ("code", "text", "owner"),
    [
        ("E3005", "居民医保不可在药店使用", "医保"),
        ("-52", "密码已锁定，请到人社网点重置", "卡或终端"),
        ("-27266", "未找到文件", "卡或终端"),
        ("E9999", "", "卡或终端"),
    ],
)
def test_a_refusal_is_told_in_the_words_of_its_own_catalogue(code: str, text: str, owner: str) -> None:
    assert outcomes.explained(code, ZH) == (text, owner)


def test_the_fates_of_the_arrivals_and_the_rates_stand_in_one_row(found: Facts, result: Result) -> None:
    said = outcomes.outcomes(found, EN)
    assert f'<td class="n">{result.report.arrivals.late}</td>' in said
    assert f"{result.offered_per_s:.1f}/s" in said


def test_a_bar_is_as_long_as_its_ends_together(found: Facts) -> None:
    bar = outcomes._bar("pharmacy", {"SETTLED": 3, "DECLINED": 1}, EN)
    assert 'x="0.000" y="0" width="75.000"' in bar
    assert 'x="75.000" y="0" width="25.000"' in bar
    assert 'aria-label="settled 3, declined by the host 1"' in bar


def test_an_end_that_nobody_wants_has_the_colour_of_errors() -> None:
    assert {outcomes.colour(end) for end in ("IN_DOUBT", "FAULT", "NO_ANSWER")} == {outcomes.ERROR_COLOUR}
    assert outcomes.colour("SETTLED") != outcomes.ERROR_COLOUR


def test_sign_ons_are_no_visits(result: Result) -> None:
    visits = {**result.report.visits, "sign_on": {"DONE": 60}}
    report = msgspec.structs.replace(result.report, visits=visits)
    assert "signs on" not in outcomes.outcomes(facts(msgspec.structs.replace(result, report=report)), EN)


def test_events_and_replies_that_nobody_waited_for_are_counted_in_words(result: Result) -> None:
    report = msgspec.structs.replace(result.report, events={"TAPPED": 5}, strays={"late reply": 2})
    said = outcomes.outcomes(facts(msgspec.structs.replace(result, report=report)), ZH)
    assert "过程事件：挥卡 5" in said
    assert "无人等待的应答：迟到 2" in said
