from collections.abc import Callable
from typing import Any

import pytest

from settlement.wire.envelope import Reply
from settlement.wire.messages import SignIn
from terminals.kernel.effects import NextMsgid, NoReply, Pause, Request, Show
from terminals.kernel.outcome import Outcome, Result
from terminals.kernel.sign_on import sign_on
from terminals.kernel.site import Site

ASKED = Request(SignIn("tester"), "M1", "")


@pytest.fixture
def said() -> Callable[[str], Reply]:
    return lambda refusal: Reply("M1", "9001", refusal, "", "", "")


def test_a_sign_on_may_be_repeated_freely(
    site: Callable[..., Site], played: Callable[..., Outcome], said: Callable[[str], Any]
) -> None:
    failures = [(ASKED, NoReply("")), (Pause, None), (ASKED, said("E1003")), (Pause, None)]
    outcome = played(sign_on(site()), (NextMsgid(), "M1"), *failures, (ASKED, said("")))
    assert outcome.result is Result.DONE
    assert outcome.messages == (("9001", "no reply"), ("9001", "E1003"), ("9001", "approved"))


def test_a_refused_terminal_is_told_why(
    site: Callable[..., Site], played: Callable[..., Outcome], said: Callable[[str], Any]
) -> None:
    shown = Show("终端未登记", "unknown terminal")
    outcome = played(sign_on(site()), (NextMsgid(), "M1"), (ASKED, said("E1007")), (shown, None))
    assert (outcome.result, outcome.refusal) == (Result.DECLINED, "E1007")


def test_a_silent_host_ends_it(site: Callable[..., Site], played: Callable[..., Outcome]) -> None:
    lost = [(ASKED, NoReply("")), (Pause, None)] * 3
    outcome = played(sign_on(site()), (NextMsgid(), "M1"), *lost, (ASKED, NoReply("")))
    assert outcome.result is Result.NO_ANSWER
