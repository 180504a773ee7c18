from cardsim.challenges import Challenges


def test_the_same_seed_draws_the_same_and_no_draw_comes_twice() -> None:
    one, other = Challenges(b"seed"), Challenges(b"seed")
    drawn = [one(8) for _ in range(50)]
    assert drawn == [other(8) for _ in range(50)]
    assert len(set(drawn)) == 50
    assert Challenges(b"another")(8) != drawn[0]


def test_as_many_bytes_come_as_were_asked_for() -> None:
    assert [len(Challenges(b"seed")(length)) for length in (4, 8, 64)] == [4, 8, 64]
