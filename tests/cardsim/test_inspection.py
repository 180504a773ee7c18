from collections.abc import Callable
from typing import Any

import msgspec

from cardsim.card import Card
from cardsim.inspection import status
from cardsim.social_security.key_plan import MASTER_KEYS, READ_DF04, READ_SSSE

Issue = Callable[..., Card]
WRONG = bytes.fromhex("0020000003000000")


def test_a_new_card_has_its_first_pin_and_all_tries(card: Card) -> None:
    seen = status(card)
    assert (seen.pin, seen.pin_tries_left, seen.pin_locks) == ("initial", 6, 0)
    assert {key.tries_left for key in seen.keys} == {3}
    assert (seen.remote_key_locked, seen.application_blocked) == (False, False)


def test_what_happened_to_a_card_is_seen_and_looking_costs_nothing(issue_card: Issue, outlet: Any) -> None:
    terminal = outlet(issue_card())
    terminal.select("DF04")
    terminal.send(bytes.fromhex("805E010007123456FF654321"))
    assert status(terminal.card).pin == "changed"
    for _ in range(3):
        terminal.authenticate(READ_DF04, right=False)
    terminal.authenticate(READ_SSSE, right=False)
    for _ in range(6):
        terminal.send(WRONG)
    terminal.send(terminal.block())
    for _ in range(2):
        seen = status(terminal.card)
        assert (seen.pin, seen.pin_tries_left, seen.pin_locks) == ("locked", 0, 1)
        assert {key.name: key.tries_left for key in seen.keys if key.tries_left < 3} == {"RK1 DF04": 0, "RKSSSE": 2}
        assert seen.remote_key_locked
        assert seen.application_blocked


def test_no_secret_is_in_the_view(card: Card) -> None:
    shown = msgspec.json.encode(status(card)).hex()
    assert b"123456".hex() not in shown
    assert not any(key.hex().encode().hex() in shown for key in MASTER_KEYS.values())
