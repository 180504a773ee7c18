import urllib.request

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from loadtests.evidence.testimony import Report
from loadtests.generator.recorder import Recorder
from loadtests.openload import histograms
from loadtests.openload.latencies import Latencies
from loadtests.openload.outcomes import Arrivals
from loadtests.openload.verdict import Slo
from loadtests.running import metrics
from loadtests.running.metrics import ReportCollector, buckets, cut, edges
from loadtests.workload.subjects import SERVED
from settlement.wire.codes import KINDS, REFUSALS
from settlement.wire.groups import GROUPS
from terminals.kernel.conversation import Stray
from terminals.kernel.outcome import Event, Result

SLO = Slo()
SERIES_MAX = 2_000


def report() -> Report:
    latencies = Latencies()
    for outcome, latency_us in (("approved", 700), ("approved", 1400), ("E2102", 900), ("E3005", 1000)):
        latencies.record("pharmacy", outcome, intended_us=latency_us * 10, sent_us=latency_us, step="2102")
    latencies.record("pharmacy", "SETTLED", intended_us=9000, sent_us=3000)
    latencies.record("pharmacy", "DECLINED", intended_us=90, sent_us=30)
    return Report(
        arrivals=Arrivals(scheduled=5, sent=4, completed=3, late=2, dropped=1),
        achieved=2,
        visits={"pharmacy": {"SETTLED": 3}},
        messages={"2102": {"approved": 2, "E2102": 1, "E3005": 1, "no reply": 1}},
        latencies=latencies.encoded(),
    )


def samples(found: Report) -> dict[tuple[str, tuple[str, ...]], float]:
    registry = CollectorRegistry()
    registry.register(ReportCollector(lambda: found, SLO, "run-1"))
    families = text_string_to_metric_families(generate_latest(registry).decode())
    every = [one for family in families for one in family.samples]
    assert {one.labels.pop("run") for one in every} == {"run-1"}
    return {(one.name, tuple(one.labels.values())): one.value for one in every}


def test_arrivals_are_counted_by_their_fate() -> None:
    found = samples(report())
    states = ("scheduled", "sent", "completed", "achieved", "late", "dropped")
    assert [found["shuaka_load_arrivals_total", (state,)] for state in states] == [5, 4, 3, 2, 2, 1]


def test_refusals_are_one_class_so_that_labels_stay_bounded() -> None:
    found = samples(report())
    assert found["shuaka_load_messages_total", ("2102", "refused")] == 2
    assert found["shuaka_load_messages_total", ("2102", "no reply")] == 1
    assert ("shuaka_load_messages_total", ("2102", "E2102")) not in found


def test_events_are_counted_and_no_event_that_is_none_becomes_a_label() -> None:
    found = samples(Report(events={"PIN_WRONG": 2, "no event": 1}))
    events = {labels[0]: count for (name, labels), count in found.items() if name == "shuaka_load_events_total"}
    assert events == {event.value: 2 if event is Event.PIN_WRONG else 0 for event in Event}


def test_messages_of_one_group_are_shown_together_over_all_flows() -> None:
    latencies = Latencies()
    for flow, infno in (("pharmacy", "1101"), ("outpatient", "1101"), ("outpatient", "5203")):
        latencies.record(flow, "approved", intended_us=1000, sent_us=1000, step=infno)
    found = samples(Report(latencies=latencies.encoded()))
    assert found["shuaka_load_message_seconds_count", ("read", "sent")] == 3


def test_only_what_was_served_has_a_latency() -> None:
    found = samples(report())
    assert {labels[:2] for name, labels in found if name == "shuaka_load_visit_seconds_count"} == {
        ("pharmacy", "intended"),
        ("pharmacy", "sent"),
    }
    assert found["shuaka_load_visit_seconds_count", ("pharmacy", "sent")] == 1
    assert found["shuaka_load_visit_seconds_sum", ("pharmacy", "sent")] == pytest.approx(0.003, rel=0.01)
    assert found["shuaka_load_message_seconds_count", ("settle", "sent")] == 2


def test_whatever_comes_of_every_flow_and_message_the_page_holds_fewer_than_two_thousand_series() -> None:
    latencies = Latencies()
    flows = (*SERVED, "sign_on", "recover", "change_pin", "reissue", "reset_pin", "close_day")
    for flow in flows:
        for end in Result:
            latencies.record(flow, end, intended_us=1000, sent_us=1000)
        for infno in KINDS:
            for outcome in ("approved", "E2102", "no reply"):
                latencies.record(flow, outcome, intended_us=1000, sent_us=1000, step=infno)
    found = samples(
        Report(
            visits={flow: dict.fromkeys(map(str, Result), 1) for flow in flows},
            messages={infno: dict.fromkeys(("approved", "no reply", *REFUSALS), 1) for infno in KINDS},
            latencies=latencies.encoded(),
        )
    )
    assert {labels[0] for name, labels in found if name == "shuaka_load_message_seconds_count"} == set(GROUPS)
    assert {labels[0] for name, labels in found if name == "shuaka_load_visit_seconds_count"} == set(SERVED)
    assert 1000 < len(found) < SERIES_MAX, len(found)


def test_replies_that_nobody_waits_for_are_counted_by_kind() -> None:
    found = samples(Report(strays={"late reply": 3}))
    strays = {labels[0]: count for (name, labels), count in found.items() if name == "shuaka_load_strays_total"}
    assert strays == {stray.value: 3 if stray is Stray.LATE else 0 for stray in Stray}


def test_latency_is_shown_from_the_intended_start_and_from_the_send() -> None:
    found = samples(report())
    assert found["shuaka_load_message_seconds_sum", ("settle", "sent")] == pytest.approx(0.0021, rel=0.01)
    assert found["shuaka_load_message_seconds_sum", ("settle", "intended")] == pytest.approx(0.021, rel=0.01)


def test_a_report_that_holds_nothing_is_shown_all_the_same() -> None:
    assert samples(Recorder().report(cpu_share=0.25))["shuaka_load_cpu_share", ()] == 0.25


def test_buckets_rise_by_the_square_root_of_two_and_hold_each_limit_once_and_four_times() -> None:
    found = edges(SLO)
    assert len(found) == 24 + 4
    assert found[0] == 0.0005
    assert {1.5, 3.0, 6.0, 12.0} < set(found)
    assert list(found) == sorted(found)


def test_buckets_are_cumulative_and_the_last_holds_everything() -> None:
    histogram = histograms.blank()
    for latency_us in (400, 900, 900, 5_000_000, 599_000_000):
        histograms.record(histogram, latency_us)
    limits = (0.0005, 0.001, 6.0)
    filled, total_s = buckets([cut(histogram, limits)], limits)
    assert filled == [("0.0005", 1), ("0.001", 3), ("6.0", 4), ("+Inf", 5)]
    assert total_s == pytest.approx(604.0022, rel=0.001)


def test_a_histogram_that_nothing_is_in_has_empty_buckets() -> None:
    assert cut(histograms.blank(), (0.001, 1.0)) == ((0, 0, 0), 0.0)


def test_histograms_of_one_class_are_added_up() -> None:
    one, other = histograms.blank(), histograms.blank()
    histograms.record(one, 500)
    histograms.record(other, 2_000)
    filled, total_s = buckets([cut(one, (0.001,)), cut(other, (0.001,))], (0.001,))
    assert filled == [("0.001", 1), ("+Inf", 2)]
    assert total_s == pytest.approx(0.0025, rel=0.001)


def test_a_scrape_reads_a_histogram_again_only_when_it_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    whole = histograms.decode

    def counted(encoded: str) -> object:
        read.append(encoded)
        return whole(encoded)

    monkeypatch.setattr(histograms, "decode", counted)
    reports = iter([report(), report(), report()])
    collector = ReportCollector(lambda: next(reports), SLO, "run-1")
    every = [list(collector.collect()) for _ in range(2)]
    assert len(read) == 2 * len([one for one in report().latencies if one.outcome in ("approved", "SETTLED")])
    assert [family.samples for family in every[0]] == [family.samples for family in every[1]]


def test_metrics_are_served_on_loopback() -> None:
    port = metrics.serve(report, SLO, "run-1", 0)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        page = answer.read()
    assert b"shuaka_load_arrivals_total" in page
    assert b"process_open_fds" in page


def test_a_metrics_port_in_use_is_an_error_that_names_it() -> None:
    port = metrics.serve(report, SLO, "run-1", 0)
    with pytest.raises(metrics.PortTakenError, match=f"127.0.0.1:{port} is taken"):
        metrics.serve(report, SLO, "run-1", port)
