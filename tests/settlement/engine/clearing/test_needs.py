"""What must be read before a decision: an institution's days, a month's claims, and for nearly everything nothing."""

from settlement.engine.clearing.needs import Until, needs
from settlement.engine.ledger.claims import month_end_ms
from settlement.engine.ledger.statement import Period
from settlement.wire.clearing import ClearMonth
from settlement.wire.messages import SignIn
from settlement.wire.reconciliation import DetailStatement

DAY_MS = 86_400_000
PHARMACY = "P37010000001"


def test_clearing_needs_what_is_owed_up_to_the_months_end() -> None:
    assert needs(ClearMonth(202610), PHARMACY) == Until(month_end_ms(202610))


def test_a_statement_needs_its_institutions_days() -> None:
    asked = DetailStatement("370100", "F1", "20261120", "20261121", 0, 0, 0, 0, "1")
    found = needs(asked, PHARMACY)
    assert isinstance(found, Period)
    assert (found.fixmedins_code, found.to_ms - found.from_ms) == (PHARMACY, 2 * DAY_MS)


def test_anything_else_needs_nothing() -> None:
    assert needs(SignIn("clerk"), PHARMACY) is None
