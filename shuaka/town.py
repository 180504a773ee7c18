"""A whole town in one process, without a socket, a thread or a loop: people, cards, terminals, engine and ledger.

For a first program, for a notebook and for a test that wants the real parts: the same kernel, wire, engine and card as
the commands use, over a ledger in memory.
"""

import time
from functools import partial
from secrets import token_bytes
from typing import Final

from loadtests.generator.recorder import Visit
from loadtests.generator.visitor import Visitor, World
from settlement.batch import judge_of
from settlement.direct import DirectHost
from settlement.engine.ledger.state import Person
from settlement.stores.memory import MemoryStore
from settlement.wire.envelope import Reply
from settlement.wire.framing import FrameReader
from settlement.wire.keys import KEY_SIZE, NetworkKey
from settlement.wire.session import TerminalSession
from shuaka import compose
from shuaka.desk.drawer import Drawer
from terminals.journal import MemoryJournal
from terminals.kernel.conversation import Conversation
from terminals.kernel.effects import NoReply, Request
from terminals.kernel.site import AT_ONCE
from terminals.patients import Mix, Patient, Patients, places_of

TERMINALS: Final = 12


class Town:
    """A population, its terminals signed on at an engine, and whoever comes.

    >>> town = Town(seed=1)
    >>> visit = town.visit(0)
    >>> str(visit.outcome.result)
    'SETTLED'
    >>> all(law.ok for law in town.ledger.audit_now().invariants)
    True
    """

    def __init__(self, seed: int = compose.DEFAULT_SEED, size: int = compose.DEFAULT_SIZE, mix: Mix = Mix()) -> None:
        self.people = compose.population(seed, size)
        self.ledger = MemoryStore()
        self._drawer = Drawer(self.people, None)
        self._key = NetworkKey(token_bytes(KEY_SIZE))
        self._world = compose.world(self.people, self._key)
        self._host = DirectHost(self.ledger, judge_of(self._world), self._key, now_ms=_now_ms, chance=token_bytes)
        self.sites = compose.sites(TERMINALS, "town")
        places, profile = places_of(self.sites), self.people.profile
        self._patients = Patients(seed, mix, profile, places, compose.items(), compose.bank_pins(), self.people.person)
        self._terminals = {site.dev_no: self._terminal(site.dev_no) for site in self.sites}

    def patient(self, index: int) -> Patient:
        """Return what the holder of a card buys, where, and what they type."""
        patient = self._patients.patient(index)
        assert patient is not None, "every city of ours has terminals here"
        return patient

    def visit(self, index: int) -> Visit:
        """Let the holder of a card come, and return how it went; the chip keeps what was done to it."""
        patient = self.patient(index)
        site = next(site for site in self.sites if (site.city, site.kind) == (patient.city, patient.kind))
        next_card = partial(self._drawer.card, index)
        return self._terminals[site.dev_no].serve(patient, next_card(), AT_ONCE, next_card)

    def insured(self, index: int) -> Person:
        """Return what the host knows of a person now, the balance of the personal account included."""
        psn_no = self._world.register.psn_no(self.people.person(index).certno)
        assert psn_no is not None, "the register is of these people"
        newcomer = self._world.register.newcomer(self.people.profile(index).city, psn_no)
        assert newcomer is not None
        key = Person, newcomer.key
        return self.ledger.load_now((key,)).get(Person, *newcomer.key) or newcomer

    def _terminal(self, dev_no: str) -> Visitor:
        site = next(site for site in self.sites if site.dev_no == dev_no)
        session = TerminalSession(
            self._key.terminal_key(dev_no), dev_no=dev_no, fixmedins_code=site.fixmedins_code, city=site.city
        )
        line = _DirectLine(self._host, session)
        terminal = Visitor(site, session, line, MemoryJournal(), World(_now_ms, time.monotonic, lambda _: None))
        terminal.sign_on()
        return terminal


class _DirectLine:
    """Hands each frame to the host and its reply back."""

    def __init__(self, host: DirectHost, session: TerminalSession) -> None:
        self._host = host
        self._conversation = Conversation(session, clock_ms=_now_ms, stray=lambda _: None)

    def exchange(self, request: Request) -> Reply | NoReply:
        frames = FrameReader()
        frames.feed(self._conversation.seal(request))
        [(message, mac)] = frames
        answer = self._conversation.take(*self._host.handle(message, mac))
        return answer if answer is not None else NoReply("the host's answer was none")

    def close(self) -> None:
        pass


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
