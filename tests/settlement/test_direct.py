from collections.abc import Callable
from typing import Any

import pytest

from settlement.batch import judge_of
from settlement.direct import DirectHost
from settlement.engine.case import World
from settlement.engine.ledger.state import Key, MissingRowError, Person, State
from settlement.stores.memory import MemoryStore
from settlement.wire import codes
from settlement.wire.envelope import decode_reply
from settlement.wire.framing import NO_MAC
from settlement.wire.messages import Line, SignIn

NOW_MS = 1_795_233_600_000


@pytest.fixture
def host(world: World) -> DirectHost:
    return DirectHost(MemoryStore(), judge_of(world), world.key, now_ms=lambda: NOW_MS, chance=bytes)


def test_a_sale_is_settled_without_a_loop(
    host: DirectHost, till: Callable[..., Any], shoppers: list[Person], lines: tuple[Line, ...]
) -> None:
    terminal = till().sign_in(host.handle)
    assert terminal.ask(host.handle, terminal.sale(shoppers[0], lines)).approved


def test_what_is_not_authentic_is_turned_away_without_a_mac(
    host: DirectHost, till: Callable[..., Any], cut: Callable[[bytes], tuple[bytes, bytes]]
) -> None:
    message, _ = cut(till().seal(SignIn("tester"))[0])
    reply, mac = host.handle(message, NO_MAC)
    assert (decode_reply(reply).refusal, mac) == (codes.BAD_SIGNATURE.code, NO_MAC)


def test_a_bug_is_raised_not_answered(world: World, till: Callable[..., Any]) -> None:
    class Forgetful(MemoryStore):
        def load_now(self, keys: tuple[Key, ...]) -> State:
            return super().load_now(keys[:0])

    host = DirectHost(Forgetful(), judge_of(world), world.key, now_ms=lambda: NOW_MS, chance=bytes)
    with pytest.raises(MissingRowError):
        till().sign_in(host.handle)
