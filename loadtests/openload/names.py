"""Which known name somebody meant who wrote another: the one that is like it; where none is, nobody guesses. Pure."""

from collections.abc import Collection
from difflib import get_close_matches
from typing import Final

ALIKE: Final = 0.6
"""How much of two names must be the same, at least, for one to be meant by the other."""


def nearest(name: str, known: Collection[str]) -> str | None:
    """Return the known name that is most like this one, two swapped characters before any other; None where none is.

    >>> nearest("2012", ("2102", "3202")), nearest("nosuch", ("smoke", "soak"))
    ('2102', None)
    """
    close = get_close_matches(name, known, n=max(len(known), 1), cutoff=ALIKE)
    swaps = {name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :] for at in range(len(name))}
    return next(iter((*(one for one in close if one in swaps), *close)), None)


def among(name: str, known: Collection[str]) -> str:
    """Say which of the known names is the nearest, or only what they are.

    >>> among("opened", ("open", "closed")), among("both", ("open", "closed"))
    ('the nearest of open, closed is open', 'known are open, closed')
    """
    near, every = nearest(name, known), ", ".join(known)
    return f"known are {every}" if near is None else f"the nearest of {every} is {near}"
