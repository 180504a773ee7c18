"""What a check is, as data: its name, what it leans on, what it may do to a card, and which cards it is about.

Whether a check runs is decided here, from the check and the card alone. What a check does is its flow.
"""

from collections.abc import Callable, Collection
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

from terminals.laboratory.effects import Steps
from terminals.laboratory.subject import Subject

Run = Callable[[Subject], Steps[None]]


class Group(NamedTuple):
    """A chapter of the report."""

    key: str
    en: str
    zh: str


class Harm(IntEnum):
    """What a check may do to a card, from nothing to the worst."""

    NONE = 0
    PROBES = 1
    COUNTS = 2
    TRIES = 3
    WRITES = 4
    LOCKS = 5
    ENDS = 6


HARM_WORDS: Final = {
    Harm.NONE: "reads",
    Harm.PROBES: "sends what a card may take for something else",
    Harm.COUNTS: "counts a transaction up, for ever",
    Harm.TRIES: "spends tries and gives them back",
    Harm.WRITES: "writes",
    Harm.LOCKS: "locks the PIN and opens it again",
    Harm.ENDS: "leaves a card that is no good any more",
}


class Need(StrEnum):
    """What a check cannot do without; the value is why it was not run."""

    SAM = "no security module: --sam software:CITY"
    PIN = "the PIN of this card is not known"
    COPIES = "only on a simulated card, of which a fresh copy is broken each time"
    BANK_KEYS = "the bank's keys for this card are not known"


class Interfaces(StrEnum):
    """Where a check applies."""

    BOTH = "both interfaces"
    CONTACT = "contact"
    CONTACTLESS = "contactless"


class Verdict(StrEnum):
    """What came of a check."""

    PASS = "PASS"  # noqa: S105 - a verdict
    FAIL = "FAIL"
    NOT_APPLICABLE = "NOT APPLICABLE"
    NOT_RUN = "NOT RUN"


EVERY_GENERATION: Final = frozenset({1, 2, 3})
ANY_CARD: Final = EVERY_GENERATION | {0}
"""Also one that is no social security card, or does not say of which generation it is."""


class Check(NamedTuple):
    """One check. `basis` is the clause it corresponds to; `after` names checks whose passing it builds on."""

    name: str
    group: Group
    en: str
    zh: str
    basis: str
    run: Run
    harm: Harm = Harm.NONE
    generations: frozenset[int] = EVERY_GENERATION
    interfaces: Interfaces = Interfaces.BOTH
    needs: frozenset[Need] = frozenset()
    debit: bool = False
    after: tuple[str, ...] = ()


def why_not_applicable(check: Check, subject: Subject) -> str:
    """Return why a check is not about this card; nothing if it is."""
    if subject.generation not in check.generations:
        wanted = ", ".join(map(str, sorted(check.generations)))
        return f"for generation {wanted}; this card is of {subject.generation or 'an unknown one'}"
    interface = Interfaces.CONTACTLESS if subject.contactless else Interfaces.CONTACT
    if check.interfaces not in {Interfaces.BOTH, interface}:
        return f"for the {check.interfaces} interface; the card is read over the {interface} one"
    if check.debit and not subject.debit:
        return "the card has no debit application"
    return ""


def why_not_run(check: Check, subject: Subject, passed: Collection[str], *, destructive: bool) -> str:
    """Return why a check that is about this card is left out; nothing if it runs."""
    words = HARM_WORDS[check.harm]
    if Need.COPIES in check.needs and not subject.copies:
        return Need.COPIES.value  # first: nothing that anybody may allow helps
    if check.harm > Harm.NONE and not (subject.ours or destructive):
        return f"the card is not ours, and this check {words} (--destructive)"
    if check.harm >= Harm.LOCKS and not (subject.copies or destructive):
        return f"there is only this one card, and this check {words} (--destructive)"
    for need, given in _given(subject).items():
        if need in check.needs and not given:
            return need.value
    missing = [name for name in check.after if name not in passed]
    return f"builds on {', '.join(missing)}, which did not pass" if missing else ""


def _given(subject: Subject) -> dict[Need, bool]:
    return {Need.SAM: subject.sam, Need.PIN: subject.pin is not None, Need.BANK_KEYS: subject.ours}
