from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import trio
import trio.testing

from settlement.wire.envelope import Reply
from settlement.wire.messages import QueryPerson, SignIn
from terminals.kernel.effects import NoReply, Request
from terminals.kernel.site import Site
from terminals.links.direct import DirectLink
from terminals.links.faulty import Fault, FaultKind, FaultyLink
from terminals.links.link import Link, LinkLostError
from terminals.session_link import RECONNECT_PAUSES_S, SessionLink

SIGN_IN = Request(SignIn("tester"), "S1", "")
QUESTION = Request(QueryPerson("03", "A", "", "01", "C", "N"), "M1", "370100")
OTHER = Request(QUESTION.body, "M2", "370100")


@pytest.fixture
def linked(host: Any, site: Callable[..., Site]) -> Callable[..., SessionLink]:
    """A session over a line with faults; every connection begins with the faults that are left."""

    def make(*faults: Fault, signed_in: bool = True, handle: Any = None) -> SessionLink:
        line = FaultyLink(DirectLink(handle or host.handle), dict(enumerate(faults, 2)) if faults else {})

        async def connect() -> Link:
            return line

        def clock_ms() -> int:
            host.now_ms += 1
            return int(host.now_ms)

        return SessionLink(host.session(site()), connect, clock_ms=clock_ms)

    return make


async def test_a_session_is_opened_and_used(linked: Callable[..., SessionLink], autojump_clock: Any) -> None:
    link = linked()
    signed = await link.exchange(SIGN_IN)
    assert isinstance(signed, Reply)
    assert signed.approved
    answered = await link.exchange(QUESTION)
    assert isinstance(answered, Reply)
    assert (answered.msgid, answered.refusal) == ("M1", "E3001")


async def test_before_signing_in_the_host_says_so_authentically(
    linked: Callable[..., SessionLink], autojump_clock: Any
) -> None:
    answered = await linked().exchange(QUESTION)
    assert isinstance(answered, Reply)
    assert answered.refusal == "E1001"


async def test_silence_is_no_reply_after_the_time_limit(
    linked: Callable[..., SessionLink], autojump_clock: Any
) -> None:
    link = linked(Fault(FaultKind.DROP_REPLY))
    await link.exchange(SIGN_IN)
    began = trio.current_time()
    assert await link.exchange(QUESTION) == NoReply("no reply within 10 s")
    assert trio.current_time() - began == pytest.approx(10)


async def test_the_late_answer_to_the_first_copy_answers_the_repeat(
    linked: Callable[..., SessionLink], autojump_clock: Any
) -> None:
    link = linked(Fault(FaultKind.DELAY_REPLY, 60))
    await link.exchange(SIGN_IN)
    assert isinstance(await link.exchange(QUESTION), NoReply)
    late = await link.exchange(QUESTION)
    assert isinstance(late, Reply)
    assert late.refusal == "E3001"


async def test_a_late_answer_to_another_message_is_counted_and_left_alone(
    linked: Callable[..., SessionLink], autojump_clock: Any
) -> None:
    link = linked(Fault(FaultKind.DELAY_REPLY, 60))
    await link.exchange(SIGN_IN)
    await link.exchange(QUESTION)
    answered = await link.exchange(OTHER)
    assert isinstance(answered, Reply)
    assert answered.msgid == "M2"
    assert link.strays == {"late reply": 1}


async def test_a_reply_with_a_wrong_mac_is_no_answer(
    host: Any, linked: Callable[..., SessionLink], autojump_clock: Any
) -> None:
    def forging(message: bytes, mac: bytes) -> tuple[bytes, bytes]:
        answer, mac = host.handle(message, mac)
        return answer, bytes((mac[0] ^ 1,)) + mac[1:]

    link = linked(handle=forging)
    assert isinstance(await link.exchange(SIGN_IN), NoReply)
    assert link.strays == {"unauthentic reply": 1}


async def test_rubbish_from_the_line_is_no_answer(linked: Callable[..., SessionLink], autojump_clock: Any) -> None:
    link = linked(handle=lambda _message, mac: (b"rubbish", mac))
    assert isinstance(await link.exchange(SIGN_IN), NoReply)
    assert link.strays == {"unreadable reply": 1}


async def test_a_host_that_cannot_authenticate_us_proves_nothing(
    host: Any, linked: Callable[..., SessionLink], autojump_clock: Any
) -> None:
    def garbling(message: bytes, mac: bytes) -> tuple[bytes, bytes]:
        answer: tuple[bytes, bytes] = host.handle(message, bytes(16))
        return answer

    link = linked(handle=garbling)
    refused = await link.exchange(SIGN_IN)
    assert isinstance(refused, Reply)
    assert refused.refusal == "E1005"
    answered = await link.exchange(QUESTION)
    assert isinstance(answered, NoReply)
    assert "E1005" in answered.reason


async def test_an_unreachable_host_is_tried_again_and_then_no_reply(
    host: Any, site: Callable[..., Site], autojump_clock: Any
) -> None:
    tried: list[float] = []

    async def connect() -> Link:
        tried.append(trio.current_time())
        raise LinkLostError("no host at nowhere")

    link = SessionLink(host.session(site()), connect, clock_ms=lambda: 1)
    assert await link.exchange(SIGN_IN) == NoReply("no host at nowhere")
    assert [later - earlier for earlier, later in pairwise(tried)] == pytest.approx(RECONNECT_PAUSES_S)


class Jammed(DirectLink):
    """A line whose peer reads no more once it is `stuck`: no frame is ever sent whole."""

    stuck = closed = False

    async def send(self, frame: bytes) -> None:
        if self.stuck:
            await trio.sleep_forever()
        await super().send(frame)

    async def aclose(self) -> None:
        self.closed = True


async def test_a_link_on_which_a_request_was_cut_off_is_given_up_and_the_next_goes_out_on_another(
    host: Any, site: Callable[..., Site], autojump_clock: Any
) -> None:
    jammed = Jammed(host.handle)
    links: list[Link] = [jammed, DirectLink(host.handle)]

    async def connect() -> Link:
        return links.pop(0)

    def clock_ms() -> int:
        host.now_ms += 1
        return int(host.now_ms)

    link = SessionLink(host.session(site()), connect, clock_ms=clock_ms)
    await link.exchange(SIGN_IN)
    jammed.stuck = True
    assert await link.exchange(QUESTION) == NoReply("no reply within 10 s")
    assert jammed.closed
    assert isinstance(await link.exchange(QUESTION), Reply)
    assert not links


async def test_after_a_reset_the_next_request_connects_again(
    host: Any, site: Callable[..., Site], autojump_clock: Any
) -> None:
    links = [FaultyLink(DirectLink(host.handle), {1: Fault(FaultKind.RESET_AFTER_SEND)}), DirectLink(host.handle)]

    async def connect() -> Link:
        return links.pop(0)

    def clock_ms() -> int:
        host.now_ms += 1
        return int(host.now_ms)

    link = SessionLink(host.session(site()), connect, clock_ms=clock_ms)
    assert await link.exchange(SIGN_IN) == NoReply("the connection was reset")
    signed = await link.exchange(SIGN_IN)
    assert isinstance(signed, Reply)
    assert signed.approved
    await link.aclose()
