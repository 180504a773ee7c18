import signal

import pytest

from shuaka.interruption import interruptible


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
