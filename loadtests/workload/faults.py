"""Faults as data: what goes wrong in a run on purpose, from when and for how long, and whether that is measured.

Pure. Who performs them is said elsewhere: the lines of a load process (weather), the engine's process (stall).
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from loadtests.openload.spans import Span

DELAY_MAX_MS: Final = 5_000.0
"""A reply that is held back longer would be taken for lost: the time limit of a reply is 10 s."""
FAULTS_MAX: Final = 20

Kind = Literal["outage", "slow", "stall", "drop_replies"]


class Fault(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One fault, from second `at_s` of the arrivals for `for_s`.

    outage: every line to the host is cut and none can be opened. slow: each reply comes `delay_ms` later.
    drop_replies: of the requests, `share` are answered in vain. stall: the engine's process is stopped (SIGSTOP).

    Where it is not `measured`, visits that are due from `lead_s` before its begin (they may be under way when it comes)
    until `settle_s` after its end are served and counted, and left out of the latencies and of the share of errors.
    """

    kind: Kind
    at_s: Annotated[float, Meta(ge=0, le=24 * 3600)]
    for_s: Annotated[float, Meta(gt=0, le=24 * 3600)]
    delay_ms: Annotated[float, Meta(ge=0, le=DELAY_MAX_MS)] = 0.0
    share: Annotated[float, Meta(ge=0, le=1)] = 0.0
    measured: bool = True
    lead_s: Annotated[float, Meta(ge=0, le=3600)] = 0.0
    settle_s: Annotated[float, Meta(ge=0, le=3600)] = 0.0

    def __post_init__(self) -> None:
        """Refuse a fault that would do nothing, and a figure that its kind has no use for."""
        for name, kind in (("delay_ms", "slow"), ("share", "drop_replies")):
            stated = getattr(self, name) > 0
            if stated != (self.kind == kind):
                raise ValueError(f"{kind} needs {name} above 0" if not stated else f"{self.kind} has no {name}")

    @property
    def until_s(self) -> float:
        """Return the second in which it ends."""
        return self.at_s + self.for_s

    @property
    def settled_s(self) -> float:
        """Return the second in which its aftermath ends, too."""
        return self.until_s + self.settle_s

    @property
    def span(self) -> Span:
        """Return when it goes on."""
        return Span(self.at_s, self.until_s)

    @property
    def aftermath(self) -> Span:
        """Return when it, what leads to it and what it leaves behind go on."""
        return Span(self.at_s - self.lead_s, self.settled_s)

    @property
    def text(self) -> str:
        """Return the fault in words.

        >>> Fault(kind="slow", at_s=10, for_s=5, delay_ms=80).text
        'slow (replies 80 ms later) from second 10 to 15'
        """
        how = f" (replies {self.delay_ms:g} ms later)" if self.delay_ms else ""
        how = f" ({self.share:.0%} of the replies)" if self.share else how
        return f"{self.kind}{how} from second {self.at_s:g} to {self.until_s:g}"

    def on(self, now_s: float) -> bool:
        """Whether it goes on in this second."""
        return self.at_s <= now_s < self.until_s


def going_on(faults: Iterable[Fault], now_s: float) -> tuple[str, ...]:
    """Return in words what goes wrong now."""
    return tuple(fault.text for fault in faults if fault.on(now_s))


def measured(faults: Iterable[Fault], due_s: float) -> bool:
    """Whether the latency of somebody who is due in this second counts."""
    return not any(not one.measured and one.at_s - one.lead_s <= due_s < one.settled_s for one in faults)


def passing(faults: Iterable[Fault], from_s: float, until_s: float) -> tuple[Fault, ...]:
    """Return the faults that begin or end between two seconds: one that goes on all the time is how that run is."""
    return tuple(one for one in faults if one.at_s > from_s or one.until_s < until_s)


def cut_off(faults: Iterable[Fault], duration_s: float) -> str:
    """Say which fault the arrivals do not outlast; "" if they outlast all: what follows a fault is the question."""
    for one in faults:
        if one.settled_s > duration_s:
            settle = f" and {one.settle_s:g} s to settle" if one.settle_s else ""
            return f"the fault {one.text}{settle} outlasts the arrivals, which end in second {duration_s:g}"
    return ""


def missing(faults: Iterable[Fault], happened: Mapping[str, int]) -> tuple[str, ...]:
    """Return the faults that did not happen, in words; `happened` counts them by their text."""
    return tuple(f"the fault {one.text} did not happen" for one in faults if not happened.get(one.text))


def overlapping(faults: Sequence[Fault]) -> str:
    """Say which faults of one kind overlap; "" if none do: the end of the first would be the end of both."""
    for kind in sorted({fault.kind for fault in faults}):
        ones = sorted((fault for fault in faults if fault.kind == kind), key=lambda fault: fault.at_s)
        for one, next_one in pairwise(ones):
            if next_one.at_s < one.until_s:
                return f"two faults {kind} overlap in second {next_one.at_s:g}"
    return ""
