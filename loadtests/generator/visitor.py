"""Performs the effects of one terminal's flows over a blocking socket, and times the messages.

The kernel is the terminals' own; here is only what touches the world: the card in the reader, the connection, the pin
pad, the journal, the clock and sleep. One visitor serves one visit at a time.
"""

from collections.abc import Callable, Iterator
from secrets import token_bytes
from typing import Any, NamedTuple, Protocol

from cardsim.card import Card, InterfaceSilent
from cardsim.presentable import Presentable
from loadtests.generator.crowd import Comer
from loadtests.generator.prepared import Dialogue
from loadtests.generator.recorder import Message, Span, Visit
from settlement.wire import names
from settlement.wire.envelope import Reply
from settlement.wire.session import TerminalSession
from terminals.holder import Holder, NextCard
from terminals.journal import Journal
from terminals.kernel.drive import drive_by_kind
from terminals.kernel.effects import (
    NO_CARD,
    AskBankPin,
    AskPassword,
    AskPin,
    AwaitCard,
    Draw,
    Effect,
    NextMsgid,
    NoReply,
    Pause,
    ReadAtr,
    Record,
    Request,
    Show,
    Slot,
    Steps,
    TakeCard,
    Transmit,
    Unlock,
)
from terminals.kernel.entries import OpenIntent
from terminals.kernel.exchange import REPEAT_STEP
from terminals.kernel.outcome import Outcome
from terminals.kernel.recover import recover
from terminals.kernel.sam import province
from terminals.kernel.sign_on import sign_on
from terminals.kernel.site import Pace, Site
from terminals.kernel.transaction import Transaction
from terminals.patients import Fingers, Patient
from terminals.visits import name_of, visit


class World(NamedTuple):
    """Time and chance as the process has them: both clocks, how it waits, how it draws."""

    clock_ms: Callable[[], int]
    monotonic_s: Callable[[], float]
    sleep: Callable[[float], None]
    random_bytes: Callable[[int], bytes] = token_bytes


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
        self._holder = Holder(province(site.city))
        self._powered: dict[Slot, Presentable] = {}
        self._fingers: Fingers | None = None
        self._messages: list[Message] = []
        self._thought_s = 0.0
        self._performers: dict[type[Effect], Callable[[Any], Any]] = {
            Transmit: self._transmit,
            ReadAtr: self._read_atr,
            AwaitCard: self._await_card,
            TakeCard: self._take_card,
            Request: self._request,
            NextMsgid: self._next_msgid,
            AskPin: self._ask_pin,
            AskPassword: self._ask_password,
            AskBankPin: self._ask_bank_pin,
            Unlock: self._unlock,
            Draw: self._draw,
            Show: self._show,
            Record: self._record,
            Pause: self._pause,
        }

    def sign_on(self) -> Outcome:
        """Open this terminal's session."""
        return self._run(sign_on(self.site))

    def sign_on_visit(self) -> Visit:
        """Open this terminal's session, timed as a visit of its own."""
        self._messages, self._thought_s = [], 0.0
        began_s = self._world.monotonic_s()
        outcome = self.sign_on()
        return Visit(outcome, Span(began_s, self._world.monotonic_s()), tuple(self._messages), 0.0)

    def serve(self, patient: Patient, card: Card, pace: Pace, next_card: NextCard | None = None) -> Visit:
        """Serve one patient, who has a card and, where it is reissued, gets the next one."""
        return self.attend(Comer(patient, card, next_card), pace)

    def attend(self, comer: Comer, pace: Pace) -> Visit:
        """Serve whoever comes: in full, or from where a prepared dialogue stands."""
        patient, dialogue = comer.patient, comer.dialogue
        if dialogue is None:
            self._welcome(comer, Fingers(patient), patient.lies_in)
            flow = visit(self.site, patient, pace)
        else:
            self._welcome(comer, dialogue.fingers, dialogue.lies_in)
            flow = dialogue.replay(Transaction(name_of(patient), self.site, route=patient.route))
        began_s = self._world.monotonic_s()
        try:
            outcome = self._run(flow)
        finally:  # after a fault, too: the next patient's commands are for the next patient's card
            self._see_off()
        return Visit(outcome, Span(began_s, self._world.monotonic_s()), tuple(self._messages), self._thought_s)

    def prepare(self, comer: Comer, pace: Pace) -> Comer:
        """Return somebody with the dialogue that a visit here begins with."""
        fingers = Fingers(comer.patient)
        self._welcome(comer, fingers, comer.patient.lies_in)
        try:
            dialogue = Dialogue(lambda: visit(self.site, comer.patient, pace), self._perform, fingers)
            dialogue.lies_in = self._holder.lies_in
        finally:
            self._see_off()
        return comer._replace(dialogue=dialogue)

    def _welcome(self, comer: Comer, fingers: Fingers, lies_in: Slot) -> None:
        self._holder.come(comer.patient, comer.card, comer.next_card)
        self._holder.lies_in, self._fingers = lies_in, fingers
        self._messages, self._thought_s = [], 0.0

    def _see_off(self) -> None:
        self._take_the_power()
        self._holder.leave()

    def recover(self) -> Iterator[Outcome]:
        """Find out, one by one and over a new line, what became of the intents that visits left open."""
        self.close()  # a visit that was cut off may have left half a reply on the old one
        for intent in self.open_intents():
            yield self._run(recover(self.site, intent))

    def open_intents(self) -> tuple[OpenIntent, ...]:
        """Return what this terminal wrote down and does not know the outcome of, oldest first."""
        return self._journal.pending(self.site.dev_no)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _run(self, flow: Steps[Outcome]) -> Outcome:
        return drive_by_kind(flow, self._performers)

    def _perform(self, effect: Effect) -> Any:
        return self._performers[type(effect)](effect)

    def _transmit(self, effect: Transmit) -> bytes:
        chip = self._powered.get(effect.slot) or self._power(effect.slot)
        return chip.transmit(effect.apdu) if chip else NO_CARD

    def _read_atr(self, effect: ReadAtr) -> bytes:
        chip = self._powered.get(effect.slot) or self._power(effect.slot)
        return chip.atr if chip else NO_CARD

    def _power(self, slot: Slot) -> Presentable | None:
        """Give the chip in a slot its power; None where nothing answers."""
        chip = self._holder.chip(slot)
        if chip is None:
            return None
        try:
            chip.power_on()
        except InterfaceSilent:
            return None
        self._powered[slot] = chip
        return chip

    def _take_the_power(self) -> None:
        for chip in self._powered.values():
            chip.power_off()
        self._powered.clear()

    def _await_card(self, effect: AwaitCard) -> bool:
        self._take_the_power()
        return self._holder.move(effect.slot)

    def _take_card(self, effect: TakeCard) -> bool:
        self._take_the_power()
        return self._holder.take(effect.issue)

    def _request(self, effect: Request) -> Reply | NoReply:
        began_s = self._world.monotonic_s()
        reply = self._connection.exchange(effect)
        self._messages.append(Message(began_s, self._world.monotonic_s(), self._thought_s))
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

    def _unlock(self, effect: Unlock) -> bytes:
        return self._session.pin_block(effect.password, effect.number)

    def _ask_bank_pin(self, effect: AskBankPin) -> bytes:
        assert self._fingers is not None
        typed = self._fingers.bank_pin(same=effect.same)
        return self._session.pin_block(typed, effect.pan) if typed else b""

    def _draw(self, effect: Draw) -> bytes:
        return self._world.random_bytes(effect.size)

    def _show(self, _: Show) -> None:
        """Nobody reads the display of a load generator."""

    def _record(self, effect: Record) -> None:
        self._journal.append(self.site.dev_no, effect.entry)

    def _pause(self, effect: Pause) -> None:
        if effect.step != REPEAT_STEP:
            self._thought_s += effect.seconds
        self._world.sleep(effect.seconds)
