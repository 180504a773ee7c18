"""Every tear point of every command that writes: what the next power-on finds; nobody wins by pulling a card."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cardsim.card import Card
from cardsim.faults import FaultyCard, PowerLost, Tear
from cardsim.inspection import status
from cardsim.interface import Interface
from cardsim.memory import JOURNAL, Cells
from cardsim.pboc import TEST_MASTER_KEYS, Algorithm, Session, card_key
from cardsim.psam import psam
from cardsim.social_security.key_plan import READ_DF04, READ_SSSE, UNBLOCK_PIN, UPDATE_DF04, UPDATE_SSSE
from cardsim.social_security.keys import KeyLock
from cardsim.tlv import parse_ber

Issue = Callable[..., Card]
Prepare = Callable[[Any], bytes]
Ready = Callable[[], tuple[Card, bytes]]

VERIFY_RIGHT, VERIFY_WRONG = bytes.fromhex("0020000003123456"), bytes.fromhex("0020000003000000")
MOMENTS = ("before", "inside", "after")
WRITES_MAX = 30


def plain(text: str) -> Prepare:
    return lambda _: bytes.fromhex(text)


def after_tries(tries: int, command: str) -> Prepare:
    def prepare(terminal: Any) -> bytes:
        for _ in range(tries):
            terminal.send(VERIFY_WRONG)
        return bytes.fromhex(command)

    return prepare


def wrong_proof(terminal: Any) -> bytes:
    terminal.select("DF04")
    return bytes(terminal.proof(READ_DF04)[:-1] + b"?")


def right_proof(terminal: Any) -> bytes:
    terminal.authenticate(READ_SSSE, right=False)
    return bytes(terminal.proof(READ_SSSE))


def reload(terminal: Any) -> bytes:
    for _ in range(6):
        terminal.send(VERIFY_WRONG)
    terminal.authenticate(UNBLOCK_PIN)
    return bytes(terminal.reload("654321"))


def unblock(terminal: Any) -> bytes:
    terminal.authenticate(UNBLOCK_PIN)
    return bytes(terminal.unblock())


def update(command: str) -> Prepare:
    def prepare(terminal: Any) -> bytes:
        terminal.authenticate(UPDATE_SSSE)
        return bytes.fromhex(command)

    return prepare


def append(records: int) -> Prepare:
    def prepare(terminal: Any) -> bytes:
        terminal.select("DF04")
        terminal.send(VERIFY_RIGHT)
        terminal.authenticate(UPDATE_DF04)
        for count in range(records):
            terminal.send(bytes.fromhex(f"00E2004003{count:02X}0141"))
        return bytes.fromhex("00E2004003FF0142")

    return prepare


def block(terminal: Any) -> bytes:
    return bytes(terminal.block())


SWEPT: dict[str, tuple[Prepare, int]] = {  # what is torn, and in how many writes of cells it works
    "VERIFY wrong": (plain("0020000003000000"), 1),
    "VERIFY right": (plain("0020000003123456"), 2),
    "VERIFY right after wrong ones": (after_tries(2, "0020000003123456"), 2),
    "CHANGE PIN": (plain("805E010007123456FF654321"), 3),
    "CHANGE PIN with a wrong old one": (plain("805E010007000000FF654321"), 1),
    "EXTERNAL AUTHENTICATE wrong": (wrong_proof, 1),
    "EXTERNAL AUTHENTICATE right": (right_proof, 2),
    "RELOAD PIN": (reload, 2),
    "UNBLOCK PIN": (unblock, 1),
    "UPDATE RECORD": (update("00DC052C06050420260101"), 1),
    "UPDATE BINARY": (update("00D6870003AABBCC"), 1),
    "APPEND RECORD to an empty file": (append(0), 2),
    "APPEND RECORD to a full file": (append(10), 2),
    "APPLICATION BLOCK": (block, 3),
}


def left(cells: Cells) -> dict[int, bytes]:
    """Return the changed cells but the journal."""
    return {cell: value for cell, value in cells.changed.items() if cell != JOURNAL}


class Stages(Cells):
    """Remembers the image after every whole write: the journal is emptied at the end of each."""

    __slots__ = ("stages",)

    def __init__(self, whole: Cells) -> None:
        self.changed = whole.changed
        self.stages: list[dict[int, bytes]] = []

    def program(self, cell: int, old: bytes, new: bytes) -> None:
        super().program(cell, old, new)
        if new == b"":
            self.stages.append(left(self))


@pytest.mark.parametrize(("prepare", "writes"), SWEPT.values(), ids=SWEPT)
def test_wherever_power_fails_the_card_is_in_a_state_between_two_writes_and_never_in_an_earlier_one(
    issue_card: Issue, outlet: Any, prepare: Prepare, writes: int
) -> None:
    def ready() -> tuple[Card, bytes]:
        card = issue_card(key_lock=KeyLock("on_pin_lock"))
        terminal = outlet(card)
        terminal.select()
        return card, prepare(terminal)

    assert swept(ready) == (writes, set(range(1 + writes)))


def swept(ready: Ready) -> tuple[int, set[int]]:
    """Tear a command everywhere; return the number of its writes and the stages that a next power-on finds.

    Stage n is the memory after n writes of the command undisturbed. A later tear never finds an earlier stage.
    """
    card, command = ready()
    stages = [left(card.cells)]
    card.cells = watched = Stages(card.cells)
    card.transmit(command)
    stages += watched.stages
    reached = [stages.index(state) for state in torn(ready)]
    assert reached == sorted(reached)
    return len(watched.stages), set(reached)


def test_a_lock_of_the_pin_that_is_torn_from_that_of_the_key_is_completed_by_the_power_on(
    issue_card: Issue, outlet: Any
) -> None:
    def ready() -> tuple[Card, bytes]:
        terminal = outlet(issue_card(key_lock=KeyLock("on_pin_lock")))
        terminal.select()
        return terminal.card, after_tries(5, VERIFY_WRONG.hex())(terminal)

    assert swept(ready) == (2, {0, 2})


DEBIT, CDOL1 = "00A4040008A000000333010101", "000000012345" + "00" * 6 + "0156" + "00" * 5 + "0156240701001E78EEBC"
GPO, REQUEST = "80A800000B8309" + "000000000123450156", "80AE80001D" + CDOL1
TAP = "80A80000238321" + "26000000" + CDOL1 + "00"
PAN = "6299990000000000018"


def answered(card: Card) -> bytes:
    """Bring a purchase to where the bank's approval has been proven; return the command that makes it a TC."""
    for command in (DEBIT, GPO, REQUEST):
        answer = card.transmit(bytes.fromhex(command))
    arqc = dict(parse_ber(dict(parse_ber(answer[:-2]))[0x77]))[0x9F26]
    key = card_key(Algorithm.TRIPLE_DES, TEST_MASTER_KEYS[Algorithm.TRIPLE_DES], PAN, "01")
    approval = Session(Algorithm.TRIPLE_DES, key, 1).response(arqc, b"00") + b"00"
    assert card.transmit(bytes.fromhex("008200000A") + approval).hex() == "9000"
    return bytes.fromhex("80AE40001F" + b"00".hex() + CDOL1)


def after(*commands: str) -> Callable[[Card], bytes]:
    def prepare(card: Card) -> bytes:
        for command in commands[:-1]:
            card.transmit(bytes.fromhex(command))
        return bytes.fromhex(commands[-1])

    return prepare


DEBITS: dict[str, tuple[Interface, Callable[[Card], bytes], int]] = {
    "GET PROCESSING OPTIONS": (Interface.CONTACT, after(DEBIT, GPO), 1),
    "GENERATE AC that asks for the bank": (Interface.CONTACT, after(DEBIT, GPO, REQUEST), 1),
    "GENERATE AC that makes it a TC": (Interface.CONTACT, answered, 2),
    "a tap": (Interface.CONTACTLESS, after(DEBIT, TAP), 1),
}


@pytest.mark.parametrize(("interface", "prepare", "writes"), DEBITS.values(), ids=DEBITS)
def test_wherever_power_fails_in_a_payment_the_counter_and_its_marks_never_go_back(
    bank_card: Issue, interface: Interface, prepare: Callable[[Card], bytes], writes: int
) -> None:
    def ready() -> tuple[Card, bytes]:
        card = bank_card(interface)
        return card, prepare(card)

    card, command = ready()
    assert card.transmit(command)[-2:] == b"\x90\x00"
    assert swept(ready) == (writes, set(range(1 + writes)))


def test_wherever_a_module_loses_its_power_its_transaction_counter_never_goes_back() -> None:
    def ready() -> tuple[Card, bytes]:
        module = psam("370100")
        module.power_on()
        return module, bytes.fromhex("BFDE270A10") + bytes(16)

    module, command = ready()
    assert module.transmit(command).hex() == "9000"
    assert swept(ready) == (1, {0, 1})


@pytest.mark.parametrize(
    "lock", [KeyLock("on_pin_lock"), KeyLock("probability", 1)], ids=["on_pin_lock", "probability"]
)
def test_pulling_the_card_at_the_lock_of_its_pin_saves_the_key_from_nothing(
    issue_card: Issue, outlet: Any, lock: KeyLock
) -> None:
    """Whatever is torn, the first and again when the card comes back: a locked PIN has locked the key."""
    for write in range(1, 7):
        for moment in MOMENTS:
            for again in range(1, 5):
                terminal = outlet(issue_card(key_lock=lock))
                terminal.select()
                command = after_tries(5, VERIFY_WRONG.hex())(terminal)
                faulty = FaultyCard(terminal.card, [Tear(1, write, moment), Tear(0, again, moment)])
                with pytest.raises(PowerLost):
                    faulty.transmit(command)
                with contextlib.suppress(PowerLost):
                    faulty.power_on()
                faulty.power_on()
                seen = status(terminal.card)
                assert seen.remote_key_locked is (seen.pin == "locked")
                assert seen.pin_locks == (seen.pin == "locked")


def torn(ready: Ready) -> Iterator[dict[int, bytes]]:
    """Yield the cells after the next power-on for every tear point of a command, in order."""
    for write in range(1, WRITES_MAX):
        for moment in MOMENTS:
            card, command = ready()
            faulty = FaultyCard(card, [Tear(1, write, moment)])
            try:
                faulty.transmit(command)
            except PowerLost:
                faulty.power_on()
                yield left(card.cells)
            else:
                return  # there is no such write


def sessions(issue_card: Issue, outlet: Any, prepare: Prepare) -> Iterator[Any]:
    """Yield a terminal at a card that lost its power, for every tear point of a command."""
    for write in range(1, WRITES_MAX):
        for moment in MOMENTS:
            terminal = outlet(issue_card(t0_mode="auto"))
            terminal.select()
            command = prepare(terminal)
            try:
                FaultyCard(terminal.card, [Tear(1, write, moment)]).transmit(command)
            except PowerLost:
                terminal.card.power_on()
                yield terminal
            else:
                return


def test_a_torn_append_leaves_the_old_records_or_adds_the_new_one(issue_card: Issue, outlet: Any) -> None:
    old = [f"{count:02X}0141" for count in range(9, -1, -1)]
    seen = set()
    for terminal in sessions(issue_card, outlet, append(10)):
        terminal.select("DF04")
        terminal.send(VERIFY_RIGHT)
        seen.add(terminal.send(bytes.fromhex("00B2014500")))
    assert seen == {"".join(old) + "9000", "FF0142" + "".join(old[:9]) + "9000"}


def test_a_torn_reload_never_opens_the_pin_that_was_to_be_replaced(issue_card: Issue, outlet: Any) -> None:
    presented = set()
    for terminal in sessions(issue_card, outlet, reload):
        terminal.select()
        presented.add((terminal.send(VERIFY_RIGHT), terminal.send(bytes.fromhex("0020000003654321"))))
    assert presented == {("6983", "6983"), ("63C5", "9000")}
