"""Filings for treatment elsewhere (异地就医备案), made (0075) and withdrawn (0076) by the agency at home.

A filing holds at once where it must be seen at home (Person.filed_to), but the card is enabled elsewhere by the next
batch only (RD01). A referral is for one illness, so people who were referred stay locals at home (assumed).
"""

from calendar import monthrange
from datetime import UTC, datetime
from typing import Final

import msgspec

from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger.filings import LONG_TERM, REFERRED, TEMPORARY, Filing
from settlement.engine.ledger.state import Person
from settlement.engine.rules.city import City
from settlement.wire import codes, remote_codes
from settlement.wire.clearing import Filed, FileElsewhere, WithdrawFiling
from settlement.wire.names import CHINA, local_time

DAY_MS: Final = 24 * 3600 * 1000
MONTHS_A_YEAR: Final = 12


def file_elsewhere(case: Case) -> Verdict:
    """0075: file a person for treatment at another city."""
    asked = case.arrival.body
    assert isinstance(asked, FileElsewhere)
    person = case.person(asked.psn_no)
    if person is None:
        return Refused(codes.NO_INSURED_PERSON, asked.psn_no)
    home = case.world.cities[case.home]
    refused = _refusal(case, asked, home)
    if refused:
        return refused
    filing = Filing(
        city=case.home,
        psn_no=asked.psn_no,
        kind=asked.kind,
        place=asked.place,
        filed_ms=case.now_ms,
        enabled_ms=_enabled_ms(case.now_ms, home.filing.enable_lag_days),
        until_ms=_months_later(case.now_ms, asked.months) if asked.kind == TEMPORARY else 0,
    )
    place = "" if asked.kind == REFERRED else asked.place
    filed = msgspec.structs.replace(person, filed_to=place, filed_until_ms=filing.until_ms if place else 0)
    return Granted(_told(filing), (filing, filed))


def withdraw(case: Case) -> Verdict:
    """0076: what was filed holds no more; the person is a local again at once."""
    asked = case.arrival.body
    assert isinstance(asked, WithdrawFiling)
    person, filing = case.person(asked.psn_no), case.state.get(Filing, case.home, asked.psn_no)
    if person is None:
        return Refused(codes.NO_INSURED_PERSON, asked.psn_no)
    if filing is None or not filing.place:
        return Refused(remote_codes.FILING_REFUSED, "nothing is filed")
    withdrawn = msgspec.structs.replace(filing, place="")
    return Granted(_told(withdrawn), (withdrawn, _local(person)))


def _local(person: Person) -> Person:
    return msgspec.structs.replace(person, filed_to="", filed_until_ms=0)


def _refusal(case: Case, asked: FileElsewhere, home: City) -> Refused | None:
    if asked.place == case.home:
        return Refused(remote_codes.FILING_REFUSED, f"{asked.place} is where the person is insured")
    if asked.place not in case.world.cities:
        return Refused(codes.UNKNOWN_CITY, asked.place)
    if asked.kind == TEMPORARY and asked.months < home.filing.temporary_months:
        return Refused(
            remote_codes.FILING_REFUSED, f"{asked.months} months; at least {home.filing.temporary_months} are filed"
        )
    if asked.kind != TEMPORARY and asked.months:
        return Refused(remote_codes.FILING_REFUSED, f"{LONG_TERM} and {REFERRED} have no months")
    return None


def _enabled_ms(now_ms: int, lag_days: int) -> int:
    """Return when the batch takes a filing up: the first moment of a day in China, or at once."""
    if not lag_days:
        return now_ms
    offset_ms = 8 * 3600 * 1000
    return ((now_ms + offset_ms) // DAY_MS + lag_days) * DAY_MS - offset_ms


def _months_later(now_ms: int, months: int) -> int:
    """Return the same day and time of a later month, or that month's last day."""
    moment = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(CHINA)
    years, month = divmod(moment.month - 1 + months, MONTHS_A_YEAR)
    year = moment.year + years
    day = min(moment.day, monthrange(year, month + 1)[1])
    later = moment.replace(year=year, month=month + 1, day=day)
    return int(later.timestamp() * 1000)


def _told(filing: Filing) -> Filed:
    return Filed(
        psn_no=filing.psn_no,
        place=filing.place,
        kind=filing.kind,
        enabled_time=local_time(filing.enabled_ms),
        end_time=local_time(filing.until_ms) if filing.until_ms else "",
    )
