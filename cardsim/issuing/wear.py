"""What holders did to a card before it is looked at: wear of counters, and nothing else."""

from cardsim.card import Card
from cardsim.issuing.card_profiles import Worn
from cardsim.memory import Memory
from cardsim.social_security.key_plan import REMOTE, TRIES_MAX
from cardsim.social_security.layout import PIN_TRIES
from cardsim.tries import TryCounter


def wear(card: Card, worn: Worn) -> None:
    """Take all tries of the PIN or of the key for other cities away; nothing for a card that is as issued."""
    if worn:
        _counters(card.memory)[worn].block()


def _counters(memory: Memory) -> dict[Worn, TryCounter]:
    return {
        "pin_locked": TryCounter(memory, PIN_TRIES, memory.issued(PIN_TRIES)[0]),
        "key_locked": TryCounter(memory, REMOTE.tries_cell, TRIES_MAX),
    }
