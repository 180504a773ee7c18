"""How a settlement's split came about, from what the ledger keeps of it: parts, stages, payers, postings.

Nothing is computed anew: the settlement was decided once, by the policy of its day, and what was decided is told.
Records in, an Explanation out; in which words it is told stands in explanation_words.
"""

from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec import Struct

from settlement.engine.ledger.state import Settlement, Transfer
from settlement.engine.medical.explain import Explained, explanation
from settlement.engine.rules.policy import Policy
from settlement.wire.messages import FundPayment, LineCut, SettlementInfo
from settlement.wire.names import local_time

UNKNOWN: Final = Policy("", ())
DECODE_INFO: Final = msgspec.msgpack.Decoder(SettlementInfo).decode


class Payment(Struct, frozen=True):
    """What one payer paid: `fund:TYPE`, account, family, deposit, bank, cash, hospital."""

    payer: str
    amount_fen: int


class Posting(Struct, frozen=True):
    """One transfer; `undo` of a reversal or revoke."""

    books: str
    debit: str
    credit: str
    amount_fen: int
    undo: bool


class Explanation(Struct, frozen=True):
    """One settlement, told; amounts in fen, ratios in 10^-4."""

    setl_id: str
    state: str
    infno: str
    settled: str
    undone: str
    """When it was undone; empty while it stands."""
    insured_in: str
    treated_in: str
    fixmedins_code: str
    psn_no: str
    insutype: str
    med_type: str
    policy: str
    benefit: str
    medfee_sumamt_fen: int
    fulamt_ownpay_amt_fen: int
    overlmt_selfpay_fen: int
    preselfpay_amt_fen: int
    inscp_scp_amt_fen: int
    stages: tuple[Explained, ...]
    """What each fund paid of what, on which figures."""
    funds: tuple[FundPayment, ...]
    payments: tuple[Payment, ...]
    balance_before_fen: int
    balance_after_fen: int
    lines: tuple[LineCut, ...]
    postings: tuple[Posting, ...]


def explain(settlement: Settlement, transfers: Iterable[Transfer], policy: Policy | None) -> Explanation:
    """Return what the ledger says of a settlement; `policy` None where its rules are not at hand."""
    info = DECODE_INFO(settlement.info)
    amounts = info.amounts
    own_account_fen = amounts.acct_pay_fen - amounts.acct_mulaid_pay_fen
    return Explanation(
        setl_id=settlement.setl_id,
        state=settlement.state,
        infno=settlement.infno,
        settled=local_time(settlement.settled_ms),
        undone=local_time(settlement.undone_ms) if settlement.undone_ms else "",
        insured_in=settlement.city,
        treated_in=settlement.treatment_city,
        fixmedins_code=settlement.fixmedins_code,
        psn_no=settlement.psn_no,
        insutype=settlement.insutype,
        med_type=settlement.med_type,
        policy=settlement.policy,
        benefit=settlement.benefit,
        medfee_sumamt_fen=amounts.medfee_sumamt_fen,
        fulamt_ownpay_amt_fen=amounts.fulamt_ownpay_amt_fen,
        overlmt_selfpay_fen=amounts.overlmt_selfpay_fen,
        preselfpay_amt_fen=amounts.preselfpay_amt_fen,
        inscp_scp_amt_fen=amounts.inscp_scp_amt_fen,
        stages=tuple(stage for stage in explanation(settlement, policy or UNKNOWN) if stage.fund_pay_type),
        funds=info.setldetail,
        payments=_payments(settlement, info),
        balance_before_fen=amounts.balc_fen + own_account_fen,
        balance_after_fen=amounts.balc_fen,
        lines=info.detlcutinfo,
        postings=tuple(
            Posting(row.books, row.debit, row.credit, row.amount_fen, undo=bool(row.undo)) for row in transfers
        ),
    )


def _payments(settlement: Settlement, info: SettlementInfo) -> tuple[Payment, ...]:
    """Return everybody who paid something; together they are the bill (I1, I2)."""
    amounts = info.amounts
    cash_fen = amounts.psn_cash_pay_fen - settlement.bank_paid_fen - settlement.deposit_used_fen
    paid = (
        *(Payment(f"fund:{fund.fund_pay_type}", fund.fund_payamt_fen) for fund in info.setldetail),
        Payment("hospital", amounts.hosp_part_amt_fen),
        Payment("account", amounts.acct_pay_fen - amounts.acct_mulaid_pay_fen),
        Payment("family", amounts.acct_mulaid_pay_fen),
        Payment("deposit", settlement.deposit_used_fen),
        Payment("bank", settlement.bank_paid_fen),
        Payment("cash", cash_fen),
    )
    return tuple(payment for payment in paid if payment.amount_fen)
