"""What a lock closes and what it leaves open: the local path needs no chip secret, the remote one PIN and key.

The rows are those of the users' documents: local use goes on whatever is locked on the chip, a reset PIN works again at
any outlet of the province, and against a locked key only another card helps.
"""

from collections.abc import Callable
from typing import Any

import pytest

from cardsim.card import Card
from cardsim.social_security.key_plan import READ_DF04, READ_SSSE, UNBLOCK_PIN

Issue = Callable[..., Card]
PIN, LOCAL_PASSWORD = "123456", "000000"
GENERATIONS = pytest.mark.parametrize(("generation", "algorithm"), [(2, "3des"), (3, "sm4")])


@pytest.fixture
def terminal(issue_card: Issue, outlet: Any, generation: int, algorithm: str) -> Any:
    made = outlet(issue_card(generation=generation, algorithm=algorithm, t0_mode="auto"), algorithm)
    made.select("DF04")
    return made


def local(terminal: Any, generation: int) -> str:
    """Read the holder, as a terminal of the card's own city does: a generation 3 card with its reading key."""
    terminal.select()
    if generation == 3:
        terminal.authenticate(READ_SSSE)
    return str(terminal.send(bytes.fromhex("00B2013414")))[-4:]


def remote(terminal: Any, pin: str = PIN) -> tuple[str, str]:
    """Prove the remote key, then the PIN."""
    terminal.select("DF04")
    return terminal.authenticate(READ_DF04), verify(terminal, pin)


def verify(terminal: Any, pin: str) -> str:
    return str(terminal.send(bytes.fromhex("0020000003" + pin)))


def lock_pin(terminal: Any) -> list[str]:
    return [verify(terminal, LOCAL_PASSWORD) for _ in range(7)]


def lock_key(terminal: Any) -> list[str]:
    terminal.select("DF04")
    return [terminal.authenticate(READ_DF04, right=False) for _ in range(4)]


def reset_at_an_outlet(terminal: Any) -> str:
    terminal.authenticate(UNBLOCK_PIN)
    return str(terminal.send(terminal.reload(PIN)))


@GENERATIONS
def test_the_local_password_typed_as_pin_counts_down_to_the_lock(terminal: Any, generation: int) -> None:
    assert lock_pin(terminal) == ["63C5", "63C4", "63C3", "63C2", "63C1", "63C0", "6983"]
    assert local(terminal, generation) == "9000"
    assert remote(terminal) == ("9000", "6983")


@GENERATIONS
def test_a_reset_pin_works_again_on_both_paths(terminal: Any, generation: int) -> None:
    lock_pin(terminal)
    assert reset_at_an_outlet(terminal) == "9000"
    assert local(terminal, generation) == "9000"
    assert remote(terminal) == ("9000", "9000")


@GENERATIONS
def test_a_locked_key_closes_the_remote_path_for_good_and_leaves_the_local_one(terminal: Any, generation: int) -> None:
    assert lock_key(terminal) == ["63C2", "63C1", "63C0", "6983"]
    assert local(terminal, generation) == "9000"
    assert remote(terminal) == ("6983", "9000")
    assert reset_at_an_outlet(terminal) == "9000"
    assert remote(terminal) == ("6983", "9000")


@GENERATIONS
def test_the_first_pin_is_no_obstacle_for_the_chip(terminal: Any, generation: int) -> None:
    """That it must be changed before remote use is the terminal's rule (-35), on a card that would do it."""
    assert local(terminal, generation) == "9000"
    assert remote(terminal) == ("9000", "9000")
