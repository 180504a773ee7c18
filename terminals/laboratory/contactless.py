"""Checks of what only the antenna has: an ATR made by the reader, the UID, whole answers, one tap a payment."""

from collections.abc import Mapping
from functools import reduce
from operator import xor
from typing import Final

from terminals.kernel.card_dialogue import CARD_ID
from terminals.kernel.data_objects import COUNTER, CRYPTOGRAM, CRYPTOGRAM_KIND
from terminals.kernel.debit_dialogue import ARQC
from terminals.kernel.effects import Transmit
from terminals.laboratory.check import ANY_CARD, EVERY_GENERATION, Check, Group, Harm, Interfaces, Need, Run
from terminals.laboratory.commands import DEBIT_AID, GET_UID, PPSE_NAME, SSSE_NAME, read_record, select_name
from terminals.laboratory.debit_dialogue import SAID, begin
from terminals.laboratory.effects import Reset, Steps, equal, status, true
from terminals.laboratory.objects import elements
from terminals.laboratory.subject import Subject

CONTACTLESS = Group("contactless", "Contactless", "非接触")

UID_SIZES: Final = frozenset({4, 7, 10})
"""ISO/IEC 14443-3, 6.5.4."""
RANDOM_UID: Final = 0x08
QUALIFIERS, TRACK_2, PROFILE = 0x9F6C, 0x57, 0x82
ONLINE_PIN: Final = 0x80
"""9F6C byte 1: the card wants the online PIN."""
ABOVE_LIMIT: Final = {0x9F02: bytes.fromhex("000000100100")}
"""1,001 yuan: above the 1,000 without a PIN since 2018."""


def _answer_to_reset(subject: Subject) -> Steps[None]:
    atr = subject.atr
    announced = atr[1] & 0xF
    yield equal("TS, T0, TD1, TD2", f"3B8{announced:X}8001", atr[:4].hex().upper())
    yield equal("length", f"{4 + announced + 1} bytes", f"{len(atr)} bytes")
    yield true("the exclusive or of all but TS is 0 (TCK)", reduce(xor, atr[1:]) == 0)
    again: bytes = yield Reset()
    yield true("the next one is the same", again == atr)


def _uid(_: Subject) -> Steps[None]:
    first = yield from status("GET UID", GET_UID)
    yield true("it has 4, 7 or 10 bytes", len(first) in UID_SIZES)
    yield Reset()
    again = yield from status("GET UID after power-on", GET_UID)
    yield true("it is the same, or announced as random (08)", first == again or first[0] == RANDOM_UID)


def _historical(subject: Subject) -> Steps[None]:
    told = yield from status("GET DATA, historical bytes", bytes.fromhex("FFCA010000"))
    yield true("they are those of the ATR", told == subject.historical)


def _whole(_: Subject) -> Steps[None]:
    commands = (
        ("SELECT without Le", select_name(SSSE_NAME)),
        ("SELECT with Le", select_name(SSSE_NAME) + b"\0"),
        ("READ RECORD, Le = 00", read_record(7, 5)),
        ("READ RECORD, Le too small", read_record(7, 5, 9)),
    )
    for what, apdu in commands:
        answer: bytes = yield Transmit(apdu)
        yield equal(what, "data and 9000", "data and 9000" if answer[:-2] and answer[-2:] == b"\x90\0" else "another")


def _same_chip(subject: Subject) -> Steps[None]:
    yield from status("SELECT the environment", select_name(SSSE_NAME))
    card_id = yield from status("卡的识别码", CARD_ID.apdu)
    yield true("its serial number is the one of the historical bytes", card_id[10:14] == subject.historical[-4:])


def _directory(_: Subject) -> Steps[None]:
    found = elements((yield from status("SELECT 2PAY.SYS.DDF01", select_name(PPSE_NAME))))
    yield equal("its application (4F)", DEBIT_AID.hex().upper(), found.get(0x4F, b"").hex().upper())


def _tapped(_: Subject) -> Steps[None]:
    counters = []
    for _round in range(2):
        given = (yield from begin()).answered
        yield equal("cryptogram information (9F27)", f"{ARQC:02X}", given.get(CRYPTOGRAM_KIND, b"").hex())
        for tag in (PROFILE, COUNTER, CRYPTOGRAM, QUALIFIERS, TRACK_2):
            yield true(f"{tag:02X} is in the one answer", tag in given)
        counters.append(int.from_bytes(given[COUNTER], "big"))
    yield equal("the counter of the next tap", "1 more", f"{counters[1] - counters[0]} more")


def _limit(_: Subject) -> Steps[None]:
    small = (yield from begin()).answered
    yield true("one yuan wants no PIN", QUALIFIERS in small and not _wants_pin(small))
    large = (yield from begin(ABOVE_LIMIT)).answered
    yield true("1,001 yuan want the online PIN", _wants_pin(large))
    demanding = {0x9F66: SAID[0x9F66][:1] + b"\x40" + SAID[0x9F66][2:]}
    asked = (yield from begin(demanding)).answered
    yield true("so does a terminal that wants the holder verified", _wants_pin(asked))


def _wants_pin(given: Mapping[int, bytes]) -> bool:
    return bool(int.from_bytes(given.get(QUALIFIERS, b"")[:1], "big") & ONLINE_PIN)


def _check(name: str, en: str, zh: str, basis: str, run: Run, harm: Harm = Harm.NONE, *needs: Need) -> Check:
    debit, wanted = name in OF_THE_BANK, frozenset(needs)
    return Check(
        f"contactless.{name}",
        CONTACTLESS,
        en,
        zh,
        basis,
        run,
        harm,
        EVERY_GENERATION if name in OF_THE_ENVIRONMENT else ANY_CARD,
        Interfaces.CONTACTLESS,
        needs=wanted,
        debit=debit,
    )


OF_THE_ENVIRONMENT: Final = frozenset({"whole", "chip"})
OF_THE_BANK: Final = frozenset({"directory", "tap", "limit"})
CHECKS = (
    _check("atr", "ATR made by the reader", "复位信息", "PC/SC part 3, 3.1.3.2.3", _answer_to_reset),
    _check("uid", "UID", "唯一标识符", "ISO/IEC 14443-3; PC/SC part 3, 3.2.2.1.3", _uid),
    _check("historical", "Historical bytes", "历史字节", "PC/SC part 3, 3.2.2.1.3", _historical),
    _check("whole", "Whole answers, no 61xx or 6Cxx", "应答无61xx/6Cxx", "ISO/IEC 14443-4; T=0 is of contacts", _whole),
    _check("chip", "The same card as over contacts", "双界面同一卡片", "LD/T 32.2", _same_chip),
    _check("directory", "Proximity payment environment", "近距离支付系统环境", "EMV Contactless B, 3.3", _directory),
    _check("tap", "A payment in one answer", "一次应答完成闪付", "JR/T 0025.12", _tapped, Harm.COUNTS),
    _check("limit", "Small amounts without a PIN", "小额免密", "JR/T 0025.12", _limit, Harm.COUNTS, Need.BANK_KEYS),
)
