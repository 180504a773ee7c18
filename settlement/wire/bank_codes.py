"""The transactions of the bank leg and the bank zone beside purchase and reversal, their refusals and DE 39.

E4001 to E4009 say how the bank zone stands, E4022 on what else the bank refuses.
"""

from typing import Final

from settlement.wire.refusal import BANK, DERIVED, INSTITUTION, SPEC, Kind, Refusal, refusals_of

KINDS: Final[dict[str, Kind]] = {
    "0081": Kind("bank activation", "bank", changes=True),  # 金融账户激活
    "0082": Kind("bank PIN change", "bank", changes=True),  # 修改银行密码
    "0083": Kind("bank loss", "bank", changes=True),  # 金融账户挂失
    "0084": Kind("bank release", "bank", changes=True),  # 解冻、解挂
    "0085": Kind("bank closing", "bank", changes=True),  # 银行账户注销
    "0086": Kind("bank information", "bank", changes=True),  # 完善信息
    "0087": Kind("bank order", "bank", changes=True, admin=True),  # 代收代付
    "0088": Kind("bank status", "control", changes=True, admin=True),
    "0200:01": Kind("withdrawal", "bank", changes=True),  # 取款
    "0200:20": Kind("purchase cancel", "bank", changes=True),  # 消费撤销
    "0200:21": Kind("deposit", "bank", changes=True),  # 存款
    "0200:31": Kind("bank balance", "bank", changes=True),  # 余额查询: a PIN try and the card's counter are kept
    "0200:40": Kind("bank transfer", "bank", changes=True),  # 转账
    "0220": Kind("refund", "bank", changes=True),  # 退货
    "0320": Kind("batch upload", "bank", changes=True),  # 批上送
    "0500": Kind("batch close", "bank", changes=True),  # 批结算
    "0800": Kind("bank sign-in", "bank", changes=True),  # 签到
}

BANK_KYC_INCOMPLETE = Refusal(
    "E4001", "BANK_KYC_INCOMPLETE", BANK, SPEC, "个人信息不完善，请到银行补充", "complete your information at the bank"
)
BANK_FROZEN = Refusal("E4002", "BANK_FROZEN", BANK, SPEC, "银行账户已冻结", "the bank account is frozen")
BANK_NOT_ACTIVATED = Refusal(
    "E4003", "BANK_NOT_ACTIVATED", BANK, SPEC, "金融账户未激活", "activate the bank account first"
)
BANK_LOST = Refusal("E4004", "BANK_LOST", BANK, SPEC, "金融账户已挂失", "the bank account was reported lost")
BANK_STOLEN = Refusal("E4005", "BANK_STOLEN", BANK, DERIVED, "被盗卡", "the card was reported stolen to its bank")
CARD_EXPIRED_BANK = Refusal(
    "E2006", "CARD_EXPIRED_BANK", BANK, SPEC, "社保卡金融功能已过期", "the card's bank zone has expired"
)
BANK_PIN_MUST_CHANGE = Refusal(
    "E4006", "BANK_PIN_MUST_CHANGE", BANK, SPEC, "请先修改银行卡初始密码", "change the bank's first PIN before"
)
BANK_CLOSED = Refusal("E4007", "BANK_CLOSED", BANK, DERIVED, "银行账户已注销", "the bank account is closed")
BANK_BATCH_DIFFERS = Refusal(
    "E4022", "BANK_BATCH_DIFFERS", INSTITUTION, SPEC, "批次号不一致，请重新签到", "sign in at the bank again (0800)"
)
BANK_BATCH_CLOSED = Refusal(
    "E4023", "BANK_BATCH_CLOSED", INSTITUTION, SPEC, "批次已结算，请办理退货", "the batch is closed: refund it (0220)"
)
BANK_BATCH_OPEN = Refusal(
    "E4024", "BANK_BATCH_OPEN", INSTITUTION, SPEC, "批次未结算，请办理消费撤销", "the batch is open: cancel it (0200)"
)
BANK_TAPS_EXCEEDED = Refusal(
    "E4025", "BANK_TAPS_EXCEEDED", BANK, DERIVED, "免密笔数超限，请输入密码", "too many taps without a PIN, put it in"
)
BANK_TERMINAL_NOT_PERMITTED = Refusal(
    "E4026", "BANK_TERMINAL_NOT_PERMITTED", BANK, DERIVED, "终端不允许此交易", "this terminal may not do that"
)
BANK_DUPLICATE = Refusal(
    "E4027",
    "BANK_DUPLICATE",
    INSTITUTION,
    SPEC,
    "重复交易",
    "this batch and trace were used before, with another msgid",
)
BANK_WRONG_BRANCH = Refusal(
    "E4030", "BANK_WRONG_BRANCH", BANK, SPEC, "须到发卡银行网点办理", "go to a branch of the card's own bank"
)
BANK_IN_PERSON = Refusal(
    "E4031", "BANK_IN_PERSON", BANK, SPEC, "须持证件和社保卡到柜台办理", "in person, with identity document and card"
)
BANK_NOTHING_TO_DO = Refusal(
    "E4032", "BANK_NOTHING_TO_DO", BANK, DERIVED, "账户当前状态无需办理", "the account's state has no use for it"
)
BANK_SOCIAL_FIRST = Refusal(
    "E4033", "BANK_SOCIAL_FIRST", BANK, SPEC, "请先注销社会保障应用", "have the social function cancelled first"
)
BANK_CLOSE_AT_HOME = Refusal(
    "E4034", "BANK_CLOSE_AT_HOME", BANK, DERIVED, "须到开户地网点注销", "this bank closes it where it was opened only"
)

REFUSALS: Final = refusals_of(globals())

RESPONSE_CODES: Final[dict[str, str]] = {
    BANK_KYC_INCOMPLETE.code: "64",
    BANK_FROZEN.code: "57",
    BANK_NOT_ACTIVATED.code: "57",
    BANK_LOST.code: "41",
    BANK_STOLEN.code: "43",
    CARD_EXPIRED_BANK.code: "54",
    BANK_PIN_MUST_CHANGE.code: "57",
    BANK_CLOSED.code: "14",
    BANK_BATCH_DIFFERS.code: "77",
    BANK_BATCH_CLOSED.code: "12",
    BANK_BATCH_OPEN.code: "12",
    BANK_TAPS_EXCEEDED.code: "65",
    BANK_TERMINAL_NOT_PERMITTED.code: "58",
    BANK_DUPLICATE.code: "94",
    BANK_WRONG_BRANCH.code: "58",
    BANK_IN_PERSON.code: "58",
    BANK_NOTHING_TO_DO.code: "12",
    BANK_SOCIAL_FIRST.code: "12",
    BANK_CLOSE_AT_HOME.code: "58",
}
"""DE 39 of each; 57 for a first PIN that must be changed is our choice."""
