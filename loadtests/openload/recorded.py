"""Arrivals that a file holds: the rates of a day, or the due time of each arrival as somebody recorded it.

    plan:FILE*60    CSV with the header hour,rate or time,rate (HH:MM), arrivals a second from then on until the next
                    row; begins with the first row and is played 60 times as fast, at the rates as they stand
    trace:FILE*2    one arrival a line, in order: seconds from the start; or seconds since 1970, or ISO timestamps, both
                    then counted from the first line; played twice as fast

Empty lines and lines that begin with # are passed over. A trace stays in its file: a plan of arrivals holds its name,
its size and its SHA-256, so that a million due times neither travel nor change unseen.
"""

from array import array
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import file_digest
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Final

from msgspec import Struct

from loadtests.openload.rates import DURATION_MAX_S, RATE_MAX, SEGMENTS_MAX, ArrivalsError, Segment, checked

PLAN: Final = "plan:"
TRACE: Final = "trace:"
ARRIVALS_MAX: Final = 10_000_000
SLICES: Final = 100
"""In so many equal parts a trace's rate over time is stated."""
HOUR_S: Final = 3600.0


class Trace(Struct, frozen=True, forbid_unknown_fields=True):
    """A recorded trace, by name: its file, what the file must hold, and how much faster it is played."""

    path: str
    sha256: str
    count: int
    duration_s: float
    speed: float = 1.0


def read_plan(text: str, folder: Path) -> tuple[Segment, ...]:
    """Read the file of an hourly plan; raise ArrivalsError that names file and line."""
    path, speed = _file(text.removeprefix(PLAN), folder)
    rows = list(_rows(path))
    if len(rows) > SEGMENTS_MAX:
        raise ArrivalsError(f"{path}: {len(rows)} rows; at most {SEGMENTS_MAX}")
    starts = [start_s for start_s, _ in rows]
    lengths = [later - earlier for earlier, later in pairwise(starts)]
    segments = [
        Segment(rate, rate, length / speed) for (_, rate), length in zip(rows, [*lengths, _last(lengths)], strict=True)
    ]
    return checked(text, segments)


def _last(lengths: list[float]) -> float:
    """Return how long the last row lasts: as long as the one before it, an hour where it is alone."""
    return lengths[-1] if lengths else HOUR_S


def _rows(path: Path) -> Iterator[tuple[float, float]]:
    """Yield when each row begins, in seconds of the day, and its rate."""
    lines = _lines(path)
    number, header = next(lines, (1, ""))
    column = header.replace(" ", "").removesuffix(",rate")
    if column not in _STARTS or not header.endswith("rate"):
        raise _wrong(path, number, header, "the header hour,rate or time,rate")
    before_s = -1.0
    for number, line in lines:
        start, _, rate = line.partition(",")
        row = _said(_STARTS[column], start), _said(float, rate)
        if row[0] is None or row[1] is None or not 0 <= row[1] <= RATE_MAX:
            raise _wrong(path, number, line, f"{column},rate with a rate from 0 to {RATE_MAX:.0f} arrivals a second")
        if row[0] <= before_s:
            raise _wrong(path, number, line, "a row later than the one before it")
        before_s = row[0]
        yield row[0], row[1]
    if before_s < 0:
        raise ArrivalsError(f"{path} has no row; expected {column},rate in each")


def _of_hour(text: str) -> float:
    return int(text) * HOUR_S


def _of_time(text: str) -> float:
    hours, minutes, *seconds = (int(part) for part in text.split(":"))
    return hours * HOUR_S + minutes * 60 + sum(seconds)


_STARTS: Final[dict[str, Callable[[str], float]]] = {"hour": _of_hour, "time": _of_time}


def read_trace(text: str, folder: Path) -> tuple[Trace, tuple[Segment, ...]]:
    """Read a trace once, check it, and state its rate in SLICES parts; raise ArrivalsError with file and line."""
    path, speed = _file(text.removeprefix(TRACE), folder)
    times = array("d", _due(path, speed))
    if not times:
        raise ArrivalsError(f"{path} has no arrival; expected one due time a line")
    lasts_s = max(times[-1], 1.0)
    counts = [0] * SLICES
    for due_s in times:
        counts[min(int(due_s / lasts_s * SLICES), SLICES - 1)] += 1
    width_s = lasts_s / SLICES
    segments = [Segment(count / width_s, count / width_s, width_s) for count in counts]
    return Trace(str(path), _sha256(path), len(times), lasts_s, speed), checked(text, segments)


def due_times(trace: Trace) -> Iterator[float]:
    """Yield the due times of a trace; raise ArrivalsError where its file is not the one that was read."""
    path = Path(trace.path)
    if _sha256(path) != trace.sha256:
        raise ArrivalsError(f"{path} is not the trace that this run was planned with: its SHA-256 differs")
    return _due(path, trace.speed)


def _due(path: Path, speed: float) -> Iterator[float]:
    first = before = None
    for count, (number, line) in enumerate(_lines(path)):
        at = _said(_moment, line)
        if at is None or at < 0:
            raise _wrong(path, number, line, "seconds from the start, seconds since 1970, or an ISO timestamp")
        if first is None:
            first = at if at > DURATION_MAX_S else 0.0
        if before is not None and at < before:
            raise _wrong(path, number, line, f"a time not before {before:g}, the line above: sort the trace")
        if at - first > DURATION_MAX_S * speed or count >= ARRIVALS_MAX:
            raise _wrong(path, number, line, f"at most 7 days and {ARRIVALS_MAX} arrivals")
        before = at
        yield (at - first) / speed


def _moment(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _said(read: Callable[[str], float], text: str) -> float | None:
    try:
        value = read(text.strip())
    except (ValueError, OverflowError):
        return None
    return value if isfinite(value) else None


def _file(text: str, folder: Path) -> tuple[Path, float]:
    """Return the file that a text names, and how much faster it is played."""
    name, star, factor = text.rpartition("*")
    speed = _said(float, factor) if star else 1.0
    if speed is None or speed <= 0:
        raise ArrivalsError(f"{text!r}: {factor!r} is no speed; expected FILE, or FILE*60 for sixty times as fast")
    return (folder / (name or text)).absolute(), speed


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that say something, with their numbers."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if (said := line.strip()) and not said.startswith("#"):
                    yield number, said
    except OSError as error:
        raise _unreadable(path, error) from None
    except UnicodeDecodeError:
        raise ArrivalsError(f"{path} is no text in UTF-8") from None


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> ArrivalsError:
    return ArrivalsError(f"{path} cannot be read: {error.strerror}")


def _wrong(path: Path, number: int, line: str, wanted: str) -> ArrivalsError:
    return ArrivalsError(f"{path} line {number}: {line[:40]!r}; expected {wanted}")
