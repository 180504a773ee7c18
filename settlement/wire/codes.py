"""Transaction codes and refusals: one row each, and nothing else.

The public interface knows infcode 0 and -1 with free text; it has no catalogue of finer codes. Each refusal here has
a stable code, the owner whom a user must call, and the basis on which it stands: `spec` (the interface specification
or an official text says so), `observed` (seen in real systems), `derived` (follows from them) or `assumed` (ours).
"""

from typing import Final

from settlement.wire import (
    bank_codes,
    catalogue_codes,
    entitlement_codes,
    hospital_codes,
    making_codes,
    reconciliation_codes,
    remote_codes,
    service_codes,
)
from settlement.wire.refusal import (
    ASSUMED,
    BANK,
    DERIVED,
    HRSS,
    INSTITUTION,
    INSURANCE,
    SPEC,
    Kind,
    Refusal,
    refusals_of,
)

KINDS: Final[dict[str, Kind]] = {
    **remote_codes.KINDS,
    **entitlement_codes.KINDS,
    "0001": Kind("card reissue", "card", changes=True),  # 补换卡
    **service_codes.KINDS,
    **making_codes.KINDS,
    "0050": Kind("person setting", "control", changes=True, admin=True),
    "0200": Kind("bank purchase", "bank", changes=True),  # 消费
    "0400": Kind("bank reversal", "bank", changes=True),  # 冲正
    "9001": Kind("sign in", "sign", changes=False),  # 签到
    "9002": Kind("sign out", "sign", changes=False),  # 签退
    "1101": Kind("person information", "read", changes=False),  # 人员信息获取
    "2101": Kind("pharmacy pre-settlement", "trial", changes=False),  # 药店预结算
    "2102": Kind("pharmacy settlement", "settle", changes=True, reversible=True),  # 药店结算
    "2103": Kind("pharmacy revoke", "undo", changes=True),  # 药店结算撤销
    "2201": Kind("outpatient registration", "visit", changes=True),  # 门诊挂号
    "2204": Kind("outpatient fee upload", "file", changes=True),  # 门诊费用明细信息上传
    "2206": Kind("outpatient pre-settlement", "trial", changes=False),  # 门诊预结算
    "2207": Kind("outpatient settlement", "settle", changes=True, reversible=True),  # 门诊结算
    "2208": Kind("outpatient revoke", "undo", changes=True),  # 门诊结算撤销
    "2601": Kind("reversal", "undo", changes=True),  # 冲正交易
    "5203": Kind("settlement query", "read", changes=False),  # 结算信息查询
    **hospital_codes.KINDS,
    **reconciliation_codes.KINDS,
    **bank_codes.KINDS,
}
"""Every transaction that this version answers: by infno (interface specification, transaction list), by message type
(ISO 8583) for the bank leg, and 0001, our own, where neither has a code."""
OPERATIONS: Final = {kind.name_en.replace(" ", "-"): infno for infno, kind in KINDS.items() if kind.admin}
"""The infno of each operation of the operator's door, by its name in the path."""


SIGN_IN_REQUIRED = Refusal("E1001", "SIGN_IN_REQUIRED", INSTITUTION, SPEC, "请先签到", "sign in first")
DUP_MSGID_MISMATCH = Refusal(
    "E1002",
    "DUP_MSGID_MISMATCH",
    INSTITUTION,
    DERIVED,
    "报文编号重复且内容不同",
    "this msgid was used for other content",
)
BUSY = Refusal("E1003", "BUSY", INSURANCE, DERIVED, "系统繁忙，请稍后重发", "busy, repeat the same msgid later")
BAD_ENVELOPE = Refusal("E1004", "BAD_ENVELOPE", INSTITUTION, SPEC, "报文格式错误", "malformed message")
BAD_SIGNATURE = Refusal(
    "E1005", "BAD_SIGNATURE", INSTITUTION, SPEC, "报文校验失败", "the MAC or signature does not fit"
)
CLOCK_SKEW = Refusal("E1006", "CLOCK_SKEW", INSTITUTION, SPEC, "时间戳超出范围", "the timestamp is out of its window")
UNKNOWN_TERMINAL = Refusal("E1007", "UNKNOWN_TERMINAL", INSTITUTION, DERIVED, "终端未登记", "unknown terminal")
FRAME_TOO_LARGE = Refusal("E1008", "FRAME_TOO_LARGE", INSTITUTION, DERIVED, "报文过长", "the frame is too large")
REPLAYED_COUNTER = Refusal(
    "E1009", "REPLAYED_COUNTER", INSTITUTION, DERIVED, "报文序号已使用", "this message counter was used before"
)
UNKNOWN_MESSAGE = Refusal("E1010", "UNKNOWN_MESSAGE", INSTITUTION, SPEC, "交易编号不支持", "unknown transaction code")
UNKNOWN_INSTITUTION = Refusal(
    "E1011", "UNKNOWN_INSTITUTION", INSTITUTION, DERIVED, "定点医药机构未登记", "unknown institution"
)
WRONG_KIND_OF_INSTITUTION = Refusal(
    "E1012",
    "WRONG_KIND_OF_INSTITUTION",
    INSTITUTION,
    DERIVED,
    "机构类型不允许此交易",
    "this kind of institution may not send it",
)
UNKNOWN_CITY = Refusal("E1013", "UNKNOWN_CITY", INSURANCE, DERIVED, "医保区划不存在", "unknown city")
WRONG_DOOR = Refusal(
    "E1014", "WRONG_DOOR", INSTITUTION, ASSUMED, "此交易不可由此通道办理", "this door does not take this transaction"
)
CARD_SUPERSEDED = Refusal(
    "E2004", "CARD_SUPERSEDED", HRSS, SPEC, "此卡已补换，请使用新卡", "this card was replaced, use the new one"
)
CARD_UNKNOWN = Refusal("E2011", "CARD_UNKNOWN", HRSS, DERIVED, "卡信息不符", "this card is not the person's card")
CREDENTIAL_NOT_SUPPORTED = Refusal(
    "E2012", "CREDENTIAL_NOT_SUPPORTED", INSURANCE, ASSUMED, "凭证类型暂不支持", "this credential is not supported here"
)
REISSUE_REFUSED = Refusal("E2013", "REISSUE_REFUSED", HRSS, DERIVED, "此处不予补换卡", "this card is not reissued here")
PIN_REQUIRED = Refusal("E2101", "PIN_REQUIRED", INSTITUTION, SPEC, "请输入密码", "a password is required")
PIN_WRONG = Refusal("E2102", "PIN_WRONG", HRSS, SPEC, "密码错误", "wrong password")
PIN_LOCKED = Refusal("E2103", "PIN_LOCKED", HRSS, SPEC, "密码已锁定，请重置", "the password is locked, have it reset")
PIN_UNREADABLE = Refusal(
    "E2106", "PIN_UNREADABLE", INSTITUTION, DERIVED, "密码密文无法解密", "the PIN block cannot be deciphered"
)
NO_INSURED_PERSON = Refusal(
    "E3001", "NO_INSURED_PERSON", INSURANCE, SPEC, "未查询到参保人", "no insured person with this identity"
)
INSURANCE_PAUSED = Refusal(
    "E3002", "INSURANCE_PAUSED", INSURANCE, SPEC, "参保状态异常", "the insurance is not in force"
)
PHARMACY_NOT_ALLOWED = Refusal(
    "E3005",
    "PHARMACY_NOT_ALLOWED_FOR_RESIDENT",
    INSURANCE,
    SPEC,
    "居民医保不可在药店使用",
    "resident insurance pays nothing at a pharmacy",
)
REMOTE_NOT_OFFERED = Refusal(
    "E3007", "REMOTE_NOT_OFFERED", INSURANCE, SPEC, "未开通异地结算", "no remote settlement between these cities"
)
CARD_GENERATION_NOT_REMOTE = Refusal(
    "E3008", "CARD_GENERATION_NOT_REMOTE", HRSS, SPEC, "该代次卡不可异地使用", "this card generation is local only"
)
NO_BENEFIT = Refusal("E3011", "NO_BENEFIT", INSURANCE, DERIVED, "无对应待遇政策", "no benefit policy covers this")
UNKNOWN_ITEM = Refusal(
    "E3012", "UNKNOWN_ITEM", INSTITUTION, DERIVED, "目录编码无效", "this item is not in the catalogue"
)
AMOUNT_MISMATCH = Refusal("E3101", "AMOUNT_MISMATCH", INSTITUTION, SPEC, "总额与明细不符", "the amounts do not add up")
LINE_ROUNDING = Refusal(
    "E3102", "LINE_ROUNDING", INSTITUTION, SPEC, "明细金额与单价乘数量不符", "a line is not price times count"
)
ALREADY_SETTLED = Refusal("E3103", "ALREADY_SETTLED", INSTITUTION, DERIVED, "该批次已结算", "already settled")
LINES_SETTLED = Refusal("E3104", "LINES_SETTLED", INSTITUTION, DERIVED, "该批次明细已存在", "this charge batch exists")
AMOUNT_OUT_OF_RANGE = Refusal(
    "E3105", "AMOUNT_OUT_OF_RANGE", INSTITUTION, DERIVED, "金额超出范围", "an amount is not in its range"
)
VISIT_UNKNOWN = Refusal(
    "E3106", "VISIT_UNKNOWN", INSTITUTION, DERIVED, "就诊或明细不存在", "no such visit or charge batch"
)
ORIGINAL_UNKNOWN = Refusal("E3301", "ORIGINAL_UNKNOWN", INSTITUTION, DERIVED, "原结算不存在", "no such settlement")
ALREADY_UNDONE = Refusal(
    "E3302", "ALREADY_UNDONE", INSTITUTION, DERIVED, "原结算已撤销或冲正", "already revoked or reversed"
)
NOT_REVERSIBLE = Refusal(
    "E3303", "NOT_REVERSIBLE", INSTITUTION, SPEC, "该交易不可冲正", "this transaction has no reversal"
)
REVERSED_BEFORE_ARRIVAL = Refusal(
    "E3304", "REVERSED_BEFORE_ARRIVAL", INSTITUTION, DERIVED, "已被提前冲正", "it was reversed before it arrived"
)
NOT_OWNER = Refusal(
    "E3305", "NOT_OWNER", INSTITUTION, DERIVED, "非本机构或本人交易", "another institution's or person's"
)
BANK_PURCHASE_STANDS = Refusal(
    "E3306", "BANK_PURCHASE_STANDS", INSTITUTION, ASSUMED, "请先冲正银行卡消费", "reverse the bank purchase first"
)
BANK_CARD_INVALID = Refusal(
    "E4010", "BANK_CARD_INVALID", BANK, SPEC, "无效银行卡号", "no bank card with this number and sequence number"
)
BANK_INSUFFICIENT_FUNDS = Refusal(
    "E4011", "BANK_INSUFFICIENT_FUNDS", BANK, SPEC, "银行账户余额不足", "the bank account holds too little"
)
BANK_PIN_WRONG = Refusal("E4012", "BANK_PIN_WRONG", BANK, SPEC, "银行卡密码错误", "wrong bank PIN")
BANK_PIN_LOCKED = Refusal(
    "E4013", "BANK_PIN_LOCKED", BANK, SPEC, "银行卡密码错误次数超限", "too many wrong bank PINs, ask the bank"
)
BANK_PIN_REQUIRED = Refusal("E4014", "BANK_PIN_REQUIRED", BANK, ASSUMED, "请输入银行卡密码", "a bank PIN is required")
BANK_SMALL_AMOUNT_EXCEEDED = Refusal(
    "E4015",
    "BANK_SMALL_AMOUNT_EXCEEDED",
    BANK,
    DERIVED,
    "超出小额免密限额，请输入密码",
    "above the limit without a PIN, put it in",
)
BANK_PIN_UNREADABLE = Refusal(
    "E4016", "BANK_PIN_UNREADABLE", INSTITUTION, SPEC, "银行卡密码密文无法解密", "the bank PIN cannot be deciphered"
)
BANK_CRYPTOGRAM_WRONG = Refusal(
    "E4017", "BANK_CRYPTOGRAM_WRONG", BANK, ASSUMED, "卡片密文校验失败", "the card's cryptogram is not this card's"
)
BANK_COUNTER_REPLAYED = Refusal(
    "E4018",
    "BANK_COUNTER_REPLAYED",
    BANK,
    ASSUMED,
    "交易计数器重复",
    "this transaction of the card was seen before",
)
BANK_CHIP_DATA_MALFORMED = Refusal(
    "E4019", "BANK_CHIP_DATA_MALFORMED", INSTITUTION, SPEC, "卡片数据格式错误", "DE 55 or DE 22 is not understood"
)
BANK_NOT_ONLINE = Refusal(
    "E4020", "BANK_NOT_ONLINE", INSTITUTION, DERIVED, "卡片未请求联机", "the card did not ask for its bank"
)
BANK_AMOUNT_INVALID = Refusal(
    "E4021", "BANK_AMOUNT_INVALID", INSTITUTION, SPEC, "无效金额", "the bank does not take this amount"
)
UNKNOWN_ERROR = Refusal(
    "E9000",
    "UNKNOWN_ERROR",
    INSURANCE,
    DERIVED,
    "系统异常，请联系支持",
    "internal error, quote inf_refmsgid",
)

REFUSALS: Final[dict[str, Refusal]] = (
    refusals_of(globals())
    | service_codes.REFUSALS
    | making_codes.REFUSALS
    | catalogue_codes.REFUSALS
    | entitlement_codes.REFUSALS
    | hospital_codes.REFUSALS
    | remote_codes.REFUSALS
    | refusals_of(vars(reconciliation_codes))
    | bank_codes.REFUSALS
)
"""Every refusal by its code."""

RESPONSE_CODES: Final[dict[str, str]] = {
    CARD_SUPERSEDED.code: "14",
    BANK_CARD_INVALID.code: "14",
    BANK_INSUFFICIENT_FUNDS.code: "51",
    BANK_PIN_WRONG.code: "55",
    BANK_PIN_LOCKED.code: "75",
    BANK_PIN_REQUIRED.code: "55",
    BANK_SMALL_AMOUNT_EXCEEDED.code: "61",
    BANK_PIN_UNREADABLE.code: "99",
    BANK_CRYPTOGRAM_WRONG.code: "05",
    BANK_COUNTER_REPLAYED.code: "94",
    BANK_CHIP_DATA_MALFORMED.code: "30",
    BANK_NOT_ONLINE.code: "12",
    BANK_AMOUNT_INVALID.code: "13",
    ORIGINAL_UNKNOWN.code: "25",
    ALREADY_UNDONE.code: "22",
    REVERSED_BEFORE_ARRIVAL.code: "22",
    NOT_OWNER.code: "12",
    DUP_MSGID_MISMATCH.code: "94",
    SIGN_IN_REQUIRED.code: "77",
    BAD_ENVELOPE.code: "30",
    BAD_SIGNATURE.code: "A0",
    BUSY.code: "91",
    UNKNOWN_TERMINAL.code: "97",
    UNKNOWN_ERROR.code: "96",
    **bank_codes.RESPONSE_CODES,
}
"""DE 39 of what is refused in a bank leg, by the refusal's code; any other refusal is RESPONSE_CODE_OTHER. The numbers
are UnionPay's; 05 for a wrong cryptogram, 94 for a counter seen before and 55 for a missing PIN are our choice."""
RESPONSE_CODE_OTHER: Final = "12"
"""DE 39: invalid transaction."""

APPROVED: Final = ""
"""The `refusal` of a reply that carries out what was asked."""

RETRY_CODES: Final = frozenset({BUSY.code, UNKNOWN_ERROR.code})
"""Refusals after which the same msgid may be sent again: nothing was decided."""

LARGE: Final = frozenset({"0030", "0032", "2204", "2301", "9101", "9102"})
"""Messages that may be as long as framing.LARGE_FRAME_MAX."""

PHARMACY_MED_TYPE: Final = "41"
OUTPATIENT_MED_TYPE: Final = "11"
CREDENTIAL_IDENTITY_CARD: Final = "02"
CREDENTIAL_SOCIAL_SECURITY_CARD: Final = "03"
