"""The cards of a run: each in the state in which the last run left it, and kept for the next.

A card lives in one process, so one drawer is enough. Without a file every card is fresh from its issuer.
"""

from pathlib import Path

from cardsim import chips
from cardsim.card import Card
from cardsim.memory import MemoryImageError
from cardsim.population import Population


class Drawer:
    """Gives out cards by index, and knows what has become of them.

    Raises chips.ChipsError for a file of others' cards, or of which one card is damaged: before the run, not in it.
    """

    def __init__(self, people: Population, file: Path | None) -> None:
        self._people = people
        self._file = file
        self._images = {} if file is None else chips.load(file, people.seed, people.size)
        self._given: dict[int, Card] = {}
        for index in self._images:
            self._restored(index)

    def card(self, index: int) -> Card:
        """Return a person's card, the same one each time."""
        if index not in self._given:
            self._given[index] = self._restored(index)
        return self._given[index]

    def _restored(self, index: int) -> Card:
        try:
            card = self._people.card(index)
            card.restore(self._images.get(index, b""))
        except (IndexError, MemoryImageError) as error:
            raise chips.ChipsError(f"{self._file} is damaged at card {index}: {error}") from None
        return card

    def put_back(self) -> None:
        """Write what has changed to the file, if there is one."""
        if self._file is None:
            return
        touched = {index: card.image() for index, card in self._given.items()}
        chips.save(self._file, self._people.seed, self._people.size, {**self._images, **touched})
