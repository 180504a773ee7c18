"""The seal of a result file: its own SHA-256 in its last field, so that no part of it changes unnoticed.

A seal is no signature: whoever knows how can make a new one. Then the figures must still follow from the histograms.
"""

import re
from hashlib import sha256
from typing import Final

EMPTY: Final = b'"sha256": ""'
_SEAL: Final = re.compile(rb'"sha256": "([0-9a-f]{64})"')


def sealed(content: bytes) -> bytes:
    """Return a result's JSON, whose last field is an empty seal, with the seal filled in."""
    before, empty, after = content.rpartition(EMPTY)
    assert empty, "a result ends with its seal"
    return before + f'"sha256": "{sha256(content).hexdigest()}"'.encode() + after


def seals(content: bytes) -> tuple[str, str]:
    """Return the seal that a file has, "" where it has none, and the one that its content has."""
    found = list(_SEAL.finditer(content))
    if not found:
        return "", sha256(content).hexdigest()
    start, end = found[-1].span()
    return found[-1][1].decode(), sha256(content[:start] + EMPTY + content[end:]).hexdigest()
