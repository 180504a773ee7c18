from collections.abc import Callable
from typing import Any

import pytest

from cardsim.card import Card
from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from cardsim.social_security.key_plan import READ_DF04, UNBLOCK_PIN
from cardsim.social_security.keys import KeyLock

SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
VERIFY_RIGHT, VERIFY_WRONG, QUERY = "0020000003123456", "0020000003000000", "00200000"

Exchange = Callable[..., list[str]]
Issue = Callable[..., Card]


def test_wrong_pins_count_down_to_a_block_that_the_right_one_does_not_open(card: Card, exchange: Exchange) -> None:
    counted = exchange(card, SSSE, *[VERIFY_WRONG] * 6, VERIFY_RIGHT, QUERY)[1:]
    assert counted == ["63C5", "63C4", "63C3", "63C2", "63C1", "63C0", "6983", "6983"]


def test_a_right_pin_restores_all_tries(card: Card, exchange: Exchange) -> None:
    assert exchange(card, SSSE, VERIFY_WRONG, VERIFY_RIGHT, VERIFY_WRONG)[1:] == ["63C5", "9000", "63C5"]


@pytest.mark.parametrize("query", ["00200000", "0020000000"])
def test_an_empty_verify_asks_for_the_tries_and_costs_none(card: Card, exchange: Exchange, query: str) -> None:
    assert exchange(card, SSSE, VERIFY_WRONG, query, query)[1:] == ["63C5", "63C5", "63C5"]


def test_change_pin_spends_a_try_on_a_wrong_old_value(card: Card, exchange: Exchange) -> None:
    change = "805E010007{old}FF654321"
    assert exchange(card, SSSE, change.format(old="000000"), change.format(old="123456"), VERIFY_RIGHT, QUERY)[1:] == [
        "63C5",
        "9000",
        "63C5",
        "63C5",
    ]
    assert exchange(card, "0020000003654321") == ["9000"]


def test_the_chip_lets_the_initial_pin_be_set_again(card: Card, exchange: Exchange) -> None:
    """Refusing it is the terminal library's rule (its codes -35 and -36), not the chip's."""
    assert exchange(card, SSSE, "805E010007123456FF123456") == ["6118", "9000"]


def test_a_blocked_pin_cannot_be_changed(card: Card, exchange: Exchange) -> None:
    assert exchange(card, SSSE, *[VERIFY_WRONG] * 6, "805E010007123456FF654321")[-1] == "6983"


RESIDENCE = ("00A4000002DF01", "00B2012C04")


def test_the_pin_opens_the_files_below_the_application(card: Card, exchange: Exchange) -> None:
    assert exchange(card, SSSE, VERIFY_RIGHT, *RESIDENCE)[-1] == "200231309000"


@pytest.mark.parametrize(
    "between", [(SSSE,), ("00A40000023F00", SSSE), (VERIFY_WRONG,), ("00A4000002DF01", "00A4000002DDF1")]
)
def test_another_select_or_a_wrong_pin_closes_them_again(
    card: Card, exchange: Exchange, between: tuple[str, ...]
) -> None:
    assert exchange(card, SSSE, VERIFY_RIGHT, *between, *RESIDENCE)[-1] == "6982"


@pytest.mark.parametrize("elsewhere", [(), (SSSE, "00A40000023F00")], ids=["after a reset", "back in the root"])
@pytest.mark.parametrize("command", [VERIFY_RIGHT, VERIFY_WRONG, QUERY, "805E010007123456FF654321"])
def test_outside_the_application_there_is_no_pin(
    card: Card, exchange: Exchange, elsewhere: tuple[str, ...], command: str
) -> None:
    assert exchange(card, *elsewhere, command)[-1] == "6A88"
    assert card.image() == b""


BOTH_CIPHERS = pytest.mark.parametrize(
    ("changes", "algorithm"),
    [({}, "3des"), ({"generation": 3, "algorithm": "sm4"}, "sm4")],
    ids=["3des", "sm4: our own stand-in"],
)


def blocked(issue_card: Issue, outlet: Any, changes: dict[str, object], algorithm: str) -> Any:
    terminal = outlet(issue_card(**changes), algorithm)
    terminal.select()
    for _ in range(6):
        terminal.send(bytes.fromhex(VERIFY_WRONG))
    assert terminal.send(bytes.fromhex(VERIFY_RIGHT)) == "6983"
    return terminal


@BOTH_CIPHERS
def test_reload_sets_a_new_pin_and_opens_a_blocked_one(
    issue_card: Issue, outlet: Any, changes: dict[str, object], algorithm: str
) -> None:
    terminal = blocked(issue_card, outlet, changes, algorithm)
    assert terminal.authenticate(UNBLOCK_PIN) == "9000"
    assert terminal.send(terminal.reload("654321")) == "9000"
    sent = ("0020000003654321", VERIFY_RIGHT, QUERY)
    assert [terminal.send(bytes.fromhex(command)) for command in sent] == ["9000", "63C5", "63C5"]


@BOTH_CIPHERS
def test_unblock_opens_a_blocked_pin_and_keeps_its_value(
    issue_card: Issue, outlet: Any, changes: dict[str, object], algorithm: str
) -> None:
    terminal = blocked(issue_card, outlet, changes, algorithm)
    terminal.authenticate(UNBLOCK_PIN)
    assert terminal.send(terminal.unblock()) == "9000"
    assert terminal.send(bytes.fromhex(VERIFY_RIGHT)) == "9000"


def test_reload_is_refused_in_order(issue_card: Issue, outlet: Any) -> None:
    terminal = blocked(issue_card, outlet, {}, "3des")
    assert terminal.send(bytes.fromhex("842400020C" + "00" * 12)) == "6A86"
    assert terminal.send(bytes.fromhex("842400010B" + "00" * 11)) == "6700"
    assert terminal.send(terminal.reload("654321")) == "6982"
    terminal.authenticate(UNBLOCK_PIN)
    assert terminal.send(bytes.fromhex("842400010C" + "00" * 12)) == "6984"
    torn = terminal.reload("654321")
    assert terminal.send(torn[:-1] + bytes((torn[-1] ^ 1,))) == "6988"
    assert terminal.send(torn) == "6984"
    assert terminal.send(terminal.secured(UNBLOCK_PIN, "84240001", bytes.fromhex("0312345A80000000"))) == "6A80"
    assert terminal.send(terminal.secured(UNBLOCK_PIN, "84240001", bytes.fromhex("0412345680000000"))) == "6A80"
    assert terminal.send(bytes.fromhex(QUERY)) == "6983"


def test_a_reload_cannot_be_played_again(issue_card: Issue, outlet: Any) -> None:
    terminal = blocked(issue_card, outlet, {}, "3des")
    terminal.authenticate(UNBLOCK_PIN)
    reload = terminal.reload("654321")
    assert terminal.send(reload) == "9000"
    terminal.session_key(UNBLOCK_PIN)
    assert terminal.send(reload) == "6988"


def test_reload_does_not_open_a_locked_key(issue_card: Issue, outlet: Any) -> None:
    terminal = blocked(issue_card, outlet, {}, "3des")
    terminal.select("DF04")
    for _ in range(3):
        terminal.authenticate(READ_DF04, right=False)
    terminal.authenticate(UNBLOCK_PIN)
    assert terminal.send(terminal.reload("123456")) == "9000"
    assert terminal.authenticate(READ_DF04) == "6983"


def locks(card: Card, outlet: Any, times: int) -> list[str]:
    """Lock and reload the PIN `times` times; what the remote key answers after each lock."""
    terminal, answers = outlet(card), []
    for _ in range(times):
        terminal.select("DF04")
        for _ in range(6):
            terminal.send(bytes.fromhex(VERIFY_WRONG))
        answers.append(terminal.authenticate(READ_DF04))
        terminal.authenticate(UNBLOCK_PIN)
        assert terminal.send(terminal.reload("123456")) == "9000"
    return answers


@pytest.mark.parametrize(
    ("lock", "answers"),
    [
        (KeyLock("by_extauth"), ["9000"] * 3),
        (KeyLock("never"), ["9000"] * 3),
        (KeyLock("on_pin_lock"), ["6983"] * 3),
        (KeyLock("on_pin_lock", after=2), ["9000", "6983", "6983"]),
        (KeyLock("probability", probability=0), ["9000"] * 3),
        (KeyLock("probability", probability=1), ["6983"] * 3),
    ],
)
def test_a_lock_of_the_pin_locks_the_remote_key_as_the_policy_says(
    issue_card: Issue, outlet: Any, lock: KeyLock, answers: list[str]
) -> None:
    assert locks(issue_card(key_lock=lock), outlet, 3) == answers


def test_with_the_policy_never_a_wrong_authentication_costs_nothing(issue_card: Issue, outlet: Any) -> None:
    terminal = outlet(issue_card(key_lock=KeyLock("never")))
    terminal.select("DF04")
    assert [terminal.authenticate(READ_DF04, right=False) for _ in range(5)] == ["63C3"] * 5
    assert terminal.authenticate(READ_DF04) == "9000"


def test_a_probability_locks_its_share_of_the_cards_and_the_same_ones_each_time() -> None:
    profile = CardProfile(
        name="x", city="370100", generation=2, weight=1, key_lock="probability", key_lock_probability=0.3
    )

    def locked() -> list[int]:
        return [index for index in range(200) if remote_key_locks(Population(1, 200, [profile]).card(index))]

    first = locked()
    assert 40 <= len(first) <= 80
    assert locked() == first


def remote_key_locks(card: Card) -> bool:
    card.power_on()
    card.transmit(bytes.fromhex(SSSE))
    for _ in range(6):
        card.transmit(bytes.fromhex(VERIFY_WRONG))
    return card.memory.read(READ_DF04.tries_cell) == b"\0"
