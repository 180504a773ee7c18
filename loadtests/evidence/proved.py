"""A proof as the rows of a gate: our claims as the client's word, the platform's statement as its ledger's. Pure."""

from collections.abc import Iterator
from typing import Final

from loadtests.evidence.gate import Gate, Row
from loadtests.evidence.proof import Institution, Proof, Total

UNKNOWN: Final = "unknown outcomes left"


def gate_of(proof: Proof, *, unknown: int) -> Gate:
    """Return a proof as the rows of a gate: ours as the client's word, the platform's as its ledger's."""
    rows = (row for one in proof.institutions for row in _institution(one))
    totals = (_total(one) for one in proof.totals if one.equal is not None)
    findings = (Row(f"{one.kind} {one.msgid}".strip(), one.setl_id, None, one.said, ok=False) for one in proof.findings)
    return Gate((*rows, *findings, *totals, Row(UNKNOWN, unknown, None, None, unknown == 0)))


def _institution(one: Institution) -> Iterator[Row]:
    if one.by_rows or one.unstated:
        yield Row(f"3202 {one.fixmedins_code} rows", one.rows, None, one.equal, one.rows == one.equal + one.unstated)
    if not one.proved:
        yield Row(f"proof {one.fixmedins_code}", one.rows, None, "neither 3202 nor 3201 is known", ok=False)


def _total(total: Total) -> Row:
    name = f"3201 {total.fixmedins_code} {total.insutype} {'undone' if total.refd else 'settled'}"
    return Row(name, total.count, None, "equal" if total.equal else total.said or "unequal", bool(total.equal))
