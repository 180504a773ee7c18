"""Identity, card and token fields as keyed hashes: equal values stay equal, and nobody reads them. Pure.

A hash is HMAC-SHA256 under the data directory's own journal key, cut to 64 bits: enough to find one person of a
population again, and useless without the key. What is ciphertext or a secret is left out. JSON is masked as text, which
costs a tenth of taking it apart; where a text could hide something from that, it is taken apart.
"""

import hmac
import re
from functools import lru_cache
from typing import Any, Final

import msgspec

from settlement.wire.card_service import SECRETS

_PERSONAL: Final = """
psn_no certno psn_name mdtrt_cert_no card_sn card_number bank_card_no brdy ssn pan tel coner_name emp_no emp_name
ec_token token exp_content memo owner owner_psn_no guardian_certno guardian_name agent_certno agent_name phone address
owner_cert_no owner_card_sn new_phone old_phone photo account_no merged_psn_no new_psn_name to_pan
"""
MASKED: Final = frozenset(_PERSONAL.split())
"""Fields whose value is somebody's, whatever message they stand in."""
LEFT_OUT: Final = frozenset((*SECRETS, "chip_data", "icc_data", "content", "in", "code", "table", "sms"))
"""Secrets, ciphertext, and what holds people in a form of its own: a unit's table, a file, a message to a telephone."""
PERSONAL: Final = re.compile(r"\d{17}[\dXx]|62\d{14,17}", re.ASCII)
"""An identity number or a bank card's, in whatever field it stands."""
NAMED: Final = re.compile(r"(?<!\w)(?:\d{16,19}|\d{17}[Xx])(?!\w)", re.ASCII)
"""The same in a sentence, and an insured number."""
OWNED: Final = frozenset(("ACCT", "ACCT_FROZEN", "BANK"))
"""Kinds of accounts that are named KIND:city:psn_no (ledger.books)."""
TOKEN_DIGITS: Final = 16
MARK: Final = "#"
REMEMBERED: Final = 65_536
_NAMES: Final = "|".join(sorted(MASKED | LEFT_OUT))
_IN_TEXT: Final = re.compile(
    rb'"(?P<name>' + _NAMES.encode() + rb')"\s*:\s*(?P<value>"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[\[{])'
    rb'|"(?P<number>\d{17}[\dXx]|62\d{14,17})"'
)
_UNWRITTEN: Final = bytes.maketrans(b"\r\n\t", b"   ")
"""Line ends stand between JSON's values only; an entry is one line."""


class Mask:
    """Replaces values under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.token = lru_cache(REMEMBERED)(self.fresh_token)

    def fresh_token(self, value: str) -> str:
        """Return what stands for a value, without remembering it; `token` remembers."""
        return MARK + hmac.digest(self._key, value.encode(), "sha256").hex()[:TOKEN_DIGITS]

    def text(self, content: bytes, seen: dict[str, str]) -> bytes:
        """Return valid JSON with its masked fields replaced, on one line; `seen` gathers what stands for what."""
        if b"\\u" in content:  # a name or a value may be spelt in escapes
            return self._apart(content, seen)
        try:
            return _IN_TEXT.sub(lambda found: self._replaced(found, seen), content.translate(_UNWRITTEN))
        except _NestedError:
            return self._apart(content, seen)

    def account(self, name: str, seen: dict[str, str]) -> str:
        """Return an account's name with its owner masked, also where no body named the owner.

        >>> Mask(b"k").account("ACCT:370100:3701000000000007", {"3701000000000007": "#1"})
        'ACCT:370100:#1'
        """
        kind, *rest = name.split(":")
        if kind in OWNED and len(rest) > 1:
            rest[-1] = seen.setdefault(rest[-1], self.token(rest[-1]))
        return ":".join((kind, *(self.plain(part, seen) for part in rest)))

    def plain(self, value: str, seen: dict[str, str]) -> str:
        """Return a value of the envelope; what was masked elsewhere, and a personal number, as what stands for it."""
        return seen.get(value) or (self.token(value) if PERSONAL.fullmatch(value) else value)

    def sentence(self, text: str, seen: dict[str, str]) -> str:
        """Return a sentence without what was masked elsewhere, and without any other person's number.

        >>> Mask(b"k").sentence("P1 and 370100", {"P1": "#1"})
        '#1 and 370100'
        """
        return NAMED.sub(lambda found: self.token(found[0]), hidden(text, seen))

    def _replaced(self, found: "re.Match[bytes]", seen: dict[str, str]) -> bytes:
        number = found["number"]
        if number is not None:
            return b'"%b"' % self._stands_for(number.decode(), seen)
        name, value = found["name"], found["value"]
        if value in (b"[", b"{"):
            raise _NestedError
        if name.decode() in LEFT_OUT:
            return b'"%b":""' % name
        clear = msgspec.json.decode(value)
        return found[0] if clear == "" else b'"%b":"%b"' % (name, self._stands_for(str(clear), seen))

    def _stands_for(self, clear: str, seen: dict[str, str]) -> bytes:
        return seen.setdefault(clear, self.token(clear)).encode()

    def _apart(self, content: bytes, seen: dict[str, str]) -> bytes:
        return msgspec.json.encode(self._masked(msgspec.json.decode(content), seen))

    def _masked(self, value: Any, seen: dict[str, str]) -> Any:
        if isinstance(value, dict):
            return {name: self._field(name, inner, seen) for name, inner in value.items() if name not in LEFT_OUT}
        if isinstance(value, list):
            return [self._masked(inner, seen) for inner in value]
        if isinstance(value, str) and PERSONAL.fullmatch(value):
            return seen.setdefault(value, self.token(value))
        return value

    def _field(self, name: str, value: Any, seen: dict[str, str]) -> Any:
        if name not in MASKED or value in ("", None):
            return self._masked(value, seen)
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        return seen.setdefault(text, self.token(text))


class _NestedError(Exception):
    """A masked field holds more than a value."""


def hidden(text: str, seen: dict[str, str]) -> str:
    """Return a text in which nothing stands that was masked elsewhere.

    >>> hidden("no insured person: 370100", {"370100": "#1"})
    'no insured person: #1'
    """
    for clear in sorted(seen, key=len, reverse=True):
        text = text.replace(clear, seen[clear])
    return text
