"""What a load process has to say of a run, in a form that travels, adds up, and stands in the result.

A report is frozen; those of several processes merge into what one process would have seen, and nothing is averaged. No
card, person or terminal is ever a key here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from loadtests.evidence import platform_time
from loadtests.evidence.platform_time import PlatformTime
from loadtests.openload import intervals
from loadtests.openload.health import Health
from loadtests.openload.intervals import Interval
from loadtests.openload.latencies import Encoded, Latencies
from loadtests.openload.outcomes import Arrivals, Counts, Tally
from terminals.kernel.exchange import UNJUDGED
from terminals.kernel.outcome import Event, Outcome, Result
from terminals.sums import BY_ITSELF, BankSums, Settled, added, outlived

FAULT: Final = "FAULT"
"""The outcome of a visit that met a fault of ours; its text is kept."""
FAULTS_KEPT: Final = 5
ERRORS: Final = frozenset({Result.NO_ANSWER, Result.IN_DOUBT, Result.STUCK, Result.REVERSED, FAULT})
"""Ends of a visit that no patient asked for, besides refusals at the envelope or of a busy host (UNJUDGED)."""


class Unmeasured(Struct, frozen=True):
    """Arrivals due where nothing is measured: in the warm-up, or around a fault that is not. They are counted apart.

    `bad` are those of the completed that ended as nobody asked for.
    """

    scheduled: int = 0
    completed: int = 0
    bad: int = 0

    def __add__(self, other: "Unmeasured") -> "Unmeasured":
        return Unmeasured(self.scheduled + other.scheduled, self.completed + other.completed, self.bad + other.bad)

    @property
    def errors(self) -> int:
        """Return how many ended as nobody asked for, or never."""
        return self.bad + self.scheduled - self.completed


class Report(Struct, frozen=True):
    """Everything that one process, or several merged, can say so far.

    Only a finished process tells its whole `series`; until then `latest` is its last closed interval, and a step's
    latencies may be some seconds old.
    """

    arrivals: Arrivals = Arrivals()
    achieved: int = 0
    """Visits that ended while arrivals came."""
    unmeasured: Unmeasured = Unmeasured()
    visits: Counts = {}
    messages: Counts = {}
    refusals: Counts = {}
    events: dict[str, int] = {}
    strays: dict[str, int] = {}
    settled: dict[str, Settled] = {}
    bank: BankSums = BankSums()
    undone: int = 0
    """Settlements whose outcome was unknown and that were reversed."""
    left_open: int = 0
    """Intents in the journal whose outcome nobody could find out before the end."""
    generations: dict[str, int] = {}
    tenders: dict[str, int] = {}
    latencies: tuple[Encoded, ...] = ()
    platform: tuple[PlatformTime, ...] = ()
    series: tuple[Interval, ...] = ()
    latest: Interval | None = None
    health: tuple[Health, ...] = ()
    faults: tuple[str, ...] = ()
    happened: dict[str, int] = {}
    """How often each fault that was planned did something, by its text."""
    finished: bool = False
    elapsed_s: float = 0.0
    aborted: str = ""
    """What ended the arrivals before their time, in a sentence: a target's rule, or the loss of a load process."""
    failure: str = ""
    """Why the run could not be carried out at all, in a sentence."""

    @property
    def errors(self) -> int:
        """Return how many arrivals of the whole run ended as nobody asked for, the dropped among them."""
        lost = self.arrivals.dropped + self.arrivals.unfinished
        return bad_ends(self.visits, self.refusals, self.events, self.messages) + lost

    @property
    def measured_errors(self) -> int:
        """Return how many of these were due where it is measured: what a share of errors bounds."""
        return max(self.errors - self.unmeasured.errors, 0)  # of a run under way some wait, and are no errors yet

    @property
    def measured_arrivals(self) -> int:
        """Return how many arrivals they are of."""
        return self.arrivals.scheduled - self.unmeasured.scheduled


def bad_ends(visits: Counts, refusals: Counts, events: Mapping[str, int], messages: Counts) -> int:
    """Return how many of those who were served ended as nobody asked for."""
    ended = (
        count
        for flow, outcomes in visits.items()
        for end, count in outcomes.items()
        if end in ERRORS and flow not in BY_ITSELF
    )
    ours = (count for codes in refusals.values() for code, count in codes.items() if code in UNJUDGED)
    return (
        sum(ended)
        + sum(ours)
        + events.get(Event.BANK_IN_DOUBT, 0)
        + events.get(Event.BANK_STUCK, 0)
        + outlived(messages)
    )


def bad_ends_of(outcome: Outcome) -> int:
    """Return what one visit adds to them."""
    messages = Tally()
    for infno, end in outcome.messages:
        messages.add(infno, end)
    visits, refusals = {outcome.flow: {str(outcome.result): 1}}, {outcome.flow: {outcome.refusal: 1}}
    return bad_ends(visits, refusals, Counter(outcome.events), messages.counts())


def plus(one: Settled, other: Settled) -> Settled:
    """Return the settlements of both; fingerprints add up modulo 2^64."""
    return Settled(
        one.count + other.count,
        one.medfee_sumamt_fen + other.medfee_sumamt_fen,
        one.fund_pay_sumamt_fen + other.fund_pay_sumamt_fen,
        one.acct_pay_fen + other.acct_pay_fen,
        one.psn_cash_pay_fen + other.psn_cash_pay_fen,
        added(one.fingerprint, other.fingerprint),
    )


def merge(reports: Iterable[Report]) -> Report:
    """Return the reports of several processes as one; histograms are merged, nothing is averaged."""
    every = list(reports)
    settled: dict[str, Settled] = {}
    bank = BankSums()
    for report in every:
        bank = bank.plus(report.bank)
        for infno, one in report.settled.items():
            settled[infno] = plus(settled.get(infno, Settled()), one)
    return Report(
        arrivals=sum((report.arrivals for report in every), Arrivals()),
        achieved=sum(report.achieved for report in every),
        unmeasured=sum((report.unmeasured for report in every), Unmeasured()),
        visits=_added(report.visits for report in every),
        messages=_added(report.messages for report in every),
        refusals=_added(report.refusals for report in every),
        events=_added({"": report.events} for report in every).get("", {}),
        strays=_added({"": report.strays} for report in every).get("", {}),
        settled=settled,
        bank=bank,
        undone=sum(report.undone for report in every),
        left_open=sum(report.left_open for report in every),
        generations=_added({"": report.generations} for report in every).get("", {}),
        tenders=_added({"": report.tenders} for report in every).get("", {}),
        latencies=merged_latencies(every).encoded(),
        platform=platform_time.merged(report.platform for report in every),
        series=intervals.merge(report.series for report in every),
        latest=next(iter(intervals.merge([report.latest] for report in every if report.latest)[-1:]), None),
        health=tuple(health for report in every for health in report.health),
        faults=tuple(fault for report in every for fault in report.faults)[:FAULTS_KEPT],
        happened=_added({"": report.happened} for report in every).get("", {}),
        finished=bool(every) and all(report.finished for report in every),
        elapsed_s=max((report.elapsed_s for report in every), default=0.0),
        aborted=next((report.aborted for report in every if report.aborted), ""),
        failure=next((report.failure for report in every if report.failure), ""),
    )


def merged_latencies(reports: Iterable[Report]) -> Latencies:
    """Return the latencies of several processes as one."""
    latencies = Latencies()
    for report in reports:
        latencies.add(report.latencies)
    return latencies


def _added(tables: Iterable[Counts]) -> Counts:
    tally = Tally()
    for table in tables:
        tally.merge(table)
    return tally.counts()
