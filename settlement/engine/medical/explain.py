"""How a settlement's split came about, told stage by stage: a pure function of what was stored and of its day's policy.

Each row is one stage under its polItemCode (interface, 100001): first what never was in scope, then the funds in the
order in which they paid, at the end who paid the patient's share. What a figure rests on comes from the policy that
held on the day, under which the settlement was made, whatever holds by now.
"""

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import Struct

from settlement.engine.ledger.state import Settlement
from settlement.engine.medical.stages import STAGES, StageCut
from settlement.engine.rules.policy import Benefit, Policy, Supplement
from settlement.wire.messages import Amounts, SettlementInfo
from settlement.wire.names import day_of
from settlement.wire.refusal import Basis

_DECODE_INFO: Final = msgspec.msgpack.Decoder(SettlementInfo).decode
OUTSIDE: Final = (("101", "fulamt_ownpay_amt_fen"), ("103", "overlmt_selfpay_fen"), ("102", "preselfpay_amt_fen"))
"""What is not in scope: own, over the price limit, first share."""
SHARES: Final = (
    ("hosp_part_amt", "hosp_part_amt_fen"),
    ("TA01", "acct_pay_fen"),
    ("acct_mulaid_pay", "acct_mulaid_pay_fen"),
    ("psn_cash_pay", "psn_cash_pay_fen"),
)
"""Who pays what the funds do not: the interface has a polItemCode for the account only; the others are its amounts."""


class Explained(Struct, frozen=True):
    """One stage: `paid_fen` of `amount_fen` is paid at a ratio, by a fund where `fund_pay_type` names one.

    `name` is the benefit's or supplement's; `source` and `basis` are those of its figures on the day of the settlement,
    empty where no policy says it (the catalogue of the place of treatment, the patient's own money).
    """

    code: str
    name: str
    fund_pay_type: str
    amount_fen: int
    ratio_e4: int
    paid_fen: int
    source: str = ""
    basis: Basis | None = None


def explanation(settlement: Settlement, policy: Policy) -> tuple[Explained, ...]:
    """Return the stages of a settlement; `policy` is the one that it names (settlement.policy)."""
    amounts = _DECODE_INFO(settlement.info).amounts
    stages = STAGES.decode(settlement.stages or b"\x90")
    return (
        *_plain(amounts, OUTSIDE, paid=False),
        *(_told(stage, stages, settlement, policy) for stage in stages),
        *_plain(amounts, SHARES, paid=True),
    )


def _plain(amounts: Amounts, rows: tuple[tuple[str, str], ...], *, paid: bool) -> Iterator[Explained]:
    for code, name in rows:
        fen = getattr(amounts, name)
        if fen:
            yield Explained(code, "", "", fen, 0, fen if paid else 0)


def _told(stage: StageCut, stages: tuple[StageCut, ...], settlement: Settlement, policy: Policy) -> Explained:
    ratios = {one.ratio_e4 for one in stages if one.name == stage.name and one.ratio_e4}
    source, basis = _origin(stage.name, ratios, settlement, policy)
    return Explained(
        stage.code,
        stage.name,
        stage.fund_pay_type,
        stage.amount_fen,
        stage.ratio_e4,
        stage.paid_fen,
        source,
        basis,
    )


def _origin(name: str, ratios: set[int], settlement: Settlement, policy: Policy) -> tuple[str, Basis | None]:
    """Return on what a benefit's or supplement's figures rested on the day of a settlement.

    Working and retired people share a benefit's name: theirs are the figures that have the ratios paid.
    """
    day = day_of(settlement.settled_ms)
    whose = settlement.insutype, settlement.med_type
    for row in policy.rows:
        if (row.insutype, row.med_type) == whose and row.from_day <= day <= row.to_day:
            figures: tuple[Benefit | Supplement, ...] = (row.benefit, *row.benefit.then)
            for figure in figures:
                if figure.name == name and ratios <= {tier.ratio_e4 for tier in figure.tiers}:
                    return figure.source, figure.basis
    return "", None
