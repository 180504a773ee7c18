from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardsim import pboc
from cardsim.card import Card
from cardsim.interface import Interface
from cardsim.issuing.population import CardProfile, Population
from cardsim.tlv import encode_ber, parse_ber
from terminals.kernel import data_objects as tags
from terminals.kernel.data_objects import terms
from terminals.kernel.debit_dialogue import Asking, account_of, ask, asking, conclude, identify, located, tap
from terminals.kernel.drive import drive
from terminals.kernel.effects import NO_CARD, Slot, Steps, Transmit
from terminals.kernel.terminal_codes import TerminalCode

SAID = terms(1234, "261121", b"abcd")
"""A purchase of 12.34 yuan."""


def people(generation: int, **facts: Any) -> Population:
    return Population(1, 10, (CardProfile(name="x", city="370100", generation=generation, weight=1, **facts),))


def powered(generation: int, interface: Interface = Interface.CONTACT, **facts: Any) -> Card:
    card = people(generation, **facts).card(3)
    card.power_on(interface)
    return card


def run(flow: Steps[Any], card: Any) -> Any:
    return drive(flow, lambda effect: card.transmit(effect.apdu) if card else NO_CARD)


def requested(card: Any) -> Any:
    known = run(identify(Slot.LOCAL, SAID), card)
    return known if isinstance(known, TerminalCode) else run(ask(Slot.LOCAL, known), card)


@pytest.mark.parametrize("t0_mode", ["raw", "auto"])
@pytest.mark.parametrize("generation", [2, 3])
def test_a_card_over_its_contacts_asks_its_bank_and_hears_it(generation: int, t0_mode: Any) -> None:
    card, person = powered(generation, t0_mode=t0_mode), people(generation).person(3)
    request = requested(card)
    assert (request.pan, request.sequence, request.pin_wanted) == (person.bank_number, 1, False)
    parsed = pboc.parse_request(request.known)
    assert parsed
    session = pboc.session_of(parsed, pboc.TEST_MASTER_KEYS, request.pan, "01")
    assert session.made(parsed)
    answer = encode_ber(tags.ISSUER_AUTHENTICATION, session.response(parsed.cryptogram, b"00") + b"00")
    assert run(conclude(Slot.LOCAL, request, b"00", answer, approved=True), card) is True


@pytest.mark.parametrize(
    ("answer", "code", "approved"),
    [
        (b"", b"00", True),
        (encode_ber(0x91, bytes(8) + b"00"), b"00", True),
        (b"\xff", b"00", True),
        (b"", b"51", False),
        (b"", b"Z3", False),
    ],
)
def test_a_card_that_is_not_convinced_does_not_approve(answer: bytes, code: bytes, *, approved: bool) -> None:
    card = powered(2)
    assert run(conclude(Slot.LOCAL, requested(card), code, answer, approved=approved), card) is False


def test_a_tap_says_everything_in_one_answer() -> None:
    card, sent = powered(3, Interface.CONTACTLESS), []

    def perform(effect: Transmit) -> bytes:
        sent.append(effect)
        return card.transmit(effect.apdu)

    request = drive(tap(Slot.TAP, SAID), perform)
    assert (request.pan, request.pin_wanted) == (people(3).person(3).bank_number, False)
    assert [effect.apdu[1] for effect in sent] == [0xA4, 0xA4, 0xA8]
    assert {effect.slot for effect in sent} == {Slot.TAP}


def test_a_tap_of_more_than_the_small_amount_wants_the_pin() -> None:
    request = run(tap(Slot.TAP, terms(100_001, "261121", b"abcd")), powered(3, Interface.CONTACTLESS))
    assert request.pin_wanted


def test_a_card_without_a_directory_is_selected_by_its_known_name() -> None:
    card = powered(2)

    class Without:
        def transmit(self, apdu: bytes) -> bytes:
            return bytes.fromhex("6A82") if b"SYS.DDF01" in apdu else card.transmit(apdu)

    assert requested(Without()).pan == people(2).person(3).bank_number


@pytest.mark.parametrize(("card", "code"), [(None, "-2"), (powered(1), "-27266")], ids=["no card", "generation 1"])
def test_a_card_without_a_bank_account_says_why(card: Any, code: str) -> None:
    assert requested(card).code == code


def test_an_application_of_another_scheme_is_not_taken() -> None:
    entry = encode_ber(0x61, encode_ber(tags.AID, bytes.fromhex("A0000000031010")))
    directory = encode_ber(0x6F, encode_ber(0xA5, encode_ber(0xBF0C, entry)))
    assert drive(tap(Slot.TAP, SAID), lambda _: directory + b"\x90\x00").code == "-1"


def test_answers_without_tags_are_read_by_their_order() -> None:
    card = powered(2)

    class Untagged:
        """The same card, which answers in format 1."""

        def transmit(self, apdu: bytes) -> bytes:
            answer = card.transmit(apdu)
            if answer[:1] != b"\x77":
                return answer
            values = b"".join(value for _, value in parse_ber(answer[2:-2]))
            return encode_ber(0x80, values) + answer[-2:]

    request = requested(Untagged())
    assert request.known[tags.COUNTER] == b"\0\1"
    assert len(request.known[tags.CRYPTOGRAM]) == 8


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({tags.CRYPTOGRAM_KIND: b"\0"}, "-1"),
        ({tags.PAN: b"", tags.TRACK_2: b""}, "-22"),
        ({tags.PAN_SEQUENCE: b""}, "-22"),
        ({tags.PAN_SEQUENCE: b"\x0a"}, "-22"),
    ],
)
def test_a_card_that_does_not_ask_its_bank_is_refused(changed: dict[int, bytes], code: str) -> None:
    refused = asking(requested(powered(2)).known | changed)
    assert isinstance(refused, TerminalCode)
    assert refused.code == code


@pytest.mark.parametrize(
    ("known", "account"),
    [
        ({tags.PAN: bytes.fromhex("6299990000000000004F")}, "6299990000000000004"),
        ({tags.TRACK_2: bytes.fromhex("6299990000000000004D3406220F")}, "6299990000000000004"),
        ({tags.PAN: b"\xab\xcd"}, ""),
        ({}, ""),
    ],
)
def test_the_account_number_is_the_records_or_track_2s(known: dict[int, bytes], account: str) -> None:
    assert account_of(known) == account


def test_a_locator_without_end_is_cut() -> None:
    assert len(list(located(bytes.fromhex("0801FF00" * 8)))) == 32


@given(answers=st.lists(st.binary(max_size=40), max_size=40), begin=st.sampled_from([identify, tap]))
def test_whatever_a_card_answers_nothing_raises(answers: list[bytes], begin: Callable[..., Any]) -> None:
    script = iter(answers)
    card = drive(begin(Slot.LOCAL, SAID), lambda _: next(script, b"") + b"\x90\x00")
    if isinstance(card, dict):
        card = drive(ask(Slot.LOCAL, card), lambda _: next(script, b"") + b"\x90\x00")
    assert isinstance(card, TerminalCode | Asking)
