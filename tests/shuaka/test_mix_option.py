import pytest
from typer import BadParameter

from shuaka.mix_option import Chosen, mixed, parse_share
from terminals.patients import Mix


@pytest.mark.parametrize(("text", "chosen"), [("tap=0.5", Chosen("tap", 0.5)), ("local=1", Chosen("local", 1))])
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


def test_the_other_end_of_a_share_may_be_chosen() -> None:
    assert mixed(Mix(), [Chosen("outpatient", 1.0)]).pharmacy == 0


@pytest.mark.parametrize(
    ("chosen", "complaint"),
    [
        ([Chosen("default_pin", 0.6), Chosen("local_password_as_pin", 0.6)], "at most 1 together"),
        ([Chosen("kiosk", 0.1)], "kiosk cannot be asked for"),
    ],
)
def test_shares_that_make_no_mix_are_refused(chosen: list[Chosen], complaint: str) -> None:
    with pytest.raises(BadParameter, match=complaint):
        mixed(Mix(), chosen)
