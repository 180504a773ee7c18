"""What a card can do where: generation by interface, as one table and nothing else.

First cards had contacts and a magnetic stripe for the bank; the second put the bank on the chip; the third added the
antenna, over which both applications work. A card with contacts only gives no sign of itself in a field.
"""

from enum import StrEnum
from typing import Final

from terminals.kernel.effects import Slot


class Use(StrEnum):
    """An application on the chip."""

    SOCIAL_SECURITY = "social security"
    DEBIT = "debit"


SILENT: Final[frozenset[Use]] = frozenset()
CONTACT: Final = {1: frozenset({Use.SOCIAL_SECURITY}), 2: frozenset(Use), 3: frozenset(Use)}
CONTACTLESS: Final = {1: SILENT, 2: SILENT, 3: frozenset(Use)}
"""By generation."""


def uses(generation: int, slot: Slot) -> frozenset[Use]:
    """Return what a card of a generation can be used for in a slot."""
    return (CONTACTLESS if slot is Slot.TAP else CONTACT).get(generation, SILENT)
