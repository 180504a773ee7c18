"""Transactions and refusals of visits and stays: one row each, merged into codes."""

from typing import Final

from settlement.wire.refusal import (
    ASSUMED,
    DERIVED,
    INSTITUTION,
    INSURANCE,
    SPEC,
    Kind,
    Refusal,
    refusals_of,
)

KINDS: Final[dict[str, Kind]] = {
    "0046": Kind("inpatient deposit", "visit", changes=True),  # 预交金
    "2202": Kind("outpatient registration cancelled", "visit", changes=True),  # 门诊挂号撤销
    "2203": Kind("outpatient visit and diagnosis", "visit", changes=True),  # 门诊就诊信息上传
    "2205": Kind("outpatient fees cancelled", "file", changes=True),  # 门诊费用明细信息撤销
    "2301": Kind("inpatient fee upload", "file", changes=True),  # 住院费用明细上传
    "2302": Kind("inpatient fees cancelled", "file", changes=True),  # 住院费用明细撤销
    "2303": Kind("inpatient pre-settlement", "trial", changes=False),  # 住院预结算
    "2304": Kind("inpatient settlement", "settle", changes=True, reversible=True),  # 住院结算
    "2305": Kind("inpatient revoke", "undo", changes=True),  # 住院结算撤销
    "2401": Kind("admission", "visit", changes=True, reversible=True),  # 入院办理
    "2402": Kind("discharge", "visit", changes=True),  # 出院办理
    "2404": Kind("admission undone", "visit", changes=True),  # 入院撤销
    "2405": Kind("discharge undone", "visit", changes=True),  # 出院撤销
}

MED_TYPE_FIXED = Refusal(
    "E3107", "MED_TYPE_FIXED", INSTITUTION, SPEC, "一次就诊只能有一种医疗类别", "one visit has one med_type"
)
DISEASE_REQUIRED = Refusal(
    "E3108",
    "DISEASE_REQUIRED",
    INSTITUTION,
    DERIVED,
    "慢特病就诊须先上传病种",
    "a chronic or special outpatient needs a disease (2203) first",
)
BILL_OVER_LIMIT = Refusal(
    "E3109", "BILL_OVER_LIMIT", INSURANCE, ASSUMED, "费用超出单次限额", "the bill is over the limit of one settlement"
)
IDENTITY_MISMATCH = Refusal(
    "E3110", "IDENTITY_MISMATCH", INSTITUTION, SPEC, "人证不符，请出示本人凭证", "the card is another person's"
)
ALREADY_ADMITTED = Refusal(
    "E3111", "ALREADY_ADMITTED", INSTITUTION, DERIVED, "已在院", "the person is in hospital already"
)
STAY_OVER = Refusal("E3112", "STAY_OVER", INSTITUTION, DERIVED, "本次住院已结束", "this stay is over")
NOT_DISCHARGED = Refusal(
    "E3113", "NOT_DISCHARGED", INSTITUTION, DERIVED, "请先办理出院", "discharge first, or settle in between"
)
DISCHARGED = Refusal(
    "E3114", "DISCHARGED", INSTITUTION, DERIVED, "已出院，不可中途结算", "the stay is over, settle it finally"
)
VISIT_NOT_EMPTY = Refusal(
    "E3115",
    "VISIT_NOT_EMPTY",
    INSTITUTION,
    DERIVED,
    "请先撤销费用、结算并退还预交金",
    "take back its charges, settlements and deposit first",
)
LATER_SETTLEMENT = Refusal(
    "E3116", "LATER_SETTLEMENT", INSTITUTION, ASSUMED, "请先撤销后一次结算", "revoke the later settlement first"
)
REFUND_UNMATCHED = Refusal(
    "E3117",
    "REFUND_UNMATCHED",
    INSTITUTION,
    SPEC,
    "退费与原明细不符",
    "a refund must name an open line, and give back no more than it holds",
)
DEPOSIT_SHORT = Refusal(
    "E3118", "DEPOSIT_SHORT", INSTITUTION, DERIVED, "预交金余额不足", "the deposit holds less than that"
)
VISIT_CANCELLED = Refusal("E3119", "VISIT_CANCELLED", INSTITUTION, DERIVED, "就诊已撤销", "this visit was cancelled")
DISCHARGE_BEFORE_ADMISSION = Refusal(
    "E3120",
    "DISCHARGE_BEFORE_ADMISSION",
    INSTITUTION,
    DERIVED,
    "出院时间早于入院时间",
    "nobody is discharged before the admission; check endtime",
)

REFUSALS: Final[dict[str, Refusal]] = refusals_of(globals())
