from typing import Any

import pytest

from cardsim.memory import Memory
from cardsim.social_security.key_plan import KEYS, READ_DF04, READ_SSSE, REMOTE, UNBLOCK_PIN, Key
from cardsim.social_security.keys import CardKeys, KeyLock, Keys
from cardsim.tries import Presented

CARD = CardKeys("3des", "370100", bytes.fromhex("8660240601000001"))
MF, SSSE, DF01, DF04 = 0x3F00, 0xDDF1, 0xDF01, 0xDF04
CHALLENGE, DATA = bytes(8), b"12345678"


def keys(lock: KeyLock | None = None) -> Keys:
    return Keys(Memory({key.tries_cell: b"\x03" for key in KEYS}), CARD, lock or KeyLock())


def proof(of: Keys, key: Key) -> bytes:
    return of.cipher.authenticator(of.session_key(key, CHALLENGE), DATA)


def test_the_value_of_a_key_is_three_levels_below_its_master_key() -> None:
    assert CARD.value(READ_SSSE).hex().upper() == "F029A2776E1080D5A80CFF8C60C6674F"
    assert len({CARD.value(key) for key in KEYS}) == len(KEYS)


@pytest.mark.parametrize(
    ("path", "identifier", "found"),
    [
        ((MF,), 0x0A, None),
        ((MF, SSSE), 0x0A, READ_SSSE),
        ((MF, SSSE, DF04), 0x06, UNBLOCK_PIN),
        ((MF, SSSE, DF04), 0x84, READ_DF04),
        ((MF, SSSE, DF01), 0x84, None),
        ((MF, SSSE), 0x84, None),
        ((MF, SSSE), 0x0B, None),
    ],
)
def test_an_identifier_from_80_on_means_a_key_of_the_current_directory(path: Any, identifier: int, found: Key) -> None:
    assert keys().find(path, identifier) is found


def test_a_counter_goes_down_for_its_own_key_until_nothing_helps() -> None:
    card = keys()
    presented = [card.authenticate(READ_SSSE, CHALLENGE, bytes(8), DATA) for _ in range(4)]
    assert presented == [Presented.WRONG] * 3 + [Presented.BLOCKED]
    assert card.authenticate(READ_SSSE, CHALLENGE, proof(card, READ_SSSE), DATA) is Presented.BLOCKED
    assert card.authenticate(READ_DF04, CHALLENGE, proof(card, READ_DF04), DATA) is Presented.RIGHT


@pytest.mark.parametrize(
    ("lock", "locked"),
    [
        (KeyLock("by_extauth"), False),
        (KeyLock("on_pin_lock", after=2), True),
        (KeyLock("on_pin_lock", after=3), False),
        (KeyLock("probability", 1), True),
        (KeyLock("probability", 0), False),
    ],
)
def test_the_second_lock_of_the_pin_locks_the_remote_key_by_policy(lock: KeyLock, locked: bool) -> None:  # noqa: FBT001  a table's column
    card = keys(lock)
    card.pin_locked(2)
    assert (card.tries(REMOTE).left == 0) is locked
    assert card.tries(READ_SSSE).left == 3


def test_what_a_lock_draws_is_the_same_however_often_it_is_noticed_and_differs_from_lock_to_lock() -> None:
    def locked(count: int) -> bool:
        card = keys(KeyLock("probability", 0.5))
        card.pin_locked(count)
        return card.tries(REMOTE).left == 0

    drawn = [locked(count) for count in range(1, 33)]
    assert drawn == [locked(count) for count in range(1, 33)]
    assert 8 <= sum(drawn) <= 24


def test_a_counter_above_three_is_none_of_this_card() -> None:
    assert keys().sound
    assert not Keys(Memory({key.tries_cell: b"\x04" for key in KEYS}), CARD, KeyLock()).sound
