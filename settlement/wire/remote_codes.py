"""Treatment in another city: transactions of our own, and refusals of filings, routes, orders and clearing."""

from typing import Final

from settlement.wire.refusal import ASSUMED, DERIVED, HRSS, INSTITUTION, INSURANCE, SPEC, Kind, Refusal, refusals_of

KINDS: Final[dict[str, Kind]] = {
    "0075": Kind("file elsewhere", "filing", changes=True, admin=True),  # 异地就医备案
    "0076": Kind("withdraw filing", "filing", changes=True, admin=True),  # 取消异地就医备案
    "0078": Kind("confirm remote order", "settle", changes=True, admin=True),  # 手机端确认异地购药订单
    "2161": Kind("remote pharmacy person", "read", changes=False),  # 异地就医购药获取人员信息
    "2163": Kind("remote pharmacy refund", "undo", changes=True),  # 异地就医购药退费
    "2166": Kind("remote pharmacy order", "visit", changes=True),  # 异地就医购药试算
    "2167": Kind("remote pharmacy cancel", "visit", changes=True),  # 异地就医购药取消订单
    "2181": Kind("remote pharmacy reversal", "undo", changes=True),  # 冲正交易（异地购药）
    "0077": Kind("clear month", "clearing", changes=True, admin=True),  # 月度清算
}
"""Remote pharmacy (interface specification), and our own: what an agency does itself, and a patient's phone."""

REMOTE_FILED_PERSON = Refusal(
    "E3006", "REMOTE_FILED_PERSON", INSURANCE, SPEC, "异地人员", "filed for treatment in another city, no local here"
)
ECARD_REMOTE_OFF = Refusal(
    "E3009", "ECARD_REMOTE_OFF", HRSS, SPEC, "电子社保卡异地使用尚未开通", "the e-card is local only"
)
REMOTE_NOT_ENABLED = Refusal(
    "E3020", "REMOTE_NOT_ENABLED", HRSS, SPEC, "异地备案批量启用尚未完成", "the batch has not enabled this filing yet"
)
FILING_REFUSED = Refusal(
    "E3021", "FILING_REFUSED", INSURANCE, DERIVED, "异地备案不可办理", "this filing cannot be made"
)
ORDER_UNKNOWN = Refusal("E3310", "ORDER_UNKNOWN", INSTITUTION, DERIVED, "异地购药订单不存在", "no such remote order")
ORDER_REPEATED = Refusal(
    "E3311", "ORDER_REPEATED", INSTITUTION, SPEC, "就诊顺序号已使用", "this visit number was used before, use a new one"
)
ORDER_STATE = Refusal(
    "E3312", "ORDER_STATE", INSTITUTION, DERIVED, "订单状态不允许此操作", "the order's state does not allow this"
)
MONTH_NOT_OVER = Refusal("E3501", "MONTH_NOT_OVER", INSURANCE, DERIVED, "清算期未结束", "the month is not over yet")
MONTH_PASSED = Refusal(
    "E3502", "MONTH_PASSED", INSURANCE, ASSUMED, "清算期已过", "a later month was cleared, this one joined it"
)
CLEARED_MEANWHILE = Refusal(
    "E3503",
    "CLEARED_MEANWHILE",
    INSURANCE,
    DERIVED,
    "清算期间已有变化，请重试",
    "a month was cleared meanwhile, ask again",
)
PREFUND_SHORT = Refusal(
    "E3504", "PREFUND_SHORT", INSURANCE, DERIVED, "预付金不足", "a city's prefunding falls short, let it pay in more"
)

REFUSALS: Final = refusals_of(globals())
"""These refusals by code."""
