"""The whole page: one HTML file that carries its style, its script and its figures, and asks nobody for anything.

Pure but for its own style and script, which lie beside it. What is drawn with comes in as text: whoever writes the page
knows where it lies. The page's policy allows these scripts by their hashes, and no connection at all.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib.resources import files
from typing import Final, NamedTuple

from loadtests.page import capacity, evidence, figures, judgement, measurements, outcomes, statement, workload
from loadtests.page.evidence import Origin
from loadtests.page.facts import Facts
from loadtests.page.markup import Markup, element, embedded, joined
from loadtests.page.words import TAGS, Words

DOCTYPE: Final = Markup("<!DOCTYPE html>\n")
SHARPER: Final = 'Object.defineProperty(window, "devicePixelRatio", { value: Math.max(2, devicePixelRatio) });'
"""Before uPlot looks: a canvas with a dot a pixel is coarse on paper."""
DRAWN_WORDS: Final = ("line", "axis")
"""Sections of words.toml that the script writes with."""

Section = Callable[[Facts, Words], Markup]


class Plotter(NamedTuple):
    """uPlot, as text: its script and its style."""

    script: str
    style: str


def page(facts: Facts, origin: Origin, plotter: Plotter, say: Words) -> str:
    """Return the page in one language."""
    scripts = (SHARPER, plotter.script, _own("page.js"))
    title = f"{_title(facts, say)}: {_name(facts)}"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy(scripts)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", Markup(plotter.style + _own("page.css"))),
    )
    words = {f"{section}.{key}": said for section in DRAWN_WORDS for key, said in say.section(section).items()}
    data = embedded({"figures": facts.figures, "words": words}, "data")
    drawing = (element("script", Markup(script)) for script in scripts)
    body = element("body", *_body(facts, origin, say), data, *drawing)
    return joined((DOCTYPE, element("html", head, body, lang=TAGS[say.language]))) + "\n"


def policy(scripts: tuple[str, ...]) -> str:
    """Return the Content-Security-Policy: these scripts, styles of the page's own, and nothing from anywhere."""
    hashes = " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts)
    return f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def _own(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _body(facts: Facts, origin: Origin, say: Words) -> Iterator[Markup]:
    yield _header(facts, say)
    yield from _beginning(facts, say)
    yield _section("promises", facts, say, judgement.promises)
    yield _section("uncertainty", facts, say, judgement.uncertainty)
    yield _section("charts", facts, say, measurements.drawn)
    if facts.figures.runs and facts.figures.capacity is None:
        yield _section("load_curve", facts, say, measurements.runs)
    yield _section("windows", facts, say, measurements.over_time)
    yield _section("latencies", facts, say, measurements.latencies)
    if facts.figures.platform:
        yield _section("platform", facts, say, measurements.platform)
    yield _section("outcomes", facts, say, outcomes.outcomes)
    yield _section("workload", facts, say, workload.workload)
    yield _section("machine", facts, say, workload.machine)
    yield _section("gate", facts, say, evidence.gate)
    if facts.result.proof is not None:
        yield _section("statement", facts, say, statement.statement)
    yield _section("limits", facts, say, evidence.limitations)
    yield _section("reproduce", facts, say, lambda facts, say: evidence.reproduction(facts, origin, say))
    yield _section("provenance", facts, say, lambda facts, say: evidence.provenance(facts, origin, say))
    yield element("footer", f"shuaka 刷卡 · {say('page.printed')}")


def _beginning(facts: Facts, say: Words) -> Iterator[Markup]:
    """Yield question and answer; of a search first its own with all its steps, and only then what one of them found."""
    if facts.figures.capacity is None:
        yield _section("question", facts, say, judgement.question, judgement.verdict, judgement.glance)
        return
    yield _section("search", facts, say, capacity.answer)
    yield _section("load_curve", facts, say, measurements.runs)
    yield _section("step", facts, say, capacity.step, judgement.verdict, judgement.glance)


def _title(facts: Facts, say: Words) -> str:
    return say("page.title" if facts.figures.capacity is None else "capacity.title")


def _name(facts: Facts) -> str:
    """Return the name of the run, or of the search that it is a step of."""
    return facts.result.profile.run if facts.figures.capacity is None else facts.figures.capacity.name


def _header(facts: Facts, say: Words) -> Markup:
    result = facts.result
    started = result.windows.started_at if facts.figures.capacity is None else ""
    told = (result.profile.scenario, _name(facts), started, figures.sharing(result.machine, say))
    return element("header", element("h1", _title(facts, say)), element("p", " · ".join(said for said in told if said)))


def _section(key: str, facts: Facts, say: Words, *parts: Section) -> Markup:
    return element("section", element("h2", say(f"section.{key}")), *(part(facts, say) for part in parts))
