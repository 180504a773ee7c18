"""The bank leg's undo: reversal (0400) of a purchase whose outcome is unknown.

It is safe at any time, as 2601 is: before its original it leaves a tombstone, twice it changes nothing, of a refused
original there is nothing to undo. It books contra transfers and gives the account its money back; the card's counter
and the PIN's tries stay as they are. An account that was closed meanwhile gets it too: that is what its bank owes who
held it (assumed).
"""

import msgspec

from settlement.engine.bank.batch import counted, is_in, open_batch
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger import books
from settlement.engine.ledger.identity import trade_id_of
from settlement.engine.ledger.state import (
    REVERSED,
    SETTLED,
    BankAccount,
    BankTrade,
    Key,
    Message,
    Record,
    Settlement,
    Transfer,
)
from settlement.engine.msgid import tombstone
from settlement.wire import codes
from settlement.wire.bank import (
    BANK_APPROVED,
    BANK_ORIGINAL_UNKNOWN,
    PURCHASE,
    PurchaseReversal,
    PurchaseReversed,
    Undo,
)


def reverse(case: Case) -> Verdict:
    """0400: undo whatever became of a purchase's msgid, also when nothing has become of it yet."""
    asked = case.arrival.body
    assert isinstance(asked, PurchaseReversal)
    holder = case.world.register.holder(asked.pan) or ""
    original = case.state.get(Message, case.institution.city, case.institution.code, asked.omsgid)
    if original is None:
        return Granted(_reversed(asked, BANK_ORIGINAL_UNKNOWN), (tombstone(case, asked.omsgid, PURCHASE, holder),))
    if (original.psn_no, original.insuplc) != (holder, case.home):
        return Refused(codes.NOT_OWNER, f"omsgid {asked.omsgid}")
    if original.infno != PURCHASE:
        return Refused(codes.ORIGINAL_UNKNOWN, f"omsgid {asked.omsgid} is a {original.infno}")
    if original.tombstone:
        return Granted(_reversed(asked, BANK_ORIGINAL_UNKNOWN))
    trade = traded(case)
    if trade is None:
        return Granted(_reversed(asked, BANK_APPROVED))
    if (trade.trace, trade.batch) != (asked.original_trace, asked.original_batch):
        return Refused(codes.ORIGINAL_UNKNOWN, f"omsgid {asked.omsgid} has another trace or batch")
    if trade.amount_fen != asked.amount_fen:
        return Refused(codes.BANK_AMOUNT_INVALID, "not the original's amount")
    if trade.state == REVERSED:
        return Granted(_reversed(asked, BANK_APPROVED))
    if trade.state != SETTLED:
        return Refused(codes.ALREADY_UNDONE, f"omsgid {asked.omsgid} is {trade.state}")
    return _reversed_now(case, asked, trade)


def traded_keys(case: Case) -> tuple[Key, ...]:
    """Name the settlement whose rest an undone purchase had paid, once the purchase is known."""
    trade = traded(case)
    return ((Settlement, (trade.city, trade.psn_no, trade.setl_id)),) if trade and trade.setl_id else ()


def traded(case: Case) -> BankTrade | None:
    """Return the purchase that an undo names, if it was carried out."""
    asked, institution = case.arrival.body, case.institution
    assert isinstance(asked, Undo)
    psn_no = case.world.register.holder(asked.pan)
    if psn_no is None or psn_no[:6] != case.home:
        return None
    return case.state.get(BankTrade, case.home, psn_no, trade_id_of(institution.city, institution.code, asked.omsgid))


def undone(case: Case, trade: BankTrade, state: str) -> tuple[tuple[Record, ...], tuple[Transfer, ...]]:
    """Return the rows and contra transfers after a purchase was undone: its state is this from then on."""
    after = msgspec.structs.replace(trade, state=state, undone_ms=case.now_ms, undone_by=case.arrival.request.msgid)
    account = case.state.get(BankAccount, trade.city, trade.psn_no)
    assert account is not None, "a purchase has its account"
    changes: list[Record] = [
        msgspec.structs.replace(account, balance_fen=account.balance_fen + trade.amount_fen),
        after,
    ]
    if trade.setl_id:
        settlement = case.state.get(Settlement, trade.city, trade.psn_no, trade.setl_id)
        assert settlement is not None, "a purchase names a settlement that there is"
        paid_fen = settlement.bank_paid_fen - trade.amount_fen
        changes.append(msgspec.structs.replace(settlement, bank_paid_fen=paid_fen))
    return tuple(changes), books.untrading(after)


def _reversed_now(case: Case, asked: PurchaseReversal, trade: BankTrade) -> Granted:
    changes, transfers = undone(case, trade, REVERSED)
    return Granted(_reversed(asked, BANK_APPROVED), (*changes, *_uncounted(case, trade)), transfers)


def _uncounted(case: Case, trade: BankTrade) -> tuple[Record, ...]:
    """Return the terminal's batch without a purchase that was counted in it: what was reversed never was."""
    row = open_batch(case)
    return counted(case, debit_fen=-trade.amount_fen) if row and is_in(row, trade) else ()


def _reversed(asked: PurchaseReversal, response_code: str) -> PurchaseReversed:
    return PurchaseReversed(response_code, asked.trace, asked.batch)
