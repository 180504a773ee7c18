"""`--date`: the day on which rules are looked at, as an option of several commands."""

import time
from datetime import date
from typing import Final

import typer

from settlement.wire.names import day_of


def parse_day(text: object) -> int:
    """Read a date as yyyymmdd, nothing as today in China; raise typer.BadParameter."""
    if not text:
        return day_of(time.time_ns() // 1_000_000)
    try:
        day = date.fromisoformat(str(text))
    except ValueError:
        raise typer.BadParameter(f"{text} is no date such as 2026-01-01") from None
    return day.year * 10_000 + day.month * 100 + day.day


def written(day: int) -> str:
    """Write a day (yyyymmdd) as it is read.

    >>> written(20261122)
    '2026-11-22'
    """
    return f"{day // 10_000}-{day // 100 % 100:02d}-{day % 100:02d}"


DAY_OPTION: Final = typer.Option(
    "--date", parser=parse_day, metavar="YYYY-MM-DD", help="The day whose rules count; today by default."
)
