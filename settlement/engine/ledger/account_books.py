"""Double entry of personal accounts outside a settlement: allotted, sealed, opened again, merged.

ACCT:{city}:{psn_no}          a personal account that can be used
ACCT_FROZEN:{city}:{psn_no}   its twin while it is sealed (封存), which holds the same money

Causes are two words (ALLOT 202611); that of a settlement is its name, one word. None has a bare msgid in it: two
institutions may use the same (identity.seal_id_of).
"""

from settlement.engine.ledger.books import account_of, agency
from settlement.engine.ledger.state import Person, Transfer

ALLOTTING_FUND = "310100"
"""职工基本医疗保险统筹基金, from which personal accounts are filled."""


def allotted(person: Person, month: str, amount_fen: int, booked_ms: int) -> tuple[Transfer, ...]:
    """Return the transfer of a month's allotment, into the account as it is."""
    fund = f"FUND:{person.city}:{ALLOTTING_FUND}"
    return _booked(person, f"ALLOT {month}", fund, account_of(person), amount_fen, booked_ms)


def moved(before: Person, after: Person, seal_id: str, booked_ms: int) -> tuple[Transfer, ...]:
    """Return the transfer that seals an account with its whole balance, or opens it again (RC08)."""
    return _booked(before, f"SEAL {seal_id}", account_of(before), account_of(after), before.balance_fen, booked_ms)


def passed_on(person: Person, holder: Person, seal_id: str, amount_fen: int, booked_ms: int) -> tuple[Transfer, ...]:
    """Return the transfer of what an undo gives back to an account that was sealed or merged away meanwhile.

    The undo books it to the account that paid; `holder` is the person who has that account's money now.
    """
    paid = f"ACCT:{person.city}:{person.psn_no}"
    return _booked(person, f"SEAL {seal_id}", paid, account_of(holder), amount_fen, booked_ms)


def merged(kept: Person, gone: Person, booked_ms: int) -> tuple[Transfer, ...]:
    """Return the transfer of a merged person's balance to the one who stays (RC24)."""
    cause = f"MERGE {gone.psn_no}"
    return _booked(kept, cause, account_of(gone), account_of(kept), gone.balance_fen, booked_ms)


def _booked(
    person: Person, cause: str, debit: str, credit: str, amount_fen: int, booked_ms: int
) -> tuple[Transfer, ...]:
    if not amount_fen or debit == credit:
        return ()
    return (
        Transfer(person.city, person.psn_no, cause, 0, 0, agency(person.city), debit, credit, amount_fen, booked_ms),
    )
