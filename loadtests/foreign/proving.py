"""Proves a run at a platform that is not ours: asks it for its statement, institution by institution, and compares.

Rows first (3202), then totals (3201, totals.py). What the platform does not offer is said to be not proved; what it
answers and nobody can read is a finding.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from loadtests.evidence.comparison import Compared, claims_of, compare
from loadtests.evidence.history import SETTLEMENTS, History
from loadtests.evidence.proof import NOTHING, Amounts, Claim, Finding, Institution, Kind, Proof
from loadtests.foreign.statement import Ask, NotOffered, Period, UnreadableError, rows_stated
from loadtests.foreign.totals import Summed, summed

NO_ROWS: Final = "row by row: 3202 is not offered, says the target"
NO_TOTALS: Final = "totals: 3201 is not offered, says the target"


class _Rows(Struct, frozen=True):
    """What came of 3202 at one institution."""

    compared: Compared | None
    findings: tuple[Finding, ...] = ()
    not_proved: tuple[str, ...] = ()


def prove(asks: Mapping[str, Ask], period: Period, history: History, *, totals: bool, details: bool) -> Proof:
    """Return what the platform's statement says of a run; `asks` are by institution."""
    proofs = [_institution(code, ask, period, history, totals=totals, details=details) for code, ask in asks.items()]
    nets = [proof.net for proof in proofs if proof.net is not None]
    return Proof(
        rows=sum(proof.rows for proof in proofs),
        equal=sum(proof.equal for proof in proofs),
        findings=_all(proofs, lambda proof: proof.findings),
        foreign=_all(proofs, lambda proof: proof.foreign),
        totals=_all(proofs, lambda proof: proof.totals),
        net=sum(nets, NOTHING) if len(nets) == len(proofs) else None,
        not_proved=tuple(dict.fromkeys(_all(proofs, lambda proof: proof.not_proved))),
        institutions=_all(proofs, lambda proof: proof.institutions),
    )


def _all(proofs: Iterable[Proof], field: Callable[[Proof], tuple[object, ...]]) -> tuple:  # type: ignore[type-arg]
    return tuple(one for proof in proofs for one in field(proof))


def _institution(code: str, ask: Ask, period: Period, whole: History, *, totals: bool, details: bool) -> Proof:
    history = History(tuple(deed for deed in whole.deeds if deed.fixmedins_code == code))
    claims = claims_of(history)
    rows = _rows(code, ask, period, history, claims) if details else _Rows(None, not_proved=(NO_ROWS,))
    compared = rows.compared
    sums = summed(code, ask, period, claims, compared) if totals else Summed(not_proved=(NO_TOTALS,))
    there = Institution(
        fixmedins_code=code,
        touched=any(deed.infno in SETTLEMENTS for deed in history.deeds),
        rows=len(claims),
        equal=compared.equal if compared else 0,
        unstated=compared.unstated if compared else 0,
        by_rows=compared is not None and not compared.unstated,
        by_totals=bool(sums.totals) and all(one.equal is not None for one in sums.totals),
    )
    return Proof(
        rows=there.rows,
        equal=there.equal,
        findings=(*rows.findings, *sums.findings),
        foreign=compared.foreign if compared else (),
        totals=sums.totals,
        net=_net(claims, compared),
        not_proved=(*rows.not_proved, *sums.not_proved),
        institutions=(there,),
    )


def _rows(code: str, ask: Ask, period: Period, history: History, claims: Sequence[Claim]) -> _Rows:
    try:
        compared = compare(history, claims, rows_stated(ask, period, code, claims))
    except NotOffered as error:
        return _Rows(None, (), (f"row by row: {error}",))
    except UnreadableError as error:
        return _Rows(None, (Finding(Kind.UNREADABLE, "", "", f"{code}: {error}"),))
    bare = f"row by row: {code}: {compared.unstated} rows are called equal, and their amounts are not stated"
    return _Rows(compared, compared.findings, (bare,) if compared.unstated else ())


def _net(claims: Sequence[Claim], compared: Compared | None) -> Amounts | None:
    """Return what the platform holds of this run by its own rows; None where it stated none and we claim some."""
    if compared is not None:
        return compared.held
    return None if claims else NOTHING
