"""What a request needs of many rows at once, found by day and not by key: the days of an institution, a month's claims.

A decision reads rows by their keys only, so these come with the arrival. Whoever receives a request asks here.
"""

from msgspec import Struct

from settlement.engine.clearing.reconcile import period_of
from settlement.engine.ledger.claims import month_end_ms
from settlement.engine.ledger.statement import Period
from settlement.wire.clearing import ClearMonth
from settlement.wire.messages import Body


class Until(Struct, frozen=True):
    """What is owed up to a moment, by everybody to everybody."""

    moment_ms: int


def needs(body: Body, fixmedins_code: str) -> Period | Until | None:
    """Return what must be read for a message of an institution before it is decided; nothing for nearly all."""
    if isinstance(body, ClearMonth):
        return Until(month_end_ms(body.month))
    return period_of(body, fixmedins_code)
