"""Checks of the status words: each refusal by its own word, and their order. Rows of commands; one sweep is a flow."""

from typing import Final, NamedTuple

from terminals.kernel.card_dialogue import ISSUER_SFI
from terminals.kernel.effects import Transmit
from terminals.laboratory.check import Check, Group, Harm, Interfaces, Need, Run
from terminals.laboratory.commands import (
    DF01_NAME,
    DF04_NAME,
    SSSE_NAME,
    read_binary,
    read_record,
    select_ef,
    select_fid,
    select_name,
)
from terminals.laboratory.effects import Steps, status, true
from terminals.laboratory.subject import Subject

STATUS = Group("status", "Status words", "状态字")

FIRST_BYTES: Final = frozenset((*range(0x61, 0x70), *range(0x90, 0xA0)))
"""Of a status word (ISO 7816-3, 10.3.3: 6X but 60, and 9X)."""
MEDICAL_SFI: Final = 0x05


class Row(NamedTuple):
    """One command and the word it must be answered with."""

    what: str
    apdu: bytes
    word: int = 0x9000


ENVIRONMENT: Final = Row("SELECT the environment", select_name(SSSE_NAME))
MEDICAL: Final = Row("SELECT DF04", select_name(DF04_NAME))


def script(*rows: Row) -> Run:
    """Return the flow that sends the rows one after the other."""

    def run(_: Subject) -> Steps[None]:
        for what, apdu, word in rows:
            yield from status(what, apdu, word)

    return run


def _everything(_: Subject) -> Steps[None]:
    headers = [(cla, 0xA4) for cla in range(0x100)] + [(0x00, ins) for ins in range(0x100)]
    for cla, ins in headers:
        answer: bytes = yield Transmit(bytes((cla, ins, 0, 0)))
        yield true(f"{cla:02X} {ins:02X} is answered by a status word", len(answer) > 1 and answer[-2] in FIRST_BYTES)


CHECKS = (
    Check(
        "status.class",
        STATUS,
        "6E00: unknown class",
        "类别不支持",
        "ISO 7816-4, 5.6",
        script(ENVIRONMENT, Row("class F0", bytes.fromhex("F0A4000000"), 0x6E00)),
        harm=Harm.PROBES,
    ),
    Check(
        "status.instruction",
        STATUS,
        "6D00: unknown instruction",
        "指令不支持",
        "ISO 7816-4, 5.6",
        script(ENVIRONMENT, Row("instruction FE", bytes.fromhex("00FE000000"), 0x6D00)),
        harm=Harm.PROBES,
    ),
    Check(
        "status.parameters",
        STATUS,
        "6A86: wrong P1-P2",
        "参数错误",
        "ISO 7816-4, 7.3.3",
        script(ENVIRONMENT, Row("READ RECORD, P2 = xxxxx111", read_record(1, ISSUER_SFI, 0, 7), 0x6A86)),
    ),
    Check(
        "status.length",
        STATUS,
        "6700: wrong length",
        "长度错误",
        "ISO 7816-4, 7.5.3; LD/T 32.5",
        script(ENVIRONMENT, Row("GET CHALLENGE of three bytes", bytes.fromhex("0084000003"), 0x6700)),
    ),
    Check(
        "status.file",
        STATUS,
        "6A82: file not found",
        "未找到文件",
        "ISO 7816-4, 7.1.1",
        script(
            ENVIRONMENT,
            Row("SELECT EEEE", select_fid(0xEEEE), 0x6A82),
            Row("SELECT of an unknown name", select_name(b"nobody.here"), 0x6A82),
            Row("READ RECORD in SFI 1D", read_record(1, 0x1D), 0x6A82),
        ),
    ),
    Check(
        "status.record",
        STATUS,
        "6A83: record not found",
        "未找到记录",
        "ISO 7816-4, 7.3.3",
        script(
            ENVIRONMENT,
            Row("record 99 of EF05", read_record(99, ISSUER_SFI), 0x6A83),
            Row("tag 99 in EF05", read_record(0x99, ISSUER_SFI, 0, 0), 0x6A83),
        ),
    ),
    Check(
        "status.current",
        STATUS,
        "6986: no current EF",
        "未选择基本文件",
        "ISO 7816-4, 7.3.3",
        script(ENVIRONMENT, Row("READ RECORD of the current EF", read_record(1), 0x6986)),
    ),
    Check(
        "status.structure",
        STATUS,
        "6981: wrong kind of file",
        "文件类型不符",
        "ISO 7816-4, 7.2.3",
        script(
            ENVIRONMENT,
            Row("READ BINARY of EF05", bytes.fromhex("00B0850001"), 0x6981),
            Row("SELECT DF01", select_name(DF01_NAME)),
            Row("READ RECORD of DF01 EF16", read_record(1, 0x16), 0x6981),
        ),
    ),
    Check(
        "status.offset",
        STATUS,
        "6B00: offset outside",
        "偏移超出范围",
        "ISO 7816-4, 7.2.3",
        script(
            ENVIRONMENT,
            Row("SELECT DF01", select_name(DF01_NAME)),
            Row("SELECT EF16", select_ef(0xEF16)),
            Row("READ BINARY at 7FFF", read_binary(0x7FFF, 1), 0x6B00),
        ),
    ),
    Check(
        "status.security",
        STATUS,
        "6982: security status not satisfied",
        "不满足安全状态",
        "ISO 7816-4, 5.4; LD/T 32.4",
        script(ENVIRONMENT, MEDICAL, Row("DF04 EF05 record 1", read_record(1, MEDICAL_SFI), 0x6982)),
    ),
    Check(
        "status.order",
        STATUS,
        "What is not there is refused before what is closed (our order)",
        "应答优先顺序（自定）",
        "none public: ours",
        script(
            ENVIRONMENT,
            MEDICAL,
            Row("DF04, a file that is not there", read_record(1, 0x1D), 0x6A82),
            Row("DF04 EF05, a record that is not there", read_record(99, MEDICAL_SFI), 0x6A83),
        ),
    ),
    Check(
        "status.pending",
        STATUS,
        "6985: nothing to fetch",
        "无可取响应",
        "ISO 7816-4, 7.6.1",
        script(Row("GET RESPONSE first", bytes.fromhex("00C0000000"), 0x6985)),
        interfaces=Interfaces.CONTACT,
    ),
    Check(
        "status.everything",
        STATUS,
        "Every class and every instruction is answered",
        "全部类别与指令应答",
        "ISO 7816-3, 10.3.3",
        _everything,
        harm=Harm.ENDS,
        needs=frozenset({Need.COPIES}),
    ),
)
