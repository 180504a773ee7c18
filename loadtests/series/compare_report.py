"""A comparison in words: one sentence that answers, how sure it is, and the pairs that it was made of.

Pure: a comparison in, lines out.
"""

from collections.abc import Iterator
from typing import Final

from loadtests.openload.bootstrap import CONFIDENCE
from loadtests.series.changed import differences
from loadtests.series.compare import EFFECT_MIN, Comparison, Couple, Ran

OBSTACLES_MAX: Final = 8
"""As many as help; the file has them all."""
NAME, VALUE = 22, 14


def lines(comparison: Comparison) -> Iterator[str]:
    """Yield the whole report."""
    yield sentence(comparison)
    yield from (f"  {obstacle}" for obstacle in comparison.obstacles[:OBSTACLES_MAX])
    if len(comparison.obstacles) > OBSTACLES_MAX:
        yield f"  and {len(comparison.obstacles) - OBSTACLES_MAX} more"
    yield f"  A {comparison.a}, B {comparison.b}" + (
        f"; they differ in {', '.join(comparison.differ)}" * bool(comparison.differ)
    )
    if comparison.noise_floor is not None:
        yield (
            f"  noise floor {comparison.noise_floor:.1%}: so much A's own runs differ from A's own in {CONFIDENCE:.0%}"
            " of resamples (A/A)"
        )
    yield from _ran(comparison.ran_a, comparison.ran_b)
    if comparison.security:
        yield f"  security on ({', '.join(comparison.security)})"
    yield from (f"  {said}" for said in differences(comparison.changed_a, comparison.changed_b))
    if comparison.couples:
        yield ""
        yield f"{'A':<{NAME}}{'B':<{NAME}}{'in A':>{VALUE}}{'in B':>{VALUE}}{'B : A':>9}"
        yield from (_row(comparison, couple) for couple in comparison.couples)


def _ran(a: Ran | None, b: Ran | None) -> Iterator[str]:
    """Yield on what each side ran, what both ran on once."""
    of_a, of_b = _facts(a), _facts(b)
    for name in of_a | of_b:
        if of_a.get(name) == of_b.get(name):
            yield f"  {name}: {of_a[name]}"
        else:
            yield from (f"  {name} of {who}: {of[name]}" for who, of in (("A", of_a), ("B", of_b)) if name in of)


def _facts(ran: Ran | None) -> dict[str, str]:
    if ran is None:
        return {}
    machine = ran.machine
    return {
        "machine": f"{machine.sharing}; {machine.cores} cores, {machine.cpu}",
        "store": "; ".join(f"{store} ({durability})" if store else "unknown" for store, durability in ran.stores),
        "engine": "; ".join(build.text for build in ran.engines),
        "harness": "; ".join(dict.fromkeys(source.text for source in ran.harness)),
    }


def sentence(comparison: Comparison) -> str:
    """Return the answer in a sentence."""
    estimate = comparison.estimate
    if estimate is None:
        return f"not comparable: {comparison.figure.name} of B against A"
    way = "higher" if estimate.middle > 1 else "lower"
    rule = f"a change is called beyond {EFFECT_MIN:.0%} with 1 outside the interval"
    return (
        f"{comparison.answer}: {comparison.figure.name} of B is {abs(estimate.middle - 1):.1%} {way} than of A"
        f" (x{estimate.middle:.3f}, {CONFIDENCE:.0%} interval {estimate.low:.3f} to {estimate.high:.3f},"
        f" {len(comparison.couples)} pairs; {rule})"
    )


def _row(comparison: Comparison, couple: Couple) -> str:
    a, b = (comparison.figure.show(value) for value in (couple.a, couple.b))
    return f"{couple.a_run:<{NAME}}{couple.b_run:<{NAME}}{a:>{VALUE}}{b:>{VALUE}}{couple.ratio:>9.3f}"
