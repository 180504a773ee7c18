"""What a search for a capacity found: the head of its page, above everything that is of a single step.

Pure: facts in, HTML out. The search's answer and a step's verdict are two things; only the first stands here, with the
exit code that `shuaka capacity` ended with. Must not: compute a figure.
"""

from collections.abc import Iterator
from typing import Final

from loadtests.page.facts import Capacity, Facts
from loadtests.page.markup import Markup, element, items, joined
from loadtests.page.words import Words
from loadtests.series.search import RATE_MAX

CLASSES: Final = {"found": "good", "below": "bad", "unsteady": "bad"}
"""What an answer looks like that says something of the service; the others left it open."""


def answer(facts: Facts, say: Words) -> Markup:
    """Return what was searched, the answer with its range and exit code, and how well it is confirmed."""
    found = facts.figures.capacity
    assert found is not None, facts.figures.run
    line = (
        element("b", say(f"capacity.{_key(found)}_head", **_rates(found))),
        say(f"capacity.{_key(found)}", **_rates(found)),
        element("span", say("verdict.exit_code", code=found.exit_code), class_="code"),
    )
    inside = (element("p", *line), items(_grounds(found, say)))
    asked = element("p", say("capacity.question", scenario=found.scenario), class_="question")
    return joined((asked, element("div", *inside, class_=f"verdict {CLASSES.get(found.answer, '')}".strip())))


def step(facts: Facts, say: Words) -> Markup:
    """Return which step the rest of the page is about."""
    rate = f"{facts.figures.offered_per_s:.3g}"
    return element("p", say("capacity.step", run=facts.figures.run, rate=rate), class_="note")


def _key(found: Capacity) -> str:
    """Return the answer as a key of the words; one that held nothing has its own."""
    return found.answer.replace(" ", "_") + ("" if found.rate is not None else "_none")


def _rates(found: Capacity) -> dict[str, object]:
    rates = {"rate": found.rate, "missed": found.missed, "bound": found.bound}
    return {name: f"{rate:g}" for name, rate in rates.items() if rate is not None}


def _grounds(found: Capacity, say: Words) -> Iterator[str]:
    """Yield on what the answer rests: its rate held how often, what was missed, where the generator was the limit."""
    if found.rate is not None:
        key = "capacity.confirmed" if found.confirmed else "capacity.unconfirmed"
        yield say(key, held=found.held, repeats=found.repeats, **_rates(found))
    if found.missed is not None:
        yield say("capacity.missed", **_rates(found))
    if found.bound is not None:
        yield say("capacity.noise" if found.missed is not None else "capacity.limit", **_rates(found))
    elif found.answer == "at least":
        yield say("capacity.most", most=f"{RATE_MAX:g}")
    if found.not_judged:
        yield say("capacity.unjudged", said="; ".join(found.not_judged))
