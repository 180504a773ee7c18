"""The rows of credentials, of personal accounts and of families."""

from typing import ClassVar

from settlement.engine.ledger.state import Record


class Token(Record, frozen=True, array_like=True):
    """The last token of a kind that was issued to a person; any older one is replaced by it."""

    KEY: ClassVar[int] = 3
    city: str
    psn_no: str
    mdtrt_cert_type: str
    issued_ms: int
    used_by: str
    """What it was shown for: the msgid, empty until then."""


class Allotment(Record, frozen=True, array_like=True):
    """What was paid into a personal account for a month, once."""

    KEY: ClassVar[int] = 3
    city: str
    psn_no: str
    month: str
    amount_fen: int
    allotted_ms: int


class FamilyBind(Record, frozen=True, array_like=True):
    """A place for somebody whose personal account this person may use; an empty `owner` is a free place."""

    KEY: ClassVar[int] = 3
    city: str
    psn_no: str
    place: int
    """1 to 3. Who pays first is not its order but that of binding."""
    owner: str
    limit_fen: int
    """The most that may be used in all (FamilyUse); 0: no limit."""
    bound_ms: int


class FamilyUse(Record, frozen=True, array_like=True):
    """What somebody has used of another's account, under whatever binding: ending one and making it again counts on."""

    KEY: ClassVar[int] = 3
    city: str
    psn_no: str
    owner: str
    used_fen: int


class FamilyDebit(Record, frozen=True, array_like=True):
    """What one family account paid of a settlement; given back when the settlement is undone."""

    KEY: ClassVar[int] = 4
    city: str
    psn_no: str
    """The beneficiary, whose settlement it is."""
    setl_id: str
    rank: int
    """1 paid first."""
    owner: str
    amount_fen: int
