"""Cards that are broken on purpose: every tear point of every command that writes, and the other faults as events."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from cardsim.card import Card
from cardsim.faults import (
    CardFault,
    CardHangs,
    CardUnplugged,
    Delay,
    Fault,
    FaultyCard,
    Garble,
    Hang,
    PowerLost,
    Tear,
    Unplug,
)
from cardsim.inspection import status
from cardsim.interface import Interface
from cardsim.memory import JOURNAL, Cells
from cardsim.social_security.key_plan import READ_DF04, READ_SSSE, UNBLOCK_PIN, UPDATE_DF04, UPDATE_SSSE
from cardsim.social_security.keys import KeyLock

Issue = Callable[..., Card]
Prepare = Callable[[Any], bytes]

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
    "VERIFY wrong that locks the PIN and, by policy, the key": (after_tries(5, "0020000003000000"), 3),
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
    "APPLICATION BLOCK": (block, 1),
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

    card, command = ready()
    stages = [left(card.cells)]
    card.cells = watched = Stages(card.cells)
    card.transmit(command)
    stages += watched.stages
    assert len(stages) == 1 + writes
    reached = [stages.index(state) for state in torn(ready)]
    assert reached == sorted(reached)
    assert set(reached) == set(range(1 + writes))


def torn(ready: Callable[[], tuple[Card, bytes]]) -> Iterator[dict[int, bytes]]:
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


@pytest.mark.parametrize("command", [VERIFY_WRONG, bytes.fromhex("805E010007000000FF654321")])
def test_a_try_is_counted_before_its_answer_leaves(issue_card: Issue, command: bytes) -> None:
    card = issue_card()
    with pytest.raises(PowerLost):
        FaultyCard(card, [Tear(1, 0, "after")]).transmit(command)
    assert status(card).pin_tries_left == 5


def test_pulling_the_card_at_every_programming_of_a_wrong_try_wins_no_try(issue_card: Issue) -> None:
    """Whatever is torn, as many tries as the card ever answers wrong are gone."""
    for write in range(1, 4):
        for moment in MOMENTS:
            card = issue_card()
            faulty = FaultyCard(card, [Tear(apdu, write, moment) for apdu in range(1, 41)])
            wrong = 0
            for _ in range(40):
                try:
                    wrong += faulty.transmit(VERIFY_WRONG)[:1] == b"\x63"
                except PowerLost:
                    faulty.power_on()
            assert wrong <= 6
            assert status(card).pin_tries_left in (0, 6)


def test_a_tear_before_the_command_changes_nothing_and_after_it_everything(issue_card: Issue) -> None:
    tries = []
    for moment in ("before", "after"):
        card = issue_card()
        with pytest.raises(PowerLost):
            FaultyCard(card, [Tear(1, 0, moment)]).transmit(VERIFY_WRONG)
        tries.append(status(card).pin_tries_left)
    assert tries == [6, 5]


def test_a_torn_card_is_without_power_until_the_next_reset(issue_card: Issue) -> None:
    faulty = FaultyCard(issue_card(), [Tear(1)])
    with pytest.raises(PowerLost):
        faulty.transmit(VERIFY_WRONG)
    assert faulty.power_on() == faulty.atr
    assert faulty.transmit(VERIFY_WRONG).hex() == "63c5"


def test_an_unplugged_card_is_gone_until_it_is_plugged_in(issue_card: Issue) -> None:
    faulty = FaultyCard(issue_card(), [Unplug(2, "after")])
    faulty.transmit(VERIFY_WRONG)
    for use in (lambda: faulty.transmit(VERIFY_WRONG), lambda: faulty.transmit(VERIFY_WRONG), faulty.power_on):
        with pytest.raises(CardUnplugged):
            use()
    faulty.plug_in()
    faulty.power_on()
    assert faulty.transmit(bytes.fromhex("00200000")).hex() == "63c4"


def test_a_hanging_card_answers_again_after_a_reset(issue_card: Issue) -> None:
    faulty = FaultyCard(issue_card(), [Hang(1)])
    for _ in range(2):
        with pytest.raises(CardHangs):
            faulty.transmit(VERIFY_WRONG)
    faulty.power_on()
    assert faulty.transmit(bytes.fromhex("00200000")).hex() == "63c6"


def test_a_garbled_answer_hides_what_the_card_has_done(issue_card: Issue) -> None:
    faulty = FaultyCard(issue_card(), [Garble(1, b"\x90")])
    assert faulty.transmit(VERIFY_WRONG) == b"\x90"
    assert faulty.transmit(bytes.fromhex("00200000")).hex() == "63c5"


def test_a_late_answer_says_how_late_it_is(issue_card: Issue) -> None:
    faulty = FaultyCard(issue_card(), [Delay(1, 2.5)])
    assert (faulty.transmit(VERIFY_WRONG).hex(), faulty.late_s) == ("63c5", 2.5)
    assert faulty.transmit(VERIFY_WRONG).hex() == "63c4"
    assert faulty.late_s == 0


def test_a_tear_at_a_write_that_a_command_has_not_leaves_it_alone(issue_card: Issue) -> None:
    faulty = FaultyCard(issue_card(), [Tear(1, 4)])
    assert faulty.transmit(VERIFY_WRONG).hex() == "63c5"
    faulty.power_off()


def test_a_card_in_the_field_of_a_reader_can_be_torn_as_well(issue_card: Issue) -> None:
    card = issue_card(generation=3, algorithm="sm4")
    card.power_off()
    faulty = FaultyCard(card, [Tear(1, 2, "inside")])
    assert faulty.interfaces == set(Interface)
    assert faulty.power_on(Interface.CONTACTLESS) == faulty.atr_at(Interface.CONTACTLESS) == faulty.atr
    with pytest.raises(PowerLost):
        faulty.transmit(VERIFY_WRONG)
    faulty.power_on(Interface.CONTACT)
    assert faulty.transmit(bytes.fromhex("00200000")).hex() == "63c5"


def test_a_schedule_is_data_that_survives_its_encoding() -> None:
    faults: list[Fault] = [Tear(1, 2, "inside"), Unplug(2), Hang(3), Garble(4, b"\x90\x00"), Delay(5, 1.5)]
    assert msgspec.json.decode(msgspec.json.encode(faults), type=list[Fault]) == faults


def test_every_fault_is_a_card_fault() -> None:
    assert all(issubclass(fault, CardFault) for fault in (PowerLost, CardUnplugged, CardHangs))
