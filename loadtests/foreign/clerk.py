"""Whoever stands at a terminal after the run: asks the host without a card, a pad or a display.

It performs the few effects that finding out and undoing need, under msgids that nobody used before.
"""

from collections.abc import Callable, Container
from typing import Any, Protocol

from settlement.wire import names
from settlement.wire.envelope import Reply
from terminals.journal import Journal
from terminals.kernel.drive import drive
from terminals.kernel.effects import Effect, NextMsgid, NoReply, Pause, Record, Request, Show, Steps
from terminals.kernel.outcome import Outcome, Result
from terminals.kernel.sign_on import sign_on
from terminals.kernel.site import Site


class UndoError(Exception):
    """An undo that cannot go on; one sentence for the user."""


class Line(Protocol):
    """What a clerk asks the host by."""

    def exchange(self, request: Request) -> Reply | NoReply:
        """Return the reply to a request, or why there is none."""

    def close(self) -> None:
        """Hang up."""


def back_office(dev_no: str) -> str:
    """Return the lane whose msgids a terminal's clerk uses: counted from the other end, where no terminal stands.

    >>> back_office("P3701000000101")
    'P3701000000199'
    """
    return names.terminal_number(dev_no[:12], names.LANES + 1 - names.lane_of(dev_no))


class Clerk:
    """A terminal without a card, a pad or a display: it performs what an undo needs of the kernel's effects.

    `taken`: msgids that were used before. A used one with other content would be refused for ever.
    """

    def __init__(
        self,
        site: Site,
        line: Line,
        journal: Journal,
        taken: Container[str],
        clock_ms: Callable[[], int],
        sleep: Callable[[float], None],
    ) -> None:
        self.site = site
        self._line = line
        self._journal = journal
        self._taken = taken
        self._clock_ms = clock_ms
        self._sleep = sleep
        self._sequence = clock_ms() % names.SEQUENCES
        self._signed_on = False
        self._trouble = ""

    def run(self, flow: Steps[Outcome]) -> Outcome:
        """Carry out a flow, signed on; raise UndoError where that cannot be."""
        self.sign_on()
        return drive(flow, self._perform)

    def sign_on(self) -> None:
        """Open a session, if none is open; raise UndoError."""
        if not self._signed_on:
            opened = drive(sign_on(self.site), self._perform)
            if opened.result is not Result.DONE:
                why = self._trouble or opened.refusal or "no answer"
                raise UndoError(f"terminal {self.site.dev_no} cannot sign on: {why}; nothing more was asked for")
            self._signed_on = True

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def msgid(self) -> str:
        """Return a msgid that neither the terminal nor any clerk of it ever used, though they ended a moment ago."""
        while True:
            self._sequence += 1
            msgid = names.msgid(back_office(self.site.dev_no), self._clock_ms(), self._sequence)
            if msgid not in self._taken:
                return msgid

    def _perform(self, effect: Effect) -> Any:
        match effect:
            case Request():
                return self._asked(effect)
            case NextMsgid():
                return self.msgid()
            case Record():
                return self._journal.append(self.site.dev_no, effect.entry)
            case Pause():
                return self._sleep(effect.seconds)
            case Show():
                return None
        raise AssertionError(f"an undo has no {type(effect).__name__}")

    def _asked(self, request: Request) -> Reply | NoReply:
        """Ask, and keep in words what came instead of an approval."""
        reply = self._line.exchange(request)
        self._trouble = reply.reason if isinstance(reply, NoReply) else reply.err_msg
        return reply
