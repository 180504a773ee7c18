import pytest

from cardsim.issuing.names import GIVEN, SURNAMES, name


@pytest.mark.parametrize("sex", ["1", "2"])
def test_a_name_is_two_or_three_characters_that_gbk_has(sex: str) -> None:
    names = {name(sex, draw * 0x9E3779B97F4A7C15 % 2**64) for draw in range(2000)}
    assert {len(each) for each in names} == {2, 3}
    assert all(len(each.encode("gbk")) == 2 * len(each) for each in names)
    assert len(names) > 1500


def test_no_character_stands_twice_in_a_list() -> None:
    for characters in (SURNAMES, *GIVEN.values()):
        assert len(set(characters)) == len(characters)
