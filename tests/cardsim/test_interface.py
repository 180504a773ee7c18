from collections.abc import Callable
from functools import reduce
from operator import xor

import pytest

from cardsim.card import Card, CardNotPowered, InterfaceSilent
from cardsim.interface import Interface, contactless_atr

Issue = Callable[..., Card]
Exchange = Callable[..., list[str]]
SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
FCI = "6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C038601039000"


@pytest.fixture
def tapped(issue_card: Issue) -> Card:
    card = issue_card(generation=3, algorithm="sm4")
    card.power_off()
    card.power_on(Interface.CONTACTLESS)
    return card


def test_the_contactless_atr_has_the_historical_bytes_and_a_right_check_byte(tapped: Card) -> None:
    assert tapped.atr[:-1].hex().upper() == "3B8D8001" + "00814380318660240601000001"
    assert reduce(xor, tapped.atr[1:]) == 0
    assert tapped.atr_at(Interface.CONTACT).hex().upper() == "3B6D000000814380318660240601000001"


def test_the_check_byte_is_the_one_that_a_reader_accepted() -> None:
    """The ATR that pcscd took over a virtual reader, made apart from this code."""
    historical = bytes.fromhex("00814380318048442000010203")
    assert contactless_atr(historical).hex().upper() == "3B8D800100814380318048442000010203D3"


def test_no_answer_is_put_off_without_contacts_even_on_a_raw_card(tapped: Card, exchange: Exchange) -> None:
    assert exchange(tapped, SSSE, "00B2032C00", "00B2032C01", "00C0000018") == [
        FCI,
        "0304332E30309000",
        "0304332E30309000",
        "6985",
    ]


def test_the_reader_is_told_uid_and_historical_bytes(tapped: Card, exchange: Exchange) -> None:
    assert exchange(tapped, "FFCA000000", "FFCA010000", "FFCA000004") == [
        "37000001" + "9000",
        "00814380318660240601000001" + "9000",
        "37000001" + "9000",
    ]
    assert exchange(tapped, "FFCA020000", "FFCA0000", "FFCB000000") == ["6A86", "6700", "6E00"]


def test_on_contacts_the_readers_command_is_of_an_unknown_class(issue_card: Issue, exchange: Exchange) -> None:
    assert exchange(issue_card(generation=3), "FFCA000000") == ["6E00"]


@pytest.mark.parametrize("generation", [1, 2])
def test_early_generations_have_contacts_only(issue_card: Issue, generation: int) -> None:
    card = issue_card(generation=generation)
    card.power_off()
    assert card.interfaces == {Interface.CONTACT}
    with pytest.raises(InterfaceSilent):
        card.power_on(Interface.CONTACTLESS)
    with pytest.raises(CardNotPowered):
        card.transmit(bytes.fromhex(SSSE))


def test_the_contacts_win_over_the_field(issue_card: Issue, tapped: Card, exchange: Exchange) -> None:
    tapped.power_on(Interface.CONTACT)
    exchange(tapped, SSSE)
    with pytest.raises(InterfaceSilent):
        tapped.power_on(Interface.CONTACTLESS)
    assert exchange(tapped, "00B2032C06") == ["0304332E30309000"]


def test_both_interfaces_share_one_memory(tapped: Card, exchange: Exchange) -> None:
    assert exchange(tapped, SSSE, "0020000003000000")[-1] == "63C5"
    tapped.power_on(Interface.CONTACT)
    assert exchange(tapped, SSSE, "0020000003000000")[-1] == "63C4"
