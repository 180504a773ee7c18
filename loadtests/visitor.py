"""Performs the effects of one terminal's flows over a blocking socket, and times the messages.

The kernel is the terminals' own; here is only what touches the world: the card in the reader, the connection, the pin
pad, the journal, the clock and sleep. One visitor serves one visit at a time.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, Protocol

from cardsim.card import Card
from loadtests.recorder import Span, Visit
from settlement.wire import names
from settlement.wire.envelope import Reply
from settlement.wire.session import TerminalSession
from terminals.journal import Journal
from terminals.kernel.drive import drive
from terminals.kernel.effects import (
    AskPassword,
    AskPin,
    Effect,
    NextMsgid,
    NoReply,
    Pause,
    Record,
    Request,
    Show,
    Steps,
    Transmit,
)
from terminals.kernel.outcome import Outcome
from terminals.kernel.sign_on import sign_on
from terminals.kernel.site import Pace, Site
from terminals.patients import Fingers, Patient
from terminals.visits import visit

REPEAT_STEP: Final = "repeat"
"""The pause before a repeat is the network's time, not a person's: it stays in the latency."""


class World(NamedTuple):
    """Time as the process has it: both clocks, and how it waits."""

    clock_ms: Callable[[], int]
    monotonic_s: Callable[[], float]
    sleep: Callable[[float], None]


class Line(Protocol):
    """What a visitor asks the host by."""

    def exchange(self, request: Request) -> Reply | NoReply:
        """Return the reply to a request, or why there is none."""

    def close(self) -> None:
        """Hang up."""


class Visitor:
    """One terminal and whoever stands at it."""

    def __init__(self, site: Site, session: TerminalSession, connection: Line, journal: Journal, world: World) -> None:
        self.site = site
        self._session = session
        self._connection = connection
        self._journal = journal
        self._world = world
        self._sequence = world.clock_ms() % names.SEQUENCES  # a restart within one second hardly repeats a msgid
        self._card: Card | None = None
        self._fingers: Fingers | None = None
        self._messages: list[Span] = []
        self._thought_s = 0.0
        self._performers: dict[type[Effect], Callable[[Any], Any]] = {
            Transmit: self._transmit,
            Request: self._request,
            NextMsgid: self._next_msgid,
            AskPin: self._ask_pin,
            AskPassword: self._ask_password,
            Show: self._show,
            Record: self._record,
            Pause: self._pause,
        }

    def sign_on(self) -> Outcome:
        """Open this terminal's session."""
        return self._run(sign_on(self.site))

    def serve(self, patient: Patient, card: Card, pace: Pace) -> Visit:
        """Serve one patient, whose card lies in the reader from the first effect to the last."""
        self._card, self._fingers = card, Fingers(patient)
        self._messages, self._thought_s = [], 0.0
        began_s = self._world.monotonic_s()
        card.power_on()
        outcome = self._run(visit(self.site, patient, pace))
        card.power_off()
        return Visit(outcome, Span(began_s, self._world.monotonic_s()), tuple(self._messages), self._thought_s)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _run(self, flow: Steps[Outcome]) -> Outcome:
        return drive(flow, self._perform)

    def _perform(self, effect: Effect) -> Any:
        return self._performers[type(effect)](effect)

    def _transmit(self, effect: Transmit) -> bytes:
        assert self._card is not None
        return self._card.transmit(effect.apdu)

    def _request(self, effect: Request) -> Reply | NoReply:
        began_s = self._world.monotonic_s()
        reply = self._connection.exchange(effect)
        self._messages.append(Span(began_s, self._world.monotonic_s()))
        return reply

    def _next_msgid(self, _: NextMsgid) -> str:
        self._sequence += 1
        return names.msgid(self.site.dev_no, self._world.clock_ms(), self._sequence)

    def _ask_pin(self, effect: AskPin) -> str:
        assert self._fingers is not None
        return self._fingers.pin(effect.prompt)

    def _ask_password(self, effect: AskPassword) -> bytes:
        assert self._fingers is not None
        typed = self._fingers.password(same=effect.same)
        return self._session.pin_block(typed, effect.bank_card_no) if typed else b""

    def _show(self, _: Show) -> None:
        """Nobody reads the display of a load generator."""

    def _record(self, effect: Record) -> None:
        self._journal.append(self.site.dev_no, effect.entry)

    def _pause(self, effect: Pause) -> None:
        if effect.step != REPEAT_STEP:
            self._thought_s += effect.seconds
        self._world.sleep(effect.seconds)
