"""Checks of the files: which there are, how their records are built, and whether what stands in them makes sense.

The tables are written here a second time, from LD/T 32.6 as readers in the field apply it; nothing is taken from the
simulated card. What is found is told by tag and length, never by value.
"""

from datetime import datetime
from typing import Final

from cardsim.issuing.check_digits import card_check, identity_check
from terminals.kernel.card_dialogue import HOLDER_SFI, ISSUER_SFI, REGISTERED_APPLICATION
from terminals.laboratory.check import Check, Group
from terminals.laboratory.commands import (
    DF01_NAME,
    DF04_NAME,
    MF,
    MF_NAME,
    SSSE_NAME,
    read_binary,
    read_record,
    select_ef,
    select_fid,
    select_name,
)
from terminals.laboratory.effects import Steps, equal, status, true
from terminals.laboratory.objects import elements, shape
from terminals.laboratory.subject import FIRST_TO_ANNOUNCE, Subject

FILES = Group("files", "File structure", "文件结构")

ISSUER_RECORDS: Final = ((0x01, 16), (0x02, 1), (0x03, 4), (0x04, 12), (0x05, 4), (0x06, 4), (0x07, 9))
HOLDER_RECORDS: Final = ((0x08, 18), (0x09, 30), (0x4E, 20), (0x0A, 1), (0x0B, 1), (0x0C, 3), (0x0D, 4))
NAME_EXTENSION: Final = (0x4E, 20)
FREE_FILES: Final = range(0xEF16, 0xEF1B)
FREE_FILE_SIZE: Final = 0x128
MEDICAL_FILES: Final = (0xEF05, 0xEF06, 0xEF08, 0xEF15)
FCI, ANNOUNCEMENT = 0x6F, 0x9F0C
SERIAL_SIZE: Final = 4
CARD_NUMBER_SIZE, CERTNO_SIZE = 9, 18
DATE: Final = "%Y%m%d"


def _root(_: Subject) -> Steps[None]:
    fci = yield from status("SELECT MF by 3F00", select_fid(MF))
    yield equal("DF name (84)", MF_NAME.hex().upper(), elements(fci).get(0x84, b"").hex().upper())


def _environment(_: Subject) -> Steps[None]:
    found = elements((yield from status("SELECT sx1.sh.社会保障", select_name(SSSE_NAME))))
    yield true("an FCI template (6F)", found.get(FCI))
    yield equal("DF name (84)", SSSE_NAME.hex().upper(), found.get(0x84, b"").hex().upper())
    yield true("a short file identifier of one byte (88)", len(found.get(0x88, b"")) == 1)


def _algorithm(subject: Subject) -> Steps[None]:
    found = elements((yield from status("SELECT sx1.sh.社会保障", select_name(SSSE_NAME))))
    if subject.generation < FIRST_TO_ANNOUNCE:
        yield true("no algorithm is announced (9F0C)", ANNOUNCEMENT not in found)
        return
    announced = found.get(0x86, b"").hex().upper()
    yield true("9F0C holds 86 with 01, 02 or 03", ANNOUNCEMENT in found and announced in {"01", "02", "03"})


def _records(name: str, sfi: int, wanted: tuple[tuple[int, int], ...]) -> Steps[None]:
    for number, (tag, length) in enumerate(wanted, 1):
        what = f"{name} record {number}"
        record = yield from status(what, read_record(number, sfi, length + 2))
        yield equal(what, f"tag {tag:02X}, length {length}, {length + 2} bytes", shape(record))
    yield from status(f"{name} has no more records", read_record(len(wanted) + 1, sfi), 0x6A83)


def _issuer(_: Subject) -> Steps[None]:
    yield from status("SELECT the environment", select_name(SSSE_NAME))
    yield from _records("EF05", ISSUER_SFI, ISSUER_RECORDS)


def _holder(subject: Subject) -> Steps[None]:
    yield from status("SELECT the environment", select_name(SSSE_NAME))
    yield from holder(subject)


def holder(subject: Subject) -> Steps[None]:
    """Read the records of EF06 in the environment, which is selected and lets them be read."""
    wanted = tuple(row for row in HOLDER_RECORDS if subject.generation > 1 or row != NAME_EXTENSION)
    yield from _records("EF06", HOLDER_SFI, wanted)


def _closed_holder(_: Subject) -> Steps[None]:
    yield from status("SELECT the environment", select_name(SSSE_NAME))
    for number in range(1, len(HOLDER_RECORDS) + 1):
        yield from status(f"EF06 record {number} without RKSSSE", read_record(number, HOLDER_SFI), 0x6982)


def _issuer_values(subject: Subject) -> Steps[None]:
    yield from status("SELECT the environment", select_name(SSSE_NAME))
    values = []
    for number, (_, length) in enumerate(ISSUER_RECORDS, 1):
        record = yield from status(f"EF05 record {number}", read_record(number, ISSUER_SFI, length + 2))
        values.append(record[2:])
    card_id, _, version, _, issued_on, valid_until, card_number = values
    yield true("卡的识别码 begins with a division", card_id[:3].hex().isdecimal())
    yield true("then the registered application D156000005", card_id[3:8] == REGISTERED_APPLICATION)
    yield true("then the last four bytes of the ATR", card_id[8:12] == subject.historical[-SERIAL_SIZE:])
    yield equal("规范版本 is of the generation", str(subject.generation), version[:1].decode("latin-1"))
    yield true("发卡日期 and 卡有效期 are days in order", _is_day(issued_on.hex()) and _is_day(valid_until.hex()))
    yield true("the card is valid for some time", issued_on < valid_until)
    text = card_number.decode("latin-1")
    plain = len(text) == CARD_NUMBER_SIZE and text.isascii() and text.isalnum() and text == text.upper()
    yield true("卡号 ends with its check character", plain and card_check(text[:-1]) == text[-1])


def _holder_values(subject: Subject) -> Steps[None]:
    yield from status("SELECT the environment", select_name(SSSE_NAME))
    shift = 1 if subject.generation > 1 else 0
    values = []
    for number in (1, 2, 3 + shift, 6 + shift):
        record = yield from status(f"EF06 record {number}", read_record(number, HOLDER_SFI))
        values.append(record[2:])
    certno, name, sex, born = values
    digits = certno.decode("latin-1")
    plain = len(digits) == CERTNO_SIZE and digits[:-1].isdecimal()
    yield true("社会保障号码 ends with its check character", plain and identity_check(digits[:-1]) == digits[-1])
    yield true("姓名 is GBK text", _is_name(name))
    yield true("性别 is the one of the number", sex in {b"9", b"1" if int(digits[16]) % 2 else b"2"})
    yield equal(
        "出生日期 is the one of the number", "the same", "the same" if born.hex() == digits[6:14] else "another"
    )


def _public(_: Subject) -> Steps[None]:
    yield from status("SELECT the environment", select_name(SSSE_NAME))
    fci = yield from status("SELECT DF01 by name", select_name(DF01_NAME))
    yield equal("DF name (84)", DF01_NAME.hex().upper(), elements(fci).get(0x84, b"").hex().upper())
    for fid in FREE_FILES:
        yield from status(f"SELECT {fid:04X}", select_ef(fid))
        yield from status(f"its last byte, {FREE_FILE_SIZE - 1}", read_binary(FREE_FILE_SIZE - 1, 1))
        yield from status("the byte behind it", read_binary(FREE_FILE_SIZE, 1), 0x6B00)


def _medical(_: Subject) -> Steps[None]:
    yield from status("SELECT the environment", select_name(SSSE_NAME))
    fci = yield from status("SELECT DF04 by name", select_name(DF04_NAME))
    yield equal("DF name (84)", DF04_NAME.hex().upper(), elements(fci).get(0x84, b"").hex().upper())
    for fid in MEDICAL_FILES:
        yield from status(f"SELECT {fid:04X}", select_ef(fid))


def _is_day(digits: str) -> bool:
    try:
        datetime.strptime(digits, DATE)  # noqa: DTZ007 - a day, not a moment
    except ValueError:
        return False
    return True


def _is_name(padded: bytes) -> bool:
    try:
        return bool(padded.rstrip(b"\0 ").decode("gbk"))
    except UnicodeDecodeError:
        return False


CHECKS = (
    Check("files.mf", FILES, "Master file", "主文件", "LD/T 32.3; ISO 7816-4, 7.1.1", _root),
    Check("files.ssse", FILES, "Social security environment", "社会保障环境", "LD/T 32.3", _environment),
    Check("files.algorithm", FILES, "Announced algorithm", "算法标识", "LD/T 33", _algorithm),
    Check("files.ef05", FILES, "Issuer's data", "发卡机构基本数据文件", "LD/T 32.6; LD/T 6001.3", _issuer),
    Check("files.ef05_values", FILES, "Sense of the issuer's data", "发卡机构数据元内容", "LD/T 32.6", _issuer_values),
    Check(
        "files.ef06",
        FILES,
        "Holder's data",
        "持卡人基本数据文件",
        "LD/T 32.6; LD/T 6001.3",
        _holder,
        generations=frozenset({1, 2}),
    ),
    Check(
        "files.ef06_values",
        FILES,
        "Sense of the holder's data",
        "持卡人数据元内容",
        "LD/T 32.6; GB 11643",
        _holder_values,
        generations=frozenset({1, 2}),
        after=("files.ef06",),
    ),
    Check(
        "files.ef06_closed",
        FILES,
        "Holder's data want a key",
        "持卡人数据读保护",
        "LD/T 33",
        _closed_holder,
        generations=frozenset({3}),
    ),
    Check("files.df01", FILES, "Public application", "公共应用", "LD/T 32.6; LD/T 6001.3", _public),
    Check("files.df04", FILES, "Medical application", "医保应用", "LD/T 32.6; LD/T 6001.3", _medical),
)
