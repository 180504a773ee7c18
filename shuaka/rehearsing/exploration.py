"""A search for a capacity, carried out: each step is a load run, and the curve is written after every one.

Whatever ends it early, Ctrl-C or an engine that is gone, the curve says what was found until then.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from loadtests.openload.histograms import in_ms
from loadtests.series import capacity as curves
from loadtests.series.capacity import Curve, Taken, highest_held
from loadtests.series.capacity_report import named
from loadtests.series.search import Found, Outcome, Step, search
from shuaka.engine import EngineError
from shuaka.rehearsing.load_child import ChildError
from shuaka.rehearsing.order import Rehearsal
from shuaka.rehearsing.rehearsal import RehearsalError
from shuaka.rehearsing.series import EndedError, Series


class CurveError(Exception):
    """A curve that cannot be written; one sentence for the user."""


class Exploration(NamedTuple):
    """What is searched: `at` is the run at a rate (visits a second), by the number of the step."""

    at: Callable[[float, int], Rehearsal]
    start: float
    step_s: float
    confirmations: int
    file: Path


def explored(plan: Exploration, series: Series) -> Curve:
    """Carry out a search and return its curve; what ends it early is said on stderr.

    Raise CurveError where it cannot be written, EngineError or EndedError where no search can begin.
    """
    exploring = _Exploring(plan, series)
    series.begin(plan.at(plan.start, 0))  # before anything is written: the engine must be there
    exploring.so_far()  # and the file must be one that can be
    asking = search(plan.start, confirmations=plan.confirmations)
    try:
        step = next(asking)
        while True:
            step = asking.send(exploring.take(step))
    except StopIteration as end:
        return exploring.conclude(end.value)
    except KeyboardInterrupt:
        print("ended by hand", file=sys.stderr)
    except (EndedError, EngineError, ChildError, RehearsalError) as error:
        print(f"error: {error}", file=sys.stderr)
    return exploring.so_far()


class _Exploring:
    """The steps taken so far."""

    def __init__(self, plan: Exploration, series: Series) -> None:
        self._plan, self._series = plan, series
        self._steps: list[Taken] = []
        asked = plan.at(plan.start, 0)
        self._curve = Curve(
            name=asked.run,
            scenario=asked.scenario,
            question=asked.question,
            command=asked.command,
            slo=asked.slo,
            thresholds=asked.thresholds,
            step_s=plan.step_s,
            warmup_s=asked.warmup_s,
            confirmations=plan.confirmations,
        )

    def take(self, step: Step) -> Outcome:
        """Carry out a step."""
        asked = self._plan.at(step.rate, len(self._steps))
        result, file = self._series.run(asked, f"{named(step)} at {step.rate:g} visits/s")
        self._steps.append(curves.taken(step, result, file))
        self.so_far()
        point = self._steps[-1].point
        latency = f"p95 {in_ms(point.latency.p95_us)}, max {in_ms(point.latency.max_us)}"
        self._series.say(f"  {point.outcome}: achieved {point.achieved_per_s:.1f}/s, {latency}  {point.why}".rstrip())
        return point.outcome

    def so_far(self) -> Curve:
        """Return the curve of an unfinished search, and write it."""
        return self.conclude(Found("unfinished", highest_held(self._steps)))

    def conclude(self, found: Found) -> Curve:
        """Return the curve, and write it; raise CurveError."""
        curve, file = curves.concluded(self._curve, found, self._steps), self._plan.file
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            curves.write(curve, file)
        except OSError as error:
            raise CurveError(f"the curve {file} cannot be written: {error.strerror}") from None
        return curve
