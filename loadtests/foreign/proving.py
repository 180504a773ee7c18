"""Proves a run at a platform that is not ours: asks it for its statement, institution by institution, and compares.

Rows first (3202), then totals (3201): what the rows show to be somebody else's is added to ours before the totals are
asked, where the interface says enough of it. What the platform does not offer is said to be not proved.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from loadtests.evidence.history import History
from loadtests.evidence.proof import (
    NOTHING,
    Amounts,
    Claim,
    Compared,
    Finding,
    Kind,
    Proof,
    Total,
    claims_of,
    compare,
)
from loadtests.foreign.statement import Ask, NotOffered, Period, rows_stated, totals_equal

Extra = tuple[bool, Amounts]
"""A row that the platform has and we do not: whether it is an undo, and its amounts."""


def prove(asks: Mapping[str, Ask], period: Period, history: History, *, totals: bool, details: bool) -> Proof:
    """Return what the platform's statement says of a run; `asks` are by institution."""
    proofs = [_institution(code, ask, period, history, totals=totals, details=details) for code, ask in asks.items()]
    return Proof(
        rows=sum(proof.rows for proof in proofs),
        equal=sum(proof.equal for proof in proofs),
        findings=_all(proofs, lambda proof: proof.findings),
        foreign=_all(proofs, lambda proof: proof.foreign),
        totals=_all(proofs, lambda proof: proof.totals),
        net=sum((proof.net for proof in proofs), NOTHING),
        not_proved=tuple(dict.fromkeys(_all(proofs, lambda proof: proof.not_proved))),
    )


def _all(proofs: Iterable[Proof], field: Callable[[Proof], tuple[object, ...]]) -> tuple:  # type: ignore[type-arg]
    return tuple(one for proof in proofs for one in field(proof))


def _institution(code: str, ask: Ask, period: Period, whole: History, *, totals: bool, details: bool) -> Proof:
    history = History(tuple(deed for deed in whole.deeds if deed.fixmedins_code == code))
    claims = claims_of(history)
    not_proved = []
    compared = None
    if details:
        try:
            compared = compare(history, claims, rows_stated(ask, period, code, claims))
        except NotOffered as error:
            not_proved.append(f"row by row: {error}")
    else:
        not_proved.append("row by row: 3202 is not offered, says the target")
    proof = Proof(rows=len(claims), net=_net(claims, compared))
    if compared is not None:
        proof = msgspec.structs.replace(
            proof, equal=compared.equal, findings=compared.findings, foreign=compared.foreign
        )
    asked = _totals(code, ask, period, claims, compared) if totals else ()
    silent = {total.said for total in asked if total.equal is None}
    if silent or not totals:
        not_proved.append(f"totals: {'; '.join(silent) or '3201 is not offered, says the target'}")
    return msgspec.structs.replace(
        proof,
        totals=asked,
        findings=(*proof.findings, *_unexplained(asked, compared)),
        not_proved=tuple(not_proved),
    )


def _net(claims: Sequence[Claim], compared: Compared | None) -> Amounts:
    """Return what the platform holds of this run in all, by the rows that it told us of; ours where it told nothing."""
    held = sum((claim.amounts for claim in claims), NOTHING)
    return held if compared is None else held + sum((row.amounts or NOTHING for row in compared.explained), NOTHING)


def _totals(
    code: str, ask: Ask, period: Period, claims: Sequence[Claim], compared: Compared | None
) -> tuple[Total, ...]:
    """Ask for the totals of each kind of insurance, settlements and undoes apart."""
    kinds = sorted({claim.insutype for claim in claims})
    extras = _extras(compared) if len(kinds) == 1 else []  # the statement's rows do not say of which insurance they are
    made = []
    for insutype in kinds:
        for refd in (False, True):
            ours = [claim.amounts for claim in claims if claim.insutype == insutype and claim.refd is refd]
            theirs = [amounts for undo, amounts in extras if undo is refd]
            amounts, count = sum((*ours, *theirs), NOTHING), len(ours) + len(theirs)
            equal: bool | None
            try:
                equal, said = totals_equal(ask, period, insutype, refd=refd, count=count, amounts=amounts)
            except NotOffered as error:
                equal, said = None, str(error)
            made.append(Total(code, insutype, refd, count, amounts, equal, said))
    return tuple(made)


def _extras(compared: Compared | None) -> list[Extra]:
    if compared is None:
        return []
    explained = [(row.refd, row.amounts or NOTHING) for row in compared.explained]
    return [*explained, *((row.refd, row.amounts) for row in compared.foreign)]


def _unexplained(totals: Sequence[Total], compared: Compared | None) -> list[Finding]:
    """Say of unequal totals that they are, unless the rows have already said why."""
    explained = compared is not None and (compared.findings or compared.foreign)
    return [
        Finding(Kind.TOTALS, "", "", f"{total.fixmedins_code} {total.insutype}: {total.said or 'unequal'}")
        for total in totals
        if total.equal is False and not explained
    ]
