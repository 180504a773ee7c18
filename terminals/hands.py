"""The port to what the holder does with the card: puts it where it is wanted, takes a new one.

A real holder is waited for; the simulated one carries a chip of the population from place to place.
"""

from collections.abc import Mapping
from functools import partial
from typing import Final, Protocol

import trio

from cardsim.card import Card
from terminals.holder import Holder
from terminals.kernel.effects import Slot
from terminals.patients import Patient
from terminals.readers.reader import Reader, ReaderGoneError
from terminals.readers.simulated import SimulatedReader

PATIENCE_S: Final = 30.0
"""How long a terminal waits for somebody to move a card."""


class Hands(Protocol):
    """What the holder is asked to do; both answer whether the card lies there now."""

    async def move_card(self, slot: Slot) -> bool:
        """Put the card into a slot, wherever it is."""

    async def take_card(self, issue: int) -> bool:
        """Put the new card of a reissue where the old one lies."""


class Cards(Protocol):
    """Where the holders' cards come from: the card of an index, the issue-th that its holder was given."""

    def __call__(self, index: int, issue: int = 1) -> Card:
        """Return a card, the same one each time."""


class WaitingHands:
    """Somebody in front of real readers: the terminal can but wait, `patience_s` at most."""

    def __init__(self, readers: Mapping[Slot, Reader], patience_s: float = PATIENCE_S) -> None:
        self._readers = readers
        self._patience_s = patience_s

    async def move_card(self, slot: Slot) -> bool:
        """Wait for a card in a slot."""
        if slot not in self._readers:
            return False
        with trio.move_on_after(self._patience_s):
            return await self._came(self._readers[slot])
        return False

    async def take_card(self, issue: int) -> bool:  # noqa: ARG002 - which card it is, its holder and the host know
        """Wait for the old card to go and another to come, in the slot for local cards."""
        reader = self._readers.get(Slot.LOCAL)
        if reader is None:
            return False
        with trio.move_on_after(self._patience_s):
            await reader.wait_for_removal()
            return await self._came(reader)
        return False

    async def _came(self, reader: Reader) -> bool:
        try:
            await reader.wait_for_card()
        except ReaderGoneError:
            return False
        return True


class SimulatedHands:
    """A simulated patient's: puts the chips of a Holder into readers, each where it lies."""

    def __init__(self, readers: Mapping[Slot, SimulatedReader], cards: Cards, area: str) -> None:
        self.readers = readers
        self._cards = cards
        self._holder = Holder(area)

    def come(self, patient: Patient) -> None:
        """Begin a visit: the patient's card goes where the patient puts it."""
        cards = partial(self._cards, patient.index)
        self._holder.come(patient, cards(), cards)
        for slot in (self._holder.lies_in, Slot.SAM):
            self._insert(slot)

    def leave(self) -> None:
        """End it, and take the card away."""
        for slot in (self._holder.lies_in, Slot.SAM):
            self.readers[slot].remove()
        self._holder.leave()

    async def move_card(self, slot: Slot) -> bool:
        """Move the card; nobody has none."""
        if not self._holder.present or slot not in self.readers:
            return False
        self.readers[self._holder.lies_in].remove()
        self._holder.move(slot)
        self._insert(slot)
        return True

    async def take_card(self, issue: int) -> bool:
        """Replace the card by its holder's next one."""
        if not self._holder.present:
            return False
        self.readers[self._holder.lies_in].remove()
        taken = self._holder.take(issue)
        self._insert(self._holder.lies_in)
        return taken

    def _insert(self, slot: Slot) -> None:
        chip = self._holder.chip(slot)
        if chip is not None:
            self.readers[slot].insert(chip)
