from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminals.kernel.card_dialogue import SELECT_SSSE
from terminals.kernel.command import EXCHANGES_MAX, SILENCE, case_3, case_4, command
from terminals.kernel.drive import drive
from terminals.kernel.effects import NO_CARD, Slot, Transmit


def scripted(*answers: str) -> Callable[[Transmit], bytes]:
    script: Iterable[str] = iter(answers)
    return lambda _: bytes.fromhex(next(iter(script)))


def test_a_card_that_is_not_there_has_no_status() -> None:
    assert drive(command(b"\x00\x84\x00\x00\x08"), lambda _: NO_CARD).status == SILENCE


def test_61_is_followed_by_get_response_and_6c_by_the_right_length() -> None:
    sent: list[str] = []
    answers = scripted("6C12", "0110" + "00" * 16 + "9000")

    def perform(effect: Transmit) -> bytes:
        sent.append(effect.apdu.hex().upper())
        return answers(effect)

    assert len(drive(command(bytes.fromhex("00B2012C00")), perform).data) == 18
    assert sent == ["00B2012C00", "00B2012C12"]
    sent.clear()
    answers = scripted("6102", "6C03", "AABBCC9000")
    assert drive(command(SELECT_SSSE), perform) == (b"\xaa\xbb\xcc", 0x9000)
    assert sent[1:] == ["00C0000002", "00C0000003"]


def test_an_answer_longer_than_one_get_response_is_put_together_from_its_parts() -> None:
    parts = bytes(range(255)), b"\xf0\xf1\xf2\xf3\xf4"
    answers = scripted("61FF", parts[0].hex() + "6105", parts[1].hex() + "9000")
    assert drive(command(SELECT_SSSE), answers) == (b"".join(parts), 0x9000)


def test_a_part_asked_for_again_with_its_right_length_is_there_once() -> None:
    answers = scripted("6102", "AABB6103", "6C02", "CCDD9000")
    assert drive(command(SELECT_SSSE), answers).data == bytes.fromhex("AABBCCDD")


def test_a_card_that_never_comes_to_an_end_is_given_up() -> None:
    sent: list[bytes] = []

    def perform(effect: Transmit) -> bytes:
        sent.append(effect.apdu)
        return b"\x61\x10"

    assert drive(command(SELECT_SSSE), perform).status == 0x6110
    assert len(sent) == EXCHANGES_MAX


def test_a_card_that_goes_between_two_halves_of_an_answer_has_no_status() -> None:
    answers = scripted("6110", "")
    assert drive(command(SELECT_SSSE), answers).status == SILENCE


@pytest.mark.parametrize("slot", list(Slot))
def test_every_follow_up_goes_to_the_same_slot(slot: Slot) -> None:
    seen: set[Slot] = set()
    answers = scripted("6102", "6C03", "AABBCC9000")

    def perform(effect: Transmit) -> bytes:
        seen.add(effect.slot)
        return answers(effect)

    drive(command(SELECT_SSSE, slot), perform)
    assert seen == {slot}


@given(answers=st.lists(st.binary(max_size=6), max_size=12), apdu=st.binary(min_size=4, max_size=8))
def test_whatever_a_chip_answers_nothing_raises(answers: list[bytes], apdu: bytes) -> None:
    script = iter(answers)
    assert 0 <= drive(command(apdu), lambda _: next(script, NO_CARD)).status <= 0xFFFF


def test_data_stand_behind_their_length() -> None:
    assert case_3(b"\x00\x82\x00\x00", b"ab").hex() == "00820000026162"
    assert case_4(b"\x00\xa4\x04\x00", b"ab").hex() == "00a4040002616200"
