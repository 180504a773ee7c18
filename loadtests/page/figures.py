"""How figures are written on the page, in either language: the harness's own way wherever it has one.

Pure. Nothing is rounded here that the terminal's report does not round the same way.
"""

from collections.abc import Iterable
from typing import Final

from loadtests.evidence.provenance import Machine
from loadtests.evidence.stated import Stated
from loadtests.openload import histograms
from loadtests.openload.figures import RECOVERY
from loadtests.openload.health import Health, lag_of
from loadtests.openload.thresholds import Threshold
from loadtests.page.facts import Promise
from loadtests.page.markup import Figure, Markup, element
from loadtests.page.words import Words
from loadtests.workload.faults import Fault

ENGLISH: Final = Words("en")
"""The language in which results are written."""
RELATIONS: Final = {True: "≤", False: "≥"}
"""By whether the bound is an upper one."""
PERCENTILES: Final = {
    "p50": histograms.P50,
    "p90": histograms.P90,
    "p95": histograms.P95,
    "p99": histograms.P99,
    "p99.9": histograms.P999,
}
"""Those that a row of figures has, by name, in 10^-4."""
MARKS: Final = {
    True: ("good", "✓", "promise.kept"),
    False: ("bad", "✗", "promise.broken"),
    None: ("open", "–", "promise.open"),
}
"""An answer's class, sign and word: never told by colour alone."""


def latency(value_us: float | None, say: Words) -> Figure:
    """Write a latency in us, or that n is too small for it."""
    return Figure(say("uncertainty.too_small") if value_us is None else histograms.in_ms(round(value_us)))


def lag(processes: Iterable[Health], say: Words) -> dict[str, Figure]:
    """Return p99 and maximum of the schedule's lag, by their places in a sentence."""
    every = lag_of(processes)
    stated = histograms.percentile(every, histograms.P99)
    return {"lag": latency(stated, say), "lag_max": latency(histograms.maximum(every), say)}


def percentiles(row: Stated) -> dict[str, int | None]:
    """Return a row's percentiles by their names, in us; None where n is too small."""
    values = (row.p50_us, row.p90_us, row.p95_us, row.p99_us, row.p999_us)
    return dict(zip(PERCENTILES, values, strict=True))


def rate(value: float) -> Figure:
    """Write a rate a second."""
    return Figure(f"{value:.1f}/s")


def share(value: float) -> Figure:
    """Write a share of one.

    >>> share(0.125), share(0.0001)
    ('12.5%', '0.01%')
    """
    return Figure(f"{value * 100:.3g}%")


def name(of: str, say: Words) -> str:
    """Return what a flow, a message, a step ("flow/message") or a subject is called; its code stays beside it."""
    flow, _, infno = of.partition("/")
    if infno:
        return say("promise.step", flow=say.known("flow", flow), message=name(infno, say))
    if of.isdecimal():
        said = say.known("message", of)
        return of if said == of else f"{of} {said}"
    return say.known("flow", of) if say.knows("flow", of) else say.known("subject", of)


def sharing(machine: Machine, say: Words) -> str:
    """Return who shares which cores; in the page's language where the harness says one of its two sentences."""
    cores = {"engine": machine.engine_cores, "load": machine.load_cores}
    for key in ("sharing.shared", "sharing.apart"):
        if machine.sharing == ENGLISH(key, **cores):
            return say(key, **cores)
    return machine.sharing


def fault(one: Fault, say: Words) -> str:
    """Return what went wrong on purpose, when, and whether that was measured."""
    what = say(f"fault.{one.kind}", delay=f"{one.delay_ms:g}", share=share(one.share))
    said = say("fault.when", fault=what, from_s=f"{one.at_s:g}", to_s=f"{one.until_s:g}")
    return said if one.measured else say("fault.unmeasured", fault=said)


def promise(threshold: Threshold, say: Words) -> str:
    """Write a bound as a sentence's subject: what, which figure, counted from when, and how much it may be."""
    figure = say.known("figure", threshold.figure)
    if threshold.percentile_e4 is not None or threshold.figure == "max":
        figure = say("promise.since", figure=figure, since=say(f"latency.{threshold.since}"))
    said = say(
        "promise.bound",
        subject=name(threshold.of, say),
        figure=figure,
        relation=RELATIONS[threshold.at_most is not None],
        bound=threshold.show(threshold.bound),
    )
    return say("promise.required", said=said) if threshold.required else said


def found(threshold: Threshold, seen: Promise, say: Words) -> Figure:
    """Write what a run said to a bound: its value, or, of a percentile that is too high for its n, how many were."""
    if seen.value is None:
        return Figure(_nothing(threshold, seen, say))
    if seen.stated:
        return Figure(threshold.show(seen.value))
    if seen.least:
        return Figure(say("promise.least", value=threshold.show(seen.value)))
    if seen.above is None:
        return Figure(say("uncertainty.too_small"))
    return Figure(say("promise.above", share=share(seen.above), n=seen.n, bound=threshold.show(threshold.bound)))


def _nothing(threshold: Threshold, seen: Promise, say: Words) -> str:
    """Say why there is no value."""
    if (threshold.of, threshold.figure) == RECOVERY:
        return say("promise.undisturbed")
    return say("promise.too_few", n=seen.n) if seen.n else say("promise.nothing")


def answer(ok: bool | None, say: Words) -> Markup:  # noqa: FBT001 - an answer is what it writes
    """Write an answer: kept, broken or not judged."""
    class_, sign, key = MARKS[ok]
    return element("span", f"{sign} {say(key)}", class_=class_)
