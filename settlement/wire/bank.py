"""What the bank leg says, in the terms of ISO 8583.

0200 purchase and what else a card asks, 0220 refund, 0400 reversal, 0500 and 0320 the end of a batch, 0800 sign-in.
They stand in the same envelope as the other messages, whose header holds the rest of ISO 8583's: terminal (DE 41),
institution (DE 42), times (DE 12, 13), and whose msgid is the key of idempotency and of reversal. A message's infno is
its MTI; where one MTI has several processing codes (DE 3), the first two digits of that follow. A refused request has
its DE 39 too, and DE 55 wherever the bank could answer the card: so an 0210 is carried by refusals of the bank as well
as by approvals.
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
BATCH_EQUAL: Final = "1"
BATCH_UNEQUAL: Final = "2"
CLOSE: Final = "201"
UPLOADED: Final = "207"
"""DE 60.3 of 0500."""
LINE_EQUAL: Final = "equal"
LINE_DIFFERS: Final = "amount differs"
LINE_UNKNOWN: Final = "unknown"
BANK_APPROVED: Final = "00"
"""DE 39 of what was carried out."""
BANK_ORIGINAL_UNKNOWN: Final = "25"
"""DE 39 of a reversal that came before its original: nothing was debited, and the late original will be refused."""


class CardRequest(Struct, frozen=True, array_like=True):
    """What a card asks of its bank, online.

    `pan` DE 2; `card_sequence` DE 23, the card's 5F34; `trace` DE 11 and `batch` DE 60.2, the terminal's own numbers;
    `amount_fen` DE 4; `entry_mode` DE 22; `chip_data` DE 55: BER-TLV with the ARQC (9F26) and all that it was made
    over; `pin_block` DE 52: ISO 9564 format 4 over `pan` under the session's PIN key, empty without one.
    """

    pan: CardNumber
    card_sequence: CardSequence
    trace: Trace
    batch: Trace
    amount_fen: Amount
    entry_mode: EntryMode
    chip_data: Annotated[bytes, Meta(max_length=CHIP_DATA_MAX)]
    pin_block: Annotated[bytes, Meta(max_length=16)] = b""


class Purchase(CardRequest, frozen=True, array_like=True, tag="0200"):
    """0200 消费: debits the bank account on the card, usually by what a settlement left to pay.

    `setl_id`: the settlement whose rest this pays, empty for a sale outside insurance.
    """

    setl_id: Annotated[str, Meta(max_length=30)] = ""


class BalanceInquiry(CardRequest, frozen=True, array_like=True, tag="0200:31"):
    """0200 余额查询 (DE 3 310000): what the bank account holds, and nothing of insurance."""


class Withdrawal(CardRequest, frozen=True, array_like=True, tag="0200:01"):
    """0200 取款 (DE 3 010000), at a machine of the bank `acquirer` (DE 32, by its short name)."""

    acquirer: Annotated[str, Meta(max_length=11)] = ""


class CashDeposit(CardRequest, frozen=True, array_like=True, tag="0200:21"):
    """0200 存款 (DE 3 210000)."""


class BankTransfer(CardRequest, frozen=True, array_like=True, tag="0200:40"):
    """0200 转账 (DE 3 400000): to the account on another card of the same city's banks."""

    to_pan: CardNumber = "0" * 16


class Undo(Struct, frozen=True, array_like=True):
    """What undoes a purchase says: the original's msgid, and its numbers (DE 61) and amount; no PIN and no chip data.

    `trace` is its own, `batch` the terminal's at this time.
    """

    pan: CardNumber
    trace: Trace
    batch: Trace
    amount_fen: Amount
    omsgid: Named
    original_trace: Trace
    original_batch: Trace


class PurchaseReversal(Undo, frozen=True, array_like=True, tag="0400"):
    """0400 冲正: undo of a purchase whose outcome is unknown."""


class PurchaseCancel(Undo, frozen=True, array_like=True, tag="0200:20"):
    """0200 消费撤销 (DE 3 200000): undo of a purchase that was approved, while its batch is open."""


class Refund(Undo, frozen=True, array_like=True, tag="0220"):
    """0220 退货: undo of an approved purchase, once its batch is closed; it has no reversal."""


class BankSignIn(Struct, frozen=True, array_like=True, tag="0800"):
    """0800 签到 of the bank leg: opens the terminal's next batch, or goes on with the one that is open."""

    trace: Trace


class BatchClose(Struct, frozen=True, array_like=True, tag="0500"):
    """0500 批结算: what the terminal counted of its batch.

    `network_code` (DE 60.3): 201 is the question, 207 says that the upload after an unequal answer has come to its end.
    Debits are purchases, credits are cancels and refunds; what was reversed is neither.
    """

    batch: Trace
    network_code: Annotated[str, Meta(pattern="^20[17]$")]
    debit_count: Trace
    debit_fen: Amount
    credit_count: Trace
    credit_fen: Amount


class BatchLine(Struct, frozen=True, array_like=True, tag="0320"):
    """0320 批上送: one purchase that the terminal counted in an unequal batch, by the msgid that made it."""

    batch: Trace
    pan: CardNumber
    omsgid: Named
    amount_fen: Amount


BankMessage = (
    Purchase
    | BalanceInquiry
    | Withdrawal
    | CashDeposit
    | BankTransfer
    | PurchaseReversal
    | PurchaseCancel
    | Refund
    | BankSignIn
    | BatchClose
    | BatchLine
)
"""What a terminal may ask of the bank."""


class PurchaseAnswered(Struct, frozen=True, array_like=True, tag="0210"):
    """0210: the bank's answer, approved or not.

    `response_code` DE 39, which is the card's 8A as well. `chip_data` DE 55: tag 91, the ARPC (8 bytes) and the
    response code (2), for the second GENERATE AC; empty where the ARQC could not be verified. `authorization_code`
    DE 38, empty where refused; `reference` DE 37; `balance_fen` DE 54, 0 where it was not asked for.
    """

    response_code: str
    trace: int
    batch: int
    amount_fen: int
    chip_data: bytes
    authorization_code: str
    reference: str
    balance_fen: int = 0


class PurchaseReversed(Struct, frozen=True, array_like=True, tag="0410"):
    """0410: nothing of the original is owed any more.

    `response_code` DE 39: 00, or BANK_ORIGINAL_UNKNOWN where the original has not arrived, and never will have effect.
    """

    response_code: str
    trace: int
    batch: int


class PurchaseUndone(Struct, frozen=True, array_like=True, tag="0230"):
    """What answers a cancel (0200:20) and a refund (0220): DE 39 is 00."""

    response_code: str
    trace: int
    batch: int


class BankSignedIn(Struct, frozen=True, array_like=True, tag="0810"):
    """0810: the batch that is open now."""

    response_code: str
    batch: int


class BatchClosed(Struct, frozen=True, array_like=True, tag="0510"):
    """0510: whether the bank counted the same (BATCH_EQUAL or BATCH_UNEQUAL), and what it counted."""

    response_code: str
    batch: int
    result: str
    debit_count: int
    debit_fen: int
    credit_count: int
    credit_fen: int


class LineTaken(Struct, frozen=True, array_like=True, tag="0330"):
    """0330: how an uploaded purchase stands at the bank: equal, amount differs, unknown."""

    response_code: str
    result: str


BankOutput = PurchaseAnswered | PurchaseReversed | PurchaseUndone | BankSignedIn | BatchClosed | LineTaken
"""What the bank may answer."""
