"""What proves a bank card, and what is refused where it does not."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settlement.wire import codes
from settlement.wire.bank import CONTACT, PurchaseAnswered
from settlement.wire.envelope import decode_output
from settlement.wire.refusal import Refusal


def refusal_of(teller: Any, asked: Any, **how: str) -> tuple[str, str, bool]:
    """The refusal, its DE 39, and whether the card was answered."""
    reply = teller.ask(asked, **how)
    answered = decode_output(reply)
    assert isinstance(answered, PurchaseAnswered)
    return reply.refusal, answered.response_code, bool(answered.chip_data)


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes((data[place] ^ 1,)) + data[place + 1 :]


@pytest.mark.parametrize("tag", ["9f2608", "9f0206", "9505", "9a03", "9f3704", "9f3602"])
def test_an_element_changed_on_the_way_makes_the_cryptogram_wrong(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any, tag: str
) -> None:
    chip_data = card.chip_data(100)
    place = chip_data.index(bytes.fromhex(tag)) + len(tag) // 2
    asked = visits.purchase(pharmacy, card, 100, chip_data=flipped(chip_data, place))
    assert refusal_of(pharmacy, asked) == (codes.BANK_CRYPTOGRAM_WRONG.code, "05", False)
    assert host.account(worker.psn_no) == host.world.register.account("370100", worker.psn_no)


def test_another_cards_cryptogram_is_refused(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any, debit_card: Any
) -> None:
    other = debit_card(next(person for person in host.people() if person != worker))
    asked = visits.purchase(pharmacy, card, 100, chip_data=other.chip_data(100))
    assert refusal_of(pharmacy, asked)[0] == codes.BANK_CRYPTOGRAM_WRONG.code


def test_a_cryptogram_seen_before_is_refused_under_any_msgid(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any
) -> None:
    asked = visits.purchase(pharmacy, card, 100)
    pharmacy.told(asked)
    assert refusal_of(pharmacy, asked) == (codes.BANK_COUNTER_REPLAYED.code, "94", True)
    assert host.account(worker.psn_no).balance_fen == 2_000_000 - 100


def test_a_declined_cryptogram_is_used_up_too(pharmacy: Any, visits: Any, card: Any) -> None:
    chip_data = card.chip_data(100)
    wrong = visits.purchase(pharmacy, card, 100, pin="999999", chip_data=chip_data)
    assert refusal_of(pharmacy, wrong)[0] == codes.BANK_PIN_WRONG.code
    right = visits.purchase(pharmacy, card, 100, chip_data=chip_data)
    assert refusal_of(pharmacy, right)[0] == codes.BANK_COUNTER_REPLAYED.code


def test_a_counter_may_leave_gaps_but_never_fall(pharmacy: Any, visits: Any, card: Any) -> None:
    card.counter = 99
    pharmacy.told(visits.purchase(pharmacy, card, 100))
    card.counter = 98
    assert refusal_of(pharmacy, visits.purchase(pharmacy, card, 100))[0] == codes.BANK_COUNTER_REPLAYED.code
    card.counter = 0xFFFE
    pharmacy.told(visits.purchase(pharmacy, card, 100))


@pytest.mark.parametrize(
    ("signed", "refusal", "response_code"),
    [
        ({"_9F27": b"\x40"}, codes.BANK_NOT_ONLINE, "12"),
        ({"_9F27": b"\x00"}, codes.BANK_NOT_ONLINE, "12"),
        ({"_9F02": bytes.fromhex("000000000099")}, codes.BANK_AMOUNT_INVALID, "13"),
        ({"_5F2A": bytes.fromhex("0840")}, codes.BANK_AMOUNT_INVALID, "13"),
        ({"_82": bytes.fromhex("0000")}, codes.BANK_CHIP_DATA_MALFORMED, "30"),
        ({"_82": bytes.fromhex("5C00")}, codes.BANK_CHIP_DATA_MALFORMED, "30"),
    ],
)
def test_a_card_that_signed_something_else_is_answered_and_refused(
    pharmacy: Any, visits: Any, card: Any, signed: dict[str, bytes], refusal: Refusal, response_code: str
) -> None:
    asked = visits.purchase(pharmacy, card, 100, chip_data=card.chip_data(100, **signed))
    assert refusal_of(pharmacy, asked) == (refusal.code, response_code, True)


@pytest.mark.parametrize("cvr", ["03800000", "03900000", "03200000", "03600000", "03B00000"])
def test_a_cryptogram_that_the_card_signed_as_no_request_pays_nothing_whatever_its_terminal_calls_it(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any, cvr: str
) -> None:
    asked = visits.purchase(pharmacy, card, 100, chip_data=card.chip_data(100, cvr=cvr))
    assert refusal_of(pharmacy, asked) == (codes.BANK_NOT_ONLINE.code, "12", True)
    assert host.account(worker.psn_no).balance_fen == 2_000_000


def test_a_dip_does_not_pass_for_a_tap_that_needs_no_pin(pharmacy: Any, visits: Any, antenna_card: Any) -> None:
    asked = visits.purchase(pharmacy, antenna_card, 100, pin="", chip_data=antenna_card.chip_data(100, CONTACT))
    assert refusal_of(pharmacy, asked) == (codes.BANK_CHIP_DATA_MALFORMED.code, "30", True)


@pytest.mark.parametrize("generation", [1, 2])
def test_a_card_without_an_antenna_was_not_tapped(
    host: Any, pharmacy: Any, visits: Any, debit_card: Any, generation: int
) -> None:
    without = debit_card(next(host.people(card_generation=generation)))
    assert refusal_of(pharmacy, visits.purchase(pharmacy, without, 100, pin=""))[0] == (
        codes.BANK_CHIP_DATA_MALFORMED.code
    )


def test_a_cryptogram_is_used_up_by_another_amount_than_it_was_made_for(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any
) -> None:
    chip_data = card.chip_data(500)
    cheaper = visits.purchase(pharmacy, card, 400, chip_data=chip_data)
    assert refusal_of(pharmacy, cheaper)[0] == codes.BANK_AMOUNT_INVALID.code
    assert host.account(worker.psn_no).counter == 1
    true = visits.purchase(pharmacy, card, 500, chip_data=chip_data)
    assert refusal_of(pharmacy, true)[0] == codes.BANK_COUNTER_REPLAYED.code
    assert not host.broken_laws()


def test_an_old_cryptogram_never_turns_the_counter_back(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any
) -> None:
    old = card.chip_data(500)
    pharmacy.told(visits.purchase(pharmacy, card, 100))
    asked = visits.purchase(pharmacy, card, 400, chip_data=old)
    assert refusal_of(pharmacy, asked)[0] == codes.BANK_COUNTER_REPLAYED.code
    assert host.account(worker.psn_no).counter == 2


@pytest.mark.parametrize("chip_data", [b"", b"\x9f", b"\x9f\x26\x08", bytes(255), b"\x82\x02\x1c\x00"])
def test_chip_data_that_lacks_what_was_signed_is_malformed(
    pharmacy: Any, visits: Any, card: Any, chip_data: bytes
) -> None:
    asked = msgspec.structs.replace(visits.purchase(pharmacy, card, 100), chip_data=chip_data)
    assert refusal_of(pharmacy, asked) == (codes.BANK_CHIP_DATA_MALFORMED.code, "30", False)


@pytest.mark.parametrize("entry_mode", ["052", "072"])
def test_an_entry_mode_that_denies_its_pin_is_malformed(pharmacy: Any, visits: Any, card: Any, entry_mode: str) -> None:
    asked = visits.purchase(pharmacy, card, 100, entry_mode=entry_mode)
    assert refusal_of(pharmacy, asked)[0] == codes.BANK_CHIP_DATA_MALFORMED.code


@pytest.mark.parametrize(
    "change",
    [
        {"pan": "6222020200000000000"},
        {"pan": "6299990999999999990"},
        {"pan": "6299990000000000000"},
        {"card_sequence": 0},
        {"card_sequence": 2},
    ],
)
def test_a_number_that_is_no_card_of_this_bank_is_refused(
    pharmacy: Any, visits: Any, card: Any, change: dict[str, Any]
) -> None:
    assert change.get("pan") != card.pan
    asked = visits.purchase(pharmacy, card, 100, **change)
    assert refusal_of(pharmacy, asked) == (codes.BANK_CARD_INVALID.code, "14", False)


def test_a_card_is_its_own_citys_banks_and_no_others(pharmacy: Any, visits: Any, guest: Any, debit_card: Any) -> None:
    asked = visits.purchase(pharmacy, debit_card(guest), 100)
    assert refusal_of(pharmacy, asked)[0] == codes.BANK_CARD_INVALID.code


@given(data=st.binary(max_size=255))
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_chip_data_makes_the_bank_stumble(pharmacy: Any, visits: Any, card: Any, data: bytes) -> None:
    asked = msgspec.structs.replace(visits.purchase(pharmacy, card, 100), chip_data=data)
    assert refusal_of(pharmacy, asked)[0] == codes.BANK_CHIP_DATA_MALFORMED.code
