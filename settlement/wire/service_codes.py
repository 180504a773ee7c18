"""The card services' transactions and refusals: one row each, and nothing else. Numbers: see codes."""

from typing import Final

from settlement.wire.refusal import ASSUMED, DERIVED, HRSS, INSTITUTION, SPEC, Kind, Refusal, refusals_of

KINDS: Final[dict[str, Kind]] = {
    "0002": Kind("temporary loss", "card", changes=True),
    "0003": Kind("formal loss", "card", changes=True),
    "0004": Kind("release of a loss", "card", changes=True),
    "0005": Kind("enable", "card", changes=True),
    "0006": Kind("seal", "card", changes=True),
    "0007": Kind("cancel", "card", changes=True),
    "0008": Kind("card status", "card", changes=False),
    "0009": Kind("password change", "card", changes=True),
    "0010": Kind("password reset", "card", changes=True),
    "0011": Kind("bank password reset", "card", changes=True),
    "0012": Kind("PIN unlock", "card", changes=True),
    "0013": Kind("enable a card of another city", "card", changes=True),
    "0014": Kind("transfer of the insured place", "card", changes=True),
    "0015": Kind("phone change", "card", changes=True),
    "0016": Kind("name change", "card", changes=True),
    "0017": Kind("found card", "card", changes=True),
    "0018": Kind("e-card binding", "card", changes=True),
    "0019": Kind("e-card unbinding", "card", changes=True),
    "0020": Kind("e-card place", "card", changes=True),
    "0021": Kind("e-card password", "card", changes=True),
}

CARD_NOT_ENABLED = Refusal("E2001", "CARD_NOT_ENABLED", HRSS, SPEC, "社保卡未启用", "enable the card first")
CARD_LOST = Refusal("E2002", "CARD_LOST", HRSS, SPEC, "社保卡已挂失", "this card was reported lost")
CARD_CANCELLED = Refusal("E2003", "CARD_CANCELLED", HRSS, SPEC, "社保卡已注销", "this card was cancelled for good")
CARD_SEALED = Refusal("E2005", "CARD_SEALED", HRSS, SPEC, "社保卡已封存", "this card is sealed, have it enabled")
NO_CARD_HERE = Refusal("E2014", "NO_CARD_HERE", HRSS, DERIVED, "本地无在用社保卡", "no card is in use in this city")
SERVICE_NOT_OFFERED = Refusal(
    "E2020", "SERVICE_NOT_OFFERED", HRSS, DERIVED, "本地不办理此项业务", "this city does not offer the service"
)
CHANNEL_NOT_ALLOWED = Refusal("E2021", "CHANNEL_NOT_ALLOWED", HRSS, SPEC, "该渠道不办理此项业务", "not by this channel")
APPLICANT_NOT_ALLOWED = Refusal("E2022", "APPLICANT_NOT_ALLOWED", HRSS, SPEC, "须由本人办理", "not by this applicant")
EVIDENCE_MISSING = Refusal(
    "E2023", "EVIDENCE_MISSING", INSTITUTION, SPEC, "证件不全或不符", "a document is missing or another's"
)
WRONG_PLACE = Refusal("E2024", "WRONG_PLACE", HRSS, SPEC, "不在此地办理", "not at this place")
STATE_FORBIDS = Refusal(
    "E2025", "STATE_FORBIDS", HRSS, SPEC, "当前卡状态不可办理", "the card's state does not allow it"
)
REISSUE_IN_PROGRESS = Refusal(
    "E2026", "REISSUE_IN_PROGRESS", HRSS, SPEC, "已申请补换卡", "a new card has been applied for"
)
ACTIVE_CARD_EXISTS = Refusal(
    "E2027", "ACTIVE_CARD_EXISTS", HRSS, SPEC, "存在未作废的卡", "there is a card that was not cancelled"
)
NOT_ENTITLED_HERE = Refusal(
    "E2028", "NOT_ENTITLED_HERE", HRSS, SPEC, "参保状态不符合办理条件", "the insurance here does not allow it"
)
NOT_CHANGEABLE = Refusal("E2029", "NOT_CHANGEABLE", HRSS, SPEC, "该项不可修改", "this is never changed")
WRONG_BANK = Refusal("E2030", "WRONG_BANK", HRSS, SPEC, "须到发卡银行办理", "only at the bank that issued the card")
PASSWORD_UNUSABLE = Refusal(
    "E2031", "PASSWORD_UNUSABLE", INSTITUTION, ASSUMED, "新密码不可用", "the new password cannot be used"
)
CHANNEL_NOT_SPOKEN_FOR = Refusal(
    "E2032",
    "CHANNEL_NOT_SPOKEN_FOR",
    INSTITUTION,
    ASSUMED,
    "该机构无此服务渠道",
    "this institution has no such channel",
)
PIN_MUST_CHANGE = Refusal("E2104", "PIN_MUST_CHANGE", HRSS, SPEC, "请先修改密码", "change the password first")

REFUSALS: Final[dict[str, Refusal]] = refusals_of(globals())
