"""What one load process saw, in a form that travels and adds up.

A visit is recorded once, at its end, from its outcome and the times of its messages; what a client claims to have
settled is recorded beside the latencies, since the gate compares it with the engine and the ledger. No card, person
or terminal is ever a key here.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from msgspec import Struct

from loadtests.openload import histograms
from loadtests.openload.health import Health
from loadtests.openload.histograms import Encoded, Latencies
from loadtests.openload.outcomes import Arrivals, Counts, Tally
from settlement.wire import names
from settlement.wire.bank import PURCHASE
from terminals.kernel.exchange import UNJUDGED
from terminals.kernel.outcome import Event, Outcome, Result
from terminals.sums import (
    BY_ITSELF,
    BankSums,
    Settled,
    added,
    bank_sums_of,
    hexadecimal,
    outlived,
    tender_of,
)

MICROSECONDS: Final = 1e6
FAULT: Final = "FAULT"
"""The outcome of a visit that met a fault of ours; its text is kept."""
FAULTS_KEPT: Final = 5
NOTHING: Final = (0,) * len(Settled.__struct_fields__)
"""The sums before the first settlement."""
ERRORS: Final = frozenset({Result.NO_ANSWER, Result.IN_DOUBT, Result.REVERSED, FAULT})
"""Ends of a visit that no patient asked for, besides refusals at the envelope or of a busy host (UNJUDGED)."""


class Span(NamedTuple):
    """When something began and ended, in seconds of the process's monotonic clock."""

    began_s: float
    ended_s: float


class Visit(NamedTuple):
    """One served patient: the outcome, the spans of the requests that it names, in order, and the time for thought."""

    outcome: Outcome
    span: Span
    messages: tuple[Span, ...]
    thought_s: float


class Report(Struct, frozen=True):
    """Everything that one process, or several merged, can say so far."""

    arrivals: Arrivals = Arrivals()
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
    health: tuple[Health, ...] = ()
    faults: tuple[str, ...] = ()
    finished: bool = False
    elapsed_s: float = 0.0
    failure: str = ""
    """Why the run could not be carried out at all, in a sentence."""

    @property
    def errors(self) -> int:
        """Return how many arrivals ended as nobody asked for, the dropped among them."""
        ended = (
            count
            for flow, outcomes in self.visits.items()
            for end, count in outcomes.items()
            if end in ERRORS and flow not in BY_ITSELF
        )
        ours = (count for codes in self.refusals.values() for code, count in codes.items() if code in UNJUDGED)
        in_doubt = self.events.get(Event.BANK_IN_DOUBT, 0)
        lost = self.arrivals.dropped + self.arrivals.unfinished
        return sum(ended) + sum(ours) + in_doubt + outlived(self.messages) + lost


class Recorder:
    """Records the visits of one process. Times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self.latencies = Latencies()
        self.lag = histograms.blank()
        self.scheduled = self.sent = self.completed = self.late = self.dropped = 0
        self.undone = self.left_open = 0
        self._visits, self._messages, self._refusals = Tally(), Tally(), Tally()
        self._events, self._strays = Tally(), Tally()
        self._generations, self._tenders = Tally(), Tally()
        self._bank = BankSums()
        self._settled: dict[str, list[int]] = {}
        self._faults: list[str] = []

    def end(self, visit: Visit, due_s: float) -> None:
        """Record a measured visit, without its think times; its first message bears the delay of its start."""
        outcome, (began_s, ended_s) = visit.outcome, visit.span
        self.count(outcome)
        delay_s = began_s - due_s
        self._latency(outcome.flow, outcome.result, ended_s - began_s - visit.thought_s, delay_s)
        for (infno, its_outcome), span in zip(outcome.messages, visit.messages, strict=True):
            self._latency(infno, its_outcome, span.ended_s - span.began_s, delay_s)
            delay_s = 0.0

    def count(self, outcome: Outcome) -> None:
        """Count a visit or a sign-on without measuring it."""
        self._visits.add(outcome.flow, outcome.result)
        for infno, its_outcome in outcome.messages:
            self._messages.add(infno, its_outcome)
        for event in outcome.events:
            self._events.add("", event)
        if outcome.refusal:
            self._refusals.add(outcome.flow, outcome.refusal)
        self.undone += outcome.result is Result.REVERSED and outcome.infno != PURCHASE
        if outcome.flow not in BY_ITSELF:
            self._generations.add("", str(outcome.generation))
        if outcome.response_code or Event.BANK_REVERSED in outcome.events:
            self._bank = self._bank.plus(bank_sums_of(outcome))
        if outcome.result is Result.SETTLED:
            self._tenders.add("", tender_of(outcome))
            sums = self._settled.get(outcome.infno, NOTHING)
            self._settled[outcome.infno] = [one + more for one, more in zip(sums, _sums(outcome), strict=True)]

    def stray(self, kind: str) -> None:
        """Count a reply that nobody waits for (any more)."""
        self._strays.add("", kind)

    def fault(self, flow: str, error: BaseException) -> None:
        """Count a visit that ended in a fault of ours, and keep the first few texts."""
        self._visits.add(flow, FAULT)
        if len(self._faults) < FAULTS_KEPT:
            self._faults.append(f"{flow}: {type(error).__name__}: {error}")

    def _latency(self, name: str, outcome: str, took_s: float, delay_s: float) -> None:
        sent_us = took_s * MICROSECONDS
        self.latencies.record(name, outcome, intended_us=sent_us + delay_s * MICROSECONDS, sent_us=sent_us)

    def report(self, *, cpu_share: float, elapsed_s: float = 0.0, finished: bool = False, failure: str = "") -> Report:
        """Return all of it, frozen."""
        return Report(
            arrivals=Arrivals(self.scheduled, self.sent, self.completed, self.late, self.dropped),
            visits=self._visits.counts(),
            messages=self._messages.counts(),
            refusals=self._refusals.counts(),
            events=self._events.counts().get("", {}),
            strays=self._strays.counts().get("", {}),
            settled={infno: _settled(*sums) for infno, sums in self._settled.items()},
            bank=self._bank,
            undone=self.undone,
            left_open=self.left_open,
            generations=self._generations.counts().get("", {}),
            tenders=self._tenders.counts().get("", {}),
            latencies=self.latencies.encoded(),
            health=(Health(histograms.encode(self.lag), cpu_share),),
            faults=tuple(self._faults),
            finished=finished,
            elapsed_s=elapsed_s,
            failure=failure,
        )


def _sums(outcome: Outcome) -> tuple[int, ...]:
    """Return what a visit adds to each field of Settled, the fingerprint as a number."""
    amounts = outcome.amounts
    return (
        len(outcome.setl_ids),
        amounts.medfee_sumamt_fen,
        amounts.fund_pay_sumamt_fen,
        amounts.acct_pay_fen,
        amounts.psn_cash_pay_fen,
        sum(map(names.fingerprint, outcome.setl_ids)),
    )


def _settled(count: int, medfee: int, fund: int, account: int, cash: int, fingerprint: int) -> Settled:
    return Settled(count, medfee, fund, account, cash, hexadecimal(fingerprint))


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
        health=tuple(health for report in every for health in report.health),
        faults=tuple(fault for report in every for fault in report.faults)[:FAULTS_KEPT],
        finished=all(report.finished for report in every),
        elapsed_s=max((report.elapsed_s for report in every), default=0.0),
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
