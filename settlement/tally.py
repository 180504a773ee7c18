"""What was answered, counted by operator, transaction and outcome: the engine's own witness of a run.

It counts since the engine started, after the commit and before anybody can ask. Memory is bounded: operators beyond
OPERATORS_MAX are counted together, and a transaction code that is none of ours has one name.
"""

from collections import Counter
from typing import Final, NamedTuple

from settlement.engine.arrival import Password
from settlement.wire.codes import KINDS

OPERATORS_MAX: Final = 1024
OTHERS: Final = "(others)"
"""The name of every operator that came after OPERATORS_MAX of them."""
UNKNOWN: Final = "(unknown)"
"""The name of every transaction code that is not in the list."""

APPROVED: Final = "approved"
REPLAYED: Final = "replayed"


class Outcome(NamedTuple):
    """How one request ended. `seconds` is from its last byte to its reply; `password` what became of the local one."""

    gateway: str
    opter_no: str
    infno: str
    refusal: str
    replayed: bool
    password: Password
    seconds: float

    @property
    def name(self) -> str:
        """Return what to count it as: approved, replayed or the refusal's code."""
        return REPLAYED if self.replayed else self.refusal or APPROVED


class Tally:
    """Counts outcomes."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[tuple[str, str]]] = {}

    def answered(self, outcome: Outcome) -> None:
        """Count one."""
        counts = self._counts.get(outcome.opter_no)
        if counts is None:
            opter_no = outcome.opter_no if len(self._counts) < OPERATORS_MAX else OTHERS
            counts = self._counts.setdefault(opter_no, Counter())
        counts[outcome.infno if outcome.infno in KINDS else UNKNOWN, outcome.name] += 1

    def of(self, opter_no: str = "") -> dict[str, dict[str, int]]:
        """Return {infno: {outcome: count}} of one operator, or of all."""
        asked = [self._counts.get(opter_no, Counter())] if opter_no else list(self._counts.values())
        counted: dict[str, dict[str, int]] = {}
        for (infno, name), count in sorted(sum(asked, Counter[tuple[str, str]]()).items()):
            counted.setdefault(infno, {})[name] = count
        return counted
