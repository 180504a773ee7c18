"""Checks of the keys: what each opens, how wrong authentications are counted, and when a key locks for ever."""

from typing import Final

from terminals.kernel.command import BLOCKED, SUCCESS, TRIES_LEFT, command
from terminals.laboratory.check import EVERY_GENERATION, Check, Group, Harm, Need, Run
from terminals.laboratory.command_set import DATA, FACTOR
from terminals.laboratory.commands import (
    GET_CHALLENGE,
    external_authenticate,
    internal_authenticate,
    read_record,
    select_name,
    verify,
)
from terminals.laboratory.effects import Reset, Steps, equal, of_status, shown, status, true
from terminals.laboratory.file_structure import holder
from terminals.laboratory.pin import MEDICAL_SFI, environment
from terminals.laboratory.security_module import KEYS as CARD_KEYS
from terminals.laboratory.security_module import READ_DF04, READ_SSSE, CardKey, authenticate, proof
from terminals.laboratory.subject import Subject

KEYS = Group("keys", "Keys", "密钥")

KEY_TRIES: Final = 3
"""As terminals know it: -25538 to -25536 are two, one and no tries left."""
GEN_3: Final = frozenset({3})
NO_KEY: Final = 0x7F
VERSIONS: Final = (1, 2, 3)
NOT_A_PROOF: Final = bytes(16)


def beside(key: CardKey) -> Steps[None]:
    """Select the application in which a key stands."""
    yield from environment()
    if key.application:
        yield from status(f"SELECT the application of {key.name}", select_name(key.application))


def wrong_proof(key: CardKey, what: str, *wanted: int) -> Steps[None]:
    """Authenticate with what no key proves."""
    yield from status("GET CHALLENGE", GET_CHALLENGE)
    yield from status(what, external_authenticate(key.identifier, NOT_A_PROOF), *wanted)


def _each(subject: Subject) -> Steps[None]:
    for key in CARD_KEYS:
        yield from beside(key)
        yield of_status(f"EXTERNAL AUTHENTICATE with {key.name}", (yield from authenticate(subject, key)))


def _opens_holder(subject: Subject) -> Steps[None]:
    yield from environment()
    yield of_status("EXTERNAL AUTHENTICATE with RKSSSE", (yield from authenticate(subject, READ_SSSE)))
    yield from holder(subject)


def _opens_medical(subject: Subject) -> Steps[None]:
    yield from beside(READ_DF04)
    yield from status("EF05 before it", read_record(1, MEDICAL_SFI), 0x6982)
    yield of_status("EXTERNAL AUTHENTICATE with RK DF04", (yield from authenticate(subject, READ_DF04)))
    yield from status("EF05 after it, without a PIN", read_record(1, MEDICAL_SFI))
    yield Reset()
    yield from beside(READ_DF04)
    yield from status("EF05 after power-on", read_record(1, MEDICAL_SFI), 0x6982)


def _counts(subject: Subject) -> Steps[None]:
    yield from environment()
    for _round in range(2):
        yield of_status("a right proof", (yield from authenticate(subject, READ_SSSE)))
        yield from wrong_proof(READ_SSSE, "a wrong one costs a try", TRIES_LEFT | KEY_TRIES - 1)
        yield Reset()
        yield from environment()
        if _round == 0:
            yield from wrong_proof(READ_SSSE, "power-on gives none back", TRIES_LEFT | KEY_TRIES - 2)
    yield of_status("a right one gives them back", (yield from authenticate(subject, READ_SSSE)))


def _once(subject: Subject) -> Steps[None]:
    yield from environment()
    right = yield from proof(subject, READ_SSSE)
    yield from status("a right proof", right)
    yield from status("the same without a new challenge", right, 0x6984)
    yield from status("GET CHALLENGE", GET_CHALLENGE)
    played = yield from command(right)
    yield true("the same after a new challenge is refused (63Cx)", played.status & ~0xF == TRIES_LEFT)
    yield of_status("a right proof again", (yield from authenticate(subject, READ_SSSE)))


def _unknown(_: Subject) -> Steps[None]:
    yield from environment()
    yield from status("GET CHALLENGE", GET_CHALLENGE)
    yield from status("a key that is not there", external_authenticate(NO_KEY, NOT_A_PROOF), 0x6A88)
    yield Reset()
    yield from environment()
    yield from status("no challenge before", external_authenticate(READ_SSSE.identifier, NOT_A_PROOF), 0x6984)


def _versions(_: Subject) -> Steps[None]:
    yield from environment()
    plain = yield from status("INTERNAL AUTHENTICATE", internal_authenticate(FACTOR + DATA))
    answers = []
    for version in VERSIONS:
        command_ = internal_authenticate(FACTOR + DATA + bytes((version,)))
        answers.append((yield from status(f"with key version {version}", command_)))
    yield true("without a version, the first is meant", plain == answers[0])
    yield true("each version is another key", len(set(answers)) == len(VERSIONS))
    yield from status("a version that is not there", internal_authenticate(FACTOR + DATA + b"\x7f"), 0x6A88)


def _locks(subject: Subject) -> Steps[None]:
    assert subject.pin is not None
    yield from beside(READ_DF04)
    for left in range(KEY_TRIES - 1, -1, -1):
        yield from wrong_proof(READ_DF04, "a wrong proof", TRIES_LEFT | left)
    yield from wrong_proof(READ_DF04, "one more", BLOCKED)
    yield Reset()
    yield from beside(READ_DF04)
    if subject.sam:
        answer = yield from authenticate(subject, READ_DF04)
        yield equal("a right proof after power-on", shown(BLOCKED), shown(answer.status))
    yield from wrong_proof(READ_DF04, "a wrong one after power-on", BLOCKED)
    yield from status("the PIN goes on", verify(subject.pin), SUCCESS)
    yield from status("and opens what it opens", read_record(1, MEDICAL_SFI))
    yield from status("GET CHALLENGE", GET_CHALLENGE)
    other = yield from command(external_authenticate(READ_SSSE.identifier, NOT_A_PROOF))
    yield true("the other keys go on (63Cx)", other.status & ~0xF == TRIES_LEFT)


PROVEN: Final = ("keys.each",)
"""What every check builds on that wants the module's proofs: a module of another city makes none."""


def _proven(name: str, en: str, zh: str, basis: str, run: Run, generations: frozenset[int] = EVERY_GENERATION) -> Check:
    """Return a check that wants proofs of the module."""
    name, needs = f"keys.{name}", frozenset({Need.SAM})
    return Check(
        name,
        KEYS,
        en,
        zh,
        basis,
        run,
        Harm.TRIES,
        generations=generations,
        needs=needs,
        after=() if name in PROVEN else PROVEN,
    )


INTERNAL = "LD/T 32.4; KEY VER1/2/3 of LD/T 6001.3"
UNKNOWN = "ISO 7816-4, 7.5.4; LD/T 32.5"
COUNTED = "LD/T 32.4; LD/T 6001.3"
CHECKS = (
    Check("keys.versions", KEYS, "Versions of the internal key", "内部认证密钥版本", INTERNAL, _versions),
    Check("keys.unknown", KEYS, "Unknown key, no challenge", "密钥不存在与随机数无效", UNKNOWN, _unknown, Harm.TRIES),
    _proven("each", "Every key authenticates", "外部认证", "LD/T 32.4, 32.5", _each),
    _proven("opens_holder", "RKSSSE opens the holder's data", "RKSSSE 读持卡人数据", "LD/T 33", _opens_holder, GEN_3),
    _proven("opens_medical", "RK DF04 opens the medical data", "医保应用读密钥", "LD/T 32.4, 32.6", _opens_medical),
    _proven("once", "A challenge serves once", "随机数一次有效", "LD/T 32.4", _once),
    _proven("counts", "Wrong proofs are counted", "外部认证失败计数", COUNTED, _counts),
    Check(
        "keys.locks",
        KEYS,
        "A key locks for ever, alone",
        "密钥锁定",
        COUNTED,
        _locks,
        Harm.ENDS,
        needs=frozenset({Need.PIN}),
        after=("pin.opens",),
    ),
)
