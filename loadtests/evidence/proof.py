"""What a run's claims came to at a platform that is not ours: the words of a proof, as a result keeps them. Data only.

Claims are ours, Stated rows the platform's; comparison.py holds one against the other.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct


class Amounts(Struct, frozen=True):
    """What both sides state of a row, in fen."""

    medfee_sumamt_fen: int
    fund_pay_sumamt_fen: int
    acct_pay_fen: int

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(*(getattr(self, name) + getattr(other, name) for name in self.__struct_fields__))


NOTHING: Final = Amounts(0, 0, 0)


class Claim(Struct, frozen=True):
    """A row that we hold: a settlement, or with negative amounts (`refd`) its revoke."""

    msgid: str
    setl_id: str
    mdtrt_id: str
    psn_no: str
    insutype: str
    refd: bool
    amounts: Amounts
    setl_time: str = ""
    psn_cash_pay_fen: int = 0


class Stated(Struct, frozen=True):
    """A row of the platform's answer to 3202; `amounts` None where it states none, other fields empty."""

    msgid: str
    setl_id: str
    psn_no: str
    refd: bool
    equal: bool
    amounts: Amounts | None
    memo: str = ""
    mdtrt_id: str = ""


class Kind(StrEnum):
    """What can be wrong."""

    ONLY_OURS = "only ours"
    """Acknowledged to us, and the platform does not have it."""
    ONLY_THEIRS = "only theirs"
    """Refused to us, or never known to have been carried out, and the platform has it."""
    DIFFERS = "amount differs"
    OTHERS = "named otherwise"
    """Our settlement's row under another person, visit or msgid."""
    DOUBLE = "double"
    """One msgid or setl_id of ours, and more than one settlement."""
    REVERSAL_LOST = "reversal lost"
    """Undone by its answer, and it stands."""
    TOTALS = "totals differ"
    UNREADABLE = "unreadable statement"
    """The platform answered, and what it answered cannot be read."""


class Finding(Struct, frozen=True):
    """One thing that is wrong."""

    kind: Kind
    msgid: str
    setl_id: str = ""
    said: str = ""
    mdtrt_id: str = ""


class Foreign(Struct, frozen=True):
    """A row that is not ours; not `stated`: the platform says nothing of its amounts."""

    msgid: str
    amounts: Amounts
    refd: bool = False
    stated: bool = True


class Total(Struct, frozen=True):
    """One question of 3201, and its answer: `equal` None where nobody answered, or it could not be reckoned."""

    fixmedins_code: str
    insutype: str
    refd: bool
    count: int
    amounts: Amounts
    equal: bool | None
    said: str = ""


class Institution(Struct, frozen=True):
    """What was proved of one institution.

    `touched`: it was asked to move money. `by_rows`: 3202 answered to every row with its amounts, `by_totals`: 3201
    answered to every kind of insurance; whether it agreed say `equal` and the findings. `unstated`: rows that the
    platform calls equal without a word of their amounts.
    """

    fixmedins_code: str
    touched: bool
    rows: int
    equal: int = 0
    unstated: int = 0
    by_rows: bool = False
    by_totals: bool = False

    @property
    def proved(self) -> bool:
        """Whether the platform's own count of it is known, or nothing was asked for that had to be counted."""
        return self.by_rows or self.by_totals or not self.touched


class Proof(Struct, frozen=True):
    """What a run's claims came to at a platform that is not ours."""

    platform: str = ""
    rows: int = 0
    equal: int = 0
    findings: tuple[Finding, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    totals: tuple[Total, ...] = ()
    net: Amounts | None = NOTHING
    """Of all rows that the platform states of this run: nothing, once it is undone. None where it states no rows."""
    not_proved: tuple[str, ...] = ()
    institutions: tuple[Institution, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing was found to be wrong."""
        return not self.findings
