"""Working days: which days an office works, and what lies so many of them later.

Weekends are no working days, public holidays are not, and weekend days that a holiday's notice makes up are. The dates
are data with their source, a year a row; a year without a row has its weekends only. A period does not count the day
on which it begins (民法典 201).
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from msgspec import Struct

from settlement.engine.rules.profile import Fact, Named, ProfileError, Row, convert, parse, take_facts
from settlement.wire.names import CHINA

DAY_MS: Final = 24 * 60 * 60 * 1000
SATURDAY: Final = 5
"""date.weekday of the first day of a weekend."""
WORKING: Final = "working"
WEEKEND: Final = "weekend"
HOLIDAY: Final = "holiday"
"""Kinds of day, in opening hours."""
SEARCH_MAX: Final = 366 * 4
"""Days that a search for a working day looks at, at most: no plan is longer than some years."""

Span = tuple[date, date]
"""A first and a last day."""


class Calendar(Struct, frozen=True):
    """The working days of a country."""

    name: str
    off: frozenset[date] = frozenset()
    at_work: frozenset[date] = frozenset()

    def works(self, day: date) -> bool:
        """Return whether offices work on a day."""
        return day in self.at_work or (day.weekday() < SATURDAY and day not in self.off)

    def kind_of(self, day: date) -> str:
        """Return what a window's opening hours call a day: working, weekend or holiday."""
        if self.works(day):
            return WORKING
        return HOLIDAY if day in self.off else WEEKEND

    def later(self, day: date, working_days: int) -> date:
        """Return the working day that comes so many after a day; 0 is the day itself.

        >>> Calendar("weekends").later(date(2026, 11, 20), 1)
        datetime.date(2026, 11, 23)
        """
        if working_days == 0:
            return day
        for offset in range(1, SEARCH_MAX):
            candidate = day + timedelta(days=offset)
            working_days -= self.works(candidate)
            if working_days == 0:
                return candidate
        raise ValueError(f"more than {SEARCH_MAX} days are no plan")

    def later_ms(self, moment_ms: int, working_days: int) -> int:
        """Return the same time of day, so many working days later, in Unix ms."""
        day = china_day(moment_ms)
        return moment_ms + (self.later(day, working_days) - day).days * DAY_MS

    def passed(self, first: date, last: date) -> int:
        """Return how many working days lie after a first day, up to and including a last one; 0 if it is not later."""
        return sum(self.works(first + timedelta(days=offset)) for offset in range(1, (last - first).days + 1))


WEEKENDS_ONLY: Final = Calendar("weekends")
"""Saturdays and Sundays off, and nothing else."""


class _File(Row, frozen=True):
    name: Named
    days_off: dict[str, tuple[Span, ...]]
    days_at_work: dict[str, tuple[date, ...]]


def read_calendar(text: str, file: str) -> tuple[Calendar, dict[str, Fact]]:
    """Read a calendar file; raise ProfileError for a day in another year's row, or one both off and at work."""
    values, facts = take_facts(parse(text, file), file)
    stated = convert(values, _File, file)
    off = {year: frozenset(_days(spans)) for year, spans in stated.days_off.items()}
    at_work = {year: frozenset(days) for year, days in stated.days_at_work.items()}
    for key, rows in (("days_off", off), ("days_at_work", at_work)):
        for year, days in rows.items():
            stray = [day for day in days if str(day.year) != year]
            if stray:
                raise ProfileError(file, f"{key}.{year}", f"{min(stray)} is not a day of {year}; move it")
    both = _all(off) & _all(at_work)
    if both:
        raise ProfileError(file, "days_at_work", f"{min(both)} is a day off as well; state it once")
    return Calendar(stated.name, _all(off), _all(at_work)), facts


def _all(rows: dict[str, frozenset[date]]) -> frozenset[date]:
    return frozenset().union(*rows.values())


def _days(spans: tuple[Span, ...]) -> Iterator[date]:
    for first, last in spans:
        yield from (first + timedelta(days=offset) for offset in range((last - first).days + 1))


def china_day(moment_ms: int) -> date:
    """Return the day of a Unix time in ms, in China Standard Time.

    >>> china_day(0)
    datetime.date(1970, 1, 1)
    """
    return datetime.fromtimestamp(moment_ms // 1000, UTC).astimezone(CHINA).date()
