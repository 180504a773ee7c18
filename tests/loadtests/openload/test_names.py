from loadtests.openload.names import among, nearest


def test_two_swapped_characters_are_nearer_than_a_changed_one() -> None:
    assert nearest("2012", ("3202", "2201", "2102", "2112")) == "2102"


def test_nobody_guesses_where_no_name_is_alike() -> None:
    assert nearest("nosuch", ("smoke", "soak", "national-peak-hour")) is None
    assert nearest("", ("a", "b")) is None
    assert nearest("a", ()) is None


def test_without_a_near_name_all_of_them_are_said() -> None:
    assert among("re", ("red", "green")) == "the nearest of red, green is red"
    assert among("mood", ("red", "green")) == "known are red, green"
