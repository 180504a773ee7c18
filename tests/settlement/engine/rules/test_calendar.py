"""Working days: weekends, public holidays and the weekend days that make them up."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.config import load_rulebook
from settlement.engine.rules.calendar import WEEKENDS_ONLY, china_day, read_calendar
from settlement.engine.rules.profile import ProfileError

CHINA = load_rulebook().calendars["china"]
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 11, 20), "working"),
        (date(2026, 11, 21), "weekend"),
        (date(2026, 2, 14), "working"),  # a Saturday that makes up for Spring Festival
        (date(2026, 2, 17), "holiday"),
        (date(2026, 2, 22), "holiday"),
        (date(2026, 2, 24), "working"),
        (date(2026, 10, 1), "holiday"),
        (date(2026, 10, 10), "working"),
        (date(2025, 1, 26), "working"),
        (date(2024, 10, 1), "working"),  # a year that no row names has its weekends only
    ],
)
def test_a_day_is_of_its_kind(day: date, kind: str) -> None:
    assert CHINA.kind_of(day) == kind


@pytest.mark.parametrize(("year", "days"), [(2025, 248), (2026, 248)])
def test_a_year_has_as_many_working_days_as_its_notice_leaves(year: int, days: int) -> None:
    assert CHINA.passed(date(year - 1, 12, 31), date(year, 12, 31)) == days


def test_a_period_does_not_count_its_first_day() -> None:
    assert CHINA.later(date(2026, 11, 20), 1) == date(2026, 11, 23)
    assert CHINA.passed(date(2026, 11, 20), date(2026, 11, 23)) == 1


@given(day=DAYS, count=st.integers(0, 60))
def test_later_and_passed_agree(day: date, count: int) -> None:
    assert CHINA.passed(day, CHINA.later(day, count)) == count


@given(day=DAYS, count=st.integers(1, 60))
def test_what_is_later_is_a_working_day(day: date, count: int) -> None:
    assert CHINA.works(CHINA.later(day, count))


@given(moment=st.integers(1_735_000_000_000, 1_790_000_000_000), count=st.integers(0, 30))
def test_a_moment_keeps_its_time_of_day(moment: int, count: int) -> None:
    later = CHINA.later_ms(moment, count)
    assert (later - moment) % 86_400_000 == 0
    assert china_day(later) == CHINA.later(china_day(moment), count)


def test_the_day_turns_at_midnight_in_china() -> None:
    midnight_ms = 1_795_190_400_000
    assert china_day(midnight_ms) - china_day(midnight_ms - 1) == timedelta(days=1)


def test_weekends_are_all_that_is_known_without_a_file() -> None:
    assert WEEKENDS_ONLY.works(date(2026, 10, 1))
    assert not WEEKENDS_ONLY.works(date(2026, 10, 10))


FILE = """
name = "x"
[days_off]
2026 = {{ value = [[{first}, {last}]], source = "s", basis = "assumed" }}
[days_at_work]
2026 = {{ value = [{work}], source = "s", basis = "assumed" }}
"""


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"first": "2025-12-31", "last": "2026-01-01", "work": "2026-01-04"}, "days_off.2026: 2025-12-31 is not a day"),
        ({"first": "2026-01-01", "last": "2026-01-04", "work": "2026-01-04"}, "2026-01-04 is a day off as well"),
        ({"first": '"x"', "last": "2026-01-04", "work": "2026-01-04"}, "days_off"),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(facts: dict[str, str], problem: str) -> None:
    with pytest.raises(ProfileError, match=problem):
        read_calendar(FILE.format(**facts), "x.toml")


def test_every_year_of_the_shipped_calendar_has_a_source() -> None:
    text = (Path(__file__).parents[4] / "settlement/calendars/china.toml").read_text("utf-8")
    _, facts = read_calendar(text, "china.toml")
    assert {"days_off.2025", "days_off.2026", "days_at_work.2026"} <= facts.keys()
