from collections.abc import Iterable
from typing import Any

import pytest

from settlement.engine.clearing.statement_text import FileRow
from settlement.engine.clearing.three_ways import (
    Difference,
    Kind,
    OwnPurchase,
    engine_and_bank,
    institution_and_bank,
    institution_and_engine,
)
from settlement.engine.ledger.state import REVERSED, SETTLED, VOIDED, BankTrade, Settlement
from settlement.engine.ledger.statement import Period, rows_of

CODE = "P37010000001"


def blank(kind: Any, **given: Any) -> Any:
    """A row of which only some fields matter."""
    facts = dict.fromkeys(kind.__struct_fields__, "")
    facts |= {
        name: 0 for name in kind.__struct_fields__ if name.endswith(("_fen", "_ms")) or name in {"trace", "batch"}
    }
    return kind(**{**facts, "fixmedins_code": CODE, **given})


def settlement(name: str = "S", state: str = SETTLED, paid_fen: int = 0) -> Settlement:
    return blank(  # type: ignore[no-any-return]
        Settlement, setl_id=name, msgid=f"m{name}", state=state, medfee_sumamt_fen=300, bank_paid_fen=paid_fen,
        psn_no="P", mdtrt_id="V",
    )  # fmt: skip


def trade(name: str = "T", setl_id: str = "S", state: str = SETTLED, fen: int = 100) -> BankTrade:
    return blank(BankTrade, msgid=name, setl_id=setl_id, state=state, amount_fen=fen)  # type: ignore[no-any-return]


def kinds(found: Iterable[Difference]) -> list[tuple[Kind, int]]:
    return [(one.kind, one.fen) for one in found]


@pytest.mark.parametrize(
    ("settlements", "trades", "found"),
    [
        ([settlement(paid_fen=100)], [trade()], []),
        ([settlement(paid_fen=150)], [trade(), trade("U", fen=50)], []),
        ([settlement(paid_fen=100)], [trade(fen=90)], [(Kind.UNPAID, -10)]),
        ([settlement(paid_fen=100)], [], [(Kind.UNPAID, -100)]),
        ([settlement()], [trade(state=REVERSED)], []),
        ([settlement(state=VOIDED)], [trade()], [(Kind.ONLY_BANK, 100)]),
        ([], [trade()], [(Kind.ONLY_BANK, 100)]),
        ([], [trade(setl_id="")], []),
    ],
)
def test_what_the_engine_believes_to_be_paid_is_what_the_banks_purchases_pay(
    settlements: Any, trades: Any, found: Any
) -> None:
    assert kinds(engine_and_bank(CODE, settlements, trades)) == found


@pytest.mark.parametrize(
    ("own", "trades", "found"),
    [
        ([OwnPurchase("T", "S", 100)], [trade()], []),
        ([OwnPurchase("T", "S", 90)], [trade()], [(Kind.PURCHASE_DIFFERS, 10)]),
        ([OwnPurchase("T", "R", 100)], [trade()], [(Kind.PURCHASE_DIFFERS, 0)]),
        ([OwnPurchase("T", "S", 100)], [trade(state=REVERSED)], [(Kind.ONLY_TERMINAL, -100)]),
        ([], [trade()], [(Kind.ONLY_BANK, 100)]),
        ([], [trade(state=REVERSED)], []),
    ],
)
def test_what_terminals_were_told_is_what_stands_at_the_bank(own: Any, trades: Any, found: Any) -> None:
    assert kinds(institution_and_bank(CODE, own, trades)) == found


def test_rows_are_compared_by_name_and_never_by_amount() -> None:
    centre = rows_of([settlement("S1"), settlement("S2")], Period(CODE, 0, 1))
    theirs = [FileRow("S1", "V", "P", 300, 0, 0, refd=False), FileRow("S3", "V", "P", 300, 0, 0, refd=False)]
    found = list(institution_and_engine(CODE, theirs, centre))
    assert kinds(found) == [(Kind.ONLY_INSTITUTION, -300), (Kind.ONLY_CENTRE, 300)]
    assert [one.msgid for one in found] == ["", "mS2"]
