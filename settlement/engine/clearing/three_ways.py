"""Three witnesses of the same day: the institution's own book, the engine's ledger, the bank. Pure.

Each pair is compared by names: settlements by setl_id, purchases by the msgid that made them, a purchase and what it
paid by the setl_id that it names. Every difference is one of a kind, and says in words what to look at.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum

from msgspec import Struct

from settlement.engine.clearing.comparison import RowKind, compare, differences
from settlement.engine.clearing.statement_text import FileRow
from settlement.engine.ledger.state import SETTLED, BankTrade, Settlement
from settlement.engine.ledger.statement import StatementRow
from settlement.engine.rules.money import yuan


class Kind(StrEnum):
    """What can be wrong."""

    DIFFERS = "amount differs"
    ONLY_INSTITUTION = "only institution"
    ONLY_CENTRE = "only centre"
    PURCHASE_DIFFERS = "purchase differs"
    ONLY_TERMINAL = "only terminal"
    """The terminal was told that the bank paid, and the bank has no such purchase."""
    ONLY_BANK = "only bank"
    """A purchase stands at the bank that the institution does not know, or that pays for nothing."""
    UNPAID = "unpaid"
    """The engine believes a rest to be paid by the bank that its purchases do not pay."""
    STUCK = "stuck"
    """The undo itself was refused, or never answered: for a person."""
    IN_DOUBT = "in doubt"
    """Nobody knows the outcome yet; the terminal's next sign-on finds out."""
    PAIR = "pair of cities"


class Difference(Struct, frozen=True):
    """One thing that is wrong; `fen` is by how much, as far as amounts tell."""

    kind: Kind
    fixmedins_code: str
    setl_id: str
    msgid: str
    fen: int
    said: str


class OwnPurchase(Struct, frozen=True):
    """A purchase that the institution's terminal was told to be approved, and that it has not undone."""

    msgid: str
    setl_id: str
    amount_fen: int


ROW_KINDS = {
    RowKind.DIFFERS: Kind.DIFFERS,
    RowKind.ONLY_INSTITUTION: Kind.ONLY_INSTITUTION,
    RowKind.ONLY_CENTRE: Kind.ONLY_CENTRE,
}


def institution_and_engine(
    code: str, theirs: Iterable[FileRow], centre: Iterable[StatementRow]
) -> Iterator[Difference]:
    """Compare settlements and their undoes, row by row."""
    for row in differences(compare(theirs, centre)):
        named = row.theirs or row.centre
        assert named is not None
        held_fen = row.centre.medfee_sumamt_fen if row.centre else 0
        fen = held_fen - (row.theirs.medfee_sumamt_fen if row.theirs else 0)
        said = row.said or f"{yuan(held_fen)} that the institution does not have"
        msgid = row.centre.msgid if row.centre else ""
        yield Difference(ROW_KINDS[row.kind], code, named.setl_id, msgid, fen, said)


def institution_and_bank(code: str, own: Iterable[OwnPurchase], trades: Iterable[BankTrade]) -> Iterator[Difference]:
    """Compare purchases that stand, by the msgid that made them."""
    standing = {trade.msgid: trade for trade in trades if trade.state == SETTLED}
    for purchase in own:
        trade = standing.pop(purchase.msgid, None)
        held_fen = trade.amount_fen if trade else 0
        if trade is None:
            said = f"the terminal was told {yuan(purchase.amount_fen)}, the bank has no such purchase standing"
            yield _of(Kind.ONLY_TERMINAL, code, purchase, -purchase.amount_fen, said)
        elif (held_fen, trade.setl_id) != (purchase.amount_fen, purchase.setl_id):
            said = f"the terminal has {yuan(purchase.amount_fen)}, the bank {yuan(held_fen)}"
            other = "" if trade.setl_id == purchase.setl_id else f", for {trade.setl_id or 'no settlement'}"
            yield _of(Kind.PURCHASE_DIFFERS, code, purchase, held_fen - purchase.amount_fen, said + other)
    for trade in standing.values():
        said = f"{yuan(trade.amount_fen)} that no terminal of the institution knows"
        yield Difference(Kind.ONLY_BANK, code, trade.setl_id, trade.msgid, trade.amount_fen, said)


def engine_and_bank(code: str, settlements: Iterable[Settlement], trades: Iterable[BankTrade]) -> Iterator[Difference]:
    """Compare what settlements say the bank has paid with its purchases that stand for them."""
    known = {settlement.setl_id: settlement for settlement in settlements}
    paid: Counter[str] = Counter()
    for trade in trades:
        if trade.state != SETTLED or not trade.setl_id:
            continue
        settlement = known.get(trade.setl_id)
        if settlement is None or settlement.state != SETTLED:
            what = f"is {settlement.state}" if settlement else "does not exist"
            said = f"{yuan(trade.amount_fen)} for a settlement that {what}"
            yield Difference(Kind.ONLY_BANK, code, trade.setl_id, trade.msgid, trade.amount_fen, said)
        paid[trade.setl_id] += trade.amount_fen
    for settlement in known.values():
        off_fen = paid[settlement.setl_id] - settlement.bank_paid_fen
        if off_fen and settlement.state == SETTLED:
            said = f"the engine has {yuan(settlement.bank_paid_fen)} paid, the bank {yuan(paid[settlement.setl_id])}"
            yield Difference(Kind.UNPAID, code, settlement.setl_id, settlement.msgid, off_fen, said)


def _of(kind: Kind, code: str, purchase: OwnPurchase, fen: int, said: str) -> Difference:
    return Difference(kind, code, purchase.setl_id, purchase.msgid, fen, said)
