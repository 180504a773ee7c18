"""Refusals of credentials, entitlement and accounts, and the codes that these name. Merged into codes.REFUSALS."""

from typing import Final

from settlement.wire.refusal import ASSUMED, DERIVED, HRSS, INSTITUTION, INSURANCE, SPEC, Kind, Refusal, refusals_of

CREDENTIAL_VOUCHER: Final = "01"
"""mdtrt_cert_type: 医保电子凭证, a token that a telephone shows (interface code table)."""
CREDENTIAL_ECARD: Final = "91"
"""mdtrt_cert_type of an 电子社保卡, our own: it stands in for the card and is not the voucher; the table lacks it."""

KINDS: Final[dict[str, Kind]] = {
    "0047": Kind("issue token", "credential", changes=True),  # 展码
    "0048": Kind("bind family", "family", changes=True),  # 家庭共济绑定
    "0049": Kind("unbind family", "family", changes=True),  # 家庭共济解绑
    "0060": Kind("insurance change", "insurance", changes=True, admin=True),  # 参保变更
    "0061": Kind("allotment", "insurance", changes=True, admin=True),  # 个人账户划拨
    "0062": Kind("merge persons", "insurance", changes=True, admin=True),  # 人员合并
    "2001": Kind("benefit check", "read", changes=False),  # 人员待遇享受检查
    "5206": Kind("accumulator query", "read", changes=False),  # 人员累计信息查询
}

TERMINAL_NOT_SOCIAL = Refusal(
    "E1015",
    "TERMINAL_NOT_SOCIAL",
    INSTITUTION,
    SPEC,
    "非社保专用POS机，仅可刷银行账户",
    "no social-security POS: this terminal takes bank cards only",
)
TOKEN_UNKNOWN = Refusal(
    "E2091", "TOKEN_UNKNOWN", INSURANCE, ASSUMED, "电子凭证无效", "this token is nobody's, or not this person's"
)
TOKEN_USED = Refusal("E2092", "TOKEN_USED", INSURANCE, ASSUMED, "电子凭证已使用", "this token was used, show a new one")
TOKEN_REPLACED = Refusal(
    "E2093", "TOKEN_REPLACED", INSURANCE, ASSUMED, "电子凭证已刷新", "a newer token was issued, show that one"
)
TOKEN_EXPIRED = Refusal(
    "E2094", "TOKEN_EXPIRED", INSURANCE, ASSUMED, "电子凭证已过期", "this token has expired, show a new one"
)
NO_CARD_FOR_CADRES = Refusal(
    "E2095",
    "NO_CARD_FOR_CADRES",
    HRSS,
    SPEC,
    "离休人员不办社保卡",
    "retired cadres have no card, settle by identity card",
)
DUPLICATE_ID = Refusal(
    "E3003",
    "DUPLICATE_ID",
    INSURANCE,
    SPEC,
    "身份证号码在数据库中重复",
    "two persons have this identity number, have them merged",
)
ACCOUNT_SEALED = Refusal("E3004", "ACCOUNT_SEALED", INSURANCE, SPEC, "个人账户已封存", "the personal account is sealed")
PERSON_NOT_LINKED = Refusal(
    "E3010",
    "PERSON_NOT_LINKED",
    INSURANCE,
    SPEC,
    "省卡转市卡后未关联参保人，请补换卡",
    "no person is linked to this converted card, have it reissued",
)
NO_FAMILY_ACCOUNT = Refusal(
    "E3013",
    "NO_FAMILY_ACCOUNT",
    INSURANCE,
    DERIVED,
    "未绑定家庭共济账户",
    "nobody has let this person use a personal account",
)
FAMILY_BIND_REFUSED = Refusal(
    "E3014", "FAMILY_BIND_REFUSED", INSURANCE, DERIVED, "家庭共济绑定不成立", "this family binding cannot be made"
)
CHANGE_REFUSED = Refusal(
    "E3015", "CHANGE_REFUSED", INSURANCE, ASSUMED, "参保变更不成立", "this change of insurance cannot be made"
)

REFUSALS: Final = refusals_of(globals())
"""Every refusal here by its code."""
