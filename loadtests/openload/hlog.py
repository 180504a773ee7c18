"""The interval log of a run in HdrHistogram's own format, for the tools of others (HistogramLogProcessor, hdr-plot).

Version 1.3: a legend, then a line an interval and tag with its start and length in seconds, its maximum and the encoded
histogram (V2, base64). Values are microseconds, maxima are written in milliseconds. Pure: text in, text out; the reader
is for checking a log against its result.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from loadtests.openload import histograms
from loadtests.openload.intervals import Interval
from loadtests.openload.latencies import Encoded

VERSION: Final = "1.3"
LEGEND: Final = '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"'
SERVICE: Final = "service"
"""The tag of latencies from the actual start; those from the due time have none, so that every tool shows them."""
US_PER_MS: Final = 1000
SENT: Final = ".sent"

_LINE: Final = re.compile(
    r"(?:Tag=(?P<tag>[^,\s]+),)?(?P<start>[\d.]+),(?P<length>[\d.]+),(?P<max>[\d.]+),(?P<payload>\S+)"
)
_NO_TAG: Final = re.compile(r"[\s,]+")


class Line(NamedTuple):
    """One line of a log; `tag` is "" where it has none."""

    tag: str
    start_s: float
    length_s: float
    payload: str


class LogError(ValueError):
    """A text that is no interval log; says which line."""


def text(epoch_s: float, series: Iterable[Interval], pairs: Iterable[Encoded], lasted_s: float) -> str:
    """Return the log of a run that began at `epoch_s`, in Unix time.

    First each of `pairs` as one interval over the whole run, tagged NAME.STEP.OUTCOME (and .sent from the actual
    start); then interval by interval what was served: from the due time without a tag, from the actual start as
    "service", what is in no figure as "unmeasured" and "unmeasured.service".
    """
    every = [*_whole(pairs, lasted_s), *_intervals(series)]
    return "\n".join([*_head(epoch_s), *map(_written, every), ""])


def read(content: str) -> list[Line]:
    """Read a log's lines; raise LogError."""
    lines = []
    for number, line in enumerate(content.splitlines(), 1):
        if line.startswith(("#", '"')) or not line:
            continue
        match = _LINE.fullmatch(line)
        if not match:
            raise LogError(f"line {number} is none of an interval log: {line[:40]!r}")
        lines.append(Line(match["tag"] or "", float(match["start"]), float(match["length"]), match["payload"]))
    return lines


def tag_of(pair: Encoded) -> str:
    """Return the tag of a name, step and outcome: no comma and no blank may be in one.

    >>> tag_of(Encoded("pharmacy", "no reply", 1, "", "", "2102"))
    'pharmacy.2102.no_reply'
    """
    return _NO_TAG.sub("_", ".".join(part for part in (pair.name, pair.step, pair.outcome) if part))


def _head(epoch_s: float) -> Iterator[str]:
    yield "#[Latencies of a load run, in microseconds; maxima in milliseconds]"
    yield f"#[Histogram log format version {VERSION}]"
    yield f"#[StartTime: {epoch_s:.3f} (seconds since epoch)]"
    yield f"#[BaseTime: {epoch_s:.3f} (seconds since epoch)]"
    yield LEGEND


def _whole(pairs: Iterable[Encoded], lasted_s: float) -> Iterator[Line]:
    for pair in pairs:
        tag = tag_of(pair)
        yield Line(tag, 0.0, lasted_s, pair.intended)
        yield Line(tag + SENT, 0.0, lasted_s, pair.sent)


def _intervals(series: Iterable[Interval]) -> Iterator[Line]:
    for one in series:
        for tag, payload in (
            ("", one.intended),
            (SERVICE, one.service),
            ("unmeasured", one.unmeasured_intended),
            (f"unmeasured.{SERVICE}", one.unmeasured_service),
        ):
            if payload:
                yield Line(tag, one.start_s, one.length_s, payload)


def _written(line: Line) -> str:
    longest_ms = histograms.maximum(histograms.decode(line.payload)) / US_PER_MS
    before = f"Tag={line.tag}," if line.tag else ""
    return f"{before}{line.start_s:.3f},{line.length_s:.3f},{longest_ms:.3f},{line.payload}"
