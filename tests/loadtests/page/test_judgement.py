import msgspec
import pytest

from loadtests.evidence.result import Result
from loadtests.openload import histograms
from loadtests.openload.thresholds import parse_threshold
from loadtests.openload.verdict import Answer
from loadtests.page import judgement
from loadtests.page.facts import Facts, facts
from loadtests.page.words import Words
from tests.loadtests.judged_runs import judged_run
from tests.loadtests.page.queued_runs import queued_run

EN, ZH = Words("en"), Words("zh")


def test_the_question_is_the_scenarios_or_the_plain_one(found: Facts) -> None:
    assert "when patients arrive at 100/10s" in judgement.question(found, EN)
    assert "Why?" in judgement.question(facts(queued_run("20/5s", question="Why?")), EN)


def test_in_chinese_the_question_is_the_scenarios_chinese_one_where_it_has_one() -> None:
    both, one = queued_run("20/5s", question="Why?", question_zh="为何？"), queued_run("20/5s", question="Why?")
    assert "为何？" in judgement.question(facts(both), ZH)
    assert "Why?" in judgement.question(facts(both), EN)
    assert "Why?" in judgement.question(facts(one), ZH)


def test_a_pass_in_which_something_could_not_be_judged_does_not_say_that_all_was_kept() -> None:
    said = judgement.verdict(facts(judged_run(seconds=60)), EN)
    assert "PASS" in said
    assert "promises that could not be judged: 1" in said
    assert "exit code 0" in said


def test_a_backlog_that_could_not_be_judged_is_counted_with_the_promises() -> None:
    said = judgement.verdict(facts(judged_run(seconds=60, model="closed")), EN)
    assert "promises that could not be judged: 2" in said


def test_a_pass_without_any_judged_latency_is_no_good_news(found: Facts) -> None:
    said = judgement.verdict(found, EN)
    assert "PASS" in said
    assert "no latency promise was judged" in said
    assert 'class="verdict"' in said


def test_a_failure_names_the_broken_promise_and_what_was_found() -> None:
    found = facts(queued_run("100/5s", thresholds=(parse_threshold("2102 p50 sent <= 0.001ms"),)))
    said = judgement.verdict(found, EN)
    assert "verdict bad" in said
    assert "2102 pharmacy settlement: p50 from the actual start ≤ 0.001 ms; found: " in said
    assert "2102 药店结算：p50（自实际开始）" in judgement.verdict(found, ZH)


def test_a_gate_that_does_not_hold_names_the_witnesses() -> None:
    said = judgement.verdict(facts(queued_run("100/5s", ledger_lacks=1)), EN)
    assert "4 of 5 comparisons" in said
    assert "2102 pharmacy settlement · settlements: client " in said
    assert "2102 药店结算 · 结算笔数：客户端 " in judgement.verdict(facts(queued_run("100/5s", ledger_lacks=1)), ZH)


def test_a_run_that_nobody_judged_has_no_verdict(result: Result) -> None:
    unjudged = facts(msgspec.structs.replace(result, gate=None, verdict=None))
    assert "NO VERDICT" in judgement.verdict(unjudged, EN)
    assert "not judged" in judgement.promises(unjudged, EN)


def test_every_promise_has_its_n_and_its_answer(found: Facts) -> None:
    said = judgement.promises(found, EN)
    assert "served visits: p95 from the due time ≤ 1.50 s" in said
    assert said.count("✓ kept") + said.count("– not judged") == said.count("<tr>") - 1


def test_a_backlog_that_grows_is_a_reason_in_either_language() -> None:
    growing = facts(judged_run(seconds=60, growth_per_s=5))
    assert "the backlog does not grow; found: +5.0 visits/s, seconds " in judgement.verdict(growing, EN)
    assert "积压不增长；实测：每秒 +5.0 人次，第 " in judgement.verdict(growing, ZH)


def test_reasons_of_a_failure_are_open_for_paper_shows_nothing_closed() -> None:
    growing = facts(judged_run(seconds=60, growth_per_s=5))
    assert '<details lang="en" open="open">' in judgement.promises(growing, ZH)


def test_a_broken_promise_of_few_samples_says_how_many_were_above_it() -> None:
    slow = facts(judged_run(seconds=2, latency_ms=2000))
    assert "p95 from the due time ≤ 1.50 s; found: 100% of 200 above 1.50 s" in judgement.verdict(slow, EN)


@pytest.mark.parametrize(
    ("p_e4", "needs"),
    [(histograms.P50, 200), (histograms.P95, 2_000), (histograms.P99, 10_000), (histograms.P999, 100_000)],
)
def test_a_percentile_needs_a_hundred_samples_beyond_it(p_e4: int, needs: int) -> None:
    assert judgement.needed(p_e4) == needs
    histogram = histograms.blank()
    histogram.record_value(1000, needs - 1)
    assert histograms.percentile(histogram, p_e4) is None
    histogram.record_value(1000, 1)
    assert histograms.percentile(histogram, p_e4) is not None


def test_a_single_run_says_that_nothing_is_known_of_others(found: Facts) -> None:
    assert "This page shows one run" in judgement.uncertainty(found, EN)


def test_repeats_are_told_from_the_smallest_to_the_largest(result: Result) -> None:
    said = judgement.uncertainty(facts(result, [queued_run(seed=2)]), ZH)
    assert "同一负载的 2 次运行" in said
    assert "全部已结算就诊：最大（自应到时刻）" in said


def test_what_people_ask_for_first_stands_under_the_verdict(found: Facts, result: Result) -> None:
    said = judgement.glance(found, EN)
    assert f"<dd>{result.offered_per_s:.1f}/s</dd>" in said
    assert "<dt>p99</dt><dd>n too small</dd>" in said
    assert f"all {result.served().intended.get_total_count()} served visits" in said


def test_a_run_without_a_performance_result_shows_no_figure_at_a_glance(result: Result) -> None:
    unasked = facts(msgspec.structs.replace(result, gate=None))
    assert "this run has no performance result" in judgement.glance(unasked, EN)
    assert "<dd>" not in judgement.glance(facts(queued_run("50/5s", ledger_lacks=1)), EN)


def test_a_generator_bound_run_shows_no_figure_at_a_glance_either(result: Result) -> None:
    assert result.verdict is not None
    bound = msgspec.structs.replace(result.verdict, answer=Answer.GENERATOR_BOUND)
    assert judgement.glance(facts(msgspec.structs.replace(result, verdict=bound)), EN) == ""


def test_of_a_closed_run_the_few_figures_say_that_nobody_was_due(result: Result) -> None:
    closed = msgspec.structs.replace(result, profile=msgspec.structs.replace(result.profile, model="closed"))
    said = judgement.glance(facts(closed), EN)
    assert "Closed: nobody was due" in said
    assert "from the due time" not in said
