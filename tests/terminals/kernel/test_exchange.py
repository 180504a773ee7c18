from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from settlement.wire import codes
from settlement.wire.envelope import Reply
from settlement.wire.messages import Body, QueryPerson, Reverse, RevokeDrugSale, SignIn
from terminals.kernel.drive import drive
from terminals.kernel.effects import NextMsgid, NoReply, Pause, Request
from terminals.kernel.exchange import BUSY_PAUSES_S, LOST_PAUSES_S, UNJUDGED, exchange
from terminals.kernel.outcome import Event
from terminals.kernel.site import Site
from terminals.kernel.transaction import Transaction

QUESTION = QueryPerson("03", "A", "", "01", "C", "N")
LOST = NoReply("lost")


def said(refusal: str = "", infno: str = "1101") -> Reply:
    return Reply("M1", infno, refusal, "", "", "")


class Line:
    """Answers requests from a list and notes everything else."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[Request] = []
        self.pauses: list[float] = []

    def perform(self, effect: Any) -> Any:
        if isinstance(effect, Request):
            self.requests.append(effect)
            return self.answers.pop(0)
        if isinstance(effect, Pause):
            self.pauses.append(effect.seconds)
        return "M1" if isinstance(effect, NextMsgid) else None


@pytest.fixture
def asked(site: Callable[..., Site]) -> Callable[..., Any]:
    def ask(*answers: Any, **how: Any) -> tuple[Any, Line, Transaction]:
        line, transaction = Line(*answers), Transaction("test", site())
        reply = drive(exchange(transaction, QUESTION, "370100", **how), line.perform)
        assert not line.answers
        return reply, line, transaction

    return ask


def test_a_reply_is_returned_and_counted(asked: Callable[..., Any]) -> None:
    reply, line, transaction = asked(said())
    assert reply.approved
    assert transaction.messages == [("1101", "approved")]
    assert line.pauses == []


def test_a_lost_reply_is_asked_for_again_under_the_same_msgid(asked: Callable[..., Any]) -> None:
    reply, line, transaction = asked(LOST, LOST, said())
    assert reply.approved
    assert {request.msgid for request in line.requests} == {"M1"}
    assert transaction.events == [Event.RETRIED, Event.RETRIED]
    assert transaction.messages == [("1101", "no reply"), ("1101", "no reply"), ("1101", "approved")]
    assert line.pauses == list(LOST_PAUSES_S[:2])


def test_repeats_have_an_end(asked: Callable[..., Any]) -> None:
    reply, line, _ = asked(*[LOST] * (1 + len(LOST_PAUSES_S)))
    assert reply == LOST
    assert line.pauses == list(LOST_PAUSES_S)


@pytest.mark.parametrize("code", sorted(codes.RETRY_CODES))
def test_a_busy_host_is_asked_again_until_its_refusal_stands(asked: Callable[..., Any], code: str) -> None:
    reply, line, transaction = asked(*[said(code)] * (1 + len(BUSY_PAUSES_S)))
    assert reply.refusal == code
    assert line.pauses == list(BUSY_PAUSES_S)
    assert set(transaction.events) == {Event.BUSY_REPEATED}


@pytest.mark.parametrize("code", sorted(UNJUDGED - codes.RETRY_CODES - {"E1001", "E1009"}))
def test_after_a_loss_a_refusal_of_the_envelope_proves_nothing(asked: Callable[..., Any], code: str) -> None:
    assert isinstance(asked(LOST, said(code))[0], NoReply)
    assert asked(said(code))[0].refusal == code


def test_after_a_loss_a_judged_refusal_settles_it(asked: Callable[..., Any]) -> None:
    assert asked(LOST, said("E3001"))[0].refusal == "E3001"


def test_a_used_counter_proves_nothing_since_the_line_may_have_doubled_the_frame(asked: Callable[..., Any]) -> None:
    reply, _, _ = asked(said("E1009"), said())
    assert reply.approved
    assert isinstance(asked(*[said("E1009")] * 4)[0], NoReply)


def test_a_lost_session_is_opened_once_and_the_message_repeated(asked: Callable[..., Any]) -> None:
    reply, line, transaction = asked(said("E1001"), said(infno="9001"), said())
    assert reply.approved
    assert [type(request.body) for request in line.requests] == [QueryPerson, SignIn, QueryPerson]
    assert transaction.events == [Event.SIGNED_ON_AGAIN]
    reply, line, _ = asked(said("E1001"), said(infno="9001"), said("E1001"))
    assert reply.refusal == "E1001"


def test_a_sign_on_that_fails_leaves_the_refusal(asked: Callable[..., Any]) -> None:
    assert asked(said("E1001"), said("E1007", "9001"))[0].refusal == "E1001"
    assert asked(said("E1001"), *[LOST] * 4)[0].refusal == "E1001"


def test_after_a_new_session_the_body_is_made_anew(asked: Callable[..., Any]) -> None:
    other = QueryPerson("03", "B", "", "01", "C", "N")

    def anew() -> Any:
        yield Pause(9, "typing")
        return other

    _, line, _ = asked(said("E1001"), said(infno="9001"), said(), anew=anew)
    assert line.requests[-1].body == other
    assert 9 in line.pauses


@pytest.mark.parametrize(
    ("body", "sends"),
    [(RevokeDrugSale("T1", "V1", "N1"), 1), (QUESTION, 1 + len(LOST_PAUSES_S)), (Reverse("N1", "M0", "2102"), 4)],
    ids=["2103", "1101", "2601"],
)
def test_a_host_that_may_take_a_repeat_for_another_is_asked_once_to_move_money(
    site: Callable[..., Site], body: Body, sends: int
) -> None:
    line = Line(*[LOST] * sends)
    transaction = Transaction("test", msgspec.structs.replace(site(), repeats=False))
    reply = drive(exchange(transaction, body, "370100", msgid="M1"), line.perform)
    assert isinstance(reply, NoReply)
    assert (len(line.requests), line.answers) == (sends, [])


def test_a_busy_host_that_took_nothing_in_is_asked_again_also_to_move_money(site: Callable[..., Site]) -> None:
    line = Line(said(codes.BUSY.code), said())
    transaction = Transaction("test", msgspec.structs.replace(site(), repeats=False))
    reply = drive(exchange(transaction, RevokeDrugSale("T1", "V1", "N1"), "370100", msgid="M1"), line.perform)
    assert isinstance(reply, Reply)
    assert reply.approved
