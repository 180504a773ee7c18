"""What a terminal says when the card, or the terminal itself, refuses: code, Chinese, English.

The codes are those of the terminal library in the field (LD/T 33 terminals): its own are small negative numbers, and a
card's status word is passed on as its negative (6983 is -27011). The host's refusals are in settlement.wire.codes.
"""

from typing import Final, NamedTuple


class TerminalCode(NamedTuple):
    """Why a terminal stops before, or without, asking the host."""

    code: str
    zh: str
    en: str


CARD_TYPE = TerminalCode("-1", "卡类型不支持", "this kind of card is not supported")
EMPTY_SLOT = TerminalCode("-2", "此处读不到卡，请换卡槽", "no card can be read here, use the other slot")
NO_CARD_ANSWERS = TerminalCode("-2", "卡片无应答，请重新插卡", "the card does not answer, insert it again")
CARD_ID_FORMAT = TerminalCode("-20", "卡识别码格式错误", "the card's identification has a wrong format")
CARD_DATA = TerminalCode("-22", "卡内数据不符", "the data on the card do not make sense")
CARD_DATA_INCOMPLETE = TerminalCode(
    "-23", "卡内信息不完善，请重新制卡", "whose card it is was never written on it: have it made again"
)
SAM_LEVEL = TerminalCode("-24", "PSAM密钥级别不够", "the PSAM's keys are not of a high enough level")
NO_SAM = TerminalCode("-2201", "无PSAM卡", "no PSAM answers")
SAM_CIPHER = TerminalCode("-2202", "PSAM不支持该算法", "the PSAM does not know the card's cipher")
SAM_LACKS_KEY = TerminalCode("-2203", "PSAM缺少密钥", "the PSAM lacks the key")
PIN_ENTRY = TerminalCode("-31", "密码应为六位数字", "a PIN has six digits")
PIN_IS_INITIAL = TerminalCode("-35", "初始密码不能交易，请先修改密码", "the initial PIN cannot pay, change it first")
PIN_TO_INITIAL = TerminalCode("-36", "不能改为初始密码", "the initial PIN cannot be the new one")
PIN_IS_WRONG = TerminalCode("-51", "密码错误", "wrong PIN")
PIN_IS_LOCKED = TerminalCode(
    "-52", "密码已锁定，请到人社网点重置", "the PIN is locked, have it reset at an HRSS outlet"
)
NO_SCANNER = TerminalCode("-41", "本终端不支持扫码", "this terminal has no scanner: show a card")
HOLDER_KEY_IS_LOCKED = TerminalCode(
    "-27011",
    "持卡人信息密钥已锁定：本地异地均无法读卡，请补换卡",
    "the key to the holder's data is locked: the card can be read nowhere any more, only a new card helps",
)
PIN_KEY_IS_LOCKED = TerminalCode(
    "-27011",
    "PIN重装密钥已锁定：异地须补换卡后使用，本地不受影响",
    "the key that resets the PIN is locked: away from home only a new card helps, at home it goes on",
)
KEY_IS_LOCKED = TerminalCode(
    "-27011",
    "密钥已锁定：异地须补换卡后使用，本地不受影响",
    "the card's key is locked: away from home only a new card helps, at home it goes on",
)

TERMINAL_CODES: Final[dict[str, TerminalCode]] = {
    row.code: row for row in tuple(globals().values()) if isinstance(row, TerminalCode)
}
"""The terminal's own codes."""

_STATUS_TEXTS: Final[dict[int, tuple[str, str]]] = {
    0x6282: ("文件提前结束", "the file ends early"),
    0x6283: ("卡片已失效", "the application is invalidated"),
    0x6700: ("长度错误", "wrong length"),
    0x6981: ("文件类型不符", "wrong kind of file"),
    0x6982: ("不满足安全状态", "security status not satisfied"),
    0x6983: ("鉴别方法锁定", "authentication method blocked"),
    0x6985: ("使用条件不满足", "conditions of use not satisfied"),
    0x6A81: ("功能不支持或卡锁定", "function not supported or card blocked"),
    0x6A82: ("未找到文件", "file not found"),
    0x6A83: ("未找到记录", "record not found"),
    0x6A88: ("未找到密钥", "key not found"),
    0x6984: ("随机数无效", "the challenge is missing or was used"),
    0x6A86: ("参数错误", "wrong parameters"),
    0x6D00: ("指令不支持", "instruction not supported"),
    0x6E00: ("类别不支持", "class not supported"),
}


def lacking(code: TerminalCode, key: str) -> TerminalCode:
    """Return a code whose text says which key is missing; what anybody may read of the card was read."""
    return TerminalCode(code.code, f"{code.zh}，缺少密钥{key}", f"{code.en}: the key {key} is missing")


def of_external_authentication(sw: int, locked: TerminalCode) -> TerminalCode:
    """Return the code of an EXTERNAL AUTHENTICATE that the card refused: 63Cx counts its key's tries, 6983 locks it.

    `locked` says what the lock of this key means.

    >>> of_external_authentication(0x63C2, KEY_IS_LOCKED).code
    '-25538'
    """
    if sw == 0x6983:  # noqa: PLR2004 - the status word that the texts above are keyed by
        return locked
    if sw & 0xFFF0 == 0x63C0:  # noqa: PLR2004 - the same
        left = sw & 0x0F
        return TerminalCode(
            str(-sw), f"外部认证失败，剩余{left}次", f"external authentication failed, {left} tries left"
        )
    return of_status(sw)


def of_status(sw: int) -> TerminalCode:
    """Return the code of a card's status word: its negative.

    >>> of_status(0x6A82)
    TerminalCode(code='-27266', zh='未找到文件', en='file not found')
    """
    zh, en = _STATUS_TEXTS.get(sw, ("卡片应答异常", "unexpected answer of the card"))
    return TerminalCode(str(-sw), zh, en)
