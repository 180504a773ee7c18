import re

import msgspec
import pytest

from loadtests.evidence.testimony import FAULT, FAULTS_KEPT, Report, Unmeasured, merge
from loadtests.generator.recorder import Message, Recorder, Span, Visit
from loadtests.openload import histograms, intervals
from settlement.wire import names
from settlement.wire.messages import Amounts
from terminals.kernel.outcome import Event, Outcome, Result, Tender
from terminals.sums import BankSums, Settled

AMOUNTS = Amounts(medfee_sumamt_fen=900, acct_pay_fen=700, psn_cash_pay_fen=200)
SOLD = Outcome(
    flow="pharmacy",
    result=Result.SETTLED,
    infno="2102",
    setl_ids=("S1",),
    amounts=AMOUNTS,
    events=(Event.PASSWORD_WRONG,),
    messages=(("1101", "approved"), ("2101", "approved"), ("2102", "E2102"), ("2102", "approved")),
)


def sold(began_s: float = 100.0, thought_s: float = 0.0) -> Visit:
    spans = tuple(Message(began_s + 0.01 * step, began_s + 0.01 * step + 0.004) for step in range(4))
    return Visit(SOLD, Span(began_s, began_s + 0.05 + thought_s), spans, thought_s)


def maximum_ms(recorder: Recorder, name: str, outcome: str, step: str = "") -> tuple[float, float]:
    pair = recorder.latencies.pair(name, outcome, step)
    return round(histograms.maximum(pair.intended) / 1000, 1), round(histograms.maximum(pair.sent) / 1000, 1)


def test_a_visit_is_measured_from_its_intended_and_from_its_actual_start() -> None:
    recorder = Recorder()
    recorder.end(sold(), due_s=99.9)
    assert maximum_ms(recorder, "pharmacy", "SETTLED") == (150.0, 50.0)


def test_think_times_are_no_latency() -> None:
    recorder = Recorder()
    recorder.end(sold(thought_s=2.0), due_s=100.0)
    assert maximum_ms(recorder, "pharmacy", "SETTLED") == (50.0, 50.0)


def test_a_message_counts_from_when_its_patient_was_due_with_all_that_came_before_it() -> None:
    recorder = Recorder()
    recorder.end(sold(), due_s=99.9)
    assert maximum_ms(recorder, "pharmacy", "approved", "1101") == (104.0, 4.0)
    assert maximum_ms(recorder, "pharmacy", "approved", "2102") == (134.0, 4.0)


def test_what_a_patient_thought_before_a_message_is_not_in_it() -> None:
    thoughtful = Visit(SOLD, Span(100, 104), tuple(Message(100 + step, 100.1 + step, step) for step in range(4)), 3)
    recorder = Recorder()
    recorder.end(thoughtful, due_s=100)
    assert maximum_ms(recorder, "pharmacy", "approved", "2102") == (100.0, 100.0)


def test_a_refused_message_has_a_histogram_of_its_own() -> None:
    recorder = Recorder()
    recorder.end(sold(), due_s=100.0)
    assert recorder.latencies.pair("pharmacy", "E2102", "2102").sent.get_total_count() == 1
    assert recorder.latencies.pair("pharmacy", "approved", "2102").sent.get_total_count() == 1


def test_what_is_counted_but_not_measured_has_no_latency() -> None:
    recorder = Recorder()
    recorder.count(SOLD)
    report = recorder.report(cpu_share=0.0)
    assert report.latencies == ()
    assert report.visits == {"pharmacy": {"SETTLED": 1}}
    assert report.messages == {"1101": {"approved": 1}, "2101": {"approved": 1}, "2102": {"E2102": 1, "approved": 1}}
    assert report.events == {"PASSWORD_WRONG": 1}


def test_a_visit_that_is_not_measured_is_counted_and_stands_in_the_series_alone() -> None:
    recorder = Recorder()
    recorder.begin(99.0)
    recorder.end(sold(), due_s=99.9, measured=False)
    report = recorder.report(cpu_share=0.0, elapsed_s=1.5, finished=True)
    assert report.latencies == ()
    assert report.visits == {"pharmacy": {"SETTLED": 1}}
    assert [bool(one.unmeasured_intended) for one in report.series] == [False, True]
    assert [one.intended for one in report.series] == ["", ""]


def test_the_series_adds_up_to_the_whole_run() -> None:
    recorder = Recorder()
    recorder.begin(100.0)
    for number in range(40):
        recorder.scheduled += 1
        recorder.sent += 1
        recorder.completed += 1
        recorder.end(sold(began_s=100.0 + number / 10), due_s=99.9 + number / 10)
    recorder.count(Outcome("pharmacy", Result.IN_DOUBT))
    report = recorder.report(cpu_share=0.0, elapsed_s=4.2, finished=True)
    assert [one.start_s for one in report.series] == [0, 1, 2, 3, 4]
    assert sum(one.scheduled for one in report.series) == sum(one.completed for one in report.series) == 40
    assert sum(one.errors for one in report.series) == 1
    served, merged = recorder.latencies.pair("pharmacy", "SETTLED"), intervals.whole_pair(report.series)
    assert histograms.encode(merged.intended) == histograms.encode(served.intended)
    assert histograms.encode(merged.sent) == histograms.encode(served.sent)


def test_an_interim_report_has_no_series_but_its_last_interval() -> None:
    recorder = Recorder()
    recorder.begin(100.0)
    recorder.scheduled = 7
    recorder.tick(101.0)
    report = recorder.report(cpu_share=0.0, elapsed_s=1.0)
    assert report.series == ()
    assert report.latest is not None
    assert (report.latest.start_s, report.latest.scheduled) == (0.0, 7)


def test_a_report_before_the_arrivals_begin_closes_nothing() -> None:
    recorder = Recorder()
    recorder.tick(1e9)
    assert recorder.report(cpu_share=0.0).latest is None


def test_what_was_settled_is_claimed_with_its_money_and_its_fingerprint() -> None:
    recorder = Recorder()
    recorder.count(SOLD)
    fingerprint = f"{names.fingerprint('S1'):016x}"
    assert recorder.report(cpu_share=0.0).settled == {"2102": Settled(1, 900, 0, 700, 200, fingerprint)}


def test_a_refused_visit_settles_nothing_and_keeps_its_code() -> None:
    recorder = Recorder()
    recorder.count(Outcome("pharmacy", Result.DECLINED, "E3005"))
    report = recorder.report(cpu_share=0.0)
    assert (report.settled, report.refusals, report.errors) == ({}, {"pharmacy": {"E3005": 1}}, 0)


def test_a_refusal_at_the_envelope_is_an_error_of_the_run() -> None:
    recorder = Recorder()
    recorder.count(Outcome("pharmacy", Result.DECLINED, "E1003"))
    assert recorder.report(cpu_share=0.0).errors == 1


def test_doubt_faults_dropped_and_unfinished_arrivals_are_errors() -> None:
    recorder = Recorder()
    recorder.count(Outcome("pharmacy", Result.IN_DOUBT))
    recorder.fault("outpatient", ValueError("boom"))
    recorder.scheduled, recorder.sent, recorder.completed, recorder.dropped = 5, 3, 2, 2
    report = recorder.report(cpu_share=0.0)
    assert report.errors == 1 + 1 + 2 + 1
    assert report.visits["outpatient"] == {FAULT: 1}
    assert report.faults == ("outpatient: ValueError: boom",)


def test_a_fault_that_says_nothing_of_itself_is_told_by_its_place() -> None:
    recorder = Recorder()
    try:
        raise AssertionError  # noqa: TRY301 - what a bare assert raises
    except AssertionError as error:
        recorder.fault("pharmacy", error)
    recorder.fault("pharmacy", AssertionError())
    raised, unraised = recorder.report(cpu_share=0).faults
    assert re.fullmatch(r"pharmacy: AssertionError: in line \d+ of .*test_recorder\.py", raised)
    assert unraised == "pharmacy: AssertionError: without a word"


def test_only_the_first_faults_are_kept_and_all_are_counted() -> None:
    recorder = Recorder()
    for number in range(FAULTS_KEPT + 3):
        recorder.fault("pharmacy", ValueError(str(number)))
    report = recorder.report(cpu_share=0.0)
    assert len(report.faults) == FAULTS_KEPT
    assert report.visits["pharmacy"][FAULT] == FAULTS_KEPT + 3


def test_reports_of_processes_merge_into_what_one_process_would_have_seen() -> None:
    together, parts = Recorder(), (Recorder(), Recorder())
    for number in range(10):
        visit = sold(began_s=100.0 + number)
        for recorder in (together, parts[number % 2]):
            recorder.end(visit, due_s=99.9 + number)
            recorder.scheduled += 1
            recorder.sent += 1
            recorder.completed += 1
            recorder.stray("late reply")
    merged = merge(part.report(cpu_share=0.5, elapsed_s=9, finished=True) for part in parts)
    whole = together.report(cpu_share=0.5, elapsed_s=9, finished=True)
    for field in ("arrivals", "visits", "messages", "events", "strays", "settled", "latencies", "finished"):
        assert getattr(merged, field) == getattr(whole, field), field
    assert len(merged.health) == 2


BANKED = msgspec.structs.replace(
    SOLD,
    events=(Event.BANK_PAID,),
    generation=3,
    tender=Tender.TAP,
    bank_fen=200,
    purchase_msgids=("M1",),
    response_code="00",
)
REVERSED = msgspec.structs.replace(
    BANKED, events=(Event.BANK_REVERSED,), bank_fen=0, purchase_msgids=(), response_code=""
)
TWICE = f"{2 * names.fingerprint('M1') % (1 << 64):016x}"


def reported(*outcomes: Outcome) -> Report:
    recorder = Recorder()
    for outcome in outcomes:
        recorder.count(outcome)
    return recorder.report(cpu_share=0.0)


def test_what_bank_accounts_paid_and_got_back_is_claimed() -> None:
    report = reported(SOLD, BANKED, BANKED, REVERSED)
    assert report.bank == BankSums(2, 400, 1, TWICE)
    assert (report.tenders, report.generations) == ({"cash": 2, "tap": 2}, {"0": 1, "3": 3})
    assert report.settled["2102"].count == 4


def test_bank_sums_of_processes_add_up() -> None:
    merged = merge([reported(BANKED), reported(BANKED, REVERSED), reported(SOLD)])
    assert merged.bank == BankSums(2, 400, 1, TWICE)
    assert (merged.tenders, merged.generations) == ({"cash": 2, "tap": 2}, {"0": 1, "3": 3})


def test_a_purchase_in_doubt_is_an_error_of_the_run() -> None:
    assert reported(msgspec.structs.replace(REVERSED, events=(Event.BANK_IN_DOUBT,))).errors == 1


def test_a_sign_on_has_no_card_and_no_generation() -> None:
    assert reported(Outcome("sign_on", Result.DONE)).generations == {}


def test_a_tender_is_what_was_paid_and_not_what_was_wished() -> None:
    wished = msgspec.structs.replace(BANKED, bank_fen=0, purchase_msgids=())
    covered = msgspec.structs.replace(wished, amounts=msgspec.structs.replace(AMOUNTS, psn_cash_pay_fen=0))
    assert reported(wished, covered, BANKED).tenders == {"cash": 1, "nothing due": 1, "tap": 1}


@pytest.mark.parametrize(("infno", "code"), [("0200", "E4018"), ("1101", "E2004")])
def test_a_chip_that_is_older_than_the_host_knows_it_is_an_error_of_the_run(infno: str, code: str) -> None:
    assert reported(msgspec.structs.replace(SOLD, messages=((infno, code),))).errors == 1


def test_a_settlement_that_was_reversed_is_undone_and_a_purchase_is_counted_apart() -> None:
    purchase = Outcome("recover", Result.REVERSED, infno="0200", events=(Event.BANK_REVERSED,))
    report = reported(Outcome("pharmacy", Result.REVERSED), Outcome("recover", Result.REVERSED), purchase)
    assert (report.undone, report.bank.reversed, report.errors) == (2, 1, 1)


def test_errors_that_are_not_measured_are_counted_apart_from_those_that_are() -> None:
    recorder = Recorder()
    recorder.scheduled, recorder.sent, recorder.completed, recorder.dropped = 10, 9, 8, 1
    recorder.admit(4)
    for result, measured in ((Result.NO_ANSWER, False), (Result.IN_DOUBT, True)):
        recorder.end(Visit(Outcome("pharmacy", result), Span(0, 1), (), 0.0), 0.0, measured=measured)
        recorder.leave(measured=measured)
    recorder.fault("pharmacy", ValueError("boom"), measured=False)
    recorder.leave(measured=False)
    report = recorder.report(cpu_share=0.0, finished=True)
    assert report.unmeasured == Unmeasured(scheduled=4, completed=2, bad=2)
    assert (report.errors, report.unmeasured.errors, report.measured_errors) == (3 + 2, 4, 1)
    assert report.measured_arrivals == 6
