"""What every link does, over real sockets, in process and under its wrappers."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import pytest
import trio

from settlement.wire.framing import FRAME_MAX, NO_MAC, FrameReader, frame
from terminals.links.direct import DirectLink
from terminals.links.faulty import FaultyLink
from terminals.links.link import Link, LinkLostError
from terminals.links.metered import MeteredLink
from terminals.links.tcp import TcpLink

HURRY_S = 5
Opened = Callable[[], AbstractAsyncContextManager[Link]]


def echo(message: bytes, mac: bytes) -> tuple[bytes, bytes]:
    return b"re: " + message, mac


async def echo_stream(stream: trio.SocketStream) -> None:
    """A host that answers every frame, byte by byte, and hangs up at b"bye"."""
    frames = FrameReader()
    async for data in stream:
        frames.feed(bytes(data))
        for message, mac in frames:
            if message == b"bye":
                return
            answer = frame(*echo(message, mac))
            for start in range(0, len(answer), max(1, len(answer) // 7)):
                await stream.send_all(answer[start : start + max(1, len(answer) // 7)])


@asynccontextmanager
async def over_tcp() -> AsyncIterator[Link]:
    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, echo_stream, 0, host="127.0.0.1"))
        host, port = listeners[0].socket.getsockname()
        link = await TcpLink.connect(host, port)
        yield link
        await link.aclose()
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def direct() -> AsyncIterator[Link]:
    yield DirectLink(echo)


@asynccontextmanager
async def faulty() -> AsyncIterator[Link]:
    async with over_tcp() as link:
        yield FaultyLink(link, {})


@asynccontextmanager
async def metered() -> AsyncIterator[Link]:
    async with over_tcp() as link:
        yield MeteredLink(link, trio.current_time, lambda _: None)


@pytest.fixture(params=[over_tcp, direct, faulty, metered])
def opened(request: pytest.FixtureRequest) -> Opened:
    made: Opened = request.param
    return made


async def test_a_frame_is_answered_by_a_frame(opened: Opened) -> None:
    async with opened() as link:
        with trio.fail_after(HURRY_S):
            await link.send(frame(b"one", NO_MAC))
            assert await link.receive() == (b"re: one", NO_MAC)


async def test_replies_are_received_one_by_one(opened: Opened) -> None:
    async with opened() as link:
        with trio.fail_after(HURRY_S):
            for number in range(5):
                await link.send(frame(b"%d" % number, NO_MAC))
            assert [(await link.receive())[0] for _ in range(5)] == [b"re: %d" % number for number in range(5)]


async def test_the_longest_frame_passes(opened: Opened) -> None:
    message = bytes(FRAME_MAX - len(NO_MAC) - 4)
    async with opened() as link:
        with trio.fail_after(HURRY_S):
            await link.send(frame(message, NO_MAC))
            assert await link.receive() == (b"re: " + message, NO_MAC)


async def test_receiving_waits_until_it_is_given_up(opened: Opened) -> None:
    async with opened() as link:
        with trio.move_on_after(0.01) as patience:
            await link.receive()
        assert patience.cancelled_caught


async def test_a_reply_that_was_not_waited_for_is_still_there(opened: Opened) -> None:
    async with opened() as link:
        with trio.move_on_after(0.01):
            await link.receive()
        with trio.fail_after(HURRY_S):
            await link.send(frame(b"late", NO_MAC))
            assert (await link.receive())[0] == b"re: late"


async def test_a_closed_link_is_lost(opened: Opened) -> None:
    async with opened() as link:
        await link.aclose()
        await link.aclose()
        with pytest.raises(LinkLostError):
            await link.send(frame(b"x", NO_MAC))
        with pytest.raises(LinkLostError):
            await link.receive()
