"""What a fleet saw, as one value: counts by what happened, sums of what was settled, latencies.

The same words as the engine's own counters, so that client, engine and ledger can be compared. No card, person or
terminal is a key here.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from hdrh.histogram import HdrHistogram
from msgspec import Struct

from settlement.wire import names
from terminals.kernel.close_day import Closed
from terminals.kernel.outcome import Event, Outcome, Result
from terminals.sums import BY_ITSELF, BankSums, Settled, bank_sums_of, hexadecimal, outlived, tender_of

Counts = dict[str, dict[str, int]]
"""How many by name and outcome."""

LATENCY_US_MAX: Final = 600_000_000
LATENCY_DIGITS: Final = 3
MICROSECONDS: Final = 1_000_000
PERCENTILES: Final = (50.0, 90.0, 99.0)
SAMPLES_BEYOND: Final = 100
"""A percentile with fewer samples beyond it is not printed."""
FAULTS_KEPT: Final = 20


class FleetReport(Struct, frozen=True, kw_only=True):
    """The result of a fleet's run.

    `undone` were reversed; `unknown` are left in doubt (a bank leg as well), or were cut off or failed. `generations`
    counts visits by the card's, 0 where none was read, `tenders` what settled by how the rest was paid.
    `recovered` are intents of an earlier run whose outcome was found out, and which count for that run;
    `recovered_undone` of them were reversed, in this run's name.
    """

    opter_no: str
    terminals: int
    first: int
    patients: int
    seconds: float
    journal: str
    visits: Counts
    refusals: Counts
    events: dict[str, int]
    generations: dict[str, int]
    tenders: dict[str, int]
    messages: Counts
    strays: dict[str, int]
    settled: dict[str, Settled]
    bank: BankSums
    undone: int
    unknown: int
    stuck: int = 0
    """Intents in the journal, whenever they were made, whose undo the host refused: for a person (reconcile)."""
    batches: dict[str, int] = {}
    """Of the bank's days that were closed: how many were equal, unequal, or could not be closed."""
    recovered: int
    recovered_undone: int
    cut_off: int
    faults: tuple[str, ...]
    latency_us: dict[str, int]
    """Of a message from send to reply: percentiles that have enough samples beyond them, and the maximum."""

    @property
    def settlements(self) -> int:
        """Return how many settlements the host confirmed."""
        return sum(one.count for one in self.settled.values())

    @property
    def outlived(self) -> int:
        """Return how many messages were refused because of a chip's age."""
        return outlived(self.messages)

    @property
    def ok(self) -> bool:
        """Whether every visit ended, nothing is unknown or stuck, and no chip was older than the host knows it."""
        return not self.unknown and not self.stuck and not self.faults and not self.outlived


class Tally:
    """Adds outcomes up; one for a whole fleet."""

    def __init__(self) -> None:
        self.patients = self.undone = self.unknown = self.recovered = self.recovered_undone = self.cut_off = 0
        self.faults: list[str] = []
        self.strays: Counter[str] = Counter()
        self.events: Counter[Event] = Counter()
        self.batches: Counter[str] = Counter()
        self._generations: Counter[int] = Counter()
        self._tenders: Counter[str] = Counter()
        self._bank = BankSums()
        self._visits: Counter[tuple[str, str]] = Counter()
        self._refusals: Counter[tuple[str, str]] = Counter()
        self._messages: Counter[tuple[str, str]] = Counter()
        self._sums: dict[str, Counter[str]] = {}
        self._latencies = HdrHistogram(1, LATENCY_US_MAX, LATENCY_DIGITS)

    def add(self, outcome: Outcome) -> None:
        """Count one flow's end."""
        self._visits[outcome.flow, outcome.result] += 1
        self._messages.update(outcome.messages)
        self.events.update(outcome.events)
        if outcome.refusal:
            self._refusals[outcome.flow, outcome.refusal] += 1
        self.undone += outcome.result is Result.REVERSED
        self.unknown += outcome.result is Result.IN_DOUBT or Event.BANK_IN_DOUBT in outcome.events
        self._generations[outcome.generation] += outcome.flow not in BY_ITSELF
        self._bank = self._bank.plus(bank_sums_of(outcome))
        if outcome.result is Result.SETTLED:
            self._tenders[tender_of(outcome)] += 1
            self._settle(outcome)

    def recover(self, outcome: Outcome) -> None:
        """Count what became of an intent of an earlier run: its messages are ours, its settlement is not."""
        self._visits[outcome.flow, outcome.result] += 1
        self._messages.update(outcome.messages)
        self.recovered += outcome.result is not Result.IN_DOUBT
        self.recovered_undone += outcome.result is Result.REVERSED
        self.unknown += outcome.result is Result.IN_DOUBT

    def close(self, closed: Closed) -> None:
        """Count how a terminal's day at the bank was closed."""
        self.add(closed.outcome)
        unequal = "unequal" if closed.differs or closed.bank_has_fen else "equal"
        self.batches[unequal if closed.outcome.result is Result.DONE else "open"] += 1

    def cut(self) -> None:
        """Count a visit that was cut off: what it sent may have been settled."""
        self.cut_off += 1
        self.unknown += 1

    def fail(self, error: BaseException) -> None:
        """Count a terminal that failed, and keep the first few reasons."""
        self.unknown += 1
        self._keep(f"{type(error).__name__}: {error}")

    def refused(self, signed_on: Outcome) -> None:
        """Keep the reason of a terminal that could not sign on: it serves nobody, so nothing of it is unknown."""
        self._keep(f"a terminal could not sign on: {signed_on.refusal or signed_on.result}")

    def observe(self, seconds: float) -> None:
        """Record how long a reply took."""
        self._latencies.record_value(max(1, min(round(seconds * MICROSECONDS), LATENCY_US_MAX)))

    def visits(self) -> list[tuple[tuple[str, str], int]]:
        """Return how many flows ended by flow and result, as they stand now."""
        return [((str(flow), str(result)), count) for (flow, result), count in list(self._visits.items())]

    def report(self, **facts: Any) -> FleetReport:
        """Return all of it; `facts` are the fields that only the fleet knows."""
        return FleetReport(
            patients=self.patients,
            visits=table(self._visits),
            refusals=table(self._refusals),
            events={event.value: count for event, count in sorted(self.events.items())},
            generations={str(number): count for number, count in sorted(self._generations.items()) if count},
            tenders=dict(sorted(self._tenders.items())),
            messages=table(self._messages),
            strays=dict(sorted(self.strays.items())),
            settled={infno: _settled(sums) for infno, sums in sorted(self._sums.items())},
            bank=self._bank,
            undone=self.undone,
            unknown=self.unknown,
            batches=dict(sorted(self.batches.items())),
            recovered=self.recovered,
            recovered_undone=self.recovered_undone,
            cut_off=self.cut_off,
            faults=tuple(self.faults),
            latency_us=self._percentiles(),
            **facts,
        )

    def _keep(self, reason: str) -> None:
        if len(self.faults) < FAULTS_KEPT:
            self.faults.append(reason)

    def _settle(self, outcome: Outcome) -> None:
        sums = self._sums.setdefault(outcome.infno, Counter())
        sums["count"] += len(outcome.setl_ids)
        sums["fingerprint"] += sum(map(names.fingerprint, outcome.setl_ids))
        for field in Settled.__struct_fields__:
            if field.endswith("_fen"):
                sums[field] += getattr(outcome.amounts, field)

    def _percentiles(self) -> dict[str, int]:
        total = self._latencies.get_total_count()
        said = {
            f"p{percentile:g}": self._latencies.get_value_at_percentile(percentile)
            for percentile in PERCENTILES
            if total * (100 - percentile) / 100 >= SAMPLES_BEYOND
        }
        return {**said, "max": self._latencies.get_max_value()} if total else {}


def table(counts: Mapping[tuple[str, str], int]) -> Counts:
    """Return pair counts as a table, sorted by name and outcome."""
    rows: Counts = {}
    for (name, outcome), count in sorted(counts.items()):
        rows.setdefault(str(name), {})[str(outcome)] = count
    return rows


def _settled(sums: Mapping[str, int]) -> Settled:
    money = {field: sums[field] for field in Settled.__struct_fields__ if field.endswith("_fen")}
    return Settled(count=sums["count"], fingerprint=hexadecimal(sums["fingerprint"]), **money)
