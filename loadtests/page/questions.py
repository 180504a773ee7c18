"""Every question of the verdict as a row: what was promised, what was found, of how many, and the answer.

Pure: facts in, rows out, each in the page's language. Must not: answer; the verdict did.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from loadtests.evidence.result import Result
from loadtests.openload.backlog import Untold
from loadtests.openload.verdict import BACKLOG, Check
from loadtests.page import figures
from loadtests.page.facts import Facts, bounds
from loadtests.page.markup import Figure
from loadtests.page.words import Words

BELIEF: Final = ("run", "gate", "stories", "generator")
"""Groups of checks that decide whether the service is judged at all."""
UNCOUNTED: Final = Figure("")
"""The n of what no samples were asked for."""


class Asked(NamedTuple):
    """One row: a promise, what was found, of how many, and the answer."""

    promise: str
    found: Figure
    n: int | Figure
    ok: bool | None


def questions(facts: Facts, say: Words) -> Iterator[Asked]:
    """Yield every question in the verdict's order; of a run without a verdict what it was to keep."""
    kept = _kept(facts, say)
    if facts.result.verdict is None:
        yield from kept.values()
        return
    for check in facts.result.verdict.checks:
        yield kept.get(check.name) or _of_the_run(check, facts, say)


def _kept(facts: Facts, say: Words) -> dict[str, Asked]:
    """Return the bounds that the run had to keep, by their text."""
    pairs = zip(bounds(facts.result.profile), facts.figures.promises, strict=True)
    return {
        seen.bound: Asked(figures.promise(one, say), figures.found(one, seen, say), seen.n, seen.ok)
        for one, seen in pairs
    }


def _of_the_run(check: Check, facts: Facts, say: Words) -> Asked:
    """Return a question that is no bound of a figure."""
    if check.name == BACKLOG:
        return Asked(say("check.backlog"), Figure(_backlog(facts, say)), UNCOUNTED, check.ok)
    promise = say(f"check.{check.group}") if check.group in BELIEF else check.name
    return Asked(promise, Figure(_believed(check, facts, say)), UNCOUNTED, check.ok)


def _backlog(facts: Facts, say: Words) -> str:
    """Return by how much the backlog grew, and when; or why that cannot be told."""
    growth = facts.figures.growth
    if growth is None:
        return say(f"check.backlog_{(facts.figures.untold or Untold.UNSTEADY).name.lower()}")
    offered, from_s, until_s = growth.stretch
    seconds = {"from_s": f"{from_s:.0f}", "to_s": f"{until_s:.0f}"}
    return say("check.backlog_found", grown=f"{growth.per_s:.1f}", offered=f"{offered:g}", **seconds)


def _believed(check: Check, facts: Facts, say: Words) -> str:
    """Return what was found of a run, a gate, its stories or the generator."""
    result = facts.result
    if check.group == "gate" and result.gate is not None:
        rows = result.gate.rows
        return say("check.gate_found", agree=sum(row.ok for row in rows), count=len(rows))
    if check.group == "generator":
        lag, cpu = figures.lag(result.report.health, say), figures.share(result.condition.cpu_share_max)
        return say("check.generator_found", cpu=cpu, **lag)
    if check.group == "run":
        return _came(check, result, say)
    if check.group == "stories":
        return say("check.stories_found") if check.ok else say("check.stories_missing", said=check.said)
    return check.said


def _came(check: Check, result: Result, say: Words) -> str:
    """Return how many came; of a run that was not what was planned also when it ended, and why if that is known."""
    said = say("check.run_found", scheduled=result.report.arrivals.scheduled, expected=result.profile.arrivals.expected)
    if check.ok:
        return said
    lasted, planned = f"{result.windows.lasted_s:.0f}", f"{result.windows.planned_s:.0f}"
    why = f": {result.report.aborted}" if result.report.aborted else ""
    return say("check.run_ended", found=said, lasted=lasted, planned=planned) + why
