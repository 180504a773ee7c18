from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.check_digits import luhn_check
from cardsim.issuing.population import BANK_PREFIX, SIZE_MAX, Population

JINAN = CardProfile(name="jinan", city="370100", generation=2, weight=2)
SAMPLE = CardProfile(name="sample", city="379900", generation=2, weight=5, t0_mode="auto")
JINING = CardProfile(name="jining", city="370800", generation=1, weight=1, pin_tries_max=3)
PROFILES = (JINAN, SAMPLE, JINING)
SIZE = 1_000_000
PEOPLE = Population(1, SIZE, PROFILES)

indexes = st.integers(0, SIZE - 1)


@given(indexes)
def test_the_same_seed_and_index_give_the_same_person_and_card(index: int) -> None:
    again = Population(1, SIZE, PROFILES)
    assert again.person(index) == PEOPLE.person(index)
    card, other = PEOPLE.card(index), again.card(index)
    assert card.power_on() == other.power_on()
    assert card.transmit(bytes.fromhex("0084000008")) == other.transmit(bytes.fromhex("0084000008"))


@given(indexes)
def test_an_identity_number_leads_back_to_its_index(index: int) -> None:
    assert PEOPLE.index_of(PEOPLE.person(index).certno) == index


def test_an_identity_number_beyond_the_size_is_nobodys() -> None:
    beyond = Population(1, 2 * SIZE, PROFILES).person(SIZE).certno
    assert PEOPLE.index_of(beyond) is None
    assert PEOPLE.index_of("no number") is None


@given(indexes)
def test_a_person_is_consistent(index: int) -> None:
    person = PEOPLE.person(index)
    assert person.birth_date == person.certno[6:14]
    assert person.sex == ("1" if int(person.certno[16]) % 2 else "2")
    assert person.city == PEOPLE.profile(index).city
    assert len(person.card_number) == 9
    assert person.card_id[:3].hex() == person.city
    assert len(person.bank_number) == 19
    assert person.bank_number.startswith(BANK_PREFIX)
    assert luhn_check(person.bank_number[:-1]) == person.bank_number[-1]


def test_no_two_people_share_a_number() -> None:
    sample = [PEOPLE.person(index) for index in (*range(2000), *range(0, SIZE, 997))]
    distinct = {person.index: person for person in sample}
    for field in ("certno", "card_number", "card_id", "bank_number"):
        assert len({getattr(person, field) for person in distinct.values()}) == len(distinct)


@pytest.mark.parametrize("index", [-1, SIZE])
def test_nobody_lives_outside_the_population(index: int) -> None:
    for ask in (PEOPLE.person, PEOPLE.card, PEOPLE.profile):
        with pytest.raises(IndexError, match="outside"):
            ask(index)


@pytest.mark.parametrize("size", [0, -1, SIZE_MAX + 1])
def test_a_population_that_cannot_be_numbered_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="16777216"):
        Population(1, size, PROFILES)


def test_the_largest_population_numbers_its_last_person() -> None:
    largest = Population(1, SIZE_MAX, PROFILES)
    last = largest.person(SIZE_MAX - 1)
    assert largest.index_of(last.certno) == SIZE_MAX - 1
    assert last.card_number.startswith("B")
    assert largest.card(SIZE_MAX - 1).atr[-3:] == b"\xff\xff\xff"


def test_index_0_has_the_first_profile_and_every_period_has_exact_shares() -> None:
    names = [PEOPLE.profile(index).name for index in range(16)]
    assert names[0] == "jinan"
    assert Counter(names[:8]) == Counter(names[8:]) == {"jinan": 2, "sample": 5, "jining": 1}


def verify(index: int, pin: str) -> str:
    card = PEOPLE.card(index)
    card.power_on()
    card.transmit(bytes.fromhex("00A40000023F00"))
    card.transmit(bytes.fromhex("00A4000002DDF1"))
    return card.transmit(bytes.fromhex("0020000003" + pin)).hex().upper()


def test_a_card_counts_as_many_tries_as_its_profile_allows() -> None:
    by_name = {PEOPLE.profile(index).name: index for index in range(8)}
    assert [verify(by_name[name], "000000") for name in ("jinan", "jining")] == ["63C5", "63C2"]


def test_a_card_starts_with_the_default_pin_of_its_profile() -> None:
    assert verify(0, "123456") == "9000"


@given(indexes, st.integers(2, 28))
def test_a_reissued_card_has_another_serial_and_the_same_person(index: int, issue: int) -> None:
    first, later = PEOPLE.person(index), PEOPLE.person(index, issue)
    assert first.card_id != later.card_id
    assert msgspec.structs.replace(later, card_id=first.card_id, issue=1) == first
    card = PEOPLE.card(index, issue)
    assert card.atr[-4:] == later.card_id[8:12]
    assert card.atr != PEOPLE.card(index).atr


def test_no_two_cards_of_a_person_share_an_identifier() -> None:
    assert len({PEOPLE.person(5, issue).card_id for issue in range(1, 29)}) == 28


@pytest.mark.parametrize("issue", [0, 29])
def test_a_card_that_no_person_has_is_refused(issue: int) -> None:
    for ask in (PEOPLE.person, PEOPLE.card):
        with pytest.raises(ValueError, match="1 to 28 cards"):
            ask(0, issue)


def test_two_cards_of_a_person_draw_different_challenges() -> None:
    cards = [PEOPLE.card(0), PEOPLE.card(0, 2), PEOPLE.card(1)]
    for card in cards:
        card.power_on()
    assert len({card.transmit(bytes.fromhex("0084000008")) for card in cards}) == 3
