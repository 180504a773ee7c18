"""Dialogues prepared before the first arrival, for a run in which only the host is under test (fidelity "replay").

To prepare is to run a visit with its real chip and the real host as far as nothing changes at the host: the card is
read and opened, PINs are typed at it, the messages that only read are asked and answered. There the flow is left
standing. To replay is to send those messages anew (new msgid, counter and MAC; each must be approved again) and to let
the flow go on: the pin pad, the intent in the journal, the settlement and all that follows are those of every visit,
and so are the claims. What writes first (a reissue, a hospital's registration) is not prepared beyond that point. Pure.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from settlement.wire.messages import PresettleDrugSale, QueryPerson
from terminals.kernel.effects import (
    AskPin,
    AwaitCard,
    Draw,
    Effect,
    NextMsgid,
    NoReply,
    Pause,
    ReadAtr,
    Request,
    Show,
    Slot,
    Steps,
    Transmit,
)
from terminals.kernel.exchange import REPEAT_STEP, exchange, unanswered
from terminals.kernel.outcome import APPROVED, NO_REPLY, Outcome, Result
from terminals.kernel.transaction import Transaction
from terminals.patients import Fingers

PREPARE: Final = "prepare"
"""The flow under which a report counts what was asked in order to prepare: engine and client must agree on it."""
READS: Final = (QueryPerson, PresettleDrugSale)
"""Messages that change nothing at the host and need nothing that changes it before them."""
UNHEARD: Final = (Transmit, ReadAtr, AwaitCard, AskPin, Draw, Show, Pause, NextMsgid)
"""Effects of which the host learns nothing."""

Perform = Callable[[Effect], Any]
Begin = Callable[[], Steps[Outcome]]


class Dialogue:
    """One visit up to where it would change something at the host; it can be replayed once.

    `fingers` and `lies_in` are its patient's, as far as they have come.
    """

    __slots__ = ("_effect", "_flow", "_messages", "_outcome", "_steps", "fingers", "lies_in")

    def __init__(self, begin: Begin, perform: Perform, fingers: Fingers) -> None:
        """Prepare what `begin` begins; a second flow is brought to where the first proved to change something."""
        course = _Course(perform)
        self._outcome = course.run(begin())
        self._messages = tuple(course.messages)
        self._steps = tuple(course.steps)
        self.fingers, self.lies_in = fingers, Slot.LOCAL
        if self._outcome is None:
            self._flow = begin()
            self._effect = self._flow.send(None)
            for answer in course.answers[: course.safe]:
                self._effect = self._flow.send(answer)

    @property
    def asked(self) -> Outcome:
        """Return what preparing took, to be counted; in vain if the host did not answer."""
        in_vain = self._outcome is not None and self._outcome.result is Result.NO_ANSWER
        return Outcome(PREPARE, Result.NO_ANSWER if in_vain else Result.DONE, messages=self._messages)

    def replay(self, transaction: Transaction) -> Steps[Outcome]:
        """Ask anew, and go on; `transaction` is of the terminal at which that happens, and new."""
        for step in self._steps:
            if isinstance(step, Pause):
                yield step
                continue
            reply = yield from exchange(transaction, step.body, step.insuplc_admdvs)
            if isinstance(reply, NoReply) or not reply.approved:
                if self._outcome is not None and tuple(transaction.messages) == self._messages:
                    break  # refused as it was when it was prepared: the same end
                return (yield from unanswered(transaction, reply))
        outcome = self._outcome or (yield from _resumed(self._flow, self._effect))
        asked, again = len(self._messages), tuple(transaction.messages)
        if again == self._messages and not transaction.events:
            return outcome
        events = (*transaction.events, *outcome.events)
        return msgspec.structs.replace(outcome, messages=(*again, *outcome.messages[asked:]), events=events)


class _Course:
    """How far one flow can be prepared: what it was answered, and of that what is to be asked again."""

    def __init__(self, perform: Perform) -> None:
        self._perform = perform
        self.answers: list[Any] = []
        self.steps: list[Request | Pause] = []
        self.messages: list[tuple[str, str]] = []
        self.safe = 0
        """Answers that belong to what was prepared: a msgid drawn for a message that writes does not."""

    def run(self, flow: Steps[Outcome]) -> Outcome | None:
        """Run a flow until it would change something; return its outcome if it never does."""
        try:
            effect = flow.send(None)
            while isinstance(effect, UNHEARD) or (isinstance(effect, Request) and isinstance(effect.body, READS)):
                waits = isinstance(effect, Pause) and effect.step != REPEAT_STEP
                answer = None if waits else self._perform(effect)
                self._note(effect, answer)
                effect = flow.send(answer)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
        return None

    def _note(self, effect: Effect, answer: Any) -> None:
        self.answers.append(answer)
        if isinstance(effect, NextMsgid):
            return
        self.safe = len(self.answers)
        if isinstance(effect, Request):
            self._note_message(effect, NO_REPLY if isinstance(answer, NoReply) else answer.refusal or APPROVED)
        elif isinstance(effect, Pause) and effect.step != REPEAT_STEP:
            self.steps.append(effect)

    def _note_message(self, request: Request, end: str) -> None:
        self.messages.append((str(request.body.__struct_config__.tag), end))
        last = self.steps[-1] if self.steps else None
        if not (isinstance(last, Request) and last.msgid == request.msgid):  # a repeat is the same message
            self.steps.append(request)


def _resumed(flow: Steps[Outcome], effect: Effect) -> Steps[Outcome]:
    """Go on with a flow that waits for the answer to an effect."""
    try:
        while True:
            try:
                answer = yield effect
            except Exception as error:  # noqa: BLE001 - the flow knows which it expects
                effect = flow.throw(error)
            else:
                effect = flow.send(answer)
    except StopIteration as end:
        outcome: Outcome = end.value
        return outcome
