"""Checks of the holder's PIN: asked, counted, changed, locked (terminal functions iVerifyPIN and iChangePIN)."""

from typing import Final

from terminals.kernel.card_dialogue import ISSUER_SFI
from terminals.kernel.command import BLOCKED, TRIES_LEFT, command
from terminals.laboratory.check import Check, Group, Harm, Need
from terminals.laboratory.commands import (
    ASK_TRIES,
    DF04_NAME,
    OTHER_PIN,
    SSSE_NAME,
    WRONG_PIN,
    change_pin,
    read_record,
    select_name,
    verify,
)
from terminals.laboratory.effects import Reset, Steps, Stop, equal, shown, status, true
from terminals.laboratory.subject import Subject

PIN = Group("pin", "PIN", "个人密码")

ENOUGH: Final = 3
"""Tries that must be left before a check spends one, where the card cannot be replaced."""
MEDICAL_SFI: Final = 0x05
"""DF04 EF05."""


def environment() -> Steps[None]:
    """Select the social security environment."""
    yield from status("SELECT the environment", select_name(SSSE_NAME))


def tries_left(what: str = "VERIFY without data") -> Steps[int]:
    """Ask how many tries the PIN has."""
    answer = yield from command(ASK_TRIES)
    locked = answer.status == BLOCKED
    yield true(f"{what}: 63Cx, or 6983 where it is locked", locked or answer.status & ~0xF == TRIES_LEFT)
    return 0 if locked else answer.status & 0xF


def enough_tries() -> Steps[int]:
    """Ask, and go no further on a card that could be locked."""
    left = yield from tries_left()
    if left < ENOUGH:
        yield Stop(f"the PIN has {left} tries left; {ENOUGH} are wanted")
    return left


def _asked(_: Subject) -> Steps[None]:
    yield from environment()
    first = yield from tries_left()
    second = yield from tries_left("asked again")
    yield equal("asking costs nothing", f"{first} left", f"{second} left")


def _length(_: Subject) -> Steps[None]:
    yield from environment()
    before = yield from enough_tries()
    yield from status("VERIFY with nine bytes", verify(bytes(9)), 0x6700)
    after = yield from tries_left()
    yield equal("it costs no try", f"{before} left", f"{after} left")


def _counts(subject: Subject) -> Steps[None]:
    assert subject.pin is not None
    yield from environment()
    before = yield from enough_tries()
    yield from status("a wrong PIN", verify(WRONG_PIN), TRIES_LEFT | before - 1)
    after = yield from tries_left()
    yield equal("it costs one try", f"{before - 1} left", f"{after} left")
    yield Reset()
    yield from environment()
    kept = yield from tries_left("after power-on")
    yield equal("power-on gives none back", f"{before - 1} left", f"{kept} left")
    yield from status("the right PIN", verify(subject.pin))
    restored = yield from tries_left()
    yield true("a right one gives them back", restored >= before)


def _opens(subject: Subject) -> Steps[None]:
    assert subject.pin is not None
    yield from environment()
    yield from enough_tries()
    for ending in (Reset(), None):  # the second time shows that the first reset has closed it again
        yield from environment()
        yield from status("SELECT DF04", select_name(DF04_NAME))
        yield from status("EF05 before the PIN", read_record(1, MEDICAL_SFI), 0x6982)
        yield from status("the right PIN", verify(subject.pin))
        yield from status("EF05 after it", read_record(1, MEDICAL_SFI))
        if ending:
            yield ending
    yield from environment()
    yield from status("SELECT DF04 anew", select_name(DF04_NAME))
    yield from status("EF05 after leaving it", read_record(1, MEDICAL_SFI), 0x6982)


def _changed(subject: Subject) -> Steps[None]:
    assert subject.pin is not None
    yield from environment()
    before = yield from enough_tries()
    yield from status("CHANGE PIN, the old one wrong", change_pin(WRONG_PIN, OTHER_PIN), TRIES_LEFT | before - 1)
    yield from status("CHANGE PIN", change_pin(subject.pin, OTHER_PIN))
    yield Reset()
    yield from environment()
    yield from status("VERIFY the new one", verify(OTHER_PIN))
    yield from status("CHANGE PIN back", change_pin(OTHER_PIN, subject.pin))
    yield from status("VERIFY the first one", verify(subject.pin))


def lock_pin() -> Steps[None]:
    """Present a wrong PIN until no try is left."""
    left = yield from tries_left()
    for remaining in range(left - 1, -1, -1):
        yield from status("a wrong PIN", verify(WRONG_PIN), TRIES_LEFT | remaining)


def _locks(subject: Subject) -> Steps[None]:
    assert subject.pin is not None
    yield from environment()
    yield from lock_pin()
    yield from status("the right PIN", verify(subject.pin), BLOCKED)
    yield Reset()
    yield from environment()
    yield from status("the right PIN after power-on", verify(subject.pin), BLOCKED)
    yield from status("CHANGE PIN", change_pin(subject.pin, OTHER_PIN), BLOCKED)
    answer = yield from command(ASK_TRIES)
    yield true(f"asked, it says so ({shown(BLOCKED)} or 63C0)", answer.status in {BLOCKED, TRIES_LEFT})
    yield from status("free files can still be read", read_record(1, ISSUER_SFI))


COUNTED, KNOWN = "pin.counts", frozenset({Need.PIN})
CHECKS = (
    Check("pin.asked", PIN, "Asking for the tries", "查询剩余次数", "ISO 7816-4, 7.5.6", _asked),
    Check("pin.length", PIN, "Length of a PIN", "密码长度", "LD/T 32.5", _length, Harm.TRIES),
    Check(
        COUNTED,
        PIN,
        "Wrong PINs are counted",
        "错误密码计数",
        "LD/T 32.4, 32.5; iVerifyPIN of LD/T 6001.5",
        _counts,
        Harm.TRIES,
        needs=KNOWN,
    ),
    Check(
        "pin.opens",
        PIN,
        "What the PIN opens, and for how long",
        "密码与读权限",
        "LD/T 32.4, 32.6",
        _opens,
        Harm.TRIES,
        needs=KNOWN,
    ),
    Check(
        "pin.changed",
        PIN,
        "CHANGE PIN",
        "修改密码",
        "LD/T 32.5; iChangePIN of LD/T 6001.5",
        _changed,
        Harm.WRITES,
        needs=KNOWN,
        after=(COUNTED,),
    ),
    Check(
        "pin.locks",
        PIN,
        "The PIN locks",
        "密码锁定",
        "LD/T 32.4; ISO 7816-4, 7.5.6",
        _locks,
        Harm.ENDS,
        needs=KNOWN,
        after=(COUNTED,),
    ),
)
