from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardsim.issuing.check_digits import identity_check
from cardsim.issuing.identity import SLOTS, UNASSIGNED_DIVISION, IdentityNumbers

indexes = st.integers(0, SLOTS - 1)
seeds = st.integers(0, 5)


@given(seeds, indexes)
def test_a_number_leads_back_to_its_index(seed: int, index: int) -> None:
    numbers = IdentityNumbers(seed)
    assert numbers.index(numbers.number(index)) == index


@given(seeds, indexes)
def test_a_number_passes_every_check_that_software_makes(seed: int, index: int) -> None:
    number = IdentityNumbers(seed).number(index)
    assert len(number) == 18
    assert identity_check(number[:17]) == number[17]
    assert date(1940, 1, 1) <= date(int(number[6:10]), int(number[10:12]), int(number[12:14])) <= date(2005, 12, 31)
    assert 1 <= int(number[14:17]) <= 700


@given(seeds, indexes)
def test_a_number_has_a_division_that_was_never_assigned(seed: int, index: int) -> None:
    assert IdentityNumbers(seed).number(index).startswith("379999")


def test_the_mixing_is_a_permutation() -> None:
    numbers = IdentityNumbers(3)
    sample = range(0, SLOTS, 97)
    assert len({numbers._permute(index) for index in sample}) == len(sample)


def test_neighbours_share_no_birth_date() -> None:
    births = [IdentityNumbers(1).number(index)[6:14] for index in range(50)]
    assert len(set(births)) == 50


def test_another_seed_gives_other_numbers() -> None:
    assert {IdentityNumbers(1).number(index) for index in range(100)} & {
        IdentityNumbers(2).number(index) for index in range(100)
    } == set()


def with_check(body: str) -> str:
    return body + identity_check(body)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "37999919900101001",
        "379999199001010011",  # wrong check digit
        "３７９９９９１９９００１０１００１０",
        with_check("37010219900101001"),  # a division that exists
        with_check(f"{UNASSIGNED_DIVISION}19900230001"),  # no such day
        with_check(f"{UNASSIGNED_DIVISION}19391231001"),
        with_check(f"{UNASSIGNED_DIVISION}20300101001"),
        with_check(f"{UNASSIGNED_DIVISION}19900101000"),
        with_check(f"{UNASSIGNED_DIVISION}19900101701"),
        "379999199001010010 ",
    ],
)
def test_what_is_nobodys_number_has_no_index(number: str) -> None:
    assert IdentityNumbers(1).index(number) is None


@given(st.text(max_size=20))
def test_any_text_may_be_asked_for(text: str) -> None:
    assert IdentityNumbers(1).index(text) is None
