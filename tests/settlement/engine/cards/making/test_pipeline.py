"""The nine steps: computed from moments, a plan and a calendar, in their order."""

from datetime import date
from itertools import pairwise
from statistics import mean
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.config import load_rulebook
from settlement.engine.cards.making.pipeline import (
    ASK_BANK,
    ESCALATE,
    HAND_OUT,
    ON_TIME,
    OVERDUE,
    Making,
    alert,
    planned_days,
)
from settlement.engine.cards.making.progress import generation_of
from settlement.engine.ledger.making import DONE, FAILED, HELD, OPEN, CardApplication, Event, log_of
from settlement.engine.rules.calendar import DAY_MS, WEEKENDS_ONLY, china_day
from settlement.engine.rules.outlets import STEPS

BOOK = load_rulebook()
OUTLETS, CALENDAR = BOOK.outlets["370100"], BOOK.calendars["china"]
MONDAY = 1_795_406_400_000
WORDS_OF_THE_SEED = (
    "PHOTO",
    "COLLECT",
    "PREINIT",
    "BANK_OPEN",
    "PROV_BATCH",
    "VENDOR_DATA",
    "MAKING",
    "SENT",
    "AT_BANK",
)


def making(*events: Event, draw: int = 1, applied_ms: int = MONDAY, **facts: Any) -> Making:
    row = {
        "city": "370100",
        "psn_no": "3701000000000001",
        "number": 1,
        "state": OPEN,
        "status_before": "CANCELLED",
        "mode": "BATCH",
        "channel": "UNIT",
        "unit_no": "U1",
        "bank_code": "CCB",
        "generation": 0,
        "guardian_certno": "",
        "newborn": 0,
        "applied_ms": applied_ms,
        "draw": draw.to_bytes(16, "big"),
        "log": log_of(events),
        "collected_ms": 0,
        "ended_ms": 0,
        **facts,
    }
    return Making(CardApplication(**row), OUTLETS, CALENDAR)


def working_days(first_ms: int, last_ms: int) -> int:
    return CALENDAR.passed(china_day(first_ms), china_day(last_ms))


def a_day_later(moment_ms: int) -> int:
    return moment_ms + DAY_MS


@pytest.mark.rule("RH05", "RH06", "RH07")
def test_the_nine_steps_follow_one_another_in_their_order() -> None:
    runs = making().runs()
    assert tuple(run.step for run in runs) == WORDS_OF_THE_SEED == STEPS
    for before, after in pairwise(runs):
        assert after.began_ms == before.ended_ms >= before.began_ms


@pytest.mark.rule("RH05", "RH06", "RH07")
@pytest.mark.parametrize("step", ["PROV_BATCH", "VENDOR_DATA", "MAKING"])
def test_a_step_that_stands_still_keeps_the_next_from_beginning(step: str) -> None:
    runs = making(Event(step, HELD, MONDAY)).runs()
    assert runs[-1].step == step
    assert not runs[-1].ended(MONDAY + 365 * DAY_MS)


@pytest.mark.rule("RH04")
@pytest.mark.parametrize("draw", range(20))
def test_the_bank_opens_the_account_within_ten_working_days(draw: int) -> None:
    run = next(run for run in making(draw=draw).runs() if run.step == "BANK_OPEN")
    assert 8 <= working_days(run.began_ms, run.ended_ms) <= 10


@pytest.mark.rule("RH10")
def test_cards_come_after_about_thirty_working_days() -> None:
    days = [working_days(MONDAY, making(draw=draw).ready_ms()) for draw in range(500)]
    assert 29 <= mean(days) <= 31
    assert min(days) >= 23
    assert max(days) <= 37


@pytest.mark.rule("RH17")
def test_a_newborns_card_takes_about_two_months() -> None:
    days = [(china_day(making(draw=draw, newborn=1).ready_ms()) - china_day(MONDAY)).days for draw in range(300)]
    assert 55 <= mean(days) <= 66


def test_spring_festival_makes_a_card_later() -> None:
    before_festival = 1_770_091_200_000
    assert china_day(before_festival) == date(2026, 2, 3)
    one = making(applied_ms=before_festival)
    assert one.ready_ms() - one._replace(calendar=WEEKENDS_ONLY).ready_ms() >= 4 * DAY_MS


def test_a_step_that_is_told_to_have_ended_lets_the_next_begin_then() -> None:
    runs = making(Event("PREINIT", DONE, MONDAY + 3_600_000)).runs()
    assert runs[2].ended_ms == runs[3].began_ms == MONDAY + 3_600_000


def test_a_failed_step_has_its_cause_and_no_end() -> None:
    stands = making(Event("BANK_OPEN", FAILED, MONDAY, "BANK_OPENING_FAILED"))
    assert stands.runs()[-1].cause == "BANK_OPENING_FAILED"
    assert stands.ready_ms() == 0


@given(draw=st.binary(max_size=16), step=st.sampled_from(STEPS), newborn=st.booleans())
def test_every_step_takes_as_long_as_its_plan_allows(draw: bytes, step: str, newborn: Any) -> None:
    least, most = OUTLETS.plan.of(step, newborn=newborn)
    assert least <= planned_days(OUTLETS.plan, step, draw, newborn=newborn) <= most


@given(draw=st.integers(0, 2**64), now=st.integers(0, 90))
def test_where_an_application_stands_never_goes_back(draw: int, now: int) -> None:
    one = making(draw=draw)
    places = [one.current(MONDAY + day * DAY_MS) for day in (now, now + 1)]
    before, after = (STEPS.index(run.step) if run else len(STEPS) for run in places)
    assert before <= after


def sent(*events: Event) -> tuple[Making, int]:
    """A making whose parcel left the centre, and when."""
    one = making(Event("SENT", HELD, MONDAY), *events)
    return one, one.began_ms("SENT", MONDAY + 365 * DAY_MS)


@pytest.mark.rule("RH08")
def test_a_parcel_that_takes_more_than_a_week_is_overdue() -> None:
    one, sent_ms = sent()
    assert alert(one, sent_ms + 7 * DAY_MS) == ON_TIME
    assert alert(one, sent_ms + 8 * DAY_MS) == OVERDUE


@pytest.mark.rule("RH08")
@pytest.mark.parametrize("draw", range(20))
def test_the_bank_has_the_card_at_most_a_week_after_it_was_sent(draw: int) -> None:
    run = next(run for run in making(draw=draw).runs() if run.step == "SENT")
    assert run.ended_ms - run.began_ms <= 7 * DAY_MS


@pytest.mark.rule("RH09")
def test_two_weeks_without_arrival_are_escalated() -> None:
    one, sent_ms = sent()
    assert alert(one, sent_ms + 14 * DAY_MS) == OVERDUE
    assert alert(one, sent_ms + 15 * DAY_MS) == ESCALATE


@pytest.mark.rule("RH09")
@pytest.mark.parametrize("draw", range(20))
def test_the_bank_sorts_within_seven_working_days(draw: int) -> None:
    one = making(draw=draw)
    run = one.runs()[-1]
    assert working_days(run.began_ms, run.ended_ms) <= 7


@pytest.mark.rule("RH09")
def test_a_bank_that_sorts_longer_is_overdue() -> None:
    one = making(Event("AT_BANK", HELD, MONDAY))
    arrived_ms = one.runs()[-1].began_ms
    late_ms = CALENDAR.later_ms(arrived_ms, 8)
    assert alert(one, CALENDAR.later_ms(arrived_ms, 7)) == ON_TIME
    assert alert(one, late_ms) in {OVERDUE, ASK_BANK}


@pytest.mark.rule("RH11")
@pytest.mark.parametrize("held", ["SENT", "AT_BANK"])
def test_fifteen_working_days_after_sending_without_a_card_the_bank_is_asked(held: str) -> None:
    one = making(Event(held, HELD, MONDAY))
    sent_ms = one.began_ms("SENT", MONDAY + 365 * DAY_MS)
    last_ms = CALENDAR.later_ms(sent_ms, 15)
    assert alert(one, last_ms) != ASK_BANK
    assert alert(one, CALENDAR.later_ms(last_ms, 1)) == ASK_BANK


def test_an_account_that_is_not_opened_in_time_is_overdue() -> None:
    one = making(Event("BANK_OPEN", HELD, MONDAY))
    began_ms = one.runs()[-1].began_ms
    assert alert(one, CALENDAR.later_ms(began_ms, 10)) == ON_TIME
    assert alert(one, CALENDAR.later_ms(began_ms, 11)) == OVERDUE


@pytest.mark.rule("RH16")
def test_a_unit_is_reminded_that_hands_out_later_than_in_ten_days() -> None:
    taken_ms = MONDAY + 60 * DAY_MS
    one = making(collected_ms=taken_ms)
    assert alert(one, taken_ms + 10 * DAY_MS) == ON_TIME
    assert alert(one, taken_ms + 10 * DAY_MS + 1) == HAND_OUT


@pytest.mark.rule("RG08")
@pytest.mark.parametrize(("opened_day", "generation"), [(date(2024, 5, 31), 2), (date(2024, 6, 1), 3)])
def test_a_card_whose_account_the_bank_opens_from_june_on_is_of_generation_three(
    opened_day: date, generation: int
) -> None:
    opened_ms = (opened_day - date(1970, 1, 1)).days * DAY_MS
    events = [Event(step, DONE, opened_ms) for step in ("PREINIT", "BANK_OPEN")]
    one = making(*events, applied_ms=opened_ms - DAY_MS)
    assert china_day(one.runs()[3].ended_ms) == opened_day
    assert generation_of(one) == generation


def test_a_bank_that_makes_no_third_generation_goes_on_with_the_second() -> None:
    assert generation_of(making(bank_code="QLB")) == 2
