"""Readers of HdrHistogram interval logs that are not ours, so that a figure which both compute is a figure of the file.

`histograms` is written from the format's description with zlib alone, and shares no code with the project or with the
library that it encodes by: base64 of a cookie 0x1c849304 (or ...14) and a length, then a zlib stream of a 40-byte
header and ZigZag LEB128 counts, of which a negative one is a run of zeros (V2). `processed` is the log processor of the
format's own authors, in Java.
"""

import struct
import subprocess
import zlib
from base64 import b64decode
from collections import Counter
from collections.abc import Iterable, Iterator
from math import ceil, floor, log2
from pathlib import Path

SERVICES = ("libhdrhistogram-java", "default-jre-headless")
PROCESSOR = "/usr/share/java/hdrhistogram.jar"
COMPRESSED, PLAIN = 0x1C849304, 0x1C849303
COOKIE_MASK = ~0xF0 & 0xFFFFFFFF
HEADER = struct.Struct(">IIIIQQd")


def histograms(text: str) -> dict[str, Counter[int]]:
    """Return how often each value stands in a log, by tag, added up over its intervals."""
    found: dict[str, Counter[int]] = {}
    for line in text.splitlines():
        if line.startswith(("#", '"')):
            continue
        tag, _, rest = line.rpartition("Tag=")[2].partition(",") if line.startswith("Tag=") else ("", "", line)
        _, _, _, payload = rest.split(",")
        found.setdefault(tag, Counter()).update(dict(values(payload)))
    return found


def values(payload: str) -> Iterator[tuple[int, int]]:
    """Yield (highest value of a bucket, how many) of one encoded histogram."""
    raw = b64decode(payload, validate=True)
    cookie, length = struct.unpack_from(">II", raw)
    assert cookie & COOKIE_MASK == COMPRESSED & COOKIE_MASK
    assert length == len(raw) - 8
    plain = zlib.decompress(raw[8:])
    cookie, size, offset, digits, lowest, _, ratio = HEADER.unpack_from(plain)
    assert cookie & COOKIE_MASK == PLAIN & COOKIE_MASK
    assert (offset, ratio, size) == (0, 1.0, len(plain) - HEADER.size)
    unit = floor(log2(lowest))
    half = ceil(log2(2 * 10**digits)) - 1
    index = 0
    for number in _numbers(plain[HEADER.size :]):
        if number < 0:
            index -= number
            continue
        if number:
            yield _highest(index, half, unit), number
        index += 1


def _highest(index: int, half: int, unit: int) -> int:
    bucket = (index >> half) - 1
    sub = (index & ((1 << half) - 1)) + (1 << half)
    if bucket < 0:
        bucket, sub = 0, sub - (1 << half)
    return ((sub + 1) << (bucket + unit)) - 1


def _numbers(data: bytes) -> Iterator[int]:
    """Yield ZigZag LEB128 numbers; the ninth byte of one has eight bits."""
    place = 0
    while place < len(data):
        number = shift = 0
        while True:
            byte = data[place]
            place += 1
            if shift == 56:
                number |= byte << shift
                break
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        yield (number >> 1) ^ -(number & 1)


def percentile(counted: Counter[int], percent: float) -> int:
    """Return the smallest value that so many percent of all are not above."""
    wanted, seen = max(int(percent / 100 * counted.total() + 0.5), 1), 0
    for value, count in sorted(counted.items()):
        seen += count
        if seen >= wanted:
            return value
    return 0


def merged(counted: Iterable[Counter[int]]) -> Counter[int]:
    """Return several as one."""
    return sum(counted, Counter())


def processed(file: Path, tag: str = "") -> dict[str, float]:
    """Return the last row that HistogramLogProcessor makes of a log: totals so far, values in microseconds."""
    table = file.with_suffix(f".{tag}.csv")
    command = ["java", "-cp", PROCESSOR, "org.HdrHistogram.HistogramLogProcessor", "-csv", "-i", str(file)]
    command += ["-o", str(table), "-outputValueUnitRatio", "1", *(["-tag", tag] if tag else [])]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    rows = [line for line in table.read_text().splitlines() if not line.startswith("#")]
    return dict(zip((name.strip('"') for name in rows[0].split(",")), map(float, rows[-1].split(",")), strict=True))
