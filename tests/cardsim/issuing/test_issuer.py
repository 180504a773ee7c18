from collections.abc import Callable

import pytest

from cardsim.card import Card
from cardsim.issuing.issuer import CardFacts, answer_to_reset, card_id, card_number

Exchange = Callable[..., list[str]]
Issue = Callable[..., Card]

SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
EF05 = [
    "0110370100D1560000050100000130F5BA96",
    "020133",
    "0304322E3030",
    "040C915600000237010037010000",
    "050420240601",
    "060420340601",
    "0709413132333435363734",
]
EF06 = [
    "0812333739393939313939303031303130303130",
    "091ED5C5C8FD" + "00" * 26,
    "4E14" + "00" * 20,
    "0A0131",
    "0B0101",
    "0C03370102",
    "0D0419900101",
]


def records(card: Card, exchange: Exchange, sfi: int, count: int) -> list[str]:
    exchange(card, SSSE)
    p2 = sfi << 3 | 4
    return [answer[:-4] for answer in exchange(card, *(f"00B2{n:02X}{p2:02X}00" for n in range(1, count + 1)))]


def test_the_atr_is_that_of_the_facts(card: Card) -> None:
    assert card.atr.hex().upper() == "3B6D0000" + "0081438031" + "8660240601000001"


def test_every_record_of_the_issuer_file_is_the_golden_one(issue_card: Issue, exchange: Exchange) -> None:
    assert records(issue_card(t0_mode="auto"), exchange, 5, 7) == EF05


def test_every_record_of_the_holder_file_is_the_golden_one(issue_card: Issue, exchange: Exchange) -> None:
    assert records(issue_card(t0_mode="auto"), exchange, 6, 7) == EF06


def test_all_records_of_the_issuer_file_together_are_64_bytes(card: Card, exchange: Exchange) -> None:
    assert exchange(card, SSSE, "00B2012D00", "00B2012D40")[1:] == ["6C40", "".join(EF05) + "9000"]


def test_generation_1_is_the_same_without_the_name_extension(issue_card: Issue, exchange: Exchange) -> None:
    card = issue_card(t0_mode="auto", generation=1)
    assert records(card, exchange, 6, 6) == [record for record in EF06 if not record.startswith("4E")]
    assert records(card, exchange, 5, 3)[2] == "0304312E3030"


def test_the_serial_in_the_card_identifier_is_the_end_of_the_atr(facts: CardFacts) -> None:
    identifier = card_id(facts.city, facts.issued_on, 0xBF7C7A)
    assert identifier[8:12] == answer_to_reset(facts.issued_on, 0xBF7C7A)[-4:]
    assert len(identifier) == 16


@pytest.mark.parametrize(("serial", "number"), [(1234567, "A12345674"), (10_000_013, "B00000131")])
def test_a_card_number_goes_on_with_the_next_letter_after_ten_million(serial: int, number: str) -> None:
    assert card_number(serial) == number


def test_a_name_longer_than_its_record_is_refused(issue_card: Issue) -> None:
    with pytest.raises(ValueError, match="30 bytes"):
        issue_card(name="张" * 16)


def test_the_same_facts_make_the_same_card(issue_card: Issue, exchange: Exchange) -> None:
    commands = ("0084000008", SSSE, "00B2012C12", "00B2043403")
    assert exchange(issue_card(), *commands) == exchange(issue_card(), *commands)
