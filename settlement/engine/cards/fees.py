"""What a reissue costs (工本费): paid at the bank, income of the bank; no medical account is ever touched (RA44)."""

from settlement.engine.case import Case
from settlement.engine.ledger.books import bank
from settlement.engine.ledger.state import Reissue, Transfer


def fee_of(case: Case, how: Reissue) -> tuple[Transfer, ...]:
    """Return the transfer of a reissue's fee; none where its reason is free."""
    fee_fen = case.world.cities[how.city].card.reissue.fees.get(how.reason, 0)  # type: ignore[call-overload]  # any text may be asked for
    if not fee_fen:
        return ()
    cause, city = f"CARD_FEE {how.card_issue}", how.city
    entry = bank(city), f"BANK_TILL:{city}", f"BANK_INCOME:{city}", int(fee_fen)
    return (Transfer(city, how.psn_no, cause, 0, 0, *entry, how.issued_ms),)
