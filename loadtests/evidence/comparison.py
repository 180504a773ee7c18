"""Our claims against a platform's statement, row by row. Pure: rows in, findings out.

A row that only the platform has is judged by its msgid: one of ours that we know otherwise is a finding, one that is
not ours is foreign: listed, and no failure of this run. Whatever only the platform knows of a msgid of ours must come
to nothing over its own rows: so does what was reversed unseen, and a double once it is undone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from loadtests.evidence.history import Deed, History
from loadtests.evidence.proof import NOTHING, Amounts, Claim, Finding, Foreign, Kind, Stated
from terminals.kernel.entries import Fate, Intent

NAMED: Final = ("psn_no", "mdtrt_id", "msgid")
"""What a row is known by besides its setl_id, compared wherever the platform states it."""
KINDS: Final = {Fate.DONE: Kind.DOUBLE, Fate.REVERSED: Kind.REVERSAL_LOST}
"""What it is that only the platform has, by what we know of its msgid; ONLY_THEIRS of anything else."""


class Compared(Struct, frozen=True):
    """What came of it.

    `equal` rows agree, `unstated` ones are called equal without amounts, `explained` are the platform's own rows of
    what we know of without its amounts. `held`: the sum of all rows of this run, as the platform states them.
    """

    equal: int
    findings: tuple[Finding, ...]
    foreign: tuple[Foreign, ...]
    explained: tuple[Stated, ...] = ()
    unstated: int = 0
    held: Amounts = NOTHING


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
    told: dict[tuple[str, bool], list[Stated]] = defaultdict(list)
    unclaimed: list[Stated] = []
    for row in stated:
        (told[row.setl_id, row.refd] if row.setl_id else unclaimed).append(row)
    findings: list[Finding] = []
    equal = unstated = 0
    held = NOTHING
    for claim in claims:
        rows = told.pop((claim.setl_id, claim.refd), [])
        found = _judged(claim, rows[0] if rows else None)
        bare = not found and rows[0].amounts is None
        unstated, equal = unstated + bare, equal + (not found and not bare)
        findings += found
        held = sum((_amounts(row, claim) for row in rows[:1]), held)
        unclaimed += [replace(again, msgid=claim.msgid, setl_id="") for again in rows[1:]]
    only_theirs = _unclaimed(history, [*(row for rows in told.values() for row in rows), *unclaimed])
    return Compared(
        equal=equal,
        findings=(*findings, *only_theirs.findings),
        foreign=only_theirs.foreign,
        explained=only_theirs.explained,
        unstated=unstated,
        held=held + only_theirs.held,
    )


def _judged(claim: Claim, row: Stated | None) -> list[Finding]:
    if row is None or (not row.equal and row.amounts is None):
        kind = Kind.REVERSAL_LOST if claim.refd else Kind.ONLY_OURS
        return [_found(kind, claim, row.memo if row else "not mentioned in its answer")]
    findings = []
    others = [name for name in NAMED if getattr(row, name) not in ("", getattr(claim, name))]
    if others:
        findings.append(_found(Kind.OTHERS, claim, f"not ours: {', '.join(others)}"))
    if not row.equal or row.amounts not in (None, claim.amounts):
        theirs = f"{row.amounts.medfee_sumamt_fen} fen" if row.amounts else "not said"
        said = f"ours {claim.amounts.medfee_sumamt_fen} fen, theirs {theirs}"
        findings.append(_found(Kind.DIFFERS, claim, said))
    return findings


def _found(kind: Kind, claim: Claim, said: str) -> Finding:
    return Finding(kind, claim.msgid, claim.setl_id, said, claim.mdtrt_id)


def _amounts(row: Stated, claim: Claim) -> Amounts:
    """Return what the platform holds by a claimed row; ours where it calls that equal and says no more."""
    return row.amounts or (claim.amounts if row.equal else NOTHING)


def _unclaimed(history: History, rows: Sequence[Stated]) -> Compared:
    """Judge what only the platform has: by the deed whose msgid it bears, or which it undoes."""
    ours = {deed.msgid: deed for deed in history.deeds}
    undoing = {
        deed.resolution.undone_by: deed for deed in history.deeds if deed.resolution and deed.resolution.undone_by
    }
    owner = undoing | ours
    revoked = history.revoked_ids()
    known = [row for row in rows if row.msgid in owner]
    explained: list[Stated] = []
    groups: dict[str, list[Stated]] = defaultdict(list)
    for row in known:
        deed = owner[row.msgid]
        plain = row.setl_id in revoked or (row.refd and _unseen(deed))
        (explained if plain else groups[deed.msgid]).append(row)
    findings: list[Finding] = []
    for msgid, group in groups.items():
        if _comes_to_nothing(group):
            explained += group
        else:
            findings += _standing(ours[msgid], group)
    return Compared(
        equal=0,
        findings=tuple(findings),
        foreign=tuple(_foreign(row) for row in rows if row.msgid not in owner),
        explained=tuple(explained),
        held=sum((row.amounts or NOTHING for row in known), NOTHING),
    )


def _foreign(row: Stated) -> Foreign:
    return Foreign(row.msgid, row.amounts or NOTHING, row.refd, row.amounts is not None)


def _comes_to_nothing(rows: Sequence[Stated]) -> bool:
    return all(row.amounts for row in rows) and sum((row.amounts or NOTHING for row in rows), NOTHING) == NOTHING


def _standing(deed: Deed, rows: Sequence[Stated]) -> list[Finding]:
    """Return what of one deed stands beyond our books: what was reversed counts once, whatever its rows."""
    kind = KINDS.get(deed.fate, Kind.ONLY_THEIRS) if deed.fate else Kind.ONLY_THEIRS
    if kind is Kind.REVERSAL_LOST:
        return [Finding(kind, deed.msgid, "", "reversed by 2601, and it stands")]
    forward = [row for row in rows if not row.refd] or rows
    return [Finding(kind, deed.msgid, row.setl_id, row.memo, row.mdtrt_id) for row in forward]


def _unseen(deed: Deed) -> bool:
    """Whether this is a revoke that is known to have been carried out, but whose answer never came."""
    return deed.fate is Fate.DONE and deed.resolution is not None and deed.resolution.settled is None
