import msgspec
import pytest

from settlement.wire import names
from settlement.wire.messages import Amounts
from terminals.kernel.close_day import Closed
from terminals.kernel.outcome import Event, Outcome, Result, Tender
from terminals.sums import BankSums
from terminals.tally import FleetReport, Tally

FACTS = {"opter_no": "x", "terminals": 1, "first": 0, "seconds": 1.0, "journal": "buffered"}


def settled(*setl_ids: str, infno: str = "2102", fen: int = 100) -> Outcome:
    return Outcome(
        flow="pharmacy",
        result=Result.SETTLED,
        setl_ids=setl_ids,
        amounts=Amounts(medfee_sumamt_fen=fen, psn_cash_pay_fen=fen // 2),
        events=(Event.RETRIED,),
        messages=(("1101", "approved"), (infno, "no reply"), (infno, "approved")),
        infno=infno,
    )


def paid_by_bank(*events: Event, fen: int = 100) -> Outcome:
    return msgspec.structs.replace(
        settled("A"),
        events=events,
        bank_fen=fen,
        purchase_msgids=("M",) if fen else (),
        response_code="00",
        tender=Tender.BANK,
        generation=3,
    )


@pytest.fixture
def tally() -> Tally:
    return Tally()


def report(tally: Tally) -> FleetReport:
    return tally.report(**FACTS)


def test_settlements_are_summed_by_message(tally: Tally) -> None:
    for outcome in (settled("A"), settled("B", fen=50), settled("C", infno="2207")):
        tally.add(outcome)
    said = report(tally)
    assert (said.settled["2102"].count, said.settled["2102"].medfee_sumamt_fen) == (2, 150)
    assert said.settled["2207"].psn_cash_pay_fen == 50
    both = (names.fingerprint("A") + names.fingerprint("B")) % (1 << 64)
    assert said.settled["2102"].fingerprint == f"{both:016x}"
    assert said.settlements == 3


def test_messages_are_counted_by_outcome_and_events_by_name(tally: Tally) -> None:
    tally.add(settled("A"))
    tally.add(Outcome("pharmacy", Result.DECLINED, refusal="E3005", messages=(("1101", "E3005"),)))
    said = report(tally)
    assert said.messages == {"1101": {"E3005": 1, "approved": 1}, "2102": {"approved": 1, "no reply": 1}}
    assert said.visits == {"pharmacy": {"DECLINED": 1, "SETTLED": 1}}
    assert (said.refusals, said.events) == ({"pharmacy": {"E3005": 1}}, {"RETRIED": 1})


def test_what_is_unknown_fails_the_report(tally: Tally) -> None:
    assert report(tally).ok
    tally.add(Outcome("pharmacy", Result.IN_DOUBT))
    assert (report(tally).unknown, report(tally).ok) == (1, False)


def test_a_cut_visit_is_unknown_and_a_fault_keeps_its_reason(tally: Tally) -> None:
    tally.cut()
    tally.fail(OSError("cable"))
    said = report(tally)
    assert (said.cut_off, said.unknown, said.faults, said.ok) == (1, 2, ("OSError: cable",), False)


def test_a_percentile_needs_a_hundred_samples_beyond_it(tally: Tally) -> None:
    assert report(tally).latency_us == {}
    for _ in range(199):
        tally.observe(0.002)
    assert set(report(tally).latency_us) == {"max"}
    tally.observe(0.5)
    assert report(tally).latency_us == {"p50": 2000, "max": pytest.approx(500_000, rel=0.001)}


def test_what_an_earlier_run_left_open_counts_for_that_run(tally: Tally) -> None:
    tally.recover(settled("A"))
    tally.recover(Outcome("recover", Result.IN_DOUBT))
    said = report(tally)
    assert (said.recovered, said.unknown, said.settled) == (1, 1, {})
    assert said.messages["2102"]["approved"] == 1


def test_what_the_bank_paid_is_counted_beside_the_settlements(tally: Tally) -> None:
    for outcome in (paid_by_bank(), paid_by_bank(fen=50), paid_by_bank(Event.BANK_REVERSED, fen=0), settled("D")):
        tally.add(outcome)
    said = report(tally)
    assert said.bank == BankSums(2, 150, 1, f"{2 * names.fingerprint('M') % (1 << 64):016x}")
    assert said.tenders == {"bank": 2, "cash": 2}
    assert (said.settled["2102"].count, said.unknown) == (4, 0)


def test_a_bank_leg_in_doubt_is_unknown_although_the_sale_is_settled(tally: Tally) -> None:
    tally.add(paid_by_bank(Event.BANK_IN_DOUBT, fen=0))
    assert (report(tally).unknown, report(tally).ok) == (1, False)


@pytest.mark.parametrize(
    ("closed", "counted"),
    [
        (Closed(Outcome("close_day", Result.DONE)), {"equal": 1}),
        (Closed(Outcome("close_day", Result.DONE), ("M",)), {"unequal": 1}),
        (Closed(Outcome("close_day", Result.DONE), (), -5), {"unequal": 1}),
        (Closed(Outcome("close_day", Result.NO_ANSWER)), {"open": 1}),
    ],
)
def test_a_closed_day_is_equal_unequal_or_still_open(tally: Tally, closed: Closed, counted: dict[str, int]) -> None:
    tally.close(closed)
    assert report(tally).batches == counted


def test_what_is_stuck_in_the_journal_fails_the_report(tally: Tally) -> None:
    assert not msgspec.structs.replace(report(tally), stuck=1).ok


def test_generations_are_counted_where_a_card_has_a_part(tally: Tally) -> None:
    tally.add(Outcome("sign_on", Result.DONE))
    tally.add(paid_by_bank())
    tally.add(Outcome("pharmacy", Result.CARD_REFUSED, refusal="-2"))
    assert report(tally).generations == {"0": 1, "3": 1}


def test_where_nothing_was_left_to_pay_no_tender_paid(tally: Tally) -> None:
    tally.add(msgspec.structs.replace(paid_by_bank(fen=0), amounts=Amounts(medfee_sumamt_fen=100)))
    assert report(tally).tenders == {"nothing due": 1}


@pytest.mark.parametrize(("infno", "code"), [("0200", "E4018"), ("1101", "E2004")])
def test_a_chip_that_is_older_than_the_host_knows_it_fails_the_report(tally: Tally, infno: str, code: str) -> None:
    tally.add(Outcome("pharmacy", Result.SETTLED, infno="2102", messages=((infno, code),)))
    assert (report(tally).outlived, report(tally).ok) == (1, False)


def test_a_reversal_of_an_earlier_runs_intent_is_counted_apart(tally: Tally) -> None:
    tally.recover(Outcome("recover", Result.REVERSED))
    assert (report(tally).undone, report(tally).recovered, report(tally).recovered_undone) == (0, 1, 1)
