"""When a channel does what: the opening hours of counters and windows, and for whom a visiting clerk stands.

Day by day, not by the hour: no users' document gives hours. A city without outlets is open every day.
"""

from typing import Final

from settlement.engine.case import Case, Refused
from settlement.engine.rules.calendar import HOLIDAY, WEEKEND, china_day
from settlement.wire import making_codes
from settlement.wire.card_service import Channel

IN_WORDS: Final = {WEEKEND: "on a weekend", HOLIDAY: "on a public holiday"}


def stands_for(case: Case, channel: Channel) -> Channel:
    """Return the channel whose offers a channel has: a clerk at somebody's home is the counter's (RJ03, RB19)."""
    outlets = case.world.outlets.get(case.institution.city)
    return outlets.stands_for.get(channel, channel) if outlets else channel


def closed(case: Case, service: str, channel: Channel) -> Refused | None:
    """Return why a channel does not do a service today, or None."""
    city = case.institution.city
    outlets = case.world.outlets.get(city)
    opening = outlets.opening.get(channel) if outlets else None
    if opening is None:
        return None
    kind_of_day = case.world.calendar(city).kind_of(china_day(case.now_ms))
    if opening.does(service, kind_of_day):
        return None
    return Refused(making_codes.CLOSED_TODAY, f"{service} by {channel} {IN_WORDS[kind_of_day]}")
