"""The rows of the bank leg beside account and purchase: a terminal's batch, and what else moved an account."""

from typing import ClassVar, Final

import msgspec

from settlement.engine.ledger.state import BankAccount, Record
from settlement.engine.rules.bank import IssuingBank

ACTIVE: Final = "ACTIVE"
UNACTIVATED: Final = "UNACTIVATED"
FROZEN: Final = "FROZEN"
LOST: Final = "LOST"
STOLEN: Final = "STOLEN"
KYC_INCOMPLETE: Final = "KYC_INCOMPLETE"
CLOSED: Final = "CLOSED"


class BankBatch(Record, frozen=True, array_like=True):
    """The batch of a terminal that has signed in at the bank (0800), and what the bank counted in it.

    A terminal that never has is in no batch: it numbers its messages by their time.
    """

    KEY: ClassVar[int] = 2
    city: str
    dev_no: str
    batch: int
    signed_in: int
    """0 once it was closed: nothing is bought until the next sign-in."""
    uploading: int
    """1 after an unequal answer: lines are awaited."""
    debit_count: int
    debit_fen: int
    credit_count: int
    credit_fen: int
    opened_ms: int


class BankTrace(Record, frozen=True, array_like=True):
    """The batch and trace by which a terminal's message moved a card's money: under another msgid they move no more."""

    KEY: ClassVar[int] = 5
    city: str
    """The terminal's."""
    dev_no: str
    batch: int
    trace: int
    psn_no: str
    msgid: str


class BankMovement(Record, frozen=True, array_like=True):
    """What moved an account and was no purchase; `kind` is WITHDRAWAL, DEPOSIT, TRANSFER, PAY, COLLECT or CLOSING."""

    KEY: ClassVar[int] = 3
    city: str
    psn_no: str
    movement_id: str
    kind: str
    treatment_city: str
    fixmedins_code: str
    dev_no: str
    opter_no: str
    msgid: str
    amount_fen: int
    fee_fen: int
    debit_fen: int
    """What left the accounts on all cards by it: negative where money came in, the fee alone of a transfer."""
    to_psn_no: str
    moved_ms: int


def handed_out(account: BankAccount, bank_code: str, bank: IssuingBank) -> BankAccount:
    """Return an account as its bank hands it out with a card."""
    return msgspec.structs.replace(
        account,
        bank_code=bank_code,
        status=ACTIVE if bank.issued_active else UNACTIVATED,
        pin_must_change=int(bank.pin_must_change),
    )
