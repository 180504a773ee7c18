"""Double entry: the transfers of a settlement, of its undo, and of an opening balance.

Each transfer debits one account and credits another in one set of books, so every set balances by construction. A claim
between two books is held on both sides (payable here, receivable there) and never netted. An undo books the same
transfers with debit and credit exchanged: nothing is deleted.

A settlement books what is left to pay as cash, because it comes first: nobody knows yet how it will be paid. Where a
bank purchase then pays it, the institution's books move the amount from the drawer to a claim on the bank; a purchase
that names no settlement is income of its own. Issuer and acquirer are one bank, that of the city of insurance.

Accounts, in integer fen:
FUND:{city}:{fund_pay_type}     a city's fund                       ACCT:{city}:{psn_no}       a personal account
ACCT_FROZEN:{city}:{psn_no}     the same while it is sealed
INST_MI:{city}:{institution}    what insurance owes an institution  INST_REV:{institution}     its income
CASH:{terminal}                 a drawer                            CLR:{owing}:{owed}         between two cities
BANK:{city}:{psn_no}            the account on a card            INST_BANK:{city}:{institution}  what its bank owes
INST_SALES:{institution}        income outside insurance         OPENING:{city}    where a first balance comes from
INST_BURDEN:{institution}       what it bears itself             DEPOSIT:{institution}:{mdtrt_id}  paid in advance
How claims (INST_MI, INST_BANK, CLR) are paid: payments.py.
"""

from collections.abc import Iterator
from typing import Final

from settlement.engine.ledger.state import BankAccount, BankTrade, Person, Settlement, Transfer
from settlement.engine.ledger.stays import Deposit
from settlement.wire.messages import FundPayment

OPENING: Final = "OPENING"
BANK_OPENING: Final = "BANK_OPENING"
"""The causes of first balances."""
FROZEN: Final = "FROZEN"
"""account_status 封存."""

Entry = tuple[str, str, str, int]
"""Books, debit, credit, fen."""
Shares = tuple[tuple[str, int], ...]
"""What each family account pays of a settlement: insured number of its owner, fen."""


def agency(city: str) -> str:
    """Name the books of a city's insurance agency."""
    return f"AGENCY:{city}"


def institution(code: str) -> str:
    """Name the books of an institution."""
    return f"INST:{code}"


def bank(city: str) -> str:
    """Name the books of the bank of a city's cards."""
    return f"BANK:{city}"


def deposit_of(code: str, mdtrt_id: str) -> str:
    """Name what an institution holds of a patient's in advance."""
    return f"DEPOSIT:{code}:{mdtrt_id}"


def account_of(person: Person) -> str:
    """Name the account that holds a person's balance now: sealed (封存), its money lies in a twin."""
    twin = "ACCT_FROZEN" if person.account_status == FROZEN else "ACCT"
    return f"{twin}:{person.city}:{person.psn_no}"


def opening(person: Person, booked_ms: int) -> tuple[Transfer, ...]:
    """Return the transfer that a personal account's first balance comes from."""
    if not person.balance_fen:
        return ()
    books, account = agency(person.city), account_of(person)
    from_nowhere_else = f"OPENING:{person.city}"
    return (
        Transfer(
            person.city, person.psn_no, OPENING, 0, 0, books, from_nowhere_else, account, person.balance_fen, booked_ms
        ),
    )


def bank_opening(account: BankAccount, booked_ms: int) -> tuple[Transfer, ...]:
    """Return the transfer that a bank account's first balance comes from."""
    if not account.balance_fen:
        return ()
    city, psn_no = account.city, account.psn_no
    entry = bank(city), f"OPENING:{city}", f"BANK:{city}:{psn_no}", account.balance_fen
    return (Transfer(city, psn_no, BANK_OPENING, 0, 0, *entry, booked_ms),)


def settling(settlement: Settlement, funds: tuple[FundPayment, ...], shares: Shares = ()) -> tuple[Transfer, ...]:
    """Return the transfers of a settlement."""
    cause = (settlement.city, settlement.psn_no, settlement.setl_id, 0)
    return tuple(
        Transfer(*cause, number, books, debit, credit, amount_fen, settlement.settled_ms)
        for number, (books, debit, credit, amount_fen) in enumerate(_entries(settlement, funds, shares))
        if amount_fen
    )


def undoing(settlement: Settlement, funds: tuple[FundPayment, ...], shares: Shares = ()) -> tuple[Transfer, ...]:
    """Return the contra transfers of a settlement's reversal or revoke, dated now."""
    cause = (settlement.city, settlement.psn_no, settlement.setl_id, 1)
    return tuple(
        Transfer(*cause, number, books, credit, debit, amount_fen, settlement.undone_ms)
        for number, (books, debit, credit, amount_fen) in enumerate(_entries(settlement, funds, shares))
        if amount_fen
    )


def depositing(deposit: Deposit) -> tuple[Transfer, ...]:
    """Return the transfer of a deposit, or of what is given back of one."""
    drawer, held = f"CASH:{deposit.dev_no}", deposit_of(deposit.fixmedins_code, deposit.mdtrt_id)
    debit, credit = (drawer, held) if deposit.amount_fen > 0 else (held, drawer)
    cause = deposit.city, deposit.psn_no, deposit.deposit_id, 0, 0
    booked = institution(deposit.fixmedins_code), debit, credit, abs(deposit.amount_fen), deposit.paid_ms
    return (Transfer(*cause, *booked),)


def trading(trade: BankTrade) -> tuple[Transfer, ...]:
    """Return the transfers of a bank purchase."""
    cause = (trade.city, trade.psn_no, trade.trade_id, 0)
    return tuple(Transfer(*cause, number, *entry, trade.traded_ms) for number, entry in enumerate(_traded(trade)))


def untrading(trade: BankTrade) -> tuple[Transfer, ...]:
    """Return the contra transfers of a bank purchase's reversal, dated now."""
    cause = (trade.city, trade.psn_no, trade.trade_id, 1)
    return tuple(
        Transfer(*cause, number, books, credit, debit, amount_fen, trade.undone_ms)
        for number, (books, debit, credit, amount_fen) in enumerate(_traded(trade))
    )


def _traded(trade: BankTrade) -> Iterator[Entry]:
    claim = f"INST_BANK:{trade.city}:{trade.fixmedins_code}"
    paid = f"CASH:{trade.drawer}" if trade.setl_id else f"INST_SALES:{trade.fixmedins_code}"
    yield bank(trade.city), f"BANK:{trade.city}:{trade.psn_no}", claim, trade.amount_fen
    yield institution(trade.fixmedins_code), claim, paid, trade.amount_fen


def _entries(settlement: Settlement, funds: tuple[FundPayment, ...], shares: Shares) -> Iterator[Entry]:
    insured, treated, code = settlement.city, settlement.treatment_city, settlement.fixmedins_code
    owed = f"INST_MI:{treated}:{code}"
    income = f"INST_REV:{code}"
    insurance_fen = settlement.fund_pay_sumamt_fen + settlement.acct_pay_fen
    if insured == treated:
        payable = owed
    else:
        payable = f"CLR:{insured}:{treated}"
        yield agency(treated), payable, owed, insurance_fen
    for fund in funds:
        yield agency(insured), f"FUND:{insured}:{fund.fund_pay_type}", payable, fund.fund_payamt_fen
    own_fen = settlement.acct_pay_fen - settlement.acct_mulaid_pay_fen
    yield agency(insured), f"ACCT:{insured}:{settlement.psn_no}", payable, own_fen
    for owner, share_fen in shares:
        yield agency(insured), f"ACCT:{insured}:{owner}", payable, share_fen
    own, drawer = institution(code), f"CASH:{settlement.dev_no}"
    yield own, owed, income, insurance_fen
    yield own, drawer, income, settlement.psn_cash_pay_fen - settlement.deposit_used_fen
    if settlement.hosp_part_fen:
        yield own, f"INST_BURDEN:{code}", income, settlement.hosp_part_fen
    if settlement.deposit_used_fen or settlement.deposit_refund_fen:
        held = deposit_of(code, settlement.mdtrt_id)
        yield own, held, income, settlement.deposit_used_fen
        yield own, held, drawer, settlement.deposit_refund_fen
