"""What Locust's own statistics are told of visits and their messages, in pieces; ours are the truth.

Firing Locust's request event for each message took a tenth of a visit's CPU. Here visits wait in a list and are added
to Locust's entries together, as its master adds what a worker reports. Whoever else listens to the event still hears
of every single one, as it happens. `environment` is Locust's: its events and statistics are untyped.
"""

import time
from collections import Counter, defaultdict
from typing import Any, Final

from locust import stats

from loadtests.generator.recorder import Message, Span, Visit
from terminals.kernel.outcome import APPROVED

TOGETHER: Final = 64
"""Visits that are told at once: few enough that no arrival waits for it."""
OF_LOCUST: Final = 1
"""Listeners to the request event that Locust brings itself: the one that writes its statistics."""
VISIT: Final = "visit"
MESSAGE: Final = "message"
"""Kinds of entry, which stand where Locust's page has the method of a request."""
MS: Final = 1000


class Retold:
    """Visits on their way into the statistics of one Locust process."""

    def __init__(self, environment: Any) -> None:
        self._environment = environment
        self._visits: list[Visit] = []

    def heard(self, visit: Visit) -> None:
        """Take a visit; it stands in Locust's statistics after the next `tell` at the latest."""
        if len(self._environment.events.request._handlers) > OF_LOCUST:  # noqa: SLF001 - Locust has no other word for it
            self._fire(visit)
            return
        self._visits.append(visit)
        if len(self._visits) >= TOGETHER:
            self.tell()

    def tell(self) -> None:
        """Add every visit that waits to Locust's statistics."""
        visits, self._visits = self._visits, []
        times_ms: dict[tuple[str, str], list[float]] = defaultdict(list)
        for visit in visits:
            times_ms[VISIT, visit.outcome.flow].append(_ms(visit.span))
            for (infno, end), span in zip(visit.outcome.messages, visit.messages, strict=True):
                times_ms[MESSAGE, infno].append(_ms(span))
                if end != APPROVED:
                    self._environment.stats.log_error(MESSAGE, infno, end)
        for (kind, name), taken_ms in times_ms.items():
            self._add(kind, name, taken_ms)

    def _add(self, kind: str, name: str, taken_ms: list[float]) -> None:
        every = self._environment.stats
        entry: Any = stats.StatsEntry(every, name, kind)
        now_s = time.time()
        entry.num_requests = len(taken_ms)
        entry.total_response_time = sum(taken_ms)
        entry.min_response_time, entry.max_response_time = min(taken_ms), max(taken_ms)
        entry.response_times = Counter(map(stats.bucket_response_time, taken_ms))
        entry.num_reqs_per_sec = {int(now_s): len(taken_ms)}
        entry.last_request_timestamp = now_s
        every.get(name, kind).extend(entry)
        every.total.extend(entry)

    def _fire(self, visit: Visit) -> None:
        self._fire_one(VISIT, visit.outcome.flow, visit.span, "")
        for (infno, end), span in zip(visit.outcome.messages, visit.messages, strict=True):
            self._fire_one(MESSAGE, infno, span, "" if end == APPROVED else end)

    def _fire_one(self, kind: str, name: str, span: Span | Message, refused: str) -> None:
        self._environment.events.request.fire(
            request_type=kind,
            name=name,
            response_time=_ms(span),
            response_length=0,
            exception=refused or None,
            context={},
        )


def _ms(span: Span | Message) -> float:
    return (span.ended_s - span.began_s) * MS
