import pytest

from settlement.wire import names
from settlement.wire.messages import Amounts
from terminals.kernel.outcome import Outcome, Result, Tender
from terminals.sums import BLANK, BankSums, added, bank_sums_of, outlived, tender_of

BOUGHT = Outcome("pharmacy", Result.SETTLED, tender=Tender.TAP, bank_fen=50, purchase_msgids=("M",))
LEFT = Amounts(psn_cash_pay_fen=50)


def test_fingerprints_add_up_modulo_two_to_the_64th() -> None:
    assert added("ffffffffffffffff", "0000000000000002") == "0000000000000001"


def test_purchases_add_up_with_the_names_of_their_messages() -> None:
    one = bank_sums_of(BOUGHT)
    assert one == BankSums(1, 50, 0, f"{names.fingerprint('M'):016x}")
    assert one.plus(BankSums()) == one
    assert bank_sums_of(Outcome("pharmacy", Result.SETTLED)).fingerprint == BLANK


@pytest.mark.parametrize(
    ("amounts", "bank_fen", "tender"), [(LEFT, 50, "tap"), (LEFT, 0, "cash"), (Amounts(), 0, "nothing due")]
)
def test_a_tender_is_what_paid(amounts: Amounts, bank_fen: int, tender: str) -> None:
    outcome = Outcome("pharmacy", Result.SETTLED, tender=Tender.TAP, amounts=amounts, bank_fen=bank_fen)
    assert tender_of(outcome) == tender


def test_only_refusals_of_an_older_chip_are_counted_as_such() -> None:
    assert outlived({"0200": {"E4018": 2, "E4012": 5, "approved": 9}, "1101": {"E2004": 1}}) == 3
