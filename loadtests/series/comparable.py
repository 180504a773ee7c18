"""Whether runs may be compared at all: what keeps them from it, in words; none is good.

Every run must be believable, all under one profile on one machine, the same cores and the same kind of store, but for
what is itself compared; and the two of a pair must follow each other, so that a machine that becomes slower does not
look like a change. Which code ran keeps nobody from it: that is what is compared most often. Pure.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from loadtests.evidence.result import Result
from loadtests.openload import histograms
from loadtests.openload.figures import Figure
from loadtests.workload.plan import Profile

OF_EACH_RUN: Final = ("run", "seed", "block")
"""Fields of a profile that differ from run to run of the same thing; of the block only the people are compared."""
WORDS: Final = (
    "scenario",
    "question",
    "question_zh",
    "assumed",
    "sources",
    "overridden",
    "not_tested",
    "slo",
    "thresholds",
)
"""Fields of a profile that say something of it and ask nothing of the service."""
MACHINE: Final = "machine"
ASKED: Final = (*(name for name in Profile.__struct_fields__ if name not in (*OF_EACH_RUN, *WORDS)), "people")
"""What a scenario decides."""
KEPT: Final = ("store", "durability")
"""How the engine keeps what it acknowledges; empty where it did not say."""
CORES: Final = "cores"
COMPARED: Final = (*ASKED, *KEPT, CORES)
SPOILT: Final = ("run", "gate", "stories", "generator")
"""Checks without which a run has no figures to compare."""


def obstacles(a: Sequence[Result], b: Sequence[Result], across: Iterable[str] = ()) -> Iterator[str]:
    """Yield why not; `across` are those of COMPARED, or the machine, in which A and B may differ."""
    every, may_differ = [*a, *b], set(across)
    yield from unbelievable(every)
    if MACHINE not in may_differ and len({one.machine.fingerprint for one in every}) > 1:
        yield "they are of different machines: a figure of one says nothing of the other"
    for side, runs in (("A", a), ("B", b)):
        if changing := differing(runs):
            yield f"the runs of {side} are not alike: {', '.join(changing)} differs"
    if others := [name for name in differing(every) if name not in may_differ]:
        yield f"A and B differ in {', '.join(others)}: name what is compared with --across, or make them alike"
    if len(a) != len(b):
        yield f"A has {len(a)} runs and B {len(b)}: pairs have one of each"
    elif not interleaved(a, b):
        yield "A and B were not run in turn (A B B A ...): the machine's drift would look like a change"


def unbelievable(runs: Iterable[Result]) -> Iterator[str]:
    """Yield each run that has no figures to compare, and why."""
    for run in runs:
        checks = run.verdict.checks if run.verdict else ()
        said = [check.said for check in checks if check.group in SPOILT and check.ok is False]
        if said or not checks:
            yield f"{run.profile.run}: {'; '.join(said) or 'it was never judged'}"


def unread(runs: Iterable[Result], figure: Figure) -> Iterator[str]:
    """Yield each run that does not state the figure, or states one of which there is no ratio."""
    for run in runs:
        reading = run.measured().read(figure)
        if reading.value is None or reading.lacking:
            yield f"{run.profile.run}: {figure.name}: {reading.lacking}"
        elif not reading.stated:
            why = f"{histograms.TOO_SMALL} ({reading.n})"
            yield f"{run.profile.run}: {figure.name} not stated: {why}; longer runs, or a lower --figure, have it"
        elif reading.value <= 0:
            yield f"{run.profile.run}: {figure.name} is 0, and there is no ratio to it"


def differing(runs: Sequence[Result]) -> list[str]:
    """Return what of COMPARED is not the same in all runs."""
    return [name for name in COMPARED if any(_of(run, name) != _of(runs[0], name) for run in runs)]


def _of(run: Result, name: str) -> object:
    if name == "people":
        return run.profile.block.seed, run.profile.block.size
    if name == CORES:
        return run.machine.load_cores, run.machine.engine_cores
    if name in KEPT:
        return getattr(run.engine, name, "")
    return getattr(run.profile, name)


def in_order(runs: Iterable[Result]) -> list[Result]:
    """Return runs as they began."""
    return sorted(runs, key=lambda run: run.windows.started_at)


def interleaved(a: Sequence[Result], b: Sequence[Result]) -> bool:
    """Whether, in time, every two runs are one of each."""
    turns = sorted([(run.windows.started_at, "A") for run in a] + [(run.windows.started_at, "B") for run in b])
    return all(one != other for (_, one), (_, other) in zip(turns[::2], turns[1::2], strict=True))
