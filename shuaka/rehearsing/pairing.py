"""Pairs of load runs, in turn: A B, then B A, and so on, so that whatever drifts meets both alike.

The two of a pair have one seed: the same arrivals and patients' choices. What was run when something ends it is kept.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec

from loadtests.evidence.result import Result
from loadtests.openload.figures import Figure
from loadtests.series.comparable import unbelievable, unread
from shuaka.engine import EngineError
from shuaka.rehearsing.load_child import ChildError
from shuaka.rehearsing.order import Rehearsal
from shuaka.rehearsing.rehearsal import RehearsalError
from shuaka.rehearsing.series import EndedError, Series

Who = Literal["A", "B"]
TURNS: Final[tuple[tuple[Who, Who], ...]] = (("A", "B"), ("B", "A"))


class Pairing(NamedTuple):
    """What is compared: `asked` is a run of A or B by its seed; results are kept in `place`, each side's in its own."""

    asked: Callable[[Who, int], Rehearsal]
    pairs: int
    figure: Figure
    place: Path


def paired(plan: Pairing, series: Series) -> tuple[list[Result], list[Result]]:
    """Carry out the pairs and return the runs of A and of B, equally many; what ends it early is said on stderr.

    Raise as `rehearse` does, and EndedError, where not even one pair could be carried out.
    """
    for who in TURNS[0]:
        series.begin(plan.asked(who, 0))  # before anything is written: both engines must be there
    runs: dict[Who, list[Result]] = {"A": [], "B": []}
    try:
        for number in range(plan.pairs):
            for who in TURNS[number % len(TURNS)]:
                runs[who].append(_run(plan, series, who, number))
    except KeyboardInterrupt:
        print("ended by hand", file=sys.stderr)
    except EndedError as error:
        print(f"error: {error}", file=sys.stderr)
    except (EngineError, ChildError, RehearsalError) as error:
        if not runs["B"]:
            raise
        print(f"error: {error}", file=sys.stderr)
    whole = min(len(runs["A"]), len(runs["B"]))
    return runs["A"][:whole], runs["B"][:whole]


def _run(plan: Pairing, series: Series, who: Who, number: int) -> Result:
    """Carry out one run; raise EndedError if its figures may not be believed, for then the others' help nobody."""
    folder = plan.place / who.lower()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RehearsalError(f"the folder {folder} cannot be made: {error.strerror}") from None
    asked = msgspec.structs.replace(plan.asked(who, number), result=folder / f"{number + 1:02d}.json")
    result, _ = series.run(asked, f"{who} of pair {number + 1} of {plan.pairs}")
    for why in (*unbelievable([result]), *unread([result], plan.figure)):
        raise EndedError(f"no comparison: {why}")
    value = result.measured().read(plan.figure).value
    assert value is not None
    series.say(f"  {plan.figure.name} {plan.figure.show(value)}")
    return result
