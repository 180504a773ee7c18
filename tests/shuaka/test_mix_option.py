import pytest
from typer import BadParameter

from shuaka.mix_option import SHARES, Chosen, mixed, parse_share
from terminals.patients import Mix


def test_every_share_of_the_mix_can_be_named_and_nothing_else() -> None:
    assert set(SHARES) == set(Mix.__struct_fields__) - {"lines_min", "lines_max"}


@pytest.mark.parametrize(("text", "chosen"), [("tap=0.5", Chosen("tap", 0.5)), ("bank=1", Chosen("bank", 1))])
def test_a_share_is_a_name_and_a_number(text: str, chosen: Chosen) -> None:
    assert parse_share(text) == chosen


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("foreign_modul=1", "is 'foreign_module' meant"),
        ("save_account=1", "is 'saves_account' meant"),
        ("tap", "tap=SHARE"),
        ("tap=2", "a share of 0 to 1"),
        ("tap=-0.1", "a share of 0 to 1"),
        ("tap=nan", "a share of 0 to 1"),
        ("tap=often", "tap=0.5"),
    ],
)
def test_what_is_no_share_is_refused_and_the_nearest_name_given(text: str, complaint: str) -> None:
    with pytest.raises(BadParameter, match=complaint):
        parse_share(text)


def test_the_last_share_of_a_name_counts_and_the_others_stay() -> None:
    mix = mixed(Mix(), [Chosen("tap", 0.1), Chosen("tap", 0.9)])
    assert (mix.tap, mix.bank) == (0.9, Mix().bank)


def test_shares_that_leave_no_room_are_refused() -> None:
    with pytest.raises(BadParameter, match="at most 1 together"):
        mixed(Mix(), [Chosen("default_pin", 0.6), Chosen("local_password_as_pin", 0.6)])
