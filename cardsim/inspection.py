"""A card as its owner in the laboratory sees it: counters and states, read from memory without spending anything.

Never a secret: neither the PIN nor a key appears here.
"""

import msgspec

from cardsim.card import Card
from cardsim.social_security.key_plan import KEYS, REMOTE
from cardsim.social_security.layout import BLOCKED, PIN_TRIES, PIN_VALUE


class KeyStatus(msgspec.Struct, frozen=True):
    """One key that EXTERNAL AUTHENTICATE may name."""

    name: str
    word: str
    directory: str
    identifier: str
    version: int
    tries_left: int
    locked: bool


class CardStatus(msgspec.Struct, frozen=True):
    """What has become of a card. `pin` is initial, changed or locked."""

    pin: str
    pin_tries_left: int
    pin_locks: int
    keys: tuple[KeyStatus, ...]
    remote_key_locked: bool
    application_blocked: bool


def status(card: Card) -> CardStatus:
    """Return the state of a social security card, powered or not."""
    memory = card.memory
    tries, opened = memory.read(PIN_TRIES)
    changed = memory.read(PIN_VALUE) != memory.issued(PIN_VALUE)
    left = {key.reference: memory.read(key.tries_cell)[0] for key in KEYS}
    return CardStatus(
        pin="locked" if tries == 0 else "changed" if changed else "initial",
        pin_tries_left=tries,
        pin_locks=opened + (tries == 0),
        keys=tuple(
            KeyStatus(
                name=key.name,
                word=key.word,
                directory=f"{key.directory:04X}",
                identifier=f"{key.identifier:02X}",
                version=key.versions[0],
                tries_left=left[key.reference],
                locked=left[key.reference] == 0,
            )
            for key in KEYS
        ),
        remote_key_locked=left[REMOTE.reference] == 0,
        application_blocked=memory.read(BLOCKED) != memory.issued(BLOCKED),
    )
