"""One terminal under trio: performs the effects of its flows, signs on, resolves what its journal left open.

The ports are handed in; nothing here decides what to do next, that is the kernel's. Errors of ports end here and
become the answers that flows expect.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

import msgspec
import trio

from settlement.wire import names
from terminals.hands import Hands, WaitingHands
from terminals.journal import Journal
from terminals.kernel.close_day import Closed, close_day, open_batch, standing_of
from terminals.kernel.drive import drive_async
from terminals.kernel.effects import (
    NO_CARD,
    AskBankPin,
    AskPassword,
    AskPin,
    AwaitCard,
    Draw,
    Effect,
    NextMsgid,
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
from terminals.kernel.entries import PurchaseIntent, Resolution
from terminals.kernel.outcome import Outcome, Result
from terminals.kernel.recover import recover
from terminals.kernel.sign_on import sign_on
from terminals.kernel.site import Site
from terminals.pin_pad import PinPad
from terminals.readers.reader import NoAnswerError, Reader
from terminals.session_link import SessionLink

_T = TypeVar("_T")

CLOCK_STEP_MS: Final = 1
"""A terminal's clock never stands still between two readings: 9001 must be later than the last one."""


class Clock:
    """A terminal's clock in ms of Unix time, strictly rising."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._last_ms = 0

    def __call__(self) -> int:
        """Return the time, or the next ms after the last reading."""
        self._last_ms = max(self._now_ms(), self._last_ms + CLOCK_STEP_MS)
        return self._last_ms


class Terminal:
    """A terminal at its site. `show` gets (zh, en) of every text on the display; a slot without a reader is silent."""

    def __init__(
        self,
        site: Site,
        host: SessionLink,
        readers: Mapping[Slot, Reader],
        pin_pad: PinPad,
        journal: Journal,
        *,
        clock: Clock,
        show: Callable[[str, str], None],
        hands: Hands | None = None,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self.site = site
        self.readers = readers
        self._hands = hands or WaitingHands(readers)
        self._random_bytes = random_bytes
        self._atrs: dict[Slot, bytes] = {}
        """Of every slot that was given power in this visit; none where nothing answered."""
        self._host = host
        self._pin_pad = pin_pad
        self._journal = journal
        self._clock = clock
        self._show = show
        self._open: set[str] = set()
        self.left_open = 0
        """Intents without an outcome that no running flow holds; what became of them is found out at a sign-on."""
        self._of_batch: list[PurchaseIntent | Resolution] = []
        """What was written down since the bank's batch was opened."""
        self._sequence = clock() % names.SEQUENCES  # so that a restart within one second hardly repeats a msgid
        self._performers: dict[type[Effect], Callable[[Any], Awaitable[Any]]] = {
            Transmit: self._transmit,
            ReadAtr: self._read_atr,
            AwaitCard: self._await_card,
            TakeCard: self._take_card,
            Request: self._request,
            NextMsgid: self._next_msgid,
            AskPin: self._ask_pin,
            AskPassword: self._ask_password,
            Unlock: self._unlock,
            AskBankPin: self._ask_bank_pin,
            Draw: self._draw,
            Show: self._display,
            Record: self._record,
            Pause: self._pause,
        }

    async def start(self) -> tuple[Outcome, ...]:
        """Sign on and, once that is done, find out what became of every intent left open; the outcomes of all."""
        pending = self._journal.pending(self.site.dev_no)
        self._open = {intent.msgid for intent in pending}
        signed_on = await self.run(sign_on(self.site))
        left_open = pending if signed_on.result is Result.DONE else ()
        return signed_on, *[await self.run(recover(self.site, intent)) for intent in left_open]

    async def open_batch(self) -> Outcome:
        """Sign in at the bank (0800), so that its purchases are counted in a batch."""
        opened = await self.run(open_batch(self.site))
        self.site, self._of_batch = msgspec.structs.replace(self.site, bank_batch=opened.batch), []
        return opened.outcome

    async def close_day(self) -> Closed:
        """Close the bank's batch with what stands in it here."""
        batch = self.site.bank_batch
        closed = await self.run(close_day(self.site, batch, standing_of(self._of_batch, batch)))
        self._of_batch = []
        return closed

    async def serve(self, flow: Steps[_T]) -> _T:
        """Run a flow that talks to chips, and take the power from every one that it used, however the flow ended."""
        try:
            return await self.run(flow)
        finally:
            await self._take_the_power()

    async def run(self, flow: Steps[_T]) -> _T:
        """Run a flow that needs no card."""
        try:
            return await drive_async(flow, self._perform)
        finally:
            self.left_open = len(self._open)

    async def stop(self) -> None:
        """Hang up."""
        await self._host.aclose()

    async def _perform(self, effect: Effect) -> Any:
        return await self._performers[type(effect)](effect)

    async def _transmit(self, effect: Transmit) -> bytes:
        atr = self._atrs.get(effect.slot)
        if not (await self._power_on(effect.slot) if atr is None else atr):
            return NO_CARD
        try:
            return await self.readers[effect.slot].transmit(effect.apdu)
        except NoAnswerError:
            return NO_CARD

    async def _take_the_power(self) -> None:
        """Leave nothing of this visit's chips to the next one, even where this one was cut off."""
        slots = tuple(self._atrs)
        self._atrs.clear()
        with trio.CancelScope(shield=True):  # a reader ends every call in time
            for slot in slots:
                await self.readers[slot].power_off()

    async def _read_atr(self, effect: ReadAtr) -> bytes:
        atr = self._atrs.get(effect.slot)
        return await self._power_on(effect.slot) if atr is None else atr

    async def _power_on(self, slot: Slot) -> bytes:
        """Power a slot for this visit; what does not answer now is not asked again."""
        if slot not in self.readers:
            return NO_CARD
        try:
            self._atrs[slot] = await self.readers[slot].power_on()
        except NoAnswerError:
            self._atrs[slot] = NO_CARD
        return self._atrs[slot]

    async def _await_card(self, effect: AwaitCard) -> bool:
        self._atrs.pop(effect.slot, None)
        return await self._hands.move_card(effect.slot)

    async def _take_card(self, effect: TakeCard) -> bool:
        self._atrs.clear()
        return await self._hands.take_card(effect.issue)

    async def _request(self, effect: Request) -> Any:
        return await self._host.exchange(effect)

    async def _next_msgid(self, _: NextMsgid) -> str:
        self._sequence += 1
        return names.msgid(self.site.dev_no, self._clock(), self._sequence)

    async def _ask_pin(self, effect: AskPin) -> str:
        return await self._pin_pad.pin(effect.prompt)

    async def _ask_password(self, effect: AskPassword) -> bytes:
        return await self._pin_pad.password_block(effect.bank_card_no, same=effect.same)

    async def _unlock(self, effect: Unlock) -> bytes:
        return await self._pin_pad.phone_block(effect.password, effect.number)

    async def _ask_bank_pin(self, effect: AskBankPin) -> bytes:
        return await self._pin_pad.bank_pin_block(effect.pan, same=effect.same)

    async def _draw(self, effect: Draw) -> bytes:
        return self._random_bytes(effect.size)

    async def _display(self, effect: Show) -> None:
        self._show(effect.zh, effect.en)

    async def _record(self, effect: Record) -> None:
        if self.site.bank_batch and isinstance(effect.entry, PurchaseIntent | Resolution):
            self._of_batch.append(effect.entry)
        if self._journal.durable:  # a disk may take its time: only this terminal waits for it
            await trio.to_thread.run_sync(self._journal.append, self.site.dev_no, effect.entry)
        else:
            self._journal.append(self.site.dev_no, effect.entry)
        (self._open.discard if isinstance(effect.entry, Resolution) else self._open.add)(effect.entry.msgid)

    async def _pause(self, effect: Pause) -> None:
        await trio.sleep(effect.seconds)
