import errno
import os
import socket

import pytest
import trio
import trio.testing

from settlement.wire.framing import NO_MAC, frame
from terminals.links.link import LinkLostError
from terminals.links.tcp import TcpLink


async def test_frames_are_cut_from_whatever_sizes_arrive() -> None:
    ours, theirs = trio.testing.memory_stream_pair()
    link = TcpLink(ours)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(send_slowly, theirs, frame(b"one", NO_MAC) + frame(b"two", NO_MAC))
        assert await link.receive() == (b"one", NO_MAC)
        assert await link.receive() == (b"two", NO_MAC)


async def send_slowly(stream: trio.abc.SendStream, data: bytes) -> None:
    for byte in data:
        await stream.send_all(bytes((byte,)))


async def test_two_frames_in_one_piece_are_two() -> None:
    ours, theirs = trio.testing.memory_stream_pair()
    await theirs.send_all(frame(b"one", NO_MAC) + frame(b"two", NO_MAC))
    link = TcpLink(ours)
    assert [(await link.receive())[0] for _ in range(2)] == [b"one", b"two"]


async def test_a_host_that_hangs_up_in_the_middle_of_a_frame_is_lost() -> None:
    ours, theirs = trio.testing.memory_stream_pair()
    await theirs.send_all(frame(b"one", NO_MAC)[:9])
    await theirs.aclose()
    with pytest.raises(LinkLostError, match="closed the connection"):
        await TcpLink(ours).receive()


async def test_a_stream_that_cannot_be_followed_is_lost() -> None:
    ours, theirs = trio.testing.memory_stream_pair()
    await theirs.send_all(b"\xff\xff\xff\xff")
    with pytest.raises(LinkLostError, match="cannot be followed"):
        await TcpLink(ours).receive()


async def test_no_host_is_one_sentence_with_the_address() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: refused, and nobody else's
        port = held.getsockname()[1]
        with pytest.raises(LinkLostError, match=rf"no host at 127.0.0.1:{port} \(Connection refused\)"):
            await TcpLink.connect("127.0.0.1", port)


async def test_why_there_is_no_host_is_the_system_s_own_text(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unreachable(_host: str, _port: int) -> trio.SocketStream:
        raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))

    monkeypatch.setattr(trio, "open_tcp_stream", unreachable)
    with pytest.raises(LinkLostError, match=r"no host at 127.0.0.1:7370 \(Network is unreachable\)"):
        await TcpLink.connect("127.0.0.1", 7370)
