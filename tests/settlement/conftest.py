"""Terminals that speak the real wire to a host under test: sealed frames, checked replies, no socket."""

import itertools
from collections.abc import Callable

import pytest

from settlement.engine.case import World
from settlement.engine.ledger.state import Person
from settlement.wire.envelope import Reply
from settlement.wire.framing import FrameReader
from settlement.wire.keys import NetworkKey
from settlement.wire.messages import Body, Line, SettleDrugSale, SignIn
from settlement.wire.names import institution_code, insured_number, msgid, terminal_number
from settlement.wire.session import TerminalSession
from shuaka import compose

JINAN = "370100"
NOW_MS = 1_795_233_600_000
KEY = NetworkKey(bytes(range(16)))

Handle = Callable[[bytes, bytes], tuple[bytes, bytes]]


class Till:
    """A pharmacy's terminal: seals what it is given, opens what it is answered."""

    def __init__(self, serial: int = 1, key: NetworkKey = KEY) -> None:
        self.code = institution_code("P", JINAN, serial)
        self.dev_no = terminal_number(self.code, 1)
        self.session = TerminalSession(
            key.terminal_key(self.dev_no), dev_no=self.dev_no, fixmedins_code=self.code, city=JINAN
        )
        self._sequence = itertools.count()

    def seal(self, body: Body, *, repeating: str = "", now_ms: int = NOW_MS) -> tuple[bytes, int]:
        """Return a frame and its counter."""
        name = repeating or msgid(self.dev_no, now_ms, next(self._sequence))
        return self.session.seal(body, msgid=name, clock_ms=now_ms, inf_time="")

    def open(self, reply: tuple[bytes, bytes], counter: int, *, signing_in: bool = False) -> Reply:
        """Return a reply that must be authentic."""
        opened, authentic = self.session.open(*reply, counter, signing_in=signing_in)
        assert authentic, opened.err_msg
        return opened

    def ask(self, handle: Handle, body: Body, *, repeating: str = "") -> Reply:
        """Have one message answered."""
        frame, counter = self.seal(body, repeating=repeating)
        return self.open(handle(*parts(frame)), counter, signing_in=isinstance(body, SignIn))

    def sign_in(self, handle: Handle, opter_no: str = "tester") -> "Till":
        self.session.accept(self.ask(handle, SignIn(opter_no)))
        return self

    def sale(self, person: Person, lines: tuple[Line, ...], password: str = "000000") -> SettleDrugSale:
        return SettleDrugSale(
            psn_no=person.psn_no,
            mdtrt_cert_type="03",
            mdtrt_cert_no=person.card_number,
            card_sn=person.card_id.hex().upper(),
            insutype=person.insutype,
            med_type="41",
            acct_used_flag="1",
            medfee_sumamt_fen=sum(line.det_item_fee_sumamt_fen for line in lines),
            drugdetail=lines,
            pin_block=self.session.pin_block(password, person.bank_card_no),
        )


def parts(frame: bytes) -> tuple[bytes, bytes]:
    """Return a frame's message and MAC."""
    reader = FrameReader()
    reader.feed(frame)
    [whole] = reader
    return whole


@pytest.fixture(scope="session")
def key() -> NetworkKey:
    return KEY


@pytest.fixture(scope="session")
def world() -> World:
    return compose.world(compose.population(), KEY)


@pytest.fixture(scope="session")
def till() -> Callable[..., Till]:
    return Till


@pytest.fixture(scope="session")
def shoppers(world: World) -> list[Person]:
    """Employees of Jinan with money in the account."""
    found: list[Person] = []
    for index in itertools.count():
        person = world.register.newcomer(JINAN, insured_number(JINAN, index))
        if person and person.insutype == "310":
            found.append(person)
        if len(found) == 8:
            return found
    raise AssertionError


@pytest.fixture(scope="session")
def lines() -> tuple[Line, ...]:
    """Three lines of the catalogue."""
    return tuple(
        Line(str(number), item.med_list_codg, item.pric_e6, 10_000, item.pric_e6 // 10_000)
        for number, item in enumerate(compose.items()[:3], 1)
    )


@pytest.fixture(scope="session")
def cut() -> Callable[[bytes], tuple[bytes, bytes]]:
    return parts
