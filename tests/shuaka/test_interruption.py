import signal

import pytest

from shuaka.interruption import held_back, interruptible


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whatever_asks_a_command_to_end_is_met_as_ctrl_c(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    try:
        with interruptible():
            signal.raise_signal(number)
    except KeyboardInterrupt:
        assert signal.getsignal(number) is before
    else:
        pytest.fail(f"{number.name} ended nothing")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_asks_a_command_to_end_waits_until_it_is_released(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with held_back() as release:
        signal.raise_signal(number)
        with pytest.raises(KeyboardInterrupt):
            release()
    assert signal.getsignal(number) is before


def test_once_released_whatever_asks_ends_at_once() -> None:
    with held_back() as release:
        release()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
