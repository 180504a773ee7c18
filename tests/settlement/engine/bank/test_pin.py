"""The bank's own PIN, its tries and its lock."""

from typing import Any

import pytest

from settlement.wire import codes


def test_three_wrong_pins_lock_the_pin_and_the_right_one_is_of_no_use_then(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any
) -> None:
    said = [pharmacy.ask(visits.purchase(pharmacy, card, 100, pin="999999")) for _ in range(3)]
    assert {reply.refusal for reply in said} == {codes.BANK_PIN_WRONG.code}
    assert [reply.err_msg[-6:] for reply in said] == ["2 left", "1 left", "0 left"]
    assert pharmacy.ask(visits.purchase(pharmacy, card, 100)).refusal == codes.BANK_PIN_LOCKED.code
    assert host.account(worker.psn_no).pin_tries_left == 0
    assert not host.broken_laws()


def test_the_right_pin_gives_the_tries_back(host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any) -> None:
    for _ in range(2):
        pharmacy.ask(visits.purchase(pharmacy, card, 100, pin="999999"))
    pharmacy.told(visits.purchase(pharmacy, card, 100))
    assert host.account(worker.psn_no).pin_tries_left == 3


def test_the_right_pin_counts_although_the_money_does_not_suffice(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any
) -> None:
    pharmacy.ask(visits.purchase(pharmacy, card, 100, pin="999999"))
    poor = pharmacy.ask(visits.purchase(pharmacy, card, 2_000_001))
    assert poor.refusal == codes.BANK_INSUFFICIENT_FUNDS.code
    assert host.account(worker.psn_no).pin_tries_left == 3


def test_a_repeated_message_is_one_try(host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any) -> None:
    asked, msgid = visits.purchase(pharmacy, card, 100, pin="999999"), pharmacy.next_msgid()
    for _ in range(3):
        pharmacy.ask(asked, msgid=msgid)
    assert host.account(worker.psn_no).pin_tries_left == 2


def test_the_banks_lock_and_the_local_passwords_are_two(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any, drugs: Any
) -> None:
    for _ in range(3):
        pharmacy.ask(visits.purchase(pharmacy, card, 100, pin="999999"))
    assert pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs)).approved
    assert host.person(worker.psn_no).password_tries_left == 6


def test_a_tap_without_a_pin_pays_up_to_the_small_amount(pharmacy: Any, visits: Any, antenna_card: Any) -> None:
    pharmacy.told(visits.purchase(pharmacy, antenna_card, 100_000, pin=""))
    above = pharmacy.ask(visits.purchase(pharmacy, antenna_card, 100_001, pin=""))
    assert above.refusal == codes.BANK_SMALL_AMOUNT_EXCEEDED.code


def test_a_tap_above_the_small_amount_pays_with_its_pin(pharmacy: Any, visits: Any, antenna_card: Any) -> None:
    pharmacy.told(visits.purchase(pharmacy, antenna_card, 100_001, entry_mode="071"))


def test_a_dip_pays_nothing_without_a_pin(pharmacy: Any, visits: Any, card: Any) -> None:
    asked = visits.purchase(pharmacy, card, 1, pin="", entry_mode="052")
    assert pharmacy.ask(asked).refusal == codes.BANK_PIN_REQUIRED.code


def test_a_locked_pin_leaves_the_small_tap_alone(pharmacy: Any, visits: Any, antenna_card: Any) -> None:
    for _ in range(3):
        pharmacy.ask(visits.purchase(pharmacy, antenna_card, 100, pin="999999"))
    pharmacy.told(visits.purchase(pharmacy, antenna_card, 100, pin=""))


@pytest.mark.parametrize("block", [bytes(16), bytes(8)])
def test_a_pin_block_of_another_key_is_no_try(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any, block: bytes
) -> None:
    assert pharmacy.ask(visits.purchase(pharmacy, card, 1, pin_block=block)).refusal == codes.BANK_PIN_UNREADABLE.code
    assert host.account(worker.psn_no).pin_tries_left == 3
