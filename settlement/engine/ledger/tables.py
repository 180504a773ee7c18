"""Every table of the ledger. Stores derive theirs from RECORDS, so a field stands in its record and nowhere else."""

from typing import Final

from settlement.engine.ledger.accounts import Allotment, FamilyBind, FamilyDebit, FamilyUse, Token
from settlement.engine.ledger.bank_zone import BankBatch, BankMovement, BankTrace
from settlement.engine.ledger.cards import CardEvent, Ecard
from settlement.engine.ledger.claims import Cleared, PaidClaim, Prefund
from settlement.engine.ledger.filings import Filing
from settlement.engine.ledger.making import CardApplication, CertificateCopy, CollectedData, EcardFault, PhoneCode, Unit
from settlement.engine.ledger.orders import RemoteOrder
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
from settlement.engine.ledger.statement import StatementFile
from settlement.engine.ledger.stays import Admissions, Deposit, Share, Stay

RECORDS: Final[tuple[type[Record], ...]] = (
    Filing,
    RemoteOrder,
    Cleared,
    PaidClaim,
    Prefund,
    Terminal,
    Message,
    Person,
    Reissue,
    CardEvent,
    Ecard,
    CardApplication,
    CollectedData,
    Unit,
    PhoneCode,
    EcardFault,
    CertificateCopy,
    Accumulator,
    Visit,
    FeeBatch,
    Stay,
    Admissions,
    Deposit,
    Share,
    Settlement,
    BankAccount,
    BankTrade,
    BankBatch,
    BankMovement,
    BankTrace,
    StatementFile,
    Token,
    Allotment,
    FamilyBind,
    FamilyUse,
    FamilyDebit,
    Transfer,
)
"""Every table; Transfer is insert-only and never loaded for a decision."""
