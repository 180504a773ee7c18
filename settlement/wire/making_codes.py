"""Transactions and refusals of a card's making and of the outlets: one row each. Merged into codes."""

from typing import Final

from settlement.wire.refusal import (
    ASSUMED,
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
    "0030": Kind("card application", "card", changes=True),  # 申领
    "0031": Kind("unit batch application", "card", changes=True),  # 单位批量申领
    "0032": Kind("data collection", "card", changes=True),  # 个人制卡信息采集
    "0033": Kind("application withdrawal", "card", changes=True),  # 撤销申领
    "0034": Kind("making progress", "card", changes=False),  # 制卡进度查询
    "0035": Kind("card collection", "card", changes=True),  # 领卡
    "0036": Kind("card handing out", "card", changes=True),  # 发放
    "0037": Kind("bank data update", "card", changes=True),  # 银行信息更新
    "0038": Kind("code to a phone", "card", changes=True),  # 短信验证码
    "0039": Kind("cancel by code", "card", changes=True),  # 验证码注销
    "0040": Kind("instant making", "card", changes=True),  # 即时制卡
    "0041": Kind("remote-use test", "card", changes=False),  # 异地消费检测
    "0042": Kind("mismatched card", "card", changes=True),  # 卡面信息不符
    "0043": Kind("card lookup", "card", changes=False),  # 社保卡查询
    "0044": Kind("certificate copy", "card", changes=True),  # 电子证照副本
    "0045": Kind("card acceptance", "card", changes=False),  # 用卡检测
    "0080": Kind("making event", "card", changes=True, admin=True),  # 制卡环节登记
    "0089": Kind("e-card fault", "card", changes=True, admin=True),  # 电子社保卡故障登记
    "0090": Kind("phone message", "control", changes=False, admin=True),  # 短信查看
}

CLOSED_TODAY = Refusal(
    "E2040", "CLOSED_TODAY", HRSS, SPEC, "周末及节假日不办理此项业务", "not done on this day, come on a working day"
)
NOT_FOUND = Refusal("E2041", "NOT_FOUND", HRSS, SPEC, "查找不到社保卡", "no card was found")
APPLICATION_PENDING = Refusal(
    "E2042", "APPLICATION_PENDING", HRSS, SPEC, "已有制卡申请，请先撤销", "a card is being made, withdraw it first"
)
NO_APPLICATION = Refusal("E2043", "NO_APPLICATION", HRSS, DERIVED, "没有制卡申请", "there is no application for a card")
WITHDRAW_TOO_LATE = Refusal(
    "E2044", "WITHDRAW_TOO_LATE", HRSS, SPEC, "银行已开户，无法撤销申领", "the bank has opened the account"
)
BANK_NOT_OFFERED = Refusal("E2045", "BANK_NOT_OFFERED", HRSS, SPEC, "该银行不制此卡", "this bank does not make it")
UNIT_BANK_FIXED = Refusal(
    "E2046", "UNIT_BANK_FIXED", HRSS, SPEC, "单位制卡银行已选定", "the unit's bank was chosen and stays"
)
PHOTO_REFUSED = Refusal(
    "E2047",
    "PHOTO_REFUSED",
    INSTITUTION,
    SPEC,
    "照片不符合制卡标准",
    "a photo is a JPEG of 358 x 441 pixels on white, 14 to 99 K",
)
TABLE_REFUSED = Refusal(
    "E2048", "TABLE_REFUSED", INSTITUTION, SPEC, "单位申领表格有误，整表不予受理", "the table is refused whole"
)
CERTIFICATE_REFUSED = Refusal(
    "E2049", "CERTIFICATE_REFUSED", HRSS, SPEC, "该证件类型不可由此方式申领", "not with this certificate this way"
)
GUARDIAN_REQUIRED = Refusal(
    "E2050", "GUARDIAN_REQUIRED", INSTITUTION, SPEC, "未成年人应由监护人代办", "a guardian acts for a minor"
)
STEP_OUT_OF_ORDER = Refusal(
    "E2051", "STEP_OUT_OF_ORDER", HRSS, DERIVED, "制卡环节顺序不符", "the steps of making keep their order"
)
NOT_READY = Refusal("E2052", "NOT_READY", HRSS, SPEC, "卡未制成", "the card is not ready")
OTHER_UNIT = Refusal("E2053", "OTHER_UNIT", HRSS, SPEC, "须由原申领单位领取", "the unit that applied collects it")
CODE_WRONG = Refusal("E2054", "CODE_WRONG", INSTITUTION, DERIVED, "验证码错误", "wrong code")
CODE_EXPIRED = Refusal("E2055", "CODE_EXPIRED", INSTITUTION, DERIVED, "验证码已失效", "ask for a new code")
PROVINCE_DIRECT = Refusal(
    "E2056", "PROVINCE_DIRECT", HRSS, SPEC, "请咨询省直社保", "ask the province's own insurance office"
)
ECARD_BIND_FAILED = Refusal(
    "E2057",
    "ECARD_BIND_FAILED",
    HRSS,
    SPEC,
    "电子社保卡签领失败，请联系后台",
    "binding failed, wait for the repair",
)
NO_CERTIFICATE_COPY = Refusal(
    "E2058", "NO_CERTIFICATE_COPY", INSTITUTION, ASSUMED, "无此证照副本", "no copy of this certificate is kept"
)
TERMINAL_WITHOUT_GENERATION = Refusal(
    "E2059",
    "TERMINAL_WITHOUT_GENERATION",
    INSURANCE,
    SPEC,
    "终端不支持此代次卡",
    "the card is in order; its terminal does not take this generation",
)

NO_PHONE = Refusal("E2060", "NO_PHONE", INSTITUTION, DERIVED, "未登记手机号", "no telephone was collected")
CODES_SPENT = Refusal(
    "E2061", "CODES_SPENT", INSTITUTION, ASSUMED, "今日验证码次数已用完", "no more codes today, come in person"
)

KEY_LOCKED_REMOTE = Refusal(
    "E2105", "KEY_LOCKED_REMOTE", HRSS, SPEC, "密钥锁死，请补换卡", "the key is locked away from home: reissue"
)

REFUSALS: Final[dict[str, Refusal]] = refusals_of(globals())
