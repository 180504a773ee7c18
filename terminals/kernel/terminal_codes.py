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
NO_CARD_ANSWERS = TerminalCode("-2", "卡片无应答，请重新插卡", "the card does not answer, insert it again")
CARD_ID_FORMAT = TerminalCode("-20", "卡识别码格式错误", "the card's identification has a wrong format")
CARD_DATA = TerminalCode("-22", "卡内数据不符", "the data on the card do not make sense")
PIN_ENTRY = TerminalCode("-31", "密码应为六位数字", "a PIN has six digits")
PIN_IS_INITIAL = TerminalCode("-35", "初始密码不能交易，请先修改密码", "the initial PIN cannot pay, change it first")
PIN_TO_INITIAL = TerminalCode("-36", "不能改为初始密码", "the initial PIN cannot be the new one")
PIN_IS_WRONG = TerminalCode("-51", "密码错误", "wrong PIN")
PIN_IS_LOCKED = TerminalCode(
    "-52", "密码已锁定，请到人社网点重置", "the PIN is locked, have it reset at an HRSS outlet"
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
    0x6A86: ("参数错误", "wrong parameters"),
    0x6D00: ("指令不支持", "instruction not supported"),
    0x6E00: ("类别不支持", "class not supported"),
}


def of_status(sw: int) -> TerminalCode:
    """Return the code of a card's status word: its negative.

    >>> of_status(0x6A82)
    TerminalCode(code='-27266', zh='未找到文件', en='file not found')
    """
    zh, en = _STATUS_TEXTS.get(sw, ("卡片应答异常", "unexpected answer of the card"))
    return TerminalCode(str(-sw), zh, en)
