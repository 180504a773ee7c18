"""Many terminals at once: patients are admitted until a deadline or the last one, then the running visits end.

Closed: a terminal takes the next patient when it is free. One terminal's fault is reported and the others go on. A
visit that does not end within the drain is cut off and counted as unknown; its intent, if any, is in the journal.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import trio

from terminals.hands import SimulatedHands
from terminals.kernel.outcome import Result
from terminals.kernel.site import Pace, Site
from terminals.patients import Fingers, Patient, Patients
from terminals.pin_pad import SimulatedPinPad
from terminals.session_link import SessionLink
from terminals.tally import Tally
from terminals.terminal import Terminal
from terminals.visits import visit

DRAIN_S: Final = 30.0
"""How long running visits may take to end after the last admission."""


class Seat(NamedTuple):
    """A terminal with what a simulated patient touches."""

    terminal: Terminal
    host: SessionLink
    hands: SimulatedHands
    pin_pad: SimulatedPinPad


class WaitingRoom:
    """Hands each patient of a block, once, to a terminal of their place; who is passed over waits there."""

    def __init__(self, patients: Patients, indexes: Iterable[int]) -> None:
        self._coming = (patient for index in indexes if (patient := patients.patient(index)))
        self._waiting: defaultdict[tuple[str, str], deque[Patient]] = defaultdict(deque)

    def next(self, site: Site) -> Patient | None:
        """Return the next patient for a site; None when the block is used up."""
        waiting = self._waiting[site.city, site.kind]
        if waiting:
            return waiting.popleft()
        for patient in self._coming:
            if (patient.city, patient.kind) == (site.city, site.kind):
                return patient
            self._waiting[patient.city, patient.kind].append(patient)
        return None


class Fleet:
    """Runs seats over a waiting room; one that `closes_day` sells by card in a batch of the bank, and closes it."""

    def __init__(
        self, seats: Sequence[Seat], room: WaitingRoom, pace: Pace, tally: Tally, *, closes_day: bool = False
    ) -> None:
        self._seats = seats
        self._closes_day = closes_day
        self._room = room
        self._pace = pace
        self._tally = tally
        self._closed = False
        self._drain = trio.CancelScope()

    def close(self) -> None:
        """Admit nobody any more; running visits go on."""
        self._closed = True

    def give_up(self) -> None:
        """Cut running visits off."""
        self.close()
        self._drain.cancel()

    async def run(self, seconds: float, stop: trio.Event, drain_s: float = DRAIN_S) -> None:
        """Admit patients for `seconds` or until `stop`; return when every visit has ended or was cut off."""
        with self._drain:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._close_in_time, seconds, stop, drain_s)
                async with trio.open_nursery() as working:
                    for seat in self._seats:
                        working.start_soon(self._work, seat)
                nursery.cancel_scope.cancel()
        for seat in self._seats:
            self._tally.strays.update(seat.host.strays)

    async def _close_in_time(self, seconds: float, stop: trio.Event, drain_s: float) -> None:
        with trio.move_on_after(seconds):
            await stop.wait()
        self.close()
        await trio.sleep(drain_s)
        self.give_up()

    async def _work(self, seat: Seat) -> None:
        try:
            await self._serve_all(seat)
        except Exception as error:  # noqa: BLE001 - a terminal that fails is reported; the others go on
            self._tally.fail(error)
        finally:
            with trio.CancelScope(shield=True):
                await seat.terminal.stop()

    async def _serve_all(self, seat: Seat) -> None:
        signed_on, *recovered = await seat.terminal.start()
        self._tally.add(signed_on)
        for outcome in recovered:
            self._tally.recover(outcome)
        if signed_on.result is not Result.DONE:
            self._tally.refused(signed_on)
            return
        if self._closes_day:
            self._tally.add(await seat.terminal.open_batch())
        while not self._closed and (patient := self._room.next(seat.terminal.site)):
            await self._serve(seat, patient)
        if seat.terminal.site.bank_batch:
            self._tally.close(await seat.terminal.close_day())

    async def _serve(self, seat: Seat, patient: Patient) -> None:
        self._tally.patients += 1
        seat.hands.come(patient)
        seat.pin_pad.hand_to(Fingers(patient))
        try:
            self._tally.add(await seat.terminal.serve(visit(seat.terminal.site, patient, self._pace)))
        except trio.Cancelled:
            self._tally.cut()
            raise
        finally:
            seat.pin_pad.hand_to(None)
            seat.hands.leave()
