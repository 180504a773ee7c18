"""Identity, card and token fields as keyed hashes: equal values stay equal, and nobody reads them. Pure.

A hash is HMAC-SHA256 under the data directory's own journal key, cut to 64 bits: enough to find one person of a
population again, and useless without the key. What is ciphertext or a secret is left out.
"""

import hmac
import re
from functools import lru_cache
from typing import Any, Final

_PERSONAL: Final = """
psn_no certno psn_name mdtrt_cert_no card_sn card_number bank_card_no brdy ssn pan tel coner_name emp_no emp_name
ec_token token exp_content memo owner owner_psn_no guardian_certno guardian_name agent_certno agent_name phone address
new_phone old_phone photo account_no
"""
MASKED: Final = frozenset(_PERSONAL.split())
"""Fields whose value is somebody's, whatever message they stand in."""
LEFT_OUT: Final = frozenset(
    ("pin_block", "new_pin_block", "old_pin_block", "chip_data", "icc_data", "content", "in", "password", "code")
)
PERSONAL: Final = re.compile(r"\d{17}[\dXx]|62\d{14,17}", re.ASCII)
"""An identity number or a bank card's, in whatever field it stands."""
TOKEN_DIGITS: Final = 16
MARK: Final = "#"
REMEMBERED: Final = 65_536


class Mask:
    """Replaces values under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.token = lru_cache(REMEMBERED)(self._token)

    def _token(self, value: str) -> str:
        """Return what stands for a value."""
        return MARK + hmac.digest(self._key, value.encode(), "sha256").hex()[:TOKEN_DIGITS]

    def masked(self, value: Any, seen: dict[str, str]) -> Any:
        """Return JSON with its masked fields replaced; `seen` gathers what stands for what."""
        if isinstance(value, dict):
            return {name: self._field(name, inner, seen) for name, inner in value.items() if name not in LEFT_OUT}
        if isinstance(value, list | tuple):
            return [self.masked(inner, seen) for inner in value]
        if isinstance(value, str) and PERSONAL.fullmatch(value):
            return seen.setdefault(value, self.token(value))
        return value

    def _field(self, name: str, value: Any, seen: dict[str, str]) -> Any:
        if name not in MASKED or value in ("", None):
            return self.masked(value, seen)
        text = value if isinstance(value, str) else str(value)
        return seen.setdefault(text, self.token(text))


def hidden(text: str, seen: dict[str, str]) -> str:
    """Return a text in which nothing stands that was masked elsewhere.

    >>> hidden("no insured person: 370100", {"370100": "#1"})
    'no insured person: #1'
    """
    for clear in sorted(seen, key=len, reverse=True):
        text = text.replace(clear, seen[clear])
    return text
