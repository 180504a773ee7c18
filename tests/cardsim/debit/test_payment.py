from collections.abc import Callable

import pytest

from cardsim.card import Card
from cardsim.debit.data import APPLICATION_FCI, PPSE_FCI, PSE_FCI, TAP_FCI
from cardsim.interface import Interface
from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from cardsim.pboc import Algorithm

Issue = Callable[..., Card]
Exchange = Callable[..., list[str]]

PSE = "00A404000E315041592E5359532E4444463031"
PPSE = "00A404000E325041592E5359532E4444463031"
DEBIT = "00A4040008A000000333010101"


def test_the_contacts_have_a_directory_with_one_record(bank_card: Issue, exchange: Exchange) -> None:
    selected, record, past, elsewhere = exchange(bank_card(), PSE, "00B2010C00", "00B2020C00", "00B2011400")
    assert selected == PSE_FCI.hex().upper() + "9000"
    assert record == "701B61194F08A000000333010101500A50424F432044454249548701019000"
    assert (past, elsewhere) == ("6A83", "6A82")


def test_the_directory_of_the_other_interface_answers_with_its_entry(bank_card: Issue, exchange: Exchange) -> None:
    assert exchange(bank_card(Interface.CONTACTLESS), PPSE) == [PPSE_FCI.hex().upper() + "9000"]


def test_the_contacts_know_no_directory_of_the_other_interface(bank_card: Issue, exchange: Exchange) -> None:
    assert exchange(bank_card(), PPSE) == ["6A82"]


def test_the_application_asks_each_interface_for_other_data(bank_card: Issue, exchange: Exchange) -> None:
    assert exchange(bank_card(), DEBIT) == [APPLICATION_FCI.hex().upper() + "9000"]
    assert exchange(bank_card(Interface.CONTACTLESS), DEBIT) == [TAP_FCI.hex().upper() + "9000"]


def test_the_name_that_mf_and_pse_share_is_the_pse_and_the_identifier_is_the_mf(
    bank_card: Issue, exchange: Exchange
) -> None:
    by_name, by_identifier = exchange(bank_card(), PSE, "00A40000023F00")
    assert by_name.startswith("6F15840E315041592E5359532E4444463031A5")
    assert by_identifier == "6F10840E315041592E5359532E44444630319000"


def test_a_refused_selection_leaves_the_transaction_where_it_was(bank_card: Issue, exchange: Exchange) -> None:
    card = bank_card()
    gpo = "80A800000B8309000000000000000156"
    assert exchange(card, DEBIT, gpo, PPSE, "80AE80001D" + "00" * 29)[3].endswith("9000")


@pytest.mark.parametrize(("generation", "algorithm"), [(2, Algorithm.TRIPLE_DES), (3, Algorithm.SM4)])
def test_a_persons_card_carries_their_bank_number_and_the_first_sequence_number(
    exchange: Exchange, generation: int, algorithm: Algorithm
) -> None:
    profile = CardProfile(name="any", city="370100", generation=generation, weight=1, t0_mode="auto")
    people = Population(7, 10, [profile])
    card = people.card(3)
    card.power_on()
    number = people.person(3).bank_number
    gpo, request = "80A800000B8309000000000000000156", "80AE80001D" + "00" * 29
    _, record, _, generated = exchange(card, DEBIT, "00B2011400", gpo, request)
    assert f"5A0A{number}F" in record
    assert "5F340101" in record
    assert generated.endswith(f"{algorithm:02X}9000")


def test_a_first_generation_card_has_no_bank_account(issue_card: Issue, exchange: Exchange) -> None:
    assert exchange(issue_card(generation=1), DEBIT, PPSE) == ["6A82", "6A82"]
