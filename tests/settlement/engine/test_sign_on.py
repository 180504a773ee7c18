import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.engine.ledger.state import Terminal
from settlement.engine.sign_on import WINDOW, counted, signed_in


def opened() -> Terminal:
    terminal = signed_in(None, city="370100", dev_no="T", fixmedins_code="P", opter_no="o", counter=1, nonce=bytes(16))
    assert terminal
    return terminal


@given(st.lists(st.integers(min_value=1, max_value=200), max_size=120))
def test_a_counter_is_accepted_once_and_only_within_the_window(counters: list[int]) -> None:
    terminal, used = opened(), {0}
    for counter in counters:
        after = counted(terminal, counter)
        fresh = counter not in used and counter > max(used) - WINDOW
        assert (after is not None) is fresh
        if after:
            used.add(counter)
            terminal = after


@given(st.lists(st.integers(min_value=1, max_value=1 << 62), max_size=20))
def test_the_window_fits_a_signed_column(counters: list[int]) -> None:
    terminal = opened()
    for counter in counters:
        terminal = counted(terminal, counter) or terminal
        assert 0 <= terminal.counter_window < 1 << 63


@pytest.mark.parametrize(("clock", "accepted"), [(1, False), (0, False), (2, True)])
def test_a_9001_must_be_later_than_the_last(clock: int, accepted: object) -> None:
    again = signed_in(
        opened(), city="370100", dev_no="T", fixmedins_code="P", opter_no="o", counter=clock, nonce=bytes(16)
    )
    assert (again is not None) is accepted
