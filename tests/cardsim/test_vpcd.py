import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest

from cardsim.card import Card, CardNotPowered
from cardsim.faults import CardUnplugged, Delay, FaultyCard, Garble, Hang, Unplug
from cardsim.presentable import HeldToAntenna, NoAntennaError
from cardsim.vpcd import NoReaderError, SlotTakenError, answer, present, serve

OFF, ON, RESET, ATR = b"\x00", b"\x01", b"\x02", b"\x04"
CHALLENGE = bytes.fromhex("0084000008")


def frame(payload: bytes) -> bytes:
    return len(payload).to_bytes(2, "big") + payload


def connected() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname(), 10)
        return ours, server.accept()[0]


@pytest.fixture
def reader(card: Card) -> Iterator[socket.socket]:
    """The reader's end of a slot that holds the card; the card's end runs in a thread and must end by itself."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        slot = threading.Thread(target=present, args=({server.getsockname()[1]: card}, "127.0.0.1", lambda: None))
        slot.start()
        ours, _ = server.accept()
        with ours:
            ours.settimeout(10)
            yield ours
    slot.join(10)
    assert not slot.is_alive()


def received(reader: socket.socket) -> bytes:
    with reader.makefile("rb", buffering=0) as stream:
        length = int.from_bytes(stream.read(2) or b"", "big")
        return stream.read(length) or b""


def test_the_atr_is_told_with_and_without_power(card: Card) -> None:
    card.power_off()
    assert answer(card, ATR) == card.atr
    assert (answer(card, ON), answer(card, ATR)) == (None, card.atr)


def test_power_and_reset_have_no_answer_but_an_effect(card: Card) -> None:
    card.transmit(bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF"))
    assert answer(card, RESET) is None
    assert card.transmit(bytes.fromhex("00B2012C12")).hex() == "6a82"
    assert answer(card, OFF) is None
    with pytest.raises(CardNotPowered):
        card.transmit(CHALLENGE)


def test_a_command_to_a_slot_without_power_is_refused_rather_than_left_waiting(card: Card) -> None:
    answer(card, OFF)
    assert answer(card, CHALLENGE) == b"\x69\x85"


def test_an_unknown_control_byte_is_ignored(card: Card) -> None:
    assert answer(card, b"\x03") is None


def test_a_reader_powers_the_card_and_gets_its_answers(reader: socket.socket, card: Card) -> None:
    reader.sendall(frame(ON) + frame(ATR))
    assert received(reader) == card.atr
    reader.sendall(frame(CHALLENGE))
    assert received(reader)[-2:] == b"\x90\x00"


def test_frames_may_arrive_one_byte_at_a_time(reader: socket.socket, card: Card) -> None:
    for byte in frame(ON) + frame(CHALLENGE) + frame(ATR):
        reader.sendall(bytes((byte,)))
    assert len(received(reader)) == 10
    assert received(reader) == card.atr


def test_an_empty_frame_is_a_command_without_a_header(reader: socket.socket) -> None:
    reader.sendall(frame(ON) + frame(b""))
    assert received(reader).hex() == "6700"


def test_the_longest_frame_is_answered(reader: socket.socket) -> None:
    reader.sendall(frame(ON) + frame(bytes(0xFFFF)))
    assert received(reader).hex() == "6d00"


@pytest.mark.parametrize("rest", [b"", b"\x00", b"\x00\x05\x00\x84"])
def test_a_reader_that_goes_away_takes_the_power_with_it(card: Card, rest: bytes) -> None:
    ours, theirs = connected()
    with theirs:
        with ours:
            ours.sendall(rest)
        serve({theirs: card})
    with pytest.raises(CardNotPowered):
        card.transmit(CHALLENGE)


def test_a_reader_that_is_killed_is_the_same_as_one_that_goes_away(card: Card) -> None:
    ours, theirs = connected()
    with theirs:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close by reset
        ours.close()
        serve({theirs: card})
    with pytest.raises(CardNotPowered):
        card.transmit(CHALLENGE)


def test_no_reader_is_said_with_the_address_that_was_tried(card: Card) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
    with pytest.raises(NoReaderError, match=f"127.0.0.1:{port}"):
        present({port: card}, host, lambda: None)


@pytest.fixture
def taken() -> Iterator[int]:
    """Give a port that accepts connections and never says anything: vpcd with another card in the slot."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_slot_in_which_another_card_is_is_said_to_be_taken(card: Card, taken: int) -> None:
    reported: list[str] = []
    with pytest.raises(SlotTakenError, match=f"127.0.0.1:{taken} is taken"):
        present({taken: card}, "127.0.0.1", lambda: reported.append("in"), noticed_within_s=0.05)
    assert reported == []


def test_one_taken_slot_leaves_no_card_in_the_others_though_they_were_answered(
    issue_card: Callable[..., Card], taken: int
) -> None:
    cards = [issue_card(serial=serial) for serial in (1, 2)]
    answers: list[bytes] = []

    def look_in(server: socket.socket) -> None:
        with server.accept()[0] as slot:
            slot.settimeout(10)
            slot.sendall(frame(ATR))
            answers.append(received(slot))
            answers.append(slot.recv(1))

    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
        reader = threading.Thread(target=look_in, args=(server,))
        reader.start()
        with pytest.raises(SlotTakenError, match=f"{taken} is taken"):
            present({free: cards[0], taken: cards[1]}, "127.0.0.1", pytest.fail, noticed_within_s=0.5)
        reader.join(10)
    assert answers == [cards[0].atr, b""]


def test_a_card_is_reported_in_its_slot_when_a_reader_has_looked_and_not_before(card: Card) -> None:
    reported = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        slot = threading.Thread(target=present, args=({port: card}, "127.0.0.1", reported.set))
        slot.start()
        ours, _ = server.accept()
        with ours:
            ours.settimeout(10)
            assert not reported.is_set()
            ours.sendall(frame(ATR))
            assert received(ours) == card.atr
            assert reported.wait(10)
    slot.join(10)
    assert not slot.is_alive()


def test_several_slots_hold_a_chip_each_until_the_last_reader_goes(issue_card: Callable[..., Card]) -> None:
    cards = [issue_card(serial=serial) for serial in (1, 2)]
    lines = [connected() for _ in cards]
    slots = threading.Thread(
        target=serve, args=({theirs: card for card, (_, theirs) in zip(cards, lines, strict=True)},)
    )
    slots.start()
    for ours, _ in reversed(lines):
        ours.sendall(frame(ATR))
    assert [received(ours) for ours, _ in lines] == [card.atr for card in cards]
    lines[0][0].close()
    lines[1][0].sendall(frame(ON) + frame(CHALLENGE))
    assert received(lines[1][0])[-2:] == b"\x90\x00"
    lines[1][0].close()
    slots.join(10)
    assert not slots.is_alive()


def test_one_slot_without_a_reader_leaves_no_card_in_the_others(card: Card) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_server(("127.0.0.1", 0)) as gone:
        there, free = server.getsockname()[1], gone.getsockname()[1]
        gone.close()
        with pytest.raises(NoReaderError, match=str(free)):
            present({there: card, free: card}, "127.0.0.1", lambda: None)
        with server.accept()[0] as slot:
            assert slot.recv(1) == b""


def test_a_card_at_an_antenna_shows_the_atr_of_a_contactless_reader(issue_card: Callable[..., Card]) -> None:
    card = issue_card(generation=3)
    card.power_off()
    held = HeldToAntenna(card)
    assert answer(held, ATR)[:4].hex() == "3b8d8001"
    assert answer(held, ON) is None
    assert answer(held, bytes.fromhex("FFCA000000"))[-2:] == b"\x90\x00"


def test_a_card_with_contacts_only_cannot_be_held_to_an_antenna(card: Card) -> None:
    with pytest.raises(NoAntennaError):
        HeldToAntenna(card)


def test_a_card_that_hangs_leaves_the_reader_waiting_until_a_reset(card: Card) -> None:
    hanging = FaultyCard(card, [Hang(1)])
    assert answer(hanging, CHALLENGE) is None
    assert answer(hanging, ATR) == card.atr
    answer(hanging, RESET)
    assert answer(hanging, CHALLENGE) is not None


def test_a_card_that_is_pulled_out_by_its_schedule_closes_its_slot(card: Card) -> None:
    unplugged = FaultyCard(card, [Unplug(1)])
    with pytest.raises(CardUnplugged):
        answer(unplugged, CHALLENGE)
    ours, theirs = connected()
    with ours, theirs:
        ours.sendall(frame(ON) + frame(CHALLENGE))
        serve({theirs: unplugged})
        assert theirs.fileno() == -1


def test_a_late_and_a_wrong_answer_reach_the_reader(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    ours, theirs = connected()
    with ours:
        ours.sendall(frame(ON) + frame(CHALLENGE) + frame(CHALLENGE) + frame(ATR))
        ours.shutdown(socket.SHUT_WR)
        serve({theirs: FaultyCard(card, [Delay(1, 0.5), Garble(2, b"\x6f\x00")])})
        assert received(ours)[-2:] == b"\x90\x00"
        assert received(ours) == b"\x6f\x00"
    assert slept == [0.5]


def test_a_chip_whose_contacts_have_its_power_is_silent_at_its_antenna_and_not_out_of_its_slot(
    issue_card: Callable[..., Card],
) -> None:
    card = issue_card(generation=3, algorithm="sm4")
    card.power_on()
    held = HeldToAntenna(card)
    assert answer(held, ON) is None
    assert answer(held, ATR) == held.atr
    assert answer(held, CHALLENGE) == b"\x69\x85"
    assert (answer(held, OFF), card.transmit(CHALLENGE)[-2:]) == (None, b"\x90\x00")
