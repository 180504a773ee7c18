from collections.abc import Callable
from typing import Any

import pytest

from cardsim.card import Card
from cardsim.challenges import Challenges
from cardsim.inspection import status
from cardsim.social_security.key_plan import KEYS, MASTER, READ_DF01, READ_DF04, READ_SSSE, UNBLOCK_PIN, Key

Issue = Callable[..., Card]
Exchange = Callable[..., list[str]]
SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
CHALLENGE = "0084000008"
HOLDER = "00B2013414"
SM4 = {"generation": 3, "algorithm": "sm4", "t0_mode": "auto"}
PATHS = {0xDDF1: (), 0xDF01: ("DF01",), 0xDF04: ("DF04",)}


class Drawn(Challenges):
    """Challenges that the worked example has."""

    def __call__(self, length: int) -> bytes:
        return bytes.fromhex("1122334455667788")[:length]


@pytest.mark.parametrize(
    ("changes", "authenticator"),
    [({"t0_mode": "auto"}, "ADD075207E46FB87"), (SM4, "EC2A6F866A00B87E")],
    ids=["3des", "sm4: our own stand-in"],
)
def test_the_card_accepts_the_authentication_of_the_worked_example(
    issue_card: Issue, exchange: Exchange, changes: dict[str, object], authenticator: str
) -> None:
    card = issue_card(**changes)
    card._random_bytes = Drawn(b"x")
    card.power_on()
    proof = f"0082000A10{authenticator}0102030405060708"
    assert exchange(card, SSSE, CHALLENGE, proof)[1:] == ["11223344556677889000", "9000"]


def test_the_authentication_of_another_city_costs_a_try(issue_card: Issue, exchange: Exchange) -> None:
    card = issue_card()
    card._random_bytes = Drawn(b"x")
    card.power_on()
    assert exchange(card, SSSE, CHALLENGE, "0082000A1033AC0B1DEB4E347D0102030405060708")[-1] == "63C2"


@pytest.mark.parametrize("algorithm", ["3des", "sm4"])
@pytest.mark.parametrize("key", KEYS, ids=[key.name for key in KEYS])
def test_every_key_authenticates_in_its_directory(issue_card: Issue, outlet: Any, key: Key, algorithm: str) -> None:
    terminal = outlet(issue_card(generation=3, algorithm=algorithm), algorithm)
    terminal.select(*PATHS[key.directory])
    assert terminal.authenticate(key) == "9000"
    assert terminal.authenticate(key, right=False) == "63C2"


def test_wrong_authentications_count_down_to_a_lock_that_nothing_opens(issue_card: Issue, outlet: Any) -> None:
    terminal = outlet(issue_card())
    terminal.select("DF04")
    assert [terminal.authenticate(READ_DF04, right=False) for _ in range(4)] == ["63C2", "63C1", "63C0", "6983"]
    assert terminal.authenticate(READ_DF04) == "6983"
    terminal.card.power_on()
    terminal.select("DF04")
    assert terminal.authenticate(READ_DF04) == "6983"


def test_a_right_authentication_gives_the_tries_back(issue_card: Issue, outlet: Any) -> None:
    terminal = outlet(issue_card())
    terminal.select()
    rights = (False, False, True, False)
    assert [terminal.authenticate(READ_SSSE, right=right) for right in rights] == ["63C2", "63C1", "9000", "63C2"]


def test_a_key_counts_for_itself_alone(issue_card: Issue, outlet: Any) -> None:
    terminal = outlet(issue_card())
    terminal.select()
    for _ in range(4):
        terminal.authenticate(UNBLOCK_PIN, right=False)
    assert [terminal.authenticate(key) for key in (UNBLOCK_PIN, READ_SSSE)] == ["6983", "9000"]


def test_a_challenge_serves_once(issue_card: Issue, outlet: Any) -> None:
    terminal = outlet(issue_card())
    terminal.select()
    proof = terminal.proof(READ_SSSE)
    assert [terminal.send(proof), terminal.send(proof)] == ["9000", "6984"]


@pytest.mark.parametrize(
    ("before", "command", "status"),
    [
        ((CHALLENGE,), "0082010A10" + "00" * 16, "6A86"),
        ((CHALLENGE,), "0082000A08" + "00" * 8, "6700"),
        ((CHALLENGE,), "0082000A10" + "00" * 16 + "00", "6700"),
        ((), "0082000A10" + "00" * 16, "6984"),
        (("0084000004",), "0082000A10" + "00" * 16, "6984"),
        ((CHALLENGE,), "0082007710" + "00" * 16, "6A88"),
        ((CHALLENGE,), "0082008410" + "00" * 16, "6A88"),
        ((), "0082007710" + "00" * 16, "6984"),
        ((), "0088000110" + "00" * 16, "6A86"),
        ((), "008800000F" + "00" * 15, "6700"),
        ((), "0088000012" + "00" * 18, "6700"),
        ((), "0088000011" + "00" * 16 + "04", "6A88"),
        (("00A40000023F00",), "0088000010" + "00" * 16, "6A88"),
        ((), "841E000104" + "00" * 4, "6A86"),
        ((), "841E000003" + "00" * 3, "6700"),
        ((), "841E000004" + "00" * 4, "6984"),
        ((CHALLENGE,), "841E000004" + "00" * 4, "6988"),
        (("00A40000023F00", CHALLENGE), "841E000004" + "00" * 4, "6985"),
        (("00A40000023F00", CHALLENGE), "0082000A10" + "00" * 16, "6A88"),
    ],
)
def test_a_wrong_use_of_a_key_is_refused_in_order(
    card: Card, exchange: Exchange, before: tuple[str, ...], command: str, status: str
) -> None:
    assert exchange(card, SSSE, *before, command)[-1] == status


def test_a_refused_authentication_costs_no_try(card: Card, exchange: Exchange, outlet: Any) -> None:
    exchange(card, SSSE, *["0082000A10" + "00" * 16] * 5)
    assert outlet(card).authenticate(READ_SSSE, right=False) == "63C2"


def test_the_holder_of_a_third_generation_card_is_read_with_the_key_alone(issue_card: Issue, outlet: Any) -> None:
    terminal = outlet(issue_card(**SM4), "sm4")
    terminal.select()
    assert terminal.send(bytes.fromhex(HOLDER)) == "6982"
    terminal.authenticate(READ_SSSE)
    assert terminal.send(bytes.fromhex(HOLDER)) == "0812333739393939313939303031303130303130" + "9000"
    terminal.authenticate(READ_SSSE, right=False)
    assert terminal.send(bytes.fromhex(HOLDER)) == "6982"


@pytest.mark.parametrize(
    ("key", "path", "leave"),
    [
        (READ_SSSE, (), ("3F00", "DDF1")),
        (READ_SSSE, (), ("DDF1",)),
        (READ_DF01, ("DF01",), ("DF04", "DF01")),
    ],
)
def test_a_right_ends_with_its_directory(
    issue_card: Issue, outlet: Any, key: Key, path: tuple[str, ...], leave: tuple[str, ...]
) -> None:
    terminal = outlet(issue_card(**SM4), "sm4")
    terminal.select(*path)
    assert terminal.authenticate(key) == "9000"
    for fid in leave:
        terminal.send(bytes.fromhex("00A4000002" + fid))
    closed = HOLDER if key is READ_SSSE else "00B2012C04"
    assert terminal.send(bytes.fromhex(closed)) == "6982"


def test_the_card_proves_itself_over_a_factor_and_a_value(issue_card: Issue, exchange: Exchange) -> None:
    """The key is under the same master key as in the worked example, and so is what it computes."""
    card = issue_card(t0_mode="auto")
    asked = "1122334455667788" + "0102030405060708"
    answers = exchange(card, SSSE, f"0088000010{asked}", f"0088000011{asked}01", f"0088000011{asked}02")[1:]
    assert answers[:2] == ["ADD075207E46FB879000"] * 2
    assert answers[2] not in answers[:2]
    assert answers[2].endswith("9000")


def test_a_blocked_application_refuses_everything_but_the_rest_of_the_card_works(
    issue_card: Issue, exchange: Exchange, outlet: Any
) -> None:
    terminal = outlet(issue_card(t0_mode="auto"))
    terminal.select()
    assert terminal.send(terminal.block()) == "9000"
    closed = ("00B2032C06", "0020000003123456", CHALLENGE, "00FE0000", SSSE, "00A4000002DF01", "00B2012C04")
    refused = ["6A81", "6A81", "6A81", "6D00", "6283", "6283", "6A81"]
    assert exchange(terminal.card, *closed) == refused
    terminal.card.power_on()
    assert exchange(terminal.card, SSSE, "00B2032C06", "00A40000023F00")[:2] == ["6283", "6A81"]
    assert exchange(terminal.card, "00A40000020003", "00B0000002") == ["9000", "00819000"]


def test_a_blocked_application_leaves_neither_pin_nor_key_at_the_root(
    issue_card: Issue, exchange: Exchange, outlet: Any
) -> None:
    terminal = outlet(issue_card(t0_mode="auto"))
    terminal.select()
    terminal.send(terminal.block())
    image = terminal.card.image()
    terminal.card.power_on()
    used = ("0020000003123456", "0020000003000000", "00200000", "805E010007123456FF654321", "0088000010" + "00" * 16)
    assert exchange(terminal.card, *used) == ["6A88"] * len(used)
    assert exchange(terminal.card, CHALLENGE, "0082000A10" + "00" * 16)[1] == "6A88"
    assert terminal.card.image() == image


def test_whoever_guesses_at_application_block_has_three_tries(issue_card: Issue, outlet: Any) -> None:
    terminal = outlet(issue_card())
    terminal.select()
    guessed = []
    for _ in range(5):
        right = terminal.block()
        guessed.append(terminal.send(right[:-1] + bytes((right[-1] ^ 1,))))
    assert guessed == ["6988"] * 3 + ["6983"] * 2
    assert terminal.send(terminal.block()) == "6983"
    assert terminal.authenticate(MASTER) == "6983"
    assert [key.tries_left for key in status(terminal.card).keys if key.name != MASTER.name] == [3] * (len(KEYS) - 1)


def test_a_right_application_block_gives_the_master_key_its_tries_back(issue_card: Issue, outlet: Any) -> None:
    terminal = outlet(issue_card())
    terminal.select()
    right = terminal.block()
    assert terminal.send(right[:-1] + bytes((right[-1] ^ 1,))) == "6988"
    assert terminal.send(terminal.block()) == "9000"
    assert {key.tries_left for key in status(terminal.card).keys} == {3}
