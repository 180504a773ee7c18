"""Everything in a result that follows from something else in it, computed again: what the file says beside what it is.

Pure: a result and its files' content in, rows out; what needs a histogram stands in recount.py. What no other part of
a result knows of (the machine, the commit, the engine's samples) is held by the seal alone.
"""

from collections.abc import Iterator
from random import Random
from typing import Final

from loadtests.evidence import recount, seal
from loadtests.evidence import result as results
from loadtests.evidence.gate import Audit, Gate, compare
from loadtests.evidence.recount import Row, compared, each_field
from loadtests.evidence.result import Result
from loadtests.openload import health
from loadtests.openload.verdict import Check
from terminals.sums import BY_ITSELF

ANSWERS: Final = {True: "yes", False: "no", None: "not judged"}


def verify(result: Result, content: bytes, log: str | None) -> list[Row]:
    """Compare a result with itself, with its file's `content`, and with its interval log; raise UnreadableError."""
    recount.decode_all(result.report)
    latencies = result.latencies()
    return [
        compared("seal", "SHA-256 of the file", *seal.seals(content)),
        *recount.samples(result, latencies),
        *_arrivals(result),
        *recount.series(result, latencies),
        *recount.figures(result, latencies),
        *_generator(result),
        *_gate(result),
        *_verdict(result),
        *([] if log is None else recount.log(result, log)),
    ]


def verify_ledger(result: Result, audit: Audit) -> list[Row]:
    """Compare what the ledger said after the run with what it says now."""
    then = result.audit
    if then is None:
        return [compared("ledger", "this run", "no audit of ours", "an audit")]
    return [
        compared("ledger", "SHA-256 of this run's rows", result.ledger_sha256, audit.ledger_sha256),
        *each_field("ledger", "purchases", then.bank, audit.bank),
        *(
            row
            for infno in sorted({*then.ledger, *audit.ledger})
            for row in each_field("ledger", infno, then.ledger.get(infno), audit.ledger.get(infno))
        ),
    ]


def _arrivals(result: Result) -> Iterator[Row]:
    fates, visits = result.report.arrivals, result.report.visits
    ended = sum(count for flow, ends in visits.items() if flow not in BY_ITSELF for count in ends.values())
    yield compared("arrivals", "scheduled", fates.scheduled, fates.sent + fates.dropped)
    yield compared("arrivals", "completed", fates.completed, ended)
    yield compared("arrivals", "planned s", result.windows.planned_s, results.planned_s(result.profile))
    yield compared("arrivals", "warm-up s", result.windows.warmup_s, result.profile.warmup_s)
    whole = not result.interrupted and not result.report.aborted and not result.report.failure
    if whole and result.profile.model == "open":
        planned = sum(1 for _ in result.profile.arrivals.due_times(Random(result.profile.seed)))  # noqa: S311 - seeded
        yield compared("arrivals", "by the plan and its seed", fates.scheduled, planned)


def _generator(result: Result) -> Iterator[Row]:
    yield from each_field("generator", "condition", result.condition, health.condition(result.report.health))


def _gate(result: Result) -> Iterator[Row]:
    """Compare again where our engine's audit is kept; with another gate at least its words about the client."""
    if result.gate is None:
        return
    if result.proof is not None:
        yield compared("gate", "not proved", result.not_proved, result.proof.not_proved)
    if result.audit is None:
        yield from _claimed(result, result.gate)
        return
    yield compared("gate", "ledger SHA-256", result.ledger_sha256, result.audit.ledger_sha256)
    found = compare([result.claims], result.audit).rows
    said = {row.name: row for row in result.gate.rows}
    again = {row.name: row for row in found}
    for name in dict.fromkeys((*said, *again)):
        yield from each_field("gate", name, said.get(name), again.get(name))
    yield compared("gate", "rows", len(result.gate.rows), len(found))


def _claimed(result: Result, gate: Gate) -> Iterator[Row]:
    """Compare what the gate says of the client's settlements with what the client claims."""
    said = {row.name: row.client for row in gate.rows}
    for infno, settled in result.claims.settled.items():
        if f"{infno} settlements" in said:
            yield compared("gate", f"{infno} settlements, client", said[f"{infno} settlements"], settled.count)


def _verdict(result: Result) -> Iterator[Row]:
    if result.verdict is None or result.gate is None:
        return
    said, again = result.verdict, result.judged(result.gate, result.unseen, result.audit).verdict
    assert again is not None
    yield compared("verdict", "answer", str(said.answer), str(again.answer))
    yield compared("verdict", "reasons", "; ".join(said.reasons), "; ".join(again.reasons))
    yield compared("verdict", "remarks", "; ".join(said.remarks), "; ".join(again.remarks))
    checks = {(one.group, one.name): one for one in said.checks}, {(one.group, one.name): one for one in again.checks}
    for key in dict.fromkeys((*checks[0], *checks[1])):
        yield compared("checks", ": ".join(key), *(_answered(each.get(key)) for each in checks))


def _answered(check: Check | None) -> str:
    return "" if check is None else f"{ANSWERS[check.ok]}: {check.said}"
