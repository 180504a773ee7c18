"""What became of the arrivals: nothing leaves the plan without a count.

    scheduled = sent + dropped + waiting        sent = completed + running

`late` are among the sent. An arrival is dropped when no place was free for it within its bound: it is an error of the
run, never a smaller load. Counts of processes add up.
"""

from collections import Counter
from collections.abc import Mapping

from msgspec import Struct


class Arrivals(Struct, frozen=True):
    """The fate of the arrivals of one process, or of several added up."""

    scheduled: int = 0
    sent: int = 0
    completed: int = 0
    late: int = 0
    dropped: int = 0

    def __add__(self, other: "Arrivals") -> "Arrivals":
        return Arrivals(*(getattr(self, name) + getattr(other, name) for name in self.__struct_fields__))

    @property
    def unfinished(self) -> int:
        """Return how many began and never ended."""
        return self.sent - self.completed


Counts = dict[str, dict[str, int]]
"""How many by name and outcome."""


class Tally:
    """Counts how often each name ended in each outcome."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, name: str, outcome: str, count: int = 1) -> None:
        """Count one more, or `count` more."""
        self._counts[name, outcome] += count

    def merge(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Add what another process counted."""
        for name, outcomes in counts.items():
            for outcome, count in outcomes.items():
                self.add(name, outcome, count)

    def counts(self) -> Counts:
        """Return the counts, sorted by name and outcome."""
        table: Counts = {}
        for (name, outcome), count in sorted(self._counts.items()):
            table.setdefault(name, {})[outcome] = count
        return table
