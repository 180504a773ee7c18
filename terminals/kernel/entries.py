"""What a terminal writes down before and after it moves money; the journal stores these and nothing else.

No PIN, no password, no PIN block and no identity number has a place here. The number of a bank card has, in a
purchase: without it nobody could undo one whose card has long gone. So has the 卡识别码 of a card that is given back.
"""

from enum import StrEnum

from msgspec import Struct

from settlement.wire.messages import SettlementInfo


class PurchaseIntent(Struct, frozen=True, tag="purchase"):
    """A purchase (0200) is about to leave: what its reversal (0400) must say, in the terms of settlement.wire.bank."""

    msgid: str
    insuplc_admdvs: str
    pan: str
    amount_fen: int
    trace: int
    batch: int
    setl_id: str = ""


class Intent(Struct, frozen=True, tag="intent", omit_defaults=True):
    """A request that moves money is about to leave: enough to find out, or undo, what became of it.

    `setl_id` and `mdtrt_id` name the settlement that a revoke (2103, 2208, 2305) is about, `purchase` what the bank
    paid of it, to be undone first: one entry, so that no crash leaves one of the two undone and the other forgotten.
    """

    msgid: str
    infno: str
    psn_no: str
    insuplc_admdvs: str
    amount_fen: int
    setl_id: str = ""
    mdtrt_id: str = ""
    purchase: PurchaseIntent | None = None


class ReissueIntent(Struct, frozen=True, tag="reissue"):
    """A reissue (0001) is about to leave: all that its repetition must say, `card_sn` in hex."""

    msgid: str
    insuplc_admdvs: str
    card_sn: str


class Fate(StrEnum):
    """What became of an intent."""

    DONE = "DONE"
    """Carried out: settled, revoked, or reissued."""
    REFUSED = "REFUSED"
    """The host decided against it; nothing moved."""
    REVERSED = "REVERSED"
    """Undone by 2601 or 0400, or barred by a tombstone before it arrived."""
    STUCK = "STUCK"
    """Its undo was refused (order state 16): for a person. No terminal tries it again."""


class Standing(Struct, frozen=True, array_like=True):
    """What was settled, as the host said it: what reconciliation compares and an undo must name. Amounts in fen."""

    mdtrt_id: str
    setl_time: str
    insutype: str
    med_type: str
    medfee_sumamt_fen: int
    fund_pay_sumamt_fen: int
    acct_pay_fen: int
    psn_cash_pay_fen: int


def standing(info: SettlementInfo) -> Standing:
    """Return what a settlement's reply says of it."""
    amounts = info.amounts
    return Standing(
        info.mdtrt_id,
        info.setl_time,
        info.insutype,
        info.med_type,
        amounts.medfee_sumamt_fen,
        amounts.fund_pay_sumamt_fen,
        amounts.acct_pay_fen,
        amounts.psn_cash_pay_fen,
    )


class Resolution(Struct, frozen=True, tag="resolution", omit_defaults=True):
    """The outcome of an intent is known.

    `settled`: what was settled or, of a revoke, its exact negatives. `undone_by`: the msgid
    of the 2601 or 0400 that undid it.
    """

    msgid: str
    fate: Fate
    setl_id: str = ""
    refusal: str = ""
    settled: Standing | None = None
    undone_by: str = ""


OpenIntent = Intent | PurchaseIntent | ReissueIntent
Entry = OpenIntent | Resolution
