"""Both sides of what one city owes another: equal cause by cause, and each way of being unequal found alone."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from settlement.engine.clearing.pairs import PairKind, differences, totals
from settlement.engine.ledger.claims import PairRow, PairRows

CLAIM = "CLR:379900:370100"
FUND, ACCOUNT = PairRow(CLAIM, "1S", 0, 100), PairRow(CLAIM, "1S", 0, 150)
OWED = PairRow(CLAIM, "1S", 0, 250)
AGREED = PairRows((FUND, ACCOUNT), (OWED,))

CLAIMS = st.sampled_from([CLAIM, "CLR:370700:370100"])
ROWS = st.lists(
    st.builds(PairRow, CLAIMS, st.sampled_from("abc"), st.integers(0, 1), st.integers(1, 9)),
    max_size=12,
)


def test_fund_and_account_of_one_settlement_are_one_claim_of_the_other_side() -> None:
    assert differences(AGREED) == ()
    [total] = totals(AGREED)
    assert (total.owing_count, total.owing_fen, total.owed_count, total.owed_fen) == (2, 250, 1, 250)


@pytest.mark.parametrize(
    ("spoil", "kind", "fen"),
    [
        (lambda rows: replace(rows, owed=(replace(OWED, fen=249),)), PairKind.DIFFERS, (250, 249)),
        (lambda rows: replace(rows, owed=()), PairKind.ONLY_OWING, (250, 0)),
        (lambda rows: replace(rows, owing=()), PairKind.ONLY_OWED, (0, 250)),
    ],
)
def test_each_planted_difference_is_found_and_nothing_else(
    spoil: Callable[[PairRows], PairRows], kind: PairKind, fen: tuple[int, int]
) -> None:
    other = PairRow(CLAIM, "2S", 1, -40)
    agreed = PairRows((*AGREED.owing, other), (*AGREED.owed, other))
    spoilt = spoil(AGREED)
    [found] = differences(PairRows((*spoilt.owing, other), (*spoilt.owed, other)))
    assert differences(agreed) == ()
    assert (found.kind, found.cause, (found.owing_fen, found.owed_fen)) == (kind, "1S", fen)


def test_an_undo_that_one_side_lacks_is_not_hidden_by_its_settlement() -> None:
    undo = PairRow(CLAIM, "1S", 1, -250)
    [found] = differences(PairRows((*AGREED.owing, undo), AGREED.owed))
    assert (found.kind, found.undo) == (PairKind.ONLY_OWING, 1)


@given(ROWS)
def test_a_side_agrees_with_itself_in_any_order(rows: list[PairRow]) -> None:
    assert differences(PairRows(tuple(rows), tuple(reversed(rows)))) == ()


@given(ROWS, ROWS)
def test_what_is_not_listed_is_equal_in_sum(owing: list[PairRow], owed: list[PairRow]) -> None:
    rows = PairRows(tuple(owing), tuple(owed))
    listed = sum(row.owing_fen - row.owed_fen for row in differences(rows))
    assert listed == sum(total.owing_fen - total.owed_fen for total in totals(rows))


def test_the_ledger_has_both_sides_of_every_remote_settlement(
    host: Any, pharmacy: Any, visits: Any, guest: Any, drugs: Any
) -> None:
    sale = visits.drug_sale(pharmacy, guest, drugs, chip_pin_verified=True)
    paid_fen = pharmacy.told(sale, insured=guest.city).amounts.acct_pay_fen
    rows = host.store.pairs_now(0, host.now_ms + 1)
    assert [(row.claim, row.fen) for row in rows.owing] == [(CLAIM, paid_fen)]
    assert [(row.claim, row.fen) for row in rows.owed] == [(CLAIM, paid_fen)]
    assert host.store.pairs_now(0, host.now_ms) == PairRows((), ())
