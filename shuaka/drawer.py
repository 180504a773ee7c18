"""The cards of a run: each in the state in which the last run left it, and kept for the next.

A card lives in one process, so one drawer is enough. Without a file every card is fresh from its issuer.
"""

from pathlib import Path

from cardsim import chips
from cardsim.card import Card
from cardsim.chips import FIRST_UNTOUCHED, Kept
from cardsim.issuing.population import Population


class Drawer:
    """Gives out cards by index, and knows what has become of them.

    Raises chips.ChipsError for a file of others' cards, or of which one card is damaged: before the run, not in it.
    """

    def __init__(self, people: Population, file: Path | None) -> None:
        self._people = people
        self._file = file
        self._kept = {} if file is None else chips.load(file, people.seed, people.size)
        self._given: dict[int, tuple[int, Card]] = {}  # with the issue of each
        for index in self._kept:
            self._restored(index)

    def card(self, index: int, issue: int = 1) -> Card:
        """Return a person's card, the same one each time; a later issue than the last replaces it, for good."""
        last, card = self._given.get(index) or self._restored(index)
        if issue > last:
            last, card = issue, self._people.card(index, issue)
        self._given[index] = last, card
        return card

    def _restored(self, index: int) -> tuple[int, Card]:
        kept = self._kept.get(index, FIRST_UNTOUCHED)
        try:
            card = self._people.card(index, kept.issue)
            if kept.image:
                card.restore(kept.image)
        except (IndexError, ValueError) as error:  # MemoryImageError is one
            raise chips.ChipsError(f"{self._file} is damaged at card {index}: {error}") from None
        return kept.issue, card

    def put_back(self) -> None:
        """Write what has changed to the file, if there is one."""
        if self._file is None:
            return
        touched = {index: Kept(issue, card.image()) for index, (issue, card) in self._given.items()}
        chips.save(self._file, self._people.seed, self._people.size, {**self._kept, **touched})
