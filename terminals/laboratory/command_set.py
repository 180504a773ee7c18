"""Checks of the commands that every terminal uses: selecting, addressing records, random bytes, lengths under T=0."""

from typing import Final

from terminals.kernel.card_dialogue import ISSUER_SFI
from terminals.kernel.command import SUCCESS
from terminals.kernel.effects import NO_CARD, Transmit
from terminals.laboratory.check import Check, Group, Harm, Interfaces
from terminals.laboratory.commands import (
    ALL_FROM,
    BY_TAG,
    GET_CHALLENGE,
    MF,
    SSSE,
    SSSE_NAME,
    internal_authenticate,
    read_record,
    select_ef,
    select_fid,
    select_name,
)
from terminals.laboratory.effects import Steps, equal, shown, status, true
from terminals.laboratory.objects import shape
from terminals.laboratory.subject import Subject

COMMANDS = Group("commands", "Commands", "命令")

CARD_NUMBER: Final = 0x07
"""Record number and tag of the last record of EF05; its value has nine bytes."""
VALUE_SIZE: Final = 9
ISSUER_SIZE: Final = 7 * 2 + 50
FACTOR: Final = bytes.fromhex("1122334455667788")
OTHER_FACTOR: Final = bytes.fromhex("8877665544332211")
DATA: Final = bytes.fromhex("0102030405060708")
PROOF_SIZE: Final = 8
CHALLENGES: Final = 8
MORE_DATA: Final = b"\x61"


def _select(_: Subject) -> Steps[None]:
    by_name = yield from status("SELECT by name, without Le", select_name(SSSE_NAME))
    with_le = yield from status("SELECT by name, Le = 00", select_name(SSSE_NAME) + b"\0")
    yield true("the FCI is the same with and without Le", by_name == with_le)
    yield from status("SELECT 3F00", select_fid(MF))
    by_fid = yield from status("SELECT DDF1, a child of the MF", select_fid(SSSE))
    yield true("the FCI is the same by name and identifier", by_name == by_fid)
    for form, select in (("P1 = 02", select_ef), ("P1 = 00", select_fid)):
        yield from status(f"SELECT EF05, {form}", select(0xEF05))
        yield from status("READ RECORD of the current EF", read_record(CARD_NUMBER))
    yield from status("SELECT of a file that is not there", select_ef(0xEF1F), 0x6A82)
    yield from status("the EF before is still the current one", read_record(CARD_NUMBER))


def _addressing(_: Subject) -> Steps[None]:
    yield from status("SELECT the environment", select_name(SSSE_NAME))
    by_sfi = yield from status("by number, SFI in P2", read_record(CARD_NUMBER, ISSUER_SFI))
    yield equal("the record", f"tag 07, length {VALUE_SIZE}, {VALUE_SIZE + 2} bytes", shape(by_sfi))
    yield from status("SELECT EF05", select_ef(0xEF05))
    by_number = yield from status("by number", read_record(CARD_NUMBER))
    by_tag = yield from status("by tag", read_record(CARD_NUMBER, addressing=BY_TAG))
    yield true("all three are the same record", by_sfi == by_number == by_tag)
    everything = yield from status("all from record 1", read_record(1, addressing=ALL_FROM))
    yield equal("all records together", f"{ISSUER_SIZE} bytes", f"{len(everything)} bytes")
    yield true("the last of them is that record", everything.endswith(by_number))


def _lengths(_: Subject) -> Steps[None]:
    yield from status("SELECT the environment", select_name(SSSE_NAME))
    exact = yield from status("Le exact", read_record(CARD_NUMBER, ISSUER_SFI, VALUE_SIZE + 2))
    for words, le in (("Le = 00", 0), ("Le of the value alone", VALUE_SIZE), ("Le too large", VALUE_SIZE + 9)):
        data = yield from status(
            f"{words}, repeated if the card answers 6Cxx", read_record(CARD_NUMBER, ISSUER_SFI, le)
        )
        yield true("the same record", data == exact)


def _get_response(_: Subject) -> Steps[None]:
    answer: bytes = yield Transmit(select_name(SSSE_NAME))
    waits = answer[:1] == MORE_DATA
    yield true("SELECT is answered by 61xx, or by data", waits or (answer[-2:] == b"\x90\0" and answer[:-2]))
    if waits:
        fetched: bytes = yield Transmit(bytes.fromhex("00C00000") + answer[1:])
        yield equal("GET RESPONSE", shown(SUCCESS), fetched[-2:].hex().upper())
        yield equal("the data it was told", f"{answer[1]} bytes", f"{len(fetched) - 2} bytes")
    again: bytes = yield Transmit(bytes.fromhex("00C0000000"))
    yield true("GET RESPONSE with nothing to fetch is refused", again != NO_CARD and again[-2:] != b"\x90\0")


def _challenge(_: Subject) -> Steps[None]:
    drawn: set[bytes] = set()
    for number in range(CHALLENGES):
        challenge = yield from status("GET CHALLENGE", GET_CHALLENGE)
        yield equal("its length", f"{len(DATA)} bytes", f"{len(challenge)} bytes")
        yield true(f"another one than the {number} before", challenge not in drawn)
        drawn.add(challenge)


def _internal(_: Subject) -> Steps[None]:
    yield from status("SELECT the environment", select_name(SSSE_NAME))
    first = yield from status("INTERNAL AUTHENTICATE", internal_authenticate(FACTOR + DATA))
    yield equal("the answer", f"{PROOF_SIZE} bytes", f"{len(first)} bytes")
    again = yield from status("the same once more", internal_authenticate(FACTOR + DATA))
    other = yield from status("with another factor", internal_authenticate(OTHER_FACTOR + DATA))
    yield true("the same question has the same answer", first == again)
    yield true("another question has another one", first != other)


def _extended(_: Subject) -> Steps[None]:
    yield from status("SELECT the environment", select_name(SSSE_NAME))
    short = yield from status("READ RECORD, short Le", read_record(CARD_NUMBER, ISSUER_SFI, VALUE_SIZE + 2))
    extended = read_record(CARD_NUMBER, ISSUER_SFI) + bytes((0, VALUE_SIZE + 2))
    data = yield from status("READ RECORD, extended Le", extended)
    yield true("the same record", data == short)


CHECKS = (
    Check("commands.select", COMMANDS, "All forms of SELECT", "选择文件", "ISO 7816-4, 7.1.1; LD/T 32.3", _select),
    Check(
        "commands.records", COMMANDS, "Addressing of records", "记录寻址", "ISO 7816-4, 7.3.3; LD/T 32.5", _addressing
    ),
    Check("commands.lengths", COMMANDS, "Lengths that are not exact", "长度处理", "ISO 7816-3, 10.3.3", _lengths),
    Check(
        "commands.get_response",
        COMMANDS,
        "GET RESPONSE",
        "取响应",
        "ISO 7816-3, 10.3.3; LD/T 32.5",
        _get_response,
        interfaces=Interfaces.CONTACT,
    ),
    Check("commands.challenge", COMMANDS, "GET CHALLENGE", "取随机数", "ISO 7816-4, 7.5.3; LD/T 32.5", _challenge),
    Check(
        "commands.internal", COMMANDS, "INTERNAL AUTHENTICATE", "内部认证", "ISO 7816-4, 7.5.2; LD/T 32.5", _internal
    ),
    Check(
        "commands.extended", COMMANDS, "Extended lengths", "扩展长度", "ISO 7816-3, 12.1.3", _extended, harm=Harm.PROBES
    ),
)
