"""The page's first half sheet: what was asked, what the answer is, on what it rests, and how sure that is.

Pure: facts in, HTML out. Must not: compute a figure.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from loadtests.openload.histograms import BEYOND_MIN, WHOLE_E4
from loadtests.openload.verdict import NO_LATENCY, Answer, Verdict
from loadtests.page import evidence, figures
from loadtests.page.facts import Facts
from loadtests.page.figures import PERCENTILES, percentiles
from loadtests.page.markup import NOTHING, Figure, Markup, element, items, joined, table
from loadtests.page.questions import questions
from loadtests.page.runs import Spread
from loadtests.page.words import Words

CLASSES: Final = {Answer.PASS: "good", Answer.FAIL: "bad", Answer.GENERATOR_BOUND: "bad"}
FIRST: Final = ("p50", "p95", "p99")
"""Percentiles that are seen at a glance."""


def question(facts: Facts, say: Words) -> Markup:
    """Return what the run was to find out."""
    profile = facts.result.profile
    own = profile.question_zh if say.language == "zh" else ""
    asked = own or profile.question or say("question.default", arrivals=profile.arrivals.text)
    return element("p", asked, class_="question")


def verdict(facts: Facts, say: Words) -> Markup:
    """Return the answer in a line, its exit code, and what was broken."""
    judged = facts.result.verdict
    if judged is None:
        return element("div", element("b", say("verdict.no_verdict")), say("verdict.unjudged"), class_="verdict")
    line = (
        element("b", judged.answer.value),
        _sentence(judged, facts, say),
        element("span", say("verdict.exit_code", code=judged.exit_code), class_="code"),
    )
    broken = items(_broken(facts, say))
    return element("div", element("p", *line), broken, class_=f"verdict {_shade(judged)}".rstrip())


def _shade(judged: Verdict) -> str:
    return "" if _silent(judged) else CLASSES[judged.answer]


def _silent(judged: Verdict) -> bool:
    """Whether a run passed of which no latency was judged: that is no good news."""
    return judged.answer is Answer.PASS and NO_LATENCY in judged.unjudged


def _sentence(judged: Verdict, facts: Facts, say: Words) -> str:
    """Return the answer in a sentence; a promise that could not be judged was not kept, only not broken."""
    if _silent(judged):
        return say("verdict.PASS_silent")
    unjudged = sum(row.ok is None for row in questions(facts, say))
    if judged.answer is Answer.PASS and unjudged:
        return say("verdict.PASS_partly", count=unjudged)
    return say(f"verdict.{judged.answer.value}")


def _broken(facts: Facts, say: Words) -> Iterator[str]:
    """Yield the promises that were not kept, and what witnesses and stories complain of."""
    for row in questions(facts, say):
        if row.ok is False:
            yield say("promise.in_words", promise=row.promise, found=row.found)
    if facts.result.gate is not None:
        yield from evidence.differing(facts.result.gate, say)


def glance(facts: Facts, say: Words) -> Markup:
    """Return the few figures that people ask for first; of a run without a performance result, why it has none."""
    result = facts.result
    if result.gate is None or not result.gate.ok:
        return element("p", evidence.agreement(result.gate, say), class_="note")
    if result.verdict is not None and result.verdict.answer is Answer.GENERATOR_BOUND:
        return NOTHING
    found, served = facts.figures, facts.served
    stated = [(name, figures.latency(value, say)) for name, value in percentiles(served).items() if name in FIRST]
    shown = [
        (say("line.offered"), figures.rate(found.offered_per_s)),
        (say("line.achieved"), figures.rate(found.achieved_per_s)),
        (say("fate.errors"), result.report.measured_errors),
        *stated,
        (say("latency.max"), figures.latency(served.max_us, say)),
    ]
    terms = (element("div", element("dt", name), element("dd", said)) for name, said in shown)
    note = element("p", say(facts.worded("latency.glance"), n=served.count), class_="note")
    return joined((element("dl", *terms, class_="glance"), note))


def promises(facts: Facts, say: Words) -> Markup:
    """Return every question that was asked, with its answer."""
    head = (say("promise.promise"), say("promise.found"), say("promise.n"), say("promise.answer"))
    rows = ((row.promise, row.found, row.n, figures.answer(row.ok, say)) for row in questions(facts, say))
    return joined((table(head, rows, "asked"), _verbatim(facts, say)))


def _verbatim(facts: Facts, say: Words) -> Markup:
    judged = facts.result.verdict
    said = () if judged is None else (*judged.reasons, *judged.remarks)
    if judged is None or not said:
        return NOTHING
    opened = "" if judged.answer is Answer.PASS else "open"  # a closed one is not printed, and a failure has its reason
    return element("details", element("summary", say("verdict.verbatim")), items(said), lang="en", open=opened)


def uncertainty(facts: Facts, say: Words) -> Markup:
    """Return which percentiles may be stated, and how much repeated runs differ."""
    rule = say("uncertainty.rule", beyond=BEYOND_MIN, too_small=say("uncertainty.too_small"))
    head = (
        say("uncertainty.percentile"),
        say("uncertainty.needs"),
        say("uncertainty.has"),
        say("latency.served"),
        say("uncertainty.stated"),
    )
    rows = (
        (
            name,
            needed(p_e4),
            facts.served.count,
            figures.latency(value, say),
            say("page.no" if value is None else "page.yes"),
        )
        for (name, p_e4), value in zip(PERCENTILES.items(), percentiles(facts.served).values(), strict=True)
    )
    notes = (element("p", rule), element("p", say("uncertainty.no_interval")))
    return joined((*notes, table(head, rows), _repeats(facts.figures.spread, say)))


def needed(p_e4: int) -> int:
    """Return how many samples a percentile needs, so that BEYOND_MIN lie beyond it.

    >>> needed(histograms.P99)
    10000
    """
    return -(-BEYOND_MIN * WHOLE_E4 // (WHOLE_E4 - p_e4))


def _repeats(spread: Sequence[Spread], say: Words) -> Markup:
    if not spread:
        return element("p", say("uncertainty.one_run"))
    head = [say(f"uncertainty.{key}") for key in ("figure", "smallest", "middle", "largest", "runs")]
    rows = ((_spread_name(row.figure, say), *_written(row, say), Figure(row.runs)) for row in spread)
    count = max(row.runs for row in spread)
    return joined((element("p", say("uncertainty.repeats", count=count)), table(head, rows)))


def _spread_name(figure: str, say: Words) -> str:
    name, _, unit = figure.rpartition("_us")
    if not unit and name:
        since = say("promise.since", figure=say(f"line.{name}"), since=say("latency.due"))
        return say("latency.served_figure", figure=since)
    return say(f"fate.{figure}")


def _written(row: Spread, say: Words) -> Iterator[Figure]:
    for value in (row.smallest, row.middle, row.largest):
        yield figures.latency(value, say) if row.figure.endswith("_us") else figures.rate(value)
