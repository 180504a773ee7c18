"""Parts of a run in seconds of its arrivals: those that touch as one, and what is left without some. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from loadtests.openload.rates import ROUNDING


class Span(NamedTuple):
    """From one second until another."""

    from_s: float
    until_s: float


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in order, those that overlap or touch as one.

    >>> joined([Span(5, 9), Span(0, 2), Span(2, 4)])
    (Span(from_s=0, until_s=4), Span(from_s=5, until_s=9))
    """
    whole: list[Span] = []
    for one in sorted(spans):
        if whole and one.from_s <= whole[-1].until_s + ROUNDING:
            whole[-1] = Span(whole[-1].from_s, max(whole[-1].until_s, one.until_s))
        else:
            whole.append(one)
    return tuple(whole)


def without(span: Span, others: Iterable[Span]) -> Iterator[Span]:
    """Yield what is left of a span.

    >>> list(without(Span(0, 9), [Span(5, 7)]))
    [Span(from_s=0, until_s=5), Span(from_s=7, until_s=9)]
    """
    from_s = span.from_s
    for one in joined(others):
        if from_s < min(one.from_s, span.until_s):
            yield Span(from_s, min(one.from_s, span.until_s))
        from_s = max(from_s, one.until_s)
    if from_s < span.until_s:
        yield Span(from_s, span.until_s)
