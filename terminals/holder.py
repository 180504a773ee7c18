"""Whoever holds a card at a terminal: where it lies, which of their cards it is, and whose security module is there.

A plain value that changes: no reader, no loop. What moves chips between readers (trio) and what talks to them directly
(a load process) both ask here which chip is in a slot.
"""

from collections.abc import Callable

from cardsim.card import Card
from cardsim.interface import Interface
from cardsim.presentable import HeldToAntenna, Presentable
from cardsim.psam import psam
from terminals.kernel.effects import Slot
from terminals.patients import Patient

NextCard = Callable[[int], Card | None]
"""Gives the card of an issue to the patient who is being served; None where there is none to be had."""


class Holder:
    """The one who stands at a terminal, or nobody.

    Whoever set the terminal up has put a module of `area` into it, unless the patient's story has another one there.
    """

    def __init__(self, area: str) -> None:
        self._area = area
        self._modules: dict[str, Card] = {}
        self._card: Card | None = None
        self._next_card: NextCard | None = None
        self._module_area = ""
        self.lies_in = Slot.LOCAL

    @property
    def present(self) -> bool:
        """Whether somebody with a card is here."""
        return self._card is not None

    def come(self, patient: Patient, card: Card, next_card: NextCard | None) -> None:
        """Begin a visit: the card goes where the patient puts it."""
        self._card, self.lies_in, self._next_card = card, patient.lies_in, next_card
        self._module_area = patient.module_area or self._area

    def leave(self) -> None:
        """Take the card away."""
        self._card = self._next_card = None

    def move(self, slot: Slot) -> bool:
        """Put the card into a slot; nobody has none."""
        self.lies_in = slot
        return self.present

    def take(self, issue: int) -> bool:
        """Put the holder's next card where the last one lay; where there is none to be had, there is none."""
        self._card = self._next_card(issue) if self._next_card else None
        return self.present

    def chip(self, slot: Slot) -> Presentable | None:
        """Return what lies in a slot; an antenna finds no card that has contacts only."""
        if slot is Slot.SAM:
            return self._module(self._module_area) if self.present else None
        if self._card is None or slot is not self.lies_in:
            return None
        if slot is not Slot.TAP:
            return self._card
        return HeldToAntenna(self._card) if Interface.CONTACTLESS in self._card.interfaces else None

    def _module(self, area: str) -> Card:
        if area not in self._modules:
            self._modules[area] = psam(area)
        return self._modules[area]
