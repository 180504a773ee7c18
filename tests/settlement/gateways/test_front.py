"""A front and its engine on one loop: what a client is answered, and what the engine counts of it."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from settlement.batch import judge_of
from settlement.engine.case import World
from settlement.engine.state import Person
from settlement.gateways import front
from settlement.gateways.front import Link
from settlement.gateways.fronts import FrontLink, Fronts
from settlement.gateways.relay import Kind, pack
from settlement.service import Service
from settlement.stores.memory import MemoryStore
from settlement.tally import Tally
from settlement.wire import codes
from settlement.wire.envelope import Reply, decode_reply
from settlement.wire.framing import FRAME_MAX, NO_MAC, FrameReader, frame
from settlement.wire.keys import NetworkKey
from settlement.wire.messages import Line, SignIn

NOW_MS = 1_795_233_600_000


class Hall:
    """An engine, its front, and a client of it."""

    def __init__(self, service: Service, tally: Tally, store: MemoryStore, link: Link, back: FrontLink) -> None:
        self.service, self.tally, self.store, self.link, self.back = service, tally, store, link, back
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter
        self._frames = FrameReader()

    async def hear(self) -> tuple[bytes, bytes]:
        """Return the next reply and its MAC; EOFError if the front closed."""
        for whole in self._frames:
            return whole
        data = await asyncio.wait_for(self.reader.read(1 << 16), 5)
        if not data:
            raise EOFError
        self._frames.feed(data)
        return await self.hear()

    async def ask(self, till: Any, body: Any) -> Reply:
        """Have a terminal's message answered under seal."""
        sealed, counter = till.seal(body)
        self.writer.write(sealed)
        reply: Reply = till.open(await self.hear(), counter, signing_in=isinstance(body, SignIn))
        return reply


@pytest.fixture
def in_a_hall(world: World, key: NetworkKey) -> Callable[[Callable[[Hall], Coroutine[Any, Any, None]]], None]:
    """Run a test's coroutine beside an engine with a front, both of which must end in order."""

    async def both(test: Callable[[Hall], Coroutine[Any, Any, None]]) -> None:
        loop, tally, store = asyncio.get_running_loop(), Tally(), MemoryStore()
        service = Service(
            store, judge_of(world), world.key, now_ms=lambda: NOW_MS, chance=bytes, answered=(tally.answered,)
        )
        ours, theirs = socket.socketpair()
        back, link = FrontLink(Fronts(service), service), Link(key)
        await loop.create_connection(lambda: back, sock=ours)
        await loop.create_connection(lambda: link, sock=theirs)
        listener = socket.create_server(("127.0.0.1", 0))
        await link.gateway.listen(listener)
        hall = Hall(service, tally, store, link, back)
        hall.reader, hall.writer = await asyncio.open_connection(*listener.getsockname())
        settling = asyncio.create_task(service.run())
        await test(hall)
        back.stop_listening()
        service.stop()
        await settling
        back.close()
        await link.ended.wait()
        link.gateway.close()
        await link.gateway.emptied()
        hall.writer.close()

    return lambda test: asyncio.run(both(test))


def test_an_engine_that_ends_before_its_front_listens_is_no_error(key: NetworkKey) -> None:
    link = Link(key)
    link.data_received(pack(Kind.LET_NOBODY_IN))
    link.connection_lost(None)
    assert link.ended.is_set()


async def counted(hall: Hall, code: str, operator: str = "") -> dict[str, dict[str, int]]:
    """Return what the engine counted once a refusal of this code is among it."""
    for _ in range(100):
        found = hall.tally.of(operator)
        if any(code in outcomes for outcomes in found.values()):
            return found
        await asyncio.sleep(0)
    raise AssertionError(hall.tally.of())


def test_a_terminal_signs_in_and_settles_through_a_front(
    in_a_hall: Any, till: Any, shoppers: list[Person], lines: tuple[Line, ...]
) -> None:
    async def test(hall: Hall) -> None:
        terminal = till()
        terminal.session.accept(await hall.ask(terminal, SignIn("tester")))
        assert (await hall.ask(terminal, terminal.sale(shoppers[0], lines))).approved
        assert hall.store.audit_now("tester").ledger["2102"].settled == 1
        assert hall.tally.of("tester") == {"2102": {"approved": 1}, "9001": {"approved": 1}}

    in_a_hall(test)


def test_a_forged_message_is_refused_without_a_mac_and_the_engine_counts_it(in_a_hall: Any, till: Any) -> None:
    async def test(hall: Hall) -> None:
        sealed, _ = till().seal(SignIn("tester"))
        hall.writer.write(sealed[:-1] + bytes([sealed[-1] ^ 1]))
        reply, mac = await hall.hear()
        assert (decode_reply(reply).refusal, mac) == (codes.BAD_SIGNATURE.code, NO_MAC)
        assert await counted(hall, codes.BAD_SIGNATURE.code) == {"9001": {"E1005": 1}}

    in_a_hall(test)


def test_a_stream_that_cannot_be_followed_is_closed_and_the_engine_counts_it(in_a_hall: Any) -> None:
    async def test(hall: Hall) -> None:
        hall.writer.write((FRAME_MAX + 1).to_bytes(4, "big"))
        reply, _ = await hall.hear()
        assert decode_reply(reply).refusal == codes.FRAME_TOO_LARGE.code
        with pytest.raises(EOFError):
            await hall.hear()
        assert await counted(hall, codes.FRAME_TOO_LARGE.code) == {"(unknown)": {"E1008": 1}}

    in_a_hall(test)


def test_past_the_limit_a_message_is_refused_under_seal_and_counted_for_its_operator(
    in_a_hall: Any, till: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(hall: Hall) -> None:
        terminal = till()
        terminal.session.accept(await hall.ask(terminal, SignIn("tester")))
        monkeypatch.setattr(front, "UNANSWERED_MAX", 0)
        assert (await hall.ask(terminal, SignIn("tester"))).refusal == codes.BUSY.code
        assert (await counted(hall, codes.BUSY.code, "tester"))["9001"] == {"approved": 1, "E1003": 1}

    in_a_hall(test)


def test_noise_is_answered_and_the_next_message_too(in_a_hall: Any, till: Any) -> None:
    async def test(hall: Hall) -> None:
        hall.writer.write(frame(b"\xc1noise", NO_MAC))
        assert decode_reply((await hall.hear())[0]).refusal == codes.BAD_ENVELOPE.code
        assert (await hall.ask(till(), SignIn("tester"))).approved

    in_a_hall(test)
