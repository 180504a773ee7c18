from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardsim.issuing.card_profiles import CardProfile, schedule

JINAN = CardProfile(name="jinan", city="370100", generation=2, weight=2)


@given(st.lists(st.integers(1, 20), min_size=1, max_size=5))
def test_any_weights_are_spread_evenly(weights: list[int]) -> None:
    profiles = tuple(msgspec.structs.replace(JINAN, name=str(at), weight=weight) for at, weight in enumerate(weights))
    period = schedule(profiles)
    assert period[0] is profiles[0]
    shares = Counter(profile.name for profile in period)
    assert all(shares[profile.name] * sum(weights) == profile.weight * len(period) for profile in profiles)


def test_no_profiles_or_a_huge_period_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        schedule(())
    with pytest.raises(ValueError, match="10000"):
        schedule((JINAN, msgspec.structs.replace(JINAN, weight=10_001)))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"city": "3701"}, "six digits"),
        ({"city": "37010A"}, "six digits"),
        ({"generation": 4}, "generation"),
        ({"algorithm": "sm4"}, "generation 3"),
        ({"key_lock_probability": 1.5}, "0 to 1"),
        ({"key_lock_after": 0}, "1 to 255"),
        ({"weight": 0}, "weight"),
        ({"pin_default": "12345"}, "pin_default"),
        ({"pin_tries_max": 0}, "1 to 15"),
        ({"pin_tries_max": 16}, "1 to 15"),
    ],
)
def test_a_profile_that_no_card_can_have_is_refused(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        CardProfile(**{"name": "x", "city": "370100", "generation": 2, "weight": 1, **change})
