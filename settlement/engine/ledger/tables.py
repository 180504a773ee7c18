"""Every table of the ledger. Stores derive theirs from RECORDS, so a field stands in its record and nowhere else."""

from typing import Final

from settlement.engine.ledger.state import (
    Accumulator,
    BankAccount,
    BankTrade,
    FeeBatch,
    Message,
    Person,
    Record,
    Reissue,
    Settlement,
    Terminal,
    Transfer,
    Visit,
)

RECORDS: Final[tuple[type[Record], ...]] = (
    Terminal,
    Message,
    Person,
    Reissue,
    Accumulator,
    Visit,
    FeeBatch,
    Settlement,
    BankAccount,
    BankTrade,
    Transfer,
)
"""Every table; Transfer is insert-only and never loaded for a decision."""
