import pytest
import trio
import trio.testing

from settlement.wire.framing import NO_MAC, frame
from terminals.links.direct import DirectLink
from terminals.links.faulty import Fault, FaultKind, FaultyLink
from terminals.links.link import LinkLostError


def link(*faults: tuple[int, Fault]) -> tuple[FaultyLink, list[bytes]]:
    heard: list[bytes] = []

    def host(message: bytes, mac: bytes) -> tuple[bytes, bytes]:
        heard.append(message)
        return message, mac

    return FaultyLink(DirectLink(host), dict(faults)), heard


async def ask(faulty: FaultyLink, message: bytes) -> bytes | None:
    await faulty.send(frame(message, NO_MAC))
    with trio.move_on_after(1):
        return (await faulty.receive())[0]
    return None


async def test_a_dropped_request_never_arrives(autojump_clock: trio.testing.MockClock) -> None:
    faulty, heard = link((1, Fault(FaultKind.DROP_REQUEST)))
    assert [await ask(faulty, b"a"), await ask(faulty, b"b")] == [None, b"b"]
    assert heard == [b"b"]


async def test_a_dropped_reply_has_arrived_at_the_host(autojump_clock: trio.testing.MockClock) -> None:
    faulty, heard = link((2, Fault(FaultKind.DROP_REPLY)))
    assert [await ask(faulty, b"a"), await ask(faulty, b"b"), await ask(faulty, b"c")] == [b"a", None, b"c"]
    assert heard == [b"a", b"b", b"c"]


async def test_a_doubled_request_is_heard_twice(autojump_clock: trio.testing.MockClock) -> None:
    faulty, heard = link((1, Fault(FaultKind.DUPLICATE_REQUEST)))
    assert [await ask(faulty, b"a"), await ask(faulty, b"b"), await ask(faulty, b"c")] == [b"a", b"a", b"b"]
    assert heard == [b"a", b"a", b"b", b"c"]


async def test_a_doubled_reply_comes_again(autojump_clock: trio.testing.MockClock) -> None:
    faulty, _ = link((1, Fault(FaultKind.DUPLICATE_REPLY)))
    assert [await ask(faulty, b"a"), await ask(faulty, b"b")] == [b"a", b"a"]


async def test_a_delayed_reply_comes_late_and_is_not_lost(autojump_clock: trio.testing.MockClock) -> None:
    faulty, _ = link((1, Fault(FaultKind.DELAY_REPLY, 5)), (2, Fault(FaultKind.DELAY_REPLY, 0.5)))
    assert [await ask(faulty, b"a"), await ask(faulty, b"b"), await ask(faulty, b"c")] == [None, b"a", b"b"]


async def test_a_reset_comes_after_the_request_got_through() -> None:
    faulty, heard = link((1, Fault(FaultKind.RESET_AFTER_SEND)))
    with pytest.raises(LinkLostError):
        await faulty.send(frame(b"a", NO_MAC))
    assert heard == [b"a"]
