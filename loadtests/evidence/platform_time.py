"""The third histogram: how much of a reply's time was the platform's own, and how much the network's.

A reply states when the platform took the request in (refmsg_time) and when it answered (respond_time), to the
millisecond. The difference is its own time; the network is the rest of what the client measured. Both clocks are the
platform's, so their error cancels out.
"""

from collections.abc import Iterable
from typing import Final

from hdrh.histogram import HdrHistogram
from msgspec import Struct

from loadtests.openload import histograms

MINIMUM_US: Final = 1
"""A histogram has no zero: a platform that answers within its millisecond counts as 1 us."""


class PlatformTime(Struct, frozen=True):
    """The replies to one message with one outcome: two encoded histograms in us of the same count."""

    infno: str
    outcome: str
    count: int
    platform: str
    network: str


class PlatformTimes:
    """Collects them, in one process or of several."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[HdrHistogram, HdrHistogram]] = {}

    def record(self, infno: str, outcome: str, *, took_us: int, platform_us: int) -> None:
        """Record one reply: the client's time for it, and what of it was the platform's by its own word."""
        platform, network = self._pair(infno, outcome)
        histograms.record(platform, max(platform_us, MINIMUM_US))
        histograms.record(network, max(took_us - platform_us, MINIMUM_US))

    def add(self, others: Iterable[PlatformTime]) -> None:
        """Merge what another process encoded."""
        for one in others:
            platform, network = self._pair(one.infno, one.outcome)
            platform.add(histograms.decode(one.platform))
            network.add(histograms.decode(one.network))

    def encoded(self) -> tuple[PlatformTime, ...]:
        """Return all of it, sorted."""
        return tuple(
            PlatformTime(
                infno, outcome, platform.get_total_count(), histograms.encode(platform), histograms.encode(network)
            )
            for (infno, outcome), (platform, network) in sorted(self._kept.items())
        )

    def _pair(self, infno: str, outcome: str) -> tuple[HdrHistogram, HdrHistogram]:
        return self._kept.setdefault((infno, outcome), (histograms.blank(), histograms.blank()))


def merged(reports: Iterable[tuple[PlatformTime, ...]]) -> tuple[PlatformTime, ...]:
    """Return several processes' as one."""
    times = PlatformTimes()
    for report in reports:
        times.add(report)
    return times.encoded()
