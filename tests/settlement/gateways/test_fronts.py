"""Front processes as an engine starts, serves and ends them, and what it does when one dies."""

import asyncio
import signal
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from settlement.batch import judge_of
from settlement.engine.case import World
from settlement.gateways.fronts import FrontError, Fronts
from settlement.service import Service
from settlement.stores.memory import MemoryStore
from settlement.wire.framing import FrameReader
from settlement.wire.messages import SignIn

NOW_MS = 1_795_233_600_000
KEY = bytes(range(16))
Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
def with_fronts(world: World) -> Callable[[int, Callable[[Fronts, Any], Coroutine[Any, Any, list[Client]]]], None]:
    """Run a test's coroutine beside an engine with so many fronts, which must see off the clients that it returns."""

    async def both(count: int, test: Callable[[Fronts, Any], Coroutine[Any, Any, list[Client]]]) -> None:
        service = Service(MemoryStore(), judge_of(world), world.key, now_ms=lambda: NOW_MS, chance=bytes)
        fronts = Fronts(service)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            await fronts.listen(listener, count, KEY)
            settling = asyncio.create_task(service.run())
            connected = await test(fronts, listener.getsockname())
            fronts.stop_listening()
            service.stop()
            await settling
            await fronts.end()
            for reader, writer in connected:
                assert await reader.read() == b""
                writer.close()
                await writer.wait_closed()
        assert all(process.returncode == 0 for process in fronts._processes)

    return lambda count, test: asyncio.run(both(count, test))


async def sign_in(terminal: Any, address: Any) -> Client:
    """Connect a terminal and sign it in."""
    reader, writer = await asyncio.open_connection(*address)
    sealed, counter = terminal.seal(SignIn("tester"))
    writer.write(sealed)
    frames = FrameReader()
    frames.feed(await asyncio.wait_for(reader.read(1 << 16), 20))
    [whole] = frames
    assert terminal.open(whole, counter, signing_in=True).approved
    return reader, writer


def test_terminals_are_served_by_front_processes_and_closed_when_the_engine_ends(with_fronts: Any, till: Any) -> None:
    async def test(fronts: Fronts, address: Any) -> list[Client]:
        assert len(fronts._processes) == 2
        return [await sign_in(till(serial), address) for serial in range(1, 4)]

    with_fronts(2, test)


def test_an_engine_whose_front_dies_stops_and_says_so(with_fronts: Any) -> None:
    async def test(fronts: Fronts, _: Any) -> list[Client]:
        fronts._processes[0].send_signal(signal.SIGKILL)
        await fronts._processes[0].wait()
        for _ in range(1000):
            await asyncio.sleep(0 if fronts.lost else 0.001)
        return []

    with pytest.raises(FrontError, match="a front process died"):
        with_fronts(1, test)
