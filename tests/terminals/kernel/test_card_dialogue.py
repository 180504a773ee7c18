from collections.abc import Callable
from typing import Any

import pytest

from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from terminals.kernel import terminal_codes
from terminals.kernel.card_dialogue import CardFacts, read_card
from terminals.kernel.drive import drive
from terminals.kernel.effects import NO_CARD


def reading(answers: Callable[[bytes], bytes]) -> Any:
    return drive(read_card(), lambda effect: answers(effect.apdu))


@pytest.mark.parametrize("generation", [1, 2])
@pytest.mark.parametrize("t0_mode", ["raw", "auto"])
def test_a_card_of_each_generation_and_mode_is_read(generation: int, t0_mode: Any) -> None:
    profile = CardProfile(name="x", city="370100", generation=generation, weight=1, t0_mode=t0_mode)
    people = Population(5, 100, (profile,))
    for index in (0, 7, 99):
        card, person = people.card(index), people.person(index)
        card.power_on()
        facts = reading(card.transmit)
        assert facts == CardFacts(
            person.card_id, person.city, generation, person.card_number, person.certno, person.name, person.sex
        )


def test_a_slot_without_a_card_is_empty() -> None:
    assert reading(lambda _: NO_CARD) == terminal_codes.EMPTY_SLOT


def test_a_card_without_the_application_is_refused_with_the_library_code() -> None:
    refused = reading(lambda _: bytes.fromhex("6A82"))
    assert (refused.code, refused.en) == ("-27266", "file not found")


VERSION_2 = "0304322E300090 00"
RECORDS = {
    "00B2032C06": VERSION_2,
    "00B2012C12": "0110370100D1560000050100000130F5BA969000",
    "00B2072C0B": "07094131323334353637349000",
    "00B2013414": "08123337393939393139393030313031303031309000",
    "00B2023420": "091ED5C5C8FD" + "00" * 26 + "9000",
    "00B2043403": "0A01319000",
}
"""A synthetic card's golden bytes, with the version as a real log has it: 32 2E 30 00."""


def card_with(**records: str) -> Callable[[bytes], bytes]:
    answers = {**RECORDS, **{"00B2" + place: answer for place, answer in records.items()}}
    return lambda apdu: bytes.fromhex(answers.get(apdu.hex().upper(), "9000"))


@pytest.mark.rule("RA51")
@pytest.mark.parametrize("blank", [{"023420": "091E" + "00" * 30 + "9000"}, {"013414": "0812" + "20" * 18 + "9000"}])
def test_a_card_of_the_batch_with_incomplete_data_must_be_made_again(blank: dict[str, str]) -> None:
    refused = reading(card_with(**blank))
    assert refused == terminal_codes.CARD_DATA_INCOMPLETE
    assert "重新制卡" in refused.zh


def test_the_golden_card_is_read() -> None:
    facts = reading(card_with())
    assert (facts.city, facts.card_number, facts.certno, facts.psn_name, facts.sex) == (
        "370100",
        "A12345674",
        "379999199001010010",
        "张三",
        "1",
    )


@pytest.mark.parametrize(
    ("place", "answer", "code"),
    [
        ("032C06", "0304342E30309000", "-1"),
        ("032C06", "0404322E30309000", "-22"),
        ("032C06", "6A83", "-27267"),
        ("012C12", "0110370100D2560000050100000130F5BA969000", "-20"),
        ("012C12", "0110FFFFFFD1560000050100000130F5BA969000", "-20"),
        ("013414", "6982", "-27010"),
        ("013414", "0812" + "00" * 18 + "9000", "-23"),
        ("023420", "091E" + "00" * 30 + "9000", "-23"),
        ("023420", "091EFFFF" + "00" * 28 + "9000", "-22"),
        ("072C0B", "0708413132333435369000", "-22"),
    ],
)
def test_what_is_wrong_on_a_card_has_a_code(place: str, answer: str, code: str) -> None:
    assert reading(card_with(**{place: answer})).code == code
