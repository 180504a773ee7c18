"""An explanation in sentences, English or Chinese: values in, lines out."""

from collections.abc import Iterator
from typing import Final

from settlement.engine.medical.explain import Explained
from settlement.engine.medical.stages import NO_LIMIT
from settlement.engine.rules.money import RATIO_PLACES, unscaled, yuan
from settlement.telling.explanation import Explanation, Payment
from settlement.telling.policy_table import aligned, percent
from settlement.telling.policy_words import FUNDS, INSUTYPES, MED_TYPES, Words
from settlement.wire.codes import KINDS

ENGLISH, CHINESE = 0, 1
Sentence = tuple[str, str]

HEAD: Final[Sentence] = ("Settlement {setl_id}, {what}, {when}: {state}", "结算 {setl_id}，{what}，{when}：{state}")
STATES: Final[Words] = {
    "SETTLED": ("it stands", "有效"),
    "REVERSED": ("reversed (2601) at {undone}", "已冲正（2601），{undone}"),
    "VOIDED": ("revoked at {undone}", "已撤销，{undone}"),
}
WHERE: Final[Sentence] = (
    "Person {psn_no}, insured in {insured_in} ({insutype}), treated in {treated_in} at {code}: {med_type}.",
    "人员 {psn_no}，参保地 {insured_in}（{insutype}），就医地 {treated_in}，机构 {code}：{med_type}。",
)
BILL: Final[Sentence] = (
    "The bill is {medfee}; by the list of {treated_in} it falls into",
    "医疗费总额 {medfee}，按 {treated_in} 目录分为",
)
PARTS: Final[tuple[tuple[str, Sentence], ...]] = (
    (
        "fulamt_ownpay_amt_fen",
        ("wholly the patient's (class C, or use not approved)", "全自费（丙类或限制使用未审批）"),
    ),
    ("overlmt_selfpay_fen", ("above the price limit", "超限价自费")),
    ("preselfpay_amt_fen", ("first share of class B", "乙类先行自付")),
    ("inscp_scp_amt_fen", ("in scope", "符合政策范围")),
)
POLICY: Final[Sentence] = ("By policy {policy}, benefit {benefit}:", "按政策 {policy}，待遇 {benefit}：")
DEDUCTIBLE: Final[Sentence] = ("{amount} goes into the deductible; no fund pays of it", "起付线内 {amount}，基金不支付")
ABOVE_CAP: Final[Sentence] = (
    "{amount} lies above the cap; this fund pays nothing of it",
    "超封顶线 {amount}，该基金不支付",
)
UNPAID: Final[Sentence] = ("{fund} pays nothing of {amount}", "{fund}对 {amount} 不支付")
SEGMENT: Final[Sentence] = ("{fund} pays {ratio} of {amount}: {paid}", "{fund}对 {amount} 按 {ratio} 支付：{paid}")
NO_FUND: Final[Sentence] = ("no fund pays; personal account and cash only", "基金不支付，仅个人账户和现金")
LIMIT: Final[Sentence] = (
    "limit of {fund} left before: {left}, after: {after}",
    "{fund}结算前剩余限额 {left}，结算后 {after}",
)
SOURCE: Final[Sentence] = ("source: {source}", "依据：{source}")
PAID: Final[Sentence] = ("Who pays:", "支付构成：")
PAYERS: Final[Words] = {
    "hospital": ("the hospital bears", "医院负担"),
    "account": ("personal account", "个人账户"),
    "family": ("the family's accounts", "家庭共济账户"),
    "deposit": ("the stay's deposit", "住院押金"),
    "bank": ("bank card", "银行卡"),
    "cash": ("cash", "现金"),
}
BALANCE: Final[Sentence] = (
    "balance of the personal account: {before}, then {after}",
    "个人账户余额：{before}，结算后 {after}",
)
LINES: Final[Sentence] = ("Lines:", "明细：")
LINE_HEADINGS: Final[tuple[Sentence, ...]] = (
    ("line", "序号"),
    ("amount", "金额"),
    ("class", "等级"),
    ("first share", "自付比例"),
    ("own", "全自费"),
    ("over limit", "超限价"),
    ("first share paid", "先行自付"),
    ("in scope", "范围内"),
)
POSTINGS: Final[Sentence] = ("Postings (books: debit, credit):", "记账（账套：借，贷）：")
DEDUCTIBLES: Final = frozenset({"S001", "PS01", "GBS1"})
ABOVE_CAPS: Final = frozenset({"EC01"})
"""polItemCodes of stages of which nothing is paid."""


def told(found: Explanation, language: int) -> Iterator[str]:
    """Yield the lines that tell an explanation."""
    kind = KINDS[found.infno].name_en if language == ENGLISH else ""
    state = STATES[found.state][language].format(undone=found.undone)
    yield HEAD[language].format(
        setl_id=found.setl_id, what=f"{found.infno} {kind}".strip(), when=found.settled, state=state
    )
    yield WHERE[language].format(
        psn_no=found.psn_no,
        insured_in=found.insured_in,
        insutype=_named(INSUTYPES, found.insutype, language),
        treated_in=found.treated_in,
        code=found.fixmedins_code,
        med_type=_named(MED_TYPES, found.med_type, language),
    )
    yield ""
    yield BILL[language].format(medfee=yuan(found.medfee_sumamt_fen), treated_in=found.treated_in)
    yield from aligned([(words[language], yuan(getattr(found, name))) for name, words in PARTS])
    yield ""
    yield from _policy(found, language)
    yield ""
    yield PAID[language]
    yield from aligned([(_payer(payment, language), yuan(payment.amount_fen)) for payment in found.payments])
    yield f"  {' + '.join(yuan(payment.amount_fen) for payment in found.payments)} = {yuan(found.medfee_sumamt_fen)}"
    yield "  " + BALANCE[language].format(before=yuan(found.balance_before_fen), after=yuan(found.balance_after_fen))
    yield from _lines(found, language)
    yield from _postings(found, language)


def _policy(found: Explanation, language: int) -> Iterator[str]:
    yield POLICY[language].format(policy=found.policy, benefit=found.benefit)
    for stage in found.stages:
        yield "  " + _stage(stage, language)
    if not found.stages:
        yield "  " + NO_FUND[language]
    for fund in found.funds:
        if fund.crt_payb_lmt_amt_fen != NO_LIMIT:
            left, after = fund.crt_payb_lmt_amt_fen, fund.crt_payb_lmt_amt_fen - fund.fund_payamt_fen
            name = _named(FUNDS, fund.fund_pay_type, language)
            yield "  " + LIMIT[language].format(fund=name, left=yuan(left), after=yuan(after))
    for source in dict.fromkeys(f"[{stage.basis}] {stage.source}" for stage in found.stages if stage.source):
        yield "  " + SOURCE[language].format(source=source)


def _stage(stage: Explained, language: int) -> str:
    if stage.code in DEDUCTIBLES:
        sentence = DEDUCTIBLE
    elif stage.code in ABOVE_CAPS:
        sentence = ABOVE_CAP
    else:
        sentence = SEGMENT if stage.ratio_e4 else UNPAID
    return (
        sentence[language].format(
            fund=_named(FUNDS, stage.fund_pay_type, language),
            amount=yuan(stage.amount_fen),
            ratio=percent(stage.ratio_e4),
            paid=yuan(stage.paid_fen),
        )
        + f"  ({stage.code} {stage.name})"
    )


def _payer(payment: Payment, language: int) -> str:
    kind, _, fund = payment.payer.partition(":")
    return _named(FUNDS, fund, language) + f" ({fund})" if kind == "fund" else PAYERS[kind][language]


def _lines(found: Explanation, language: int) -> Iterator[str]:
    if not found.lines:
        return
    yield ""
    yield LINES[language]
    rows = [
        (
            line.feedetl_sn,
            yuan(line.det_item_fee_sumamt_fen),
            line.chrgitm_lv,
            unscaled(line.selfpay_prop_e4, RATIO_PLACES),
            yuan(line.fulamt_ownpay_amt_fen),
            yuan(line.overlmt_amt_fen),
            yuan(line.preselfpay_amt_fen),
            yuan(line.inscp_scp_amt_fen),
        )
        for line in found.lines
    ]
    yield from aligned([tuple(heading[language] for heading in LINE_HEADINGS), *rows])


def _postings(found: Explanation, language: int) -> Iterator[str]:
    if not found.postings:
        return
    yield ""
    yield POSTINGS[language]
    yield from aligned([(row.books, row.debit, row.credit, yuan(row.amount_fen)) for row in found.postings])


def _named(words: Words, code: str, language: int) -> str:
    return words[code][language] if code in words else code
