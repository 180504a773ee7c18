"""The monthly clearing (0077): whatever is owed at the end of a month is paid, between cities and to institutions.

First prefunded, then cleared (先预付后清算): between cities nothing but prefunding moves. What a revoke or reversal
takes back after its month was cleared is dated on its own day, and so joins the clearing of that month. A month is
cleared once; asked again, nothing is paid. What is owed comes with the arrival, because it is read from all transfers.

The centre lends nothing: where a city's prefunding falls short nobody is paid, until its agency has paid in more. It
has once the city's `prefund` is raised (assumed: what is published calls for more, and says no procedure).
"""

from collections import defaultdict
from typing import Final

from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger.claims import (
    BETWEEN_CITIES,
    CENTRE,
    Cleared,
    PaidClaim,
    Position,
    Prefund,
    month_end_ms,
)
from settlement.engine.ledger.payments import paying, prefunding
from settlement.engine.ledger.state import Transfer
from settlement.wire import remote_codes
from settlement.wire.clearing import ClearMonth, MonthCleared
from settlement.wire.codes import BAD_ENVELOPE
from settlement.wire.names import local_time

MONTHS: Final = range(1, 13)
SETTLING_MS: Final = 60_000
"""How long after a month's end it may be cleared: longer than any request of that month can wait for its commit."""


def clear(case: Case) -> Verdict:
    """0077: pay what is owed at a month's end."""
    asked = case.arrival.body
    assert isinstance(asked, ClearMonth)
    if asked.month % 100 not in MONTHS:
        return Refused(BAD_ENVELOPE, f"month {asked.month}")
    until_ms = month_end_ms(asked.month)
    if case.now_ms < until_ms + SETTLING_MS:
        return Refused(remote_codes.MONTH_NOT_OVER, f"{asked.month}, not before {local_time(until_ms + SETTLING_MS)}")
    last = case.state.get(Cleared, CENTRE)
    if last and last.month > asked.month:
        return Refused(remote_codes.MONTH_PASSED, f"{last.month} was cleared")
    if last and last.month == asked.month:
        return Granted(MonthCleared(asked.month, 0))
    owed = case.arrival.owed
    if owed.since_ms != (last.until_ms if last else 0):
        return Refused(remote_codes.CLEARED_MEANWHILE)
    positions = owed.positions
    prefunds, paid_in = _prefunds(case, positions, asked.month)
    short = [f"{row.city} lacks {-row.balance_fen} fen" for row in prefunds if row.balance_fen < 0]
    if short:
        return Refused(remote_codes.PREFUND_SHORT, ", ".join(short))
    paid = tuple(
        PaidClaim(
            city=position.owing,
            claim=position.claim,
            month=asked.month,
            net_fen=position.net_fen,
            forward_fen=position.forward_fen,
            reverse_fen=position.reverse_fen,
            paid_ms=case.now_ms,
        )
        for position in positions
    )
    return Granted(
        MonthCleared(asked.month, len(paid)),
        (Cleared(CENTRE, asked.month, until_ms, case.now_ms), *paid, *prefunds),
        (*paid_in, *paying(positions, asked.month, case.now_ms)),
    )


def _prefunds(case: Case, positions: tuple[Position, ...], month: int) -> tuple[list[Prefund], list[Transfer]]:
    """Return what each city has at the centre after this clearing, and the transfers of what it pays in before."""
    moved: defaultdict[str, int] = defaultdict(int)
    for position in positions:
        if position.kind == BETWEEN_CITIES:
            moved[position.owing] -= position.net_fen
            moved[position.claim.rpartition(":")[2]] += position.net_fen
    prefunds, paid_in = [], list[Transfer]()
    for city, fen in sorted(moved.items()):
        before = case.state.get(Prefund, city) or Prefund(city, 0, 0)
        more_fen = max(0, case.world.cities[city].clearing.prefund_fen - before.paid_in_fen)
        paid_in += prefunding(city, more_fen, month, case.now_ms)
        prefunds.append(Prefund(city, before.balance_fen + more_fen + fen, before.paid_in_fen + more_fen))
    return prefunds, paid_in
