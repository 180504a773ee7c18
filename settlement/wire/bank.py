"""What the bank leg says, in the terms of ISO 8583: purchase (0200, 0210) and reversal (0400, 0410).

They stand in the same envelope as the other messages, whose header holds the rest of ISO 8583's: terminal (DE 41),
institution (DE 42), times (DE 12, 13), and whose msgid is the key of idempotency and of reversal. There is one purchase
and no other processing code (DE 3). A refused purchase has its DE 39 too, and DE 55 wherever the bank could answer the
card: so an 0210 is carried by refusals of the bank as well as by approvals.
"""

from typing import Annotated, Final

from msgspec import Meta, Struct

TRACE_MAX: Final = 999_999
AMOUNT_MAX_FEN: Final = 999_999_999_999
"""DE 4 has twelve digits."""
CHIP_DATA_MAX: Final = 255
"""DE 55 is LLLVAR of at most 255 bytes."""

CardNumber = Annotated[str, Meta(pattern="^[0-9]{16,19}$")]
CardSequence = Annotated[int, Meta(ge=0, le=99)]
EntryMode = Annotated[str, Meta(pattern="^0[57][12]$")]
Trace = Annotated[int, Meta(ge=0, le=TRACE_MAX)]
Amount = Annotated[int, Meta(ge=0, le=AMOUNT_MAX_FEN)]
Named = Annotated[str, Meta(min_length=1, max_length=30)]

CONTACT: Final = "05"
CONTACTLESS: Final = "07"
WITH_PIN: Final = "1"
WITHOUT_PIN: Final = "2"
"""DE 22: how the card was read, and whether a PIN comes with it: CONTACT + WITH_PIN is 051."""
PURCHASE: Final = "0200"
BANK_APPROVED: Final = "00"
"""DE 39 of what was carried out."""
BANK_ORIGINAL_UNKNOWN: Final = "25"
"""DE 39 of a reversal that came before its original: nothing was debited, and the late original will be refused."""


class Purchase(Struct, frozen=True, array_like=True, tag="0200"):
    """0200 消费: debits the bank account on the card, usually by what a settlement left to pay.

    `pan` DE 2; `card_sequence` DE 23, the card's 5F34; `trace` DE 11 and `batch` DE 60.2, the terminal's own numbers;
    `amount_fen` DE 4; `entry_mode` DE 22; `chip_data` DE 55: BER-TLV with the ARQC (9F26) and all that it was made
    over; `pin_block` DE 52: ISO 9564 format 4 over `pan` under the session's PIN key, empty without one. `setl_id`: the
    settlement whose rest this pays, empty for a sale outside insurance.
    """

    pan: CardNumber
    card_sequence: CardSequence
    trace: Trace
    batch: Trace
    amount_fen: Amount
    entry_mode: EntryMode
    chip_data: Annotated[bytes, Meta(max_length=CHIP_DATA_MAX)]
    pin_block: Annotated[bytes, Meta(max_length=16)] = b""
    setl_id: Annotated[str, Meta(max_length=30)] = ""


class PurchaseReversal(Struct, frozen=True, array_like=True, tag="0400"):
    """0400 冲正: undo of a purchase whose outcome is unknown, by the original's msgid; no PIN and no chip data.

    `trace` is its own; `original_trace`, `original_batch` (DE 61) and `amount_fen` are the original's.
    """

    pan: CardNumber
    trace: Trace
    batch: Trace
    amount_fen: Amount
    omsgid: Named
    original_trace: Trace
    original_batch: Trace


BankMessage = Purchase | PurchaseReversal
"""What a terminal may ask of the bank."""


class PurchaseAnswered(Struct, frozen=True, array_like=True, tag="0210"):
    """0210: the bank's answer, approved or not.

    `response_code` DE 39, which is the card's 8A as well. `chip_data` DE 55: tag 91, the ARPC (8 bytes) and the
    response code (2), for the second GENERATE AC; empty where the ARQC could not be verified. `authorization_code`
    DE 38, empty where refused; `reference` DE 37.
    """

    response_code: str
    trace: int
    batch: int
    amount_fen: int
    chip_data: bytes
    authorization_code: str
    reference: str


class PurchaseReversed(Struct, frozen=True, array_like=True, tag="0410"):
    """0410: nothing of the original is owed any more.

    `response_code` DE 39: 00, or BANK_ORIGINAL_UNKNOWN where the original has not arrived, and never will have effect.
    """

    response_code: str
    trace: int
    batch: int


BankOutput = PurchaseAnswered | PurchaseReversed
"""What the bank may answer."""
