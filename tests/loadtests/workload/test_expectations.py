import pytest

from loadtests.workload.expectations import expectation


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ("Expected `int` >= 6", "a whole number of at least 6 is expected"),
        ("Expected `float` > 0.0", "a number above 0 is expected"),
        ("Expected `float` <= 600000.0", "a number of at most 600000 is expected"),
        ("Expected `str` of length >= 1", "a text of at least 1 characters is expected"),
        ("Expected `array` of length <= 20", "a list of at most 20 entries is expected"),
        ("Expected `float | null`, got `str`", "a number is expected, and a text stands here"),
        ("Expected `int | float`, got `array`", "a number is expected, and a list stands here"),
        ("Expected `object`, got `bool`", "a table is expected, and true or false stands here"),
    ],
)
def test_what_was_expected_is_said_in_words(problem: str, said: str) -> None:
    assert expectation(problem) == said


def test_a_sentence_about_something_else_stays_as_it_is() -> None:
    assert expectation("slow needs delay_ms above 0") == "slow needs delay_ms above 0"
