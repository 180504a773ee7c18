"""What a run must keep besides its SLO: one figure of one latency, one share or one rate, and its bound."""

from typing import Literal

from msgspec import Struct


class Threshold(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One bound: `figure` of what `of` names must be at least `at_least`, or at most `at_most`.

    `of` is a flow or a message whose latencies in ms are meant, counted `since` its due time or its sending; figures:
    p50, p90, p95, p99, p99.9, max, mean, count.
    """

    of: str
    figure: str
    at_most: float | None = None
    at_least: float | None = None
    since: Literal["due", "sent"] = "due"
