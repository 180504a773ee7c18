"""Whether B differs from A in one figure: pairs of runs in turn, the interval of their ratio, and what chance does.

The unit is one run. A change is called only where the interval excludes 1 and the effect is above EFFECT_MIN. Runs that
may not be compared are not; then there is no figure either. Pure: chance is a seed.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final, Literal, NamedTuple

import msgspec
from msgspec import Struct

from loadtests.evidence.provenance import Build, Machine, Source
from loadtests.evidence.result import Result, replace
from loadtests.evidence.watch import EngineUse
from loadtests.openload import bootstrap
from loadtests.openload.bootstrap import PAIRS_MIN, Estimate
from loadtests.openload.figures import SERVED, Figure
from loadtests.series.changed import changed, secured
from loadtests.series.comparable import differing, in_order, obstacles, unread
from loadtests.workload.plan import Security

EFFECT_MIN: Final = 0.05
DEFAULT: Final = Figure(of=SERVED, figure="p99")
SEED: Final = 1
BETTER_WHEN_MORE: Final = frozenset({"achieved", "offered", "scheduled", "sent", "completed"})
"""Subjects of which more is better; of everything else (time, errors, CPU) less is, but for counts of the served."""
UNWANTED: Final = frozenset({"errors", "dropped", "late"})

Answer = Literal["no change", "better", "worse", "not comparable"]


class Side(NamedTuple):
    """One side of a comparison: what it is called, and its runs."""

    name: str
    runs: Sequence[Result]


class Couple(Struct, frozen=True, forbid_unknown_fields=True):
    """One pair of runs and the figure in each, in its unit."""

    a_run: str
    b_run: str
    a: float
    b: float

    @property
    def ratio(self) -> float:
        """Return B as a multiple of A."""
        return self.b / self.a


class Ran(Struct, frozen=True, forbid_unknown_fields=True):
    """On what the runs of a side ran: the first one's machine, each store and each code that there was, once.

    `stores` pairs store and durability, as the engine named them; `engines` is its code, `harness` that of the load.
    """

    machine: Machine
    stores: tuple[tuple[str, str], ...]
    engines: tuple[Build, ...]
    harness: tuple[Source, ...]


class Comparison(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The answer and what it was made of. `noise_floor` is of A's own runs; `differ` is what A and B differ in.

    `changed_a` and `changed_b` are what every run of a side changed of its scenario, `ran_a` and `ran_b` on what.
    """

    format: Literal[2] = 2
    a: str
    b: str
    figure: Figure
    answer: Answer
    obstacles: tuple[str, ...] = ()
    couples: tuple[Couple, ...] = ()
    estimate: Estimate | None = None
    noise_floor: float | None = None
    differ: tuple[str, ...] = ()
    security: tuple[Security, ...] = ()
    changed_a: tuple[str, ...] = ()
    changed_b: tuple[str, ...] = ()
    seed: int
    ran_a: Ran | None = None
    ran_b: Ran | None = None
    command: str = ""


def compared(
    a: Side, b: Side, *, figure: Figure = DEFAULT, across: Iterable[str] = (), seed: int = SEED, command: str = ""
) -> Comparison:
    """Compare B with A; `across` names what of COMPARED, or the machine, they may differ in."""
    ordered_a, ordered_b = in_order(a.runs), in_order(b.runs)
    every = [*ordered_a, *ordered_b]
    against = (*obstacles(ordered_a, ordered_b, across), *unread(every, figure), *_too_few(len(ordered_a)))
    blank = Comparison(
        a=a.name,
        b=b.name,
        figure=figure,
        answer="not comparable",
        obstacles=against,
        differ=tuple(differing(every)) if every else (),
        security=secured(run.profile for run in every),
        changed_a=changed(run.profile for run in ordered_a),
        changed_b=changed(run.profile for run in ordered_b),
        seed=seed,
        ran_a=_ran(ordered_a),
        ran_b=_ran(ordered_b),
        command=command,
    )
    return blank if against else _judged(blank, ordered_a, ordered_b)


def _ran(runs: Sequence[Result]) -> Ran | None:
    if not runs:
        return None
    uses = [run.engine or EngineUse("", "") for run in runs]
    return Ran(
        machine=runs[0].machine,
        stores=tuple(dict.fromkeys((use.store, use.durability) for use in uses)),
        engines=tuple(dict.fromkeys(use.build for use in uses)),
        harness=tuple(dict.fromkeys(run.source for run in runs)),
    )


def _judged(blank: Comparison, a: Sequence[Result], b: Sequence[Result]) -> Comparison:
    figure, random = blank.figure, Random(blank.seed)  # noqa: S311 - resampling, not secrets
    couples = tuple(
        Couple(one.profile.run, other.profile.run, _value(one, figure), _value(other, figure))
        for one, other in zip(a, b, strict=True)
    )
    estimate = bootstrap.ratio([(couple.a, couple.b) for couple in couples], random)
    assert estimate is not None, len(couples)
    return msgspec.structs.replace(
        blank,
        answer=_answer(estimate, figure),
        couples=couples,
        estimate=estimate,
        noise_floor=bootstrap.noise_floor([couple.a for couple in couples], random),
    )


def _answer(estimate: Estimate, figure: Figure) -> Answer:
    effect = max(estimate.middle, 1 / estimate.middle) - 1
    if not estimate.excludes_one or effect <= EFFECT_MIN:
        return "no change"
    return "better" if (estimate.middle > 1) == more_is_better(figure) else "worse"


def more_is_better(figure: Figure) -> bool:
    """Whether a service is better the higher the figure is."""
    return figure.of in BETTER_WHEN_MORE or (figure.figure == "count" and figure.of not in UNWANTED)


def _value(run: Result, figure: Figure) -> float:
    value = run.measured().read(figure).value
    assert value is not None, run.profile.run
    return value


def _too_few(pairs: int) -> Iterator[str]:
    if pairs < PAIRS_MIN:
        yield f"{pairs} pairs: an interval needs at least {PAIRS_MIN}"


def write(comparison: Comparison, path: Path) -> None:
    """Write a comparison whole or not at all."""
    replace(path, msgspec.json.format(msgspec.json.encode(comparison), indent=1))


def read(path: Path) -> Comparison:
    """Read a comparison; raise OSError or msgspec.MsgspecError."""
    return msgspec.json.decode(path.read_bytes(), type=Comparison)
