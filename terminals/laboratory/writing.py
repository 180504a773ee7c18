"""Checks that write: access to files by PIN and key together, cyclic files, and the PIN set anew by the province's key.

Terminal functions iWriteCard, iUnblockPIN and iReloadPIN.
"""

from typing import Final

from terminals.kernel.command import command
from terminals.laboratory.check import Check, Group, Harm, Need
from terminals.laboratory.commands import BY_NUMBER, OTHER_PIN, change_pin, read_record, verify, with_data
from terminals.laboratory.effects import Reset, Steps, equal, of_status, status, true
from terminals.laboratory.keys import PROVEN, beside
from terminals.laboratory.objects import shape
from terminals.laboratory.pin import COUNTED, environment, lock_pin, tries_left
from terminals.laboratory.security_module import UNBLOCK_PIN, UPDATE_DF04, authenticate, secured
from terminals.laboratory.subject import Subject

WRITING = Group("writing", "Writing", "写卡")

OFFLINE_SFI, OFFLINE_RECORD = 0x06, 3
"""DF04 EF06 临时脱网结算: a record of two bytes."""
MARK: Final = bytes.fromhex("93023132")
HISTORY_SFI, HISTORY_RECORDS = 0x08, 10
"""DF04 EF08 医疗交易明细, cyclic."""
RELOAD, UNBLOCK = "84240001", "84240000"


def update_offline(record: bytes) -> bytes:
    """Return UPDATE RECORD of that record, with its whole TLV object."""
    return with_data(f"00DC{OFFLINE_RECORD:02X}{OFFLINE_SFI << 3 | BY_NUMBER:02X}", record)


def history(number: int) -> bytes:
    """Return a record of the history; `number` is all that it says."""
    return bytes((0x94, 1, number))


def append_history(number: int) -> bytes:
    """Return APPEND RECORD."""
    return with_data(f"00E200{HISTORY_SFI << 3:02X}", history(number))


def open_for_writing(subject: Subject) -> Steps[None]:
    """Prove PIN and key in DF04."""
    assert subject.pin is not None
    yield from beside(UPDATE_DF04)
    yield from status("the right PIN", verify(subject.pin))
    yield of_status("EXTERNAL AUTHENTICATE with UK DF04", (yield from authenticate(subject, UPDATE_DF04)))


def _access(subject: Subject) -> Steps[None]:
    assert subject.pin is not None
    yield from beside(UPDATE_DF04)
    yield from status("UPDATE RECORD with nothing proven", update_offline(MARK), 0x6982)
    yield from status("the right PIN", verify(subject.pin))
    before = yield from status("READ RECORD", read_record(OFFLINE_RECORD, OFFLINE_SFI))
    yield equal("the record", "tag 93, length 2, 4 bytes", shape(before))
    yield from status("UPDATE RECORD with the PIN alone", update_offline(MARK), 0x6982)
    yield of_status("EXTERNAL AUTHENTICATE with UK DF04", (yield from authenticate(subject, UPDATE_DF04)))
    yield from status("UPDATE RECORD with both", update_offline(MARK))
    yield from status("with a tag that the record has not", update_offline(b"\x92" + MARK[1:]), 0x6A80)
    yield Reset()
    yield from open_for_writing(subject)
    kept = yield from status("READ RECORD", read_record(OFFLINE_RECORD, OFFLINE_SFI))
    yield true("it holds what was written, after power-on too", kept == MARK)
    yield from status("UPDATE RECORD back", update_offline(before))


def _cyclic(subject: Subject) -> Steps[None]:
    yield from open_for_writing(subject)
    for number in range(1, HISTORY_RECORDS + 2):
        yield from status(f"APPEND RECORD {number}", append_history(number))
        newest = yield from status("record 1", read_record(1, HISTORY_SFI))
        yield true("is the newest", newest == history(number))
    oldest = yield from status("the last record", read_record(HISTORY_RECORDS, HISTORY_SFI))
    yield true("is the second: the first was pushed out", oldest == history(2))
    yield from status("there are no more", read_record(HISTORY_RECORDS + 1, HISTORY_SFI), 0x6A83)


def _unlocked(subject: Subject) -> Steps[None]:
    assert subject.pin is not None
    yield from _lock(subject, UNBLOCK)
    yield from status("UNBLOCK PIN", (yield from secured(subject, UNBLOCK_PIN, UNBLOCK)))
    yield from status("the PIN of before", verify(subject.pin))


def _reloaded(subject: Subject) -> Steps[None]:
    assert subject.pin is not None
    new = bytes((len(OTHER_PIN),)) + OTHER_PIN
    yield from _lock(subject, RELOAD, new)
    yield from status("RELOAD PIN", (yield from secured(subject, UNBLOCK_PIN, RELOAD, new)))
    left = yield from tries_left()
    yield true("all tries are back", left)
    yield Reset()
    yield from environment()
    yield from status("the new PIN after power-on", verify(OTHER_PIN))
    yield from status("CHANGE PIN back", change_pin(OTHER_PIN, subject.pin))


def _lock(subject: Subject, header: str, plain: bytes = b"") -> Steps[None]:
    """Lock the PIN, and prove the PUK; the command is refused before that, and after it with another MAC."""
    yield from environment()
    yield from lock_pin()
    yield from status("without the PUK", (yield from secured(subject, UNBLOCK_PIN, header, plain)), 0x6982)
    yield of_status("EXTERNAL AUTHENTICATE with the PUK", (yield from authenticate(subject, UNBLOCK_PIN)))
    right = yield from secured(subject, UNBLOCK_PIN, header, plain)
    answer = yield from command(right[:-1] + bytes((right[-1] ^ 1,)))
    yield of_status("with a wrong MAC", answer, WRONG_MAC)


WRONG_MAC: Final = 0x6988
BOTH = frozenset({Need.PIN, Need.SAM})
CHECKS = (
    Check(
        "writing.access",
        WRITING,
        "PIN and key together",
        "密码与密钥共同控制写入",
        "LD/T 32.4, 32.6; iWriteCard of LD/T 6001.5",
        _access,
        Harm.WRITES,
        needs=BOTH,
        after=PROVEN,
    ),
    Check(
        "writing.cyclic",
        WRITING,
        "A cyclic file",
        "循环文件",
        "ISO 7816-4, 7.3.6; LD/T 32.6",
        _cyclic,
        Harm.ENDS,
        needs=BOTH | {Need.COPIES},
        after=PROVEN,
    ),
    Check(
        "writing.unblock",
        WRITING,
        "UNBLOCK PIN (its MAC as we have it)",
        "密码解锁（报文自定）",
        "LD/T 32.5; iUnblockPIN of LD/T 6001.5",
        _unlocked,
        Harm.LOCKS,
        needs=BOTH,
        after=(COUNTED, *PROVEN),
    ),
    Check(
        "writing.reload",
        WRITING,
        "RELOAD PIN (its MAC as we have it)",
        "密码重装（报文自定）",
        "LD/T 32.5; iReloadPIN of LD/T 6001.5",
        _reloaded,
        Harm.LOCKS,
        needs=BOTH,
        after=(COUNTED, *PROVEN),
    ),
)
