"""The terminals' door over real loopback sockets: whatever a client does ends at its own connection."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settlement.batch import judge_of
from settlement.engine.case import World
from settlement.engine.ledger.state import Person
from settlement.gateways import tcp
from settlement.gateways.tcp import TcpGateway
from settlement.service import Service
from settlement.stores.memory import MemoryStore
from settlement.stores.store import Changes
from settlement.wire import codes
from settlement.wire.envelope import Reply, decode_reply
from settlement.wire.framing import LARGE_FRAME_MAX, NO_MAC, FrameReader, frame
from settlement.wire.messages import Line, SignIn
from settlement.wire.reconciliation import FRAME_TEXT_MAX, UploadFile
from settlement.wire.refusal import Refusal

NOW_MS = 1_795_233_600_000


class HeldStore(MemoryStore):
    """A ledger whose commits wait for the test."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()
        self.go.set()

    async def save(self, changes: Changes) -> None:
        await self.go.wait()
        self.save_now(changes)


class Door:
    """A listening gateway, and clients of it."""

    def __init__(self, gateway: TcpGateway, store: HeldStore, port: int, loop_errors: list[Any]) -> None:
        self.gateway, self.store, self.port, self.loop_errors = gateway, store, port, loop_errors
        self.clients: list[Client] = []

    async def connect(self) -> "Client":
        self.clients.append(Client(*await asyncio.open_connection("127.0.0.1", self.port)))
        return self.clients[-1]

    async def see_off(self) -> None:
        """End every client, so that nothing of a test outlives its loop."""
        for client in self.clients:
            client.writer.transport.abort()
            await asyncio.gather(client.writer.wait_closed(), return_exceptions=True)


class Client:
    """A plain socket client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.frames = FrameReader()

    async def reply(self) -> tuple[bytes, bytes]:
        """Return the next frame; EOFError if the host closed."""
        for whole in self.frames:
            return whole
        data = await asyncio.wait_for(self.reader.read(1 << 16), 5)
        if not data:
            raise EOFError
        self.frames.feed(data)
        return await self.reply()

    async def refusal(self) -> Reply:
        """Return the next reply, which must be without a MAC."""
        message, mac = await self.reply()
        assert mac == NO_MAC
        return decode_reply(message)

    async def closed(self) -> bool:
        """Whether the host closes now."""
        with pytest.raises((EOFError, ConnectionResetError)):
            await self.reply()
        return True

    async def sign_in(self, till: Any) -> Any:
        sealed, counter = till.seal(SignIn("tester"))
        self.writer.write(sealed)
        reply = till.open(await self.reply(), counter, signing_in=True)
        if reply.approved:
            till.session.accept(reply)
        return reply


@asynccontextmanager
async def opened(world: World) -> AsyncIterator[Door]:
    loop_errors: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: loop_errors.append(context))
    store = HeldStore()
    service = Service(store, judge_of(world), world.key, now_ms=lambda: NOW_MS, chance=bytes)
    running = asyncio.create_task(service.run())
    gateway = TcpGateway(service)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        await gateway.listen(listener)
        door = Door(gateway, store, listener.getsockname()[1], loop_errors)
        yield door
        await door.see_off()
        gateway.stop_listening()
        service.stop()
        await running
        gateway.close()
        await asyncio.sleep(0)
    assert not loop_errors, loop_errors


@pytest.fixture(scope="module")
def at_door(world: World) -> Callable[[Callable[[Door], Coroutine[Any, Any, None]]], None]:
    """Run a test's coroutine at an open door; afterwards the door must still serve, and nothing have been raised."""

    def run(test: Callable[[Door], Coroutine[Any, Any, None]]) -> None:
        async def both() -> None:
            async with opened(world) as door:
                await test(door)

        asyncio.run(both())

    return run


async def serves(door: Door, till: Any) -> None:
    """See that another terminal still signs in."""
    assert (await (await door.connect()).sign_in(till)).approved


def test_a_terminal_signs_in_and_settles(
    at_door: Any, till: Any, shoppers: list[Person], lines: tuple[Line, ...]
) -> None:
    async def test(door: Door) -> None:
        terminal, client = till(), await door.connect()
        await client.sign_in(terminal)
        sealed, counter = terminal.seal(terminal.sale(shoppers[0], lines))
        client.writer.write(sealed)
        assert terminal.open(await client.reply(), counter).approved

    at_door(test)


def test_a_frame_may_come_one_byte_at_a_time(at_door: Any, till: Any) -> None:
    async def test(door: Door) -> None:
        terminal, client = till(), await door.connect()
        sealed, counter = terminal.seal(SignIn("tester"))
        for place in range(len(sealed)):
            client.writer.write(sealed[place : place + 1])
            await asyncio.sleep(0)
        assert terminal.open(await client.reply(), counter, signing_in=True).approved

    at_door(test)


def test_many_frames_in_one_piece_are_all_answered(at_door: Any, till: Any) -> None:
    async def test(door: Door) -> None:
        client, terminals = await door.connect(), [till(serial) for serial in range(1, 20)]
        sealed = [terminal.seal(SignIn("tester")) for terminal in terminals]
        client.writer.write(b"".join(each for each, _ in sealed))
        replies = [await client.reply() for _ in terminals]
        assert all(decode_reply(message).approved for message, _ in replies)

    at_door(test)


@pytest.mark.parametrize(
    ("length", "refusal"),
    [(0, codes.BAD_ENVELOPE), (16, codes.BAD_ENVELOPE), (LARGE_FRAME_MAX + 1, codes.FRAME_TOO_LARGE),
     (0xFFFFFFFF, codes.FRAME_TOO_LARGE)],
)  # fmt: skip
def test_a_length_out_of_bounds_is_answered_and_the_connection_closed(
    at_door: Any, till: Any, length: int, refusal: Refusal
) -> None:
    async def test(door: Door) -> None:
        client = await door.connect()
        client.writer.write(length.to_bytes(4, "big"))
        assert (await client.refusal()).refusal == refusal.code
        assert await client.closed()
        await serves(door, till())

    at_door(test)


def test_an_unreadable_message_is_answered_and_the_connection_stays(at_door: Any, till: Any) -> None:
    async def test(door: Door) -> None:
        client = await door.connect()
        client.writer.write(frame(b"\xc1", NO_MAC))
        assert (await client.refusal()).refusal == codes.BAD_ENVELOPE.code
        assert (await client.sign_in(till())).approved

    at_door(test)


def test_a_wrong_mac_is_answered_and_the_connection_stays(at_door: Any, till: Any) -> None:
    async def test(door: Door) -> None:
        terminal, client = till(), await door.connect()
        sealed, _ = terminal.seal(SignIn("tester"))
        client.writer.write(sealed[:-1] + bytes([sealed[-1] ^ 1]))
        assert (await client.refusal()).refusal == codes.BAD_SIGNATURE.code
        assert (await client.sign_in(terminal)).approved

    at_door(test)


def test_a_client_that_goes_in_the_middle_of_a_frame_harms_nobody(at_door: Any, till: Any) -> None:
    async def test(door: Door) -> None:
        client = await door.connect()
        client.writer.write(till().seal(SignIn("tester"))[0][:-5])
        await client.writer.drain()
        client.writer.transport.abort()
        await serves(door, till())

    at_door(test)


def test_a_client_that_dies_between_commit_and_reply_is_settled_and_stalls_nobody(
    at_door: Any, till: Any, shoppers: list[Person], lines: tuple[Line, ...]
) -> None:
    async def test(door: Door) -> None:
        terminal, client = till(1), await door.connect()
        await client.sign_in(terminal)
        door.store.go.clear()
        sealed, _ = terminal.seal(terminal.sale(shoppers[0], lines))
        client.writer.write(sealed)
        await asyncio.sleep(0.05)
        client.writer.transport.abort()
        await asyncio.sleep(0.05)
        door.store.go.set()
        await serves(door, till(2))
        assert door.store.audit_now("tester").ledger["2102"].settled == 1

    at_door(test)


@settings(max_examples=20)
@given(noise=st.binary(min_size=1, max_size=400))
def test_random_bytes_never_end_anything_but_their_connection(at_door: Any, till: Any, noise: bytes) -> None:
    async def test(door: Door) -> None:
        client = await door.connect()
        client.writer.write(noise)
        client.writer.write_eof()
        while await client.reader.read(1 << 16):
            pass
        await serves(door, till())

    at_door(test)


def test_a_frame_that_does_not_come_to_its_end_is_closed(
    at_door: Any, till: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "PATROL_S", 0.01)
    monkeypatch.setattr(tcp, "FRAME_TIMEOUT_S", 0.05)

    async def test(door: Door) -> None:
        client = await door.connect()
        client.writer.write(b"\x00\x00\x01")
        refusal = await client.refusal()
        assert (refusal.refusal, "not complete" in refusal.err_msg) == (codes.BAD_ENVELOPE.code, True)
        assert await client.closed()

    at_door(test)


def test_a_connection_that_says_nothing_is_closed(at_door: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "PATROL_S", 0.01)
    monkeypatch.setattr(tcp, "IDLE_TIMEOUT_S", 0.05)

    async def test(door: Door) -> None:
        assert await (await door.connect()).closed()

    at_door(test)


def test_a_client_that_does_not_read_is_closed_at_the_bound(
    at_door: Any, till: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "UNREAD_MAX", 20_000)
    monkeypatch.setattr(tcp, "UNREAD_PAUSE", 1_000_000)

    async def test(door: Door) -> None:
        client = await door.connect()
        client.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.writer.transport.pause_reading()
        for _ in range(400):
            client.writer.write(frame(b"\xc1", NO_MAC) * 200)
            await asyncio.sleep(0)
            if not door.gateway.connections:
                break
        assert door.gateway.connections == 0
        await serves(door, till())

    at_door(test)


def test_a_client_that_does_not_read_is_not_read_from_either(
    at_door: Any, till: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "UNREAD_PAUSE", 1000)

    async def test(door: Door) -> None:
        client = await door.connect()
        client.writer.transport.pause_reading()
        for _ in range(200):
            client.writer.write(frame(b"\xc1", NO_MAC) * 200)
            await asyncio.sleep(0)
        [connection] = door.gateway._connections
        assert not connection._transport.is_reading()
        await serves(door, till())

    at_door(test)


def test_one_connection_too_many_is_told_so(at_door: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "CONNECTIONS_MAX", 1)

    async def test(door: Door) -> None:
        await door.connect()
        second = await door.connect()
        assert (await second.refusal()).refusal == codes.BUSY.code
        assert await second.closed()

    at_door(test)


def test_a_file_is_taken_in_one_large_frame(at_door: Any, till: Any) -> None:
    async def test(door: Door) -> None:
        terminal, client = till(), await door.connect()
        assert (await client.sign_in(terminal)).approved
        frame_of_file, _ = terminal.seal(UploadFile("own.zip", bytes(FRAME_TEXT_MAX)))
        client.writer.write(frame_of_file)
        message, _ = await client.reply()
        assert decode_reply(message).approved
        await serves(door, till(2))

    at_door(test)


def test_too_many_large_frames_at_a_time_are_told_so(at_door: Any, till: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "LARGE_MAX", 1)

    async def test(door: Door) -> None:
        first, second = await door.connect(), await door.connect()
        begun = LARGE_FRAME_MAX.to_bytes(4, "big") + bytes(10)
        first.writer.write(begun)
        await first.writer.drain()
        while not door.gateway.large:  # noqa: ASYNC110  the door's own state, which nobody signals
            await asyncio.sleep(0)
        second.writer.write(begun)
        assert (await second.refusal()).refusal == codes.BUSY.code
        assert await second.closed()
        first.writer.close()
        while door.gateway.large:  # noqa: ASYNC110  as above
            await asyncio.sleep(0)
        await serves(door, till())

    at_door(test)
