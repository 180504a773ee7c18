"""Double entry: the transfers of a settlement, of its undo, and of an opening balance.

Each transfer debits one account and credits another in one set of books, so every set balances by construction. A claim
between two books is held on both sides (payable here, receivable there) and never netted. An undo books the same
transfers with debit and credit exchanged: nothing is deleted.

Accounts, in integer fen:
FUND:{city}:{fund_pay_type}     a city's fund                       ACCT:{city}:{psn_no}       a personal account
INST_MI:{city}:{institution}    what insurance owes an institution  INST_REV:{institution}     its income
CASH:{terminal}                 a drawer                            CLR:{owing}:{owed}         between two cities
OPENING:{city}                  where a first balance comes from
"""

from collections.abc import Iterator
from typing import Final

from settlement.engine.state import Person, Settlement, Transfer
from settlement.wire.messages import FundPayment

OPENING: Final = "OPENING"

Entry = tuple[str, str, str, int]
"""Books, debit, credit, fen."""


def agency(city: str) -> str:
    """Name the books of a city's insurance agency."""
    return f"AGENCY:{city}"


def institution(code: str) -> str:
    """Name the books of an institution."""
    return f"INST:{code}"


def opening(person: Person, booked_ms: int) -> tuple[Transfer, ...]:
    """Return the transfer that a personal account's first balance comes from."""
    if not person.balance_fen:
        return ()
    books, account = agency(person.city), f"ACCT:{person.city}:{person.psn_no}"
    from_nowhere_else = f"OPENING:{person.city}"
    return (
        Transfer(
            person.city, person.psn_no, OPENING, 0, 0, books, from_nowhere_else, account, person.balance_fen, booked_ms
        ),
    )


def settling(settlement: Settlement, funds: tuple[FundPayment, ...]) -> tuple[Transfer, ...]:
    """Return the transfers of a settlement."""
    cause = (settlement.city, settlement.psn_no, settlement.setl_id, 0)
    return tuple(
        Transfer(*cause, number, books, debit, credit, amount_fen, settlement.settled_ms)
        for number, (books, debit, credit, amount_fen) in enumerate(_entries(settlement, funds))
        if amount_fen
    )


def undoing(settlement: Settlement, funds: tuple[FundPayment, ...]) -> tuple[Transfer, ...]:
    """Return the contra transfers of a settlement's reversal or revoke, dated now."""
    cause = (settlement.city, settlement.psn_no, settlement.setl_id, 1)
    return tuple(
        Transfer(*cause, number, books, credit, debit, amount_fen, settlement.undone_ms)
        for number, (books, debit, credit, amount_fen) in enumerate(_entries(settlement, funds))
        if amount_fen
    )


def _entries(settlement: Settlement, funds: tuple[FundPayment, ...]) -> Iterator[Entry]:
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
    yield agency(insured), f"ACCT:{insured}:{settlement.psn_no}", payable, settlement.acct_pay_fen
    yield institution(code), owed, income, insurance_fen
    yield institution(code), f"CASH:{settlement.dev_no}", income, settlement.psn_cash_pay_fen
