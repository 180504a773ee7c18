"""A pharmacy's terminal on a plain socket, which sends what a well-behaved one never would."""

import itertools
import socket
import time
from pathlib import Path

from settlement import data_directory
from settlement.engine.ledger.state import Person
from settlement.wire.envelope import Reply
from settlement.wire.framing import FrameReader
from settlement.wire.keys import NetworkKey
from settlement.wire.messages import Body, Line, SettleDrugSale, SignIn
from settlement.wire.names import institution_code, insured_number, local_time, msgid, terminal_number
from settlement.wire.session import TerminalSession
from shuaka import compose

CITY = "370100"
PASSWORD, WRONG = "000000", "135790"
LANE = 8
"""Beside any fleet's terminals of the same institution."""


class Till:
    """One, signed in."""

    def __init__(self, data: Path, serial: int = 1) -> None:
        self._numbers = itertools.count()
        code = institution_code("P", CITY, serial)
        self.dev_no = terminal_number(code, LANE)
        key = NetworkKey(data_directory.network_key(data)).terminal_key(self.dev_no)
        self.session = TerminalSession(key, dev_no=self.dev_no, fixmedins_code=code, city=CITY)
        self.socket = socket.create_connection(("127.0.0.1", data_directory.endpoints(data).tcp.port), timeout=20)
        self._frames = FrameReader()
        self.session.accept(self.ask(SignIn("tester")))

    def close(self) -> None:
        """Hang up."""
        self.socket.close()

    def name(self) -> str:
        """Return a msgid of its own."""
        return msgid(self.dev_no, time.time_ns() // 1_000_000, next(self._numbers))

    def sealed(self, body: Body, name: str = "") -> tuple[bytes, int]:
        """Return a frame and its counter."""
        now = time.time_ns() // 1_000_000
        return self.session.seal(body, msgid=name or self.name(), clock_ms=now, inf_time=local_time(now))

    def ask(self, body: Body, name: str = "") -> Reply:
        """Send a message and return its reply."""
        frame, counter = self.sealed(body, name)
        self.socket.sendall(frame)
        [reply] = self.replies(1)
        return self.session.open(*reply, counter, signing_in=isinstance(body, SignIn))[0]

    def replies(self, count: int) -> list[tuple[bytes, bytes]]:
        """Return the next replies as they come."""
        found: list[tuple[bytes, bytes]] = []
        while len(found) < count:
            data = self.socket.recv(1 << 16)
            assert data, "the engine closed the line"
            self._frames.feed(data)
            found.extend(self._frames)
        return found

    def sale(self, person: Person, password: str = PASSWORD) -> SettleDrugSale:
        """Return a sale of one thing to somebody."""
        item = compose.items()[0]
        line = Line("1", item.med_list_codg, item.pric_e6, 10_000, item.pric_e6 // 10_000)
        return SettleDrugSale(
            psn_no=person.psn_no, mdtrt_cert_type="03", mdtrt_cert_no=person.card_number,
            card_sn=person.card_id.hex().upper(), insutype=person.insutype, med_type="41", acct_used_flag="1",
            medfee_sumamt_fen=line.det_item_fee_sumamt_fen, drugdetail=(line,),
            pin_block=self.session.pin_block(password, person.bank_card_no),
        )  # fmt: skip


def shoppers(data: Path) -> list[Person]:
    """Return five employees of the city, from the far end of its people, whom no lease reaches in a test."""
    key = NetworkKey(data_directory.network_key(data))
    register = compose.world(compose.population(), key).register
    people = (register.newcomer(CITY, insured_number(CITY, index)) for index in itertools.count(900_000))
    return list(itertools.islice((person for person in people if person and person.insutype == "310"), 5))
