"""What ends a run before it does harm: ceilings before a settlement leaves, abort rules after every reply.

A foreign platform is driven by one process, so that counts and sums here are the run's own. After the first breach no
settlement leaves any more and the arrivals end; what is unknown is still found out, since that moves nothing further.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from loadtests.evidence.platform_time import PlatformTimes
from loadtests.workload.door import AbortRules, Limits
from settlement.wire import codes
from settlement.wire.envelope import Reply
from settlement.wire.messages import QuerySettlement, Reverse, SignIn
from terminals.kernel.effects import NoReply, Request
from terminals.kernel.outcome import APPROVED, NO_REPLY

P99: Final = 0.99
ROUNDING_S: Final = 1e-9
UNTROUBLED: Final = (QuerySettlement, Reverse)
"""Messages that end an unknown outcome: they neither open nor close a case against the platform."""


def most_within(due_times: Iterable[float], span_s: float) -> int:
    """Return how many arrivals at most are due within any span of time.

    >>> most_within([0.0, 0.9, 1.0, 1.1, 1.9], 1.0)
    3
    """
    within: deque[float] = deque()
    most = 0
    for due_s in due_times:
        within.append(due_s)
        while due_s - within[0] >= span_s - ROUNDING_S:
            within.popleft()
        most = max(most, len(within))
    return most


class Guard:
    """Holds one run to its limits; `stop` is called once, with the reason, when one is broken.

    `measured_after_s`: the platform's times are kept from so long after the first message of a visit on, as every
    other latency is.
    """

    def __init__(
        self,
        limits: Limits,
        clock_ms: Callable[[], int],
        stop: Callable[[str], None],
        times: PlatformTimes,
        measured_after_s: float = 0.0,
    ) -> None:
        self._limits = limits
        self._clock_ms = clock_ms
        self._stop = stop
        self._measured_after_ms = int(measured_after_s * 1000)
        self._first_ms: int | None = None
        self._times = times
        self._settled: dict[str, int] = {}
        self._fen = 0
        self._replies: deque[tuple[bool, int]] = deque(maxlen=limits.abort.over if limits.abort else 1)
        self._errors_in_a_row = self._busy_in_a_row = 0
        self._begun_ms: deque[int] = deque(maxlen=limits.ceilings.visits_per_span if limits.ceilings else 1)
        self.reason = ""

    def wait_s(self) -> float:
        """Return after how many seconds a visit may begin, so that no span holds more than the ceiling; keep its place.

        Arrivals that were late must not make up for it at the platform's cost.
        """
        ceilings, begins_ms = self._limits.ceilings, self._clock_ms()
        if ceilings is None:
            return 0.0
        now_ms = begins_ms
        if len(self._begun_ms) == self._begun_ms.maxlen:
            begins_ms = max(begins_ms, self._begun_ms[0] + math.ceil(ceilings.span_s * 1000))
        self._begun_ms.append(begins_ms)
        return (begins_ms - now_ms) / 1000

    def admits(self, msgid: str, amount_fen: int) -> bool:
        """Whether a settlement may leave; a repeat of one that left is no second one."""
        if msgid in self._settled:
            return True
        breach = self.reason or self._breach(amount_fen)
        if breach:
            self._end(breach)
            return False
        self._settled[msgid] = amount_fen
        self._fen += amount_fen
        return True

    def saw(self, request: Request, reply: Reply | NoReply, took_us: int, platform_us: int | None) -> None:
        """Note a reply, and end the run where a rule says so."""
        outcome = NO_REPLY if isinstance(reply, NoReply) else reply.refusal or APPROVED
        if platform_us is not None and self._measuring(request):
            infno = str(request.body.__struct_config__.tag)
            self._times.record(infno, outcome, took_us=took_us, platform_us=platform_us)
        if self._limits.abort is None or isinstance(request.body, UNTROUBLED):
            return
        failed = outcome != APPROVED
        self._replies.append((failed, took_us))
        self._errors_in_a_row = self._errors_in_a_row + 1 if failed else 0
        self._busy_in_a_row = self._busy_in_a_row + 1 if outcome == codes.BUSY.code else 0
        if broken := self._broken(self._limits.abort):
            self._end(broken)

    def _breach(self, amount_fen: int) -> str:
        """Return which ceiling one more settlement would pass."""
        ceilings, until_ms = self._limits.ceilings, self._limits.until_ms
        if until_ms and self._clock_ms() >= until_ms:
            return "the window of this target has closed"
        if ceilings and len(self._settled) >= ceilings.settlements:
            return f"the ceiling of {ceilings.settlements} settlements is reached"
        if ceilings and self._fen + amount_fen > ceilings.fen:
            return f"the ceiling of {ceilings.fen} fen would be passed: {self._fen} have left"
        return ""

    def _broken(self, rules: AbortRules) -> str:
        """Return which abort rule is broken."""
        if self._busy_in_a_row >= rules.busy:
            return f"the platform was busy {self._busy_in_a_row} times in a row, limit {rules.busy}"
        if self._errors_in_a_row >= rules.consecutive_errors:
            return f"{self._errors_in_a_row} errors in a row, limit {rules.consecutive_errors}"
        if len(self._replies) < rules.over:
            return ""
        errors = sum(failed for failed, _ in self._replies)
        if errors > rules.error_share * rules.over:
            return f"{errors} errors in the last {rules.over} replies, limit {rules.error_share:.0%}"
        p99_ms = sorted(took_us for _, took_us in self._replies)[int(P99 * rules.over) - 1] / 1000
        if p99_ms > rules.p99_ms:
            return f"p99 of the last {rules.over} replies {p99_ms:.0f} ms, limit {rules.p99_ms:g} ms"
        return ""

    def _measuring(self, request: Request) -> bool:
        if isinstance(request.body, SignIn):
            return False
        now_ms = self._clock_ms()
        if self._first_ms is None:
            self._first_ms = now_ms
        return now_ms - self._first_ms >= self._measured_after_ms

    def _end(self, reason: str) -> None:
        if not self.reason:
            self.reason = reason
            self._stop(reason)
