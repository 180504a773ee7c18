"""How institutions, terminals, messages and times are written; both ends make and read them here.

An institution is its kind (H hospital, P pharmacy, or an outlet's), its region and a serial: 12 characters. A terminal
is its institution and a lane: 14. A msgid is institution 12, yyyyMMddHHmmss 14, and four characters of sequence, of
which two name the lane, so that no two terminals of an institution can make the same. Times are China Standard Time.
"""

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from hashlib import sha256
from typing import Final

CHINA: Final = timezone(timedelta(hours=8), "CST")
LANES: Final = 99
SEQUENCES: Final = 36 * 36
"""Messages that one terminal can number in one second."""

PHARMACY: Final = "P"
HOSPITAL: Final = "H"
AGENCY: Final = "A"
"""Our own mark of an insurance agency where it acts itself, and no institution does."""
SERVICE_POINT: Final = "S"
BANK: Final = "B"
ONLINE: Final = "E"
"""Our own marks of outlets, which treat nobody: a service point of HRSS with its hotline, a bank's branch, and what
people use on line (app, web, portal, an employer's desk)."""
OUTLETS: Final = (SERVICE_POINT, BANK, ONLINE)


def institution_code(kind: str, city: str, serial: int) -> str:
    """Return a fixmedins_code.

    >>> institution_code("P", "370100", 1)
    'P37010000001'
    """
    assert kind in (PHARMACY, HOSPITAL, AGENCY, *OUTLETS)
    return f"{kind}{city}{serial:05d}"


def insured_number(city: str, index: int) -> str:
    """Return the psn_no of one of our own population.

    >>> insured_number("370100", 7)
    '3701000000000007'
    """
    return f"{city}{index:010d}"


def terminal_number(fixmedins_code: str, lane: int) -> str:
    """Return a dev_no.

    >>> terminal_number("P37010000001", 1)
    'P3701000000101'
    """
    assert 1 <= lane <= LANES
    return f"{fixmedins_code}{lane:02d}"


def lane_of(dev_no: str) -> int:
    """Return the lane in which a terminal stands.

    >>> lane_of("P3701000000102")
    2
    """
    return int(dev_no[12:14])


def msgid(dev_no: str, clock_ms: int, sequence: int) -> str:
    """Return the msgid of a terminal's n-th message of a second.

    >>> msgid("P3701000000101", 0, 37)
    'P37010000001197001010800000111'
    """
    return dev_no[:12] + _second(clock_ms // 1000)[1] + dev_no[12:14] + _SEQUENCE[sequence % SEQUENCES]


def local_time(clock_ms: int) -> str:
    """Return yyyy-MM-dd HH:mm:ss of a Unix time in ms.

    >>> local_time(0)
    '1970-01-01 08:00:00'
    """
    return _second(clock_ms // 1000)[0]


def compact_time(clock_ms: int) -> str:
    """Return yyyyMMddHHmmss of a Unix time in ms.

    >>> compact_time(0)
    '19700101080000'
    """
    return _second(clock_ms // 1000)[1]


def day_of(clock_ms: int) -> int:
    """Return yyyymmdd of a Unix time in ms, as a number.

    >>> day_of(0)
    19700101
    """
    return _second(clock_ms // 1000)[2]


def fingerprint(name: str) -> int:
    """Return 64 bits of a setl_id or msgid; sums of them (mod 2^64) compare two sets of these without a list."""
    return int.from_bytes(sha256(name.encode()).digest()[:8], "big")


_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SEQUENCE = tuple(first + second for first in _BASE36 for second in _BASE36)


@lru_cache(maxsize=4)
def _second(second: int) -> tuple[str, str, int]:
    """Return a second as local_time, compact_time and day_of write it."""
    moment = datetime.fromtimestamp(second, UTC).astimezone(CHINA)
    return moment.strftime("%Y-%m-%d %H:%M:%S"), moment.strftime("%Y%m%d%H%M%S"), int(moment.strftime("%Y%m%d"))
