"""What several commands build alike."""

from shuaka.compose import card_profiles, population


def test_card_0_is_a_generation_2_card_of_jinan_that_speaks_raw_t0() -> None:
    profile = population().profile(0)
    assert (profile.city, profile.generation, profile.t0_mode) == ("370100", 2, "raw")


def test_every_kind_of_card_of_every_city_is_in_circulation() -> None:
    kinds = {(profile.city, profile.generation) for profile in card_profiles()}
    assert kinds == {("370100", 1), ("370100", 2), ("370800", 1), ("370800", 2), ("379900", 2)}
    assert {population().profile(index).name for index in range(200)} == {profile.name for profile in card_profiles()}


def test_no_two_kinds_of_card_share_a_name() -> None:
    names = [profile.name for profile in card_profiles()]
    assert len(set(names)) == len(names)
