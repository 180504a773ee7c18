"""Our claims against a platform's statement, row by row. Pure: rows in, findings out.

A row that only the platform has is judged by its msgid: one of ours that we know otherwise is a finding, one that is
not ours is foreign: listed, and no failure of this run. Whatever was settled and reversed without our ever seeing its
amounts must come to nothing over the platform's own rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from loadtests.evidence.history import Deed, History
from terminals.kernel.entries import Fate, Intent

FOREIGN_LISTED_MAX: Final = 1_000


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
    """A row of the platform's answer to 3202; `amounts` None where it has none of this settlement."""

    msgid: str
    setl_id: str
    psn_no: str
    refd: bool
    equal: bool
    amounts: Amounts | None
    memo: str = ""


class Kind(StrEnum):
    """What can be wrong."""

    ONLY_OURS = "only ours"
    """Acknowledged to us, and the platform does not have it."""
    ONLY_THEIRS = "only theirs"
    """Refused to us, or never known to have been carried out, and the platform has it."""
    DIFFERS = "amount differs"
    DOUBLE = "double"
    """One msgid of ours, and more than one settlement."""
    REVERSAL_LOST = "reversal lost"
    """Undone by its answer, and it stands."""
    TOTALS = "totals differ"


class Finding(Struct, frozen=True):
    """One thing that is wrong."""

    kind: Kind
    msgid: str
    setl_id: str = ""
    said: str = ""


class Foreign(Struct, frozen=True):
    """A row that is not ours."""

    msgid: str
    amounts: Amounts
    refd: bool = False


class Compared(Struct, frozen=True):
    """What came of it: `equal` rows agree, `explained` are the platform's own rows of what we reversed unseen."""

    equal: int
    findings: tuple[Finding, ...]
    foreign: tuple[Foreign, ...]
    explained: tuple[Stated, ...] = ()


def claims_of(history: History) -> list[Claim]:
    """Return the rows that we hold: what was settled, and what was revoked."""
    return [claim for deed in (*history.settled(), *history.revoked()) if (claim := _claim(deed))]


def _claim(deed: Deed) -> Claim | None:
    resolution = deed.resolution
    if resolution is None or resolution.settled is None or not isinstance(deed.intent, Intent):
        return None
    settled = resolution.settled
    return Claim(
        msgid=deed.msgid,
        setl_id=resolution.setl_id,
        mdtrt_id=settled.mdtrt_id,
        psn_no=deed.intent.psn_no,
        insutype=settled.insutype,
        refd=bool(deed.intent.setl_id),
        amounts=Amounts(settled.medfee_sumamt_fen, settled.fund_pay_sumamt_fen, settled.acct_pay_fen),
        setl_time=settled.setl_time,
        psn_cash_pay_fen=settled.psn_cash_pay_fen,
    )


def compare(history: History, claims: Sequence[Claim], stated: Iterable[Stated]) -> Compared:
    """Compare what we hold of an institution with what its platform answers to it."""
    told = {(row.setl_id, row.refd): row for row in stated if row.setl_id}
    unclaimed = [row for row in stated if not row.setl_id]
    findings: list[Finding] = []
    equal = 0
    for claim in claims:
        finding = _judged(claim, told.pop((claim.setl_id, claim.refd), None))
        equal += finding is None
        findings += [finding] if finding else []
    found, foreign, explained = _unclaimed(history, [*told.values(), *unclaimed])
    return Compared(equal, (*findings, *found), tuple(foreign), tuple(explained))


def _judged(claim: Claim, row: Stated | None) -> Finding | None:
    if row is None or (not row.equal and row.amounts is None):
        kind = Kind.REVERSAL_LOST if claim.refd else Kind.ONLY_OURS
        memo = row.memo if row else "not mentioned in its answer"
        return Finding(kind, claim.msgid, claim.setl_id, memo)
    if row.equal and row.amounts in (None, claim.amounts):
        return None
    said = f"ours {claim.amounts.medfee_sumamt_fen} fen, theirs " + (
        f"{row.amounts.medfee_sumamt_fen} fen" if row.amounts else "not said"
    )
    return Finding(Kind.DIFFERS, claim.msgid, claim.setl_id, said)


def _unclaimed(history: History, rows: Sequence[Stated]) -> tuple[list[Finding], list[Foreign], list[Stated]]:
    """Judge what only the platform has."""
    ours = {deed.msgid: deed for deed in history.deeds}
    undoing = {deed.resolution.undone_by: deed for deed in history.reversed() if deed.resolution}
    findings: list[Finding] = []
    foreign: list[Foreign] = []
    explained: list[Stated] = []
    pairs: dict[str, list[Stated]] = defaultdict(list)
    for row in rows:
        deed = ours.get(row.msgid) or undoing.get(row.msgid)
        if deed is None:
            foreign.append(Foreign(row.msgid, row.amounts or NOTHING, row.refd))
        elif deed.fate is Fate.REVERSED:
            pairs[deed.msgid].append(row)
        elif row.refd and _unseen(deed):
            explained.append(row)
        else:
            kind = Kind.DOUBLE if deed.fate is Fate.DONE else Kind.ONLY_THEIRS
            findings.append(Finding(kind, row.msgid, row.setl_id, row.memo))
    for msgid, held in pairs.items():
        if sum((row.amounts or NOTHING for row in held), NOTHING) == NOTHING:
            explained += held
        else:
            findings.append(Finding(Kind.REVERSAL_LOST, msgid, "", "reversed by 2601, and it stands"))
    return findings, foreign[:FOREIGN_LISTED_MAX], explained


def _unseen(deed: Deed) -> bool:
    """Whether this is a revoke that is known to have been carried out, but whose answer never came."""
    return deed.fate is Fate.DONE and deed.resolution is not None and deed.resolution.settled is None


class Total(Struct, frozen=True):
    """One question of 3201, and its answer: `equal` None where nobody answered."""

    fixmedins_code: str
    insutype: str
    refd: bool
    count: int
    amounts: Amounts
    equal: bool | None
    said: str = ""


class Proof(Struct, frozen=True):
    """What a run's claims came to at a platform that is not ours."""

    platform: str = ""
    rows: int = 0
    equal: int = 0
    findings: tuple[Finding, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    totals: tuple[Total, ...] = ()
    net: Amounts = NOTHING
    """Of all rows that the platform holds of this run: nothing, once it is undone."""
    not_proved: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing was found to be wrong."""
        return not self.findings
