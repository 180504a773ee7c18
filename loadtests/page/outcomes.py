"""What became of the patients: the fate of their arrivals, how their visits ended, and why some were refused.

Pure: facts in, HTML out. Bars are drawn without a script; a refusal is told in the words of its own catalogue.
"""

from collections.abc import Mapping
from typing import Final

from loadtests.evidence.result import Result
from loadtests.page import figures
from loadtests.page.facts import Facts
from loadtests.page.markup import NOTHING, Markup, element, joined, table
from loadtests.page.words import Words
from settlement.wire.codes import REFUSALS
from terminals.kernel import terminal_codes
from terminals.kernel.outcome import Result as End
from terminals.sums import BY_ITSELF

COLOURS: Final[dict[str, str]] = {
    End.SETTLED: "#0b5394",
    End.DONE: "#0b5394",
    End.DECLINED: "#9cc9e8",
    End.CARD_REFUSED: "#c5cbd2",
    End.ABANDONED: "#7a5195",
}
"""Ends that a patient can live with; every other one is drawn in the colour of errors."""
ERROR_COLOUR: Final = "#c2410c"
BAR_HEIGHT: Final = 14
STATUS_WORD_MIN: Final = 0x6000
"""A terminal passes a card's status word on as its negative."""


def outcomes(facts: Facts, say: Words) -> Markup:
    """Return what became of the arrivals and how visits ended."""
    report = facts.result.report
    visits = {flow: ends for flow, ends in report.visits.items() if flow not in BY_ITSELF}
    parts = [
        _fates(facts, say),
        element("div", *(_bar(flow, ends, say) for flow, ends in visits.items()), _legend(visits, say), class_="whole"),
        _refusals(facts.result, say),
        _events(facts.result, say),
    ]
    return joined(parts)


def _fates(facts: Facts, say: Words) -> Markup:
    fates = facts.result.report.arrivals
    counts = {name: getattr(fates, name) for name in fates.__struct_fields__}
    apart = facts.result.report.unmeasured.errors
    counts |= {"unfinished": facts.figures.unfinished, "errors": facts.figures.errors, "unmeasured_errors": apart}
    rates = (figures.rate(facts.figures.offered_per_s), figures.rate(facts.figures.achieved_per_s))
    head = [say(f"fate.{name}") for name in (*counts, "offered_per_s", "achieved_per_s")]
    return table(head, [(*counts.values(), *rates)])


def _bar(flow: str, ends: Mapping[str, int], say: Words) -> Markup:
    """Return one flow as a bar, its ends beside one another."""
    total, left, parts = sum(ends.values()), 0.0, []
    for end, count in _sorted(ends):
        width = 100 * count / total
        box = {"x": f"{left:.3f}", "y": "0", "width": f"{width:.3f}", "height": str(BAR_HEIGHT), "fill": colour(end)}
        parts.append(element("rect", element("title", f"{say.known('end', end)} {count}"), **box))
        left += width
    view = {"viewBox": f"0 0 100 {BAR_HEIGHT}", "preserveAspectRatio": "none", "height": str(BAR_HEIGHT)}
    told = say.listed([f"{say.known('end', end)} {count}" for end, count in _sorted(ends)])
    return joined(
        (
            element("h3", say("punctuation.named", name=figures.name(flow, say), said=total)),
            element("svg", *parts, class_="bars", role="img", aria_label=told, **view),
        )
    )


def _sorted(ends: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return ends in one order for all flows: as their colours stand, then whatever else there is."""
    order = [*COLOURS, *sorted(ends.keys() - COLOURS.keys())]
    return [(end, ends[end]) for end in order if ends.get(end)]


def colour(end: str) -> str:
    """Return the colour of an end."""
    return COLOURS.get(end, ERROR_COLOUR)


def _legend(visits: Mapping[str, Mapping[str, int]], say: Words) -> Markup:
    head = (say("outcome.end"), *(figures.name(flow, say) for flow in visits))
    ends = dict.fromkeys(end for counts in visits.values() for end, _ in _sorted(counts))
    rows = (
        (joined((_swatch(end), say.known("end", end))), *(counts.get(end, 0) for counts in visits.values()))
        for end in ends
    )
    return table(head, rows)


def _swatch(end: str) -> Markup:
    return element("span", class_="swatch", style=f"background:{colour(end)}")


def _refusals(result: Result, say: Words) -> Markup:
    head = [say(f"outcome.{key}") for key in ("code", "flow", "text", "owner", "times")]
    rows = [
        (code, figures.name(flow, say), *explained(code, say), count)
        for flow, codes in result.report.refusals.items()
        for code, count in sorted(codes.items())
    ]
    return joined((element("h3", say("outcome.refusals")), table(head, rows))) if rows else NOTHING


def explained(code: str, say: Words) -> tuple[str, str]:
    """Return a refusal's text and who can cure it: the host's, the terminal's own, or a card's status word."""
    chosen = say.language == "zh"
    if refusal := REFUSALS.get(code):
        return (refusal.zh if chosen else refusal.en), say(f"owner.{refusal.owner.value}")
    said = terminal_codes.TERMINAL_CODES.get(code)
    if said is None and code.removeprefix("-").isdecimal() and -int(code) >= STATUS_WORD_MIN:
        said = terminal_codes.of_status(-int(code))
    text = "" if said is None else said.zh if chosen else said.en
    return text, say("owner.terminal")


def _events(result: Result, say: Words) -> Markup:
    report = result.report
    rows = [
        (say("outcome.events"), _counted("event", report.events, say)),
        (say("outcome.replies"), _counted("stray", report.strays, say)),
        (say("outcome.faults"), say.listed(list(report.faults))),
    ]
    return joined(element("p", say("punctuation.named", name=name, said=said)) for name, said in rows if said)


def _counted(section: str, counts: Mapping[str, int], say: Words) -> str:
    return say.listed([f"{say.known(section, name)} {count}" for name, count in counts.items()])
