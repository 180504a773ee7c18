"""Everything in a result that follows from something else in it, computed again: what the file says beside what it is.

Pure: a result and its files' content in, rows out; what needs a histogram stands in recount.py. What no other part of
a result knows of (the machine, the commit, the engine's samples) is held by the seal alone.
"""

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Final

from loadtests.evidence import recount, seal
from loadtests.evidence import result as results
from loadtests.evidence.gate import Audit, Gate, compare
from loadtests.evidence.gate import Row as GateRow
from loadtests.evidence.proved import UNKNOWN, gate_of
from loadtests.evidence.recount import Row, compared, each_field
from loadtests.evidence.result import Result
from loadtests.openload import health
from loadtests.openload.verdict import Check
from terminals.sums import BY_ITSELF

ANSWERS: Final = {True: "yes", False: "no", None: "not judged"}


def verify(result: Result, content: bytes, log: str | None) -> list[Row]:
    """Compare a result with itself, with its file's `content`, and with its interval log; raise UnreadableError.

    A log that is not there (None) differs, as does a result that was never judged: nothing passes unchecked.
    """
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
        *recount.log(result, log),
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
    """Make the gate again: of our engine's audit, or of what another platform proved; without either none can be."""
    if result.gate is None:
        return
    if result.audit is not None:
        yield compared("gate", "ledger SHA-256", result.ledger_sha256, result.audit.ledger_sha256)
        yield from _rows(result.gate, compare([result.claims], result.audit))
    elif result.proof is not None:
        yield compared("gate", "not proved", result.not_proved, result.proof.not_proved)
        yield from _rows(result.gate, gate_of(result.proof, unknown=_unknown(result.gate)))
    else:
        yield compared("gate", "made of", None, "an audit or a proof")


def _unknown(gate: Gate) -> int:
    """Return how many outcomes a gate says were left unknown: the run's journal knew it, and is no part of a result."""
    return next((row.client for row in gate.rows if row.name == UNKNOWN and isinstance(row.client, int)), 0)


def _rows(gate: Gate, again: Gate) -> Iterator[Row]:
    """Compare two gates row by row; of one name there may be several, and their order stands."""
    said, found = _by_name(gate), _by_name(again)
    for name, number in dict.fromkeys((*said, *found)):
        yield from each_field("gate", name, said.get((name, number)), found.get((name, number)))
    yield compared("gate", "rows", len(gate.rows), len(again.rows))


def _by_name(gate: Gate) -> dict[tuple[str, int], GateRow]:
    numbers: Counter[str] = Counter()
    numbered = {}
    for row in gate.rows:
        numbered[row.name, numbers[row.name]] = row
        numbers[row.name] += 1
    return numbered


def _verdict(result: Result) -> Iterator[Row]:
    """Compare the verdict; a result that nobody judged has none, and is not passed as if it had."""
    if result.verdict is None or result.gate is None:
        missing = " and ".join(name for name in ("gate", "verdict") if getattr(result, name) is None)
        yield compared("verdict", "answer", ANSWERS[None], f"no {missing}")
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
