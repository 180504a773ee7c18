"""Why no card comes of an application: eight causes, the step that each stops, who cures it and how.

003 RH14 counts eight, of which a changed identity is one. The photo, the other city's card, the account and the real
name are told with their steps (RH01, RH03, RH18, RH19). That these are the eight, and which step each of the others
stops, is derived from the nine steps; what a person is told to do is ours where 003 does not say it (assumed).
"""

from typing import Final, NamedTuple

from settlement.wire.refusal import BANK, HRSS, Owner


class Cause(NamedTuple):
    """Why a step does not end: `cure` is what a person is told to do."""

    step: str
    owner: Owner
    zh: str
    cure: str


CAUSES: Final[dict[str, Cause]] = {
    "NO_PHOTO": Cause("PHOTO", HRSS, "无照片", "have a photo collected"),
    "DATA_INCOMPLETE": Cause("COLLECT", HRSS, "采集信息不完整", "complete phone and address"),
    "IDENTITY_CHANGED": Cause(
        "PREINIT", HRSS, "申领后更改居民身份证号码或姓名", "withdraw, and apply under the new identity"
    ),
    "REAL_NAME_MISMATCH": Cause(
        "PREINIT", HRSS, "姓名、身份证号与公安部联网不通过", "correct name and number, and apply again"
    ),
    "OTHER_CITY_CARD": Cause(
        "PREINIT", HRSS, "校验失败：省内异地有社保卡", "enable the other city's card here, or cancel it there"
    ),
    "BANK_OPENING_FAILED": Cause(
        "BANK_OPEN", BANK, "银行开户失败", "update your data at the bank with your identity card, then resubmit"
    ),
    "BATCH_REJECTED": Cause("PROV_BATCH", HRSS, "省厅批量数据退回", "ask the card centre"),
    "SPOILED_IN_MAKING": Cause("MAKING", HRSS, "制卡废卡", "wait: it is made once more"),
}
"""Every cause by its name."""
