"""Filings for treatment in another city (异地就医备案): one a person, read only where somebody is treated away."""

from typing import Final

from settlement.engine.ledger.state import Record

LONG_TERM: Final = "LONG_TERM"
"""异地长期居住: lives there; no end."""
TEMPORARY: Final = "TEMPORARY"
"""临时外出: for at least six months (医保发〔2022〕22号)."""
REFERRED: Final = "REFERRED"
"""转诊: sent there by a hospital at home, which lowers the fund's share."""


class Filing(Record, frozen=True, array_like=True):
    """A person's filing. A later one takes its place, and so does its withdrawal: `place` is empty then."""

    KEY = 2
    city: str
    psn_no: str
    kind: str
    place: str
    """The city of treatment that it is for."""
    filed_ms: int
    enabled_ms: int
    """When the batch enables the card there: filings are not taken up in real time (RD01)."""
    until_ms: int
    """When it ends; 0: it has no end."""

    def holds(self, place: str, now_ms: int) -> bool:
        """Whether it is in force for a place of treatment."""
        return self.place == place and (not self.until_ms or now_ms < self.until_ms)
