import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardsim.issuing.check_digits import card_check, identity_check, luhn_check

digits = st.text("0123456789", min_size=18, max_size=18)


@pytest.mark.parametrize(("body", "check"), [("B0000013", "1"), ("X0000001", "9"), ("A1234567", "4")])
def test_a_card_number_has_the_check_character_of_published_examples(body: str, check: str) -> None:
    assert card_check(body) == check


@pytest.mark.parametrize(("body", "check"), [("11010519491231002", "X"), ("37999919900101001", "0")])
def test_an_identity_number_has_the_check_character_of_the_standard(body: str, check: str) -> None:
    """The first is the example printed in GB 11643."""
    assert identity_check(body) == check


@pytest.mark.parametrize(("body", "check"), [("7992739871", "3"), ("411111111111111", "1"), ("0", "0"), ("1", "8")])
def test_a_bank_number_has_the_luhn_digit(body: str, check: str) -> None:
    assert luhn_check(body) == check


@given(digits, st.integers(0, 17), st.integers(1, 9))
def test_any_single_wrong_digit_of_a_bank_number_is_noticed(body: str, at: int, by: int) -> None:
    wrong = body[:at] + str((int(body[at]) + by) % 10) + body[at + 1 :]
    assert luhn_check(wrong) != luhn_check(body)


@given(digits, st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_of_an_identity_number_is_noticed(text: str, at: int, by: int) -> None:
    body = text[:17]
    wrong = body[:at] + str((int(body[at]) + by) % 10) + body[at + 1 :]
    assert identity_check(wrong) != identity_check(body)


def test_a_body_of_another_length_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="longer"):
        card_check("A12345")
