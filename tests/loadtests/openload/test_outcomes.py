from loadtests.openload.outcomes import Arrivals, Tally


def test_the_fates_of_two_processes_add_up() -> None:
    assert Arrivals(10, 9, 8, 1, 1) + Arrivals(5, 5, 5, 0, 0) == Arrivals(15, 14, 13, 1, 1)


def test_what_began_and_never_ended_is_unfinished() -> None:
    assert Arrivals(scheduled=10, sent=9, completed=7).unfinished == 2


def test_counts_of_processes_are_merged_by_name_and_outcome() -> None:
    tally = Tally()
    tally.add("2102", "approved", 2)
    tally.merge({"2102": {"approved": 1, "E2102": 1}, "1101": {"approved": 3}})
    assert tally.counts() == {"1101": {"approved": 3}, "2102": {"E2102": 1, "approved": 3}}
