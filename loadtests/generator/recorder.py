"""What one load process sees, visit by visit.

A visit is recorded once, at its end, from its outcome and the times of its messages: a histogram for each flow, step
and outcome, and a series over time. What a client claims to have settled is recorded beside the latencies, since the
gate compares it with the engine and the ledger. No card, person or terminal is ever a key here.
"""

import math
from traceback import extract_tb
from typing import Final, NamedTuple

from loadtests.evidence.platform_time import PlatformTimes
from loadtests.evidence.testimony import FAULT, FAULTS_KEPT, Report, Unmeasured, bad_ends, bad_ends_of
from loadtests.openload import histograms
from loadtests.openload.health import Health
from loadtests.openload.intervals import Series, Totals
from loadtests.openload.latencies import Latencies
from loadtests.openload.outcomes import Arrivals, Tally
from loadtests.workload.subjects import SERVED
from settlement.wire import names
from settlement.wire.bank import PURCHASE
from terminals.kernel.outcome import Event, Outcome, Result
from terminals.sums import BY_ITSELF, BankSums, Settled, bank_sums_of, hexadecimal, tender_of

MICROSECONDS: Final = 1e6
STEPS_ENCODED: Final = 8
"""Histograms of steps that an interim report encodes anew: the schedule must not wait for a report."""
NOTHING: Final = (0,) * len(Settled.__struct_fields__)
"""The sums before the first settlement."""


class Span(NamedTuple):
    """When something began and ended, in seconds of the process's monotonic clock."""

    began_s: float
    ended_s: float


class Message(NamedTuple):
    """When one request was sent and answered, and how long the visit had thought before it."""

    began_s: float
    ended_s: float
    thought_s: float = 0.0


class Visit(NamedTuple):
    """One served patient: the outcome, the requests that it names, in order, and the time for thought of all of it."""

    outcome: Outcome
    span: Span
    messages: tuple[Message, ...]
    thought_s: float


class Recorder:
    """Records the visits of one process. Times are seconds of one monotonic clock."""

    def __init__(self, interval_s: float = 1.0) -> None:
        self.latencies = Latencies()
        self._series = Series(interval_s)
        self._began_s: float | None = None
        self._closes_s = math.inf
        self.lag = histograms.blank()
        self.scheduled = self.sent = self.completed = self.late = self.dropped = self.achieved = 0
        self.undone = self.left_open = 0
        self.unmeasured = Unmeasured()
        self._visits, self._messages, self._refusals = Tally(), Tally(), Tally()
        self._events, self._strays = Tally(), Tally()
        self._generations, self._tenders = Tally(), Tally()
        self._bank = BankSums()
        self._settled: dict[str, list[int]] = {}
        self._faults: list[str] = []
        self.platform = PlatformTimes()
        self.aborted = ""
        self.happened: dict[str, int] = {}
        """How often each fault of the plan did something, by its text."""

    def begin(self, now_s: float) -> None:
        """Begin the series: now the arrivals come."""
        self._began_s, self._closes_s = now_s, now_s + self._series.ends_s

    def tick(self, now_s: float) -> None:
        """Close the interval that has ended, if one has; cheap, for whoever is awake anyway."""
        if now_s >= self._closes_s:
            assert self._began_s is not None
            self._series.close(now_s - self._began_s, self._totals())
            self._closes_s = self._began_s + self._series.ends_s

    def end(self, visit: Visit, due_s: float, *, measured: bool = True) -> None:
        """Record a visit without its think times; one that is not measured is counted, and stands in the series alone.

        A message counts from when its patient was due, without think times: everything that came before its reply, the
        wait for a terminal and the visit's own earlier steps, may have been held up, and nobody can say which was not.
        """
        outcome, (began_s, ended_s) = visit.outcome, visit.span
        self.tick(ended_s)
        self.count(outcome, measured=measured)
        flow, end = outcome.flow, outcome.result
        delay_us = (began_s - due_s) * MICROSECONDS
        took_us = (ended_s - began_s - visit.thought_s) * MICROSECONDS
        if end is Result.SETTLED and flow in SERVED:
            self._series.served(intended_us=took_us + delay_us, service_us=took_us, measured=measured)
        if not measured:
            return
        record = self.latencies.record
        record(flow, end, intended_us=took_us + delay_us, sent_us=took_us)
        for (infno, its_outcome), message in zip(outcome.messages, visit.messages, strict=True):
            waited_us = (message.ended_s - due_s - message.thought_s) * MICROSECONDS
            took_us = (message.ended_s - message.began_s) * MICROSECONDS
            record(flow, its_outcome, intended_us=waited_us, sent_us=took_us, step=infno)

    def admit(self, unmeasured: int) -> None:
        """Count arrivals that come where nothing is measured."""
        self.unmeasured += Unmeasured(scheduled=unmeasured)

    def leave(self, *, measured: bool) -> None:
        """Hear that an arrival's visit has ended, however it did."""
        if not measured:
            self.unmeasured += Unmeasured(completed=1)

    def count(self, outcome: Outcome, *, measured: bool = True) -> None:
        """Count a visit or a sign-on; its time is none of this."""
        if not measured:
            self.unmeasured += Unmeasured(bad=bad_ends_of(outcome))
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

    def fault(self, flow: str, error: BaseException, *, measured: bool = True) -> None:
        """Count a visit that ended in a fault of ours, and keep the first few texts."""
        if not measured:
            self.unmeasured += Unmeasured(bad=1)
        self._visits.add(flow, FAULT)
        if len(self._faults) < FAULTS_KEPT:
            self._faults.append(f"{flow}: {type(error).__name__}: {str(error) or _place_of(error)}")

    def _totals(self) -> Totals:
        """Return what has come together so far."""
        tables = (self._visits.counts(), self._refusals.counts(), self._events.counts().get("", {}))
        return Totals(self._arrivals(), bad_ends(*tables, self._messages.counts()))

    def _arrivals(self) -> Arrivals:
        return Arrivals(self.scheduled, self.sent, self.completed, self.late, self.dropped)

    def report(
        self,
        *,
        cpu_share: float,
        waited_share: float = 0.0,
        elapsed_s: float = 0.0,
        finished: bool = False,
        failure: str = "",
    ) -> Report:
        """Return all of it, frozen."""
        return Report(
            arrivals=self._arrivals(),
            achieved=self.achieved,
            unmeasured=self.unmeasured,
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
            latencies=self.latencies.encoded(None if finished else STEPS_ENCODED),
            platform=self.platform.encoded() if finished else (),
            series=self._series.whole(elapsed_s, self._totals()) if finished else (),
            latest=None if finished else self._series.latest,
            health=(Health(histograms.encode(self.lag), cpu_share, waited_share),),
            faults=tuple(self._faults),
            happened=dict(self.happened),
            finished=finished,
            elapsed_s=elapsed_s,
            aborted=self.aborted,
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


def _place_of(error: BaseException) -> str:
    """Return where an error that says nothing of itself was raised."""
    frames = extract_tb(error.__traceback__)
    return f"in line {frames[-1].lineno} of {frames[-1].filename}" if frames else "without a word"
