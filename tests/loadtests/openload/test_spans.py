import pytest

from loadtests.openload.spans import Span, joined, without


@pytest.mark.parametrize(
    ("others", "left"),
    [
        ([], [(0, 10)]),
        ([(0, 10)], []),
        ([(-2, 3)], [(3, 10)]),
        ([(8, 12)], [(0, 8)]),
        ([(20, 30)], [(0, 10)]),
        ([(6, 7), (2, 4), (3, 5)], [(0, 2), (5, 6), (7, 10)]),
    ],
)
def test_what_is_left_of_a_part_is_what_none_of_the_others_is_in(
    others: list[tuple[float, float]], left: list[tuple[float, float]]
) -> None:
    assert list(without(Span(0, 10), [Span(*one) for one in others])) == left


def test_one_part_within_another_is_no_part_of_its_own() -> None:
    assert joined([Span(0, 9), Span(2, 3), Span(9, 10)]) == (Span(0, 10),)
