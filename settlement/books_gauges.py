"""What Prometheus is told of the books, as of the last audit or look: laws, open items, what cities owe each other.

Labels are bounded: kinds of open items, and pairs of cities that this engine serves. What was found is replaced whole,
so that a scrape, in its own thread, never sees half of it.
"""

import time
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from settlement.stores.open_items import OPEN_ITEMS
from settlement.stores.store import Look


class BooksGauges(Collector):
    """Keeps the last result; the engine's loop writes, scrapes read."""

    def __init__(self) -> None:
        self._look = Look((), dict.fromkeys(OPEN_ITEMS, 0), ())
        self._audited_s = 0.0
        self._failures = 0

    def looked(self, look: Look) -> None:
        """Note what an audit or a look found."""
        self._look, self._audited_s = look, time.time()

    def failed(self) -> None:
        """Count an audit or look that could not be carried out."""
        self._failures += 1

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        look = self._look
        yield GaugeMetricFamily(
            "shuaka_ledger_imbalance_fen", "By how much the books are off, as of the last audit.",
            sum(law.off_fen for law in look.laws),
        )  # fmt: skip
        yield GaugeMetricFamily(
            "shuaka_ledger_broken_invariants", "Laws of the books that are broken, as of the last audit.",
            sum(not law.ok for law in look.laws),
        )  # fmt: skip
        yield GaugeMetricFamily(
            "shuaka_ledger_audited_timestamp_seconds", "When the last audit ended, in Unix time; 0 before the first.",
            self._audited_s,
        )  # fmt: skip
        yield CounterMetricFamily(
            "shuaka_ledger_audit_failures", "Audits that could not be carried out.", self._failures
        )
        items = GaugeMetricFamily(
            "shuaka_ledger_open_items", "What somebody has yet to finish, as of the last audit.", labels=["item"]
        )
        for item, count in look.open_items.items():
            items.add_metric([item], count)
        debts = GaugeMetricFamily(
            "shuaka_clearing_balance_fen", "What a city owes another and has not cleared, as of the last audit.",
            labels=["owing", "owed"],
        )  # fmt: skip
        for debt in look.debts:
            debts.add_metric([debt.owing, debt.owed], debt.fen)
        yield from (items, debts)
