"""The page as a whole: it carries everything, asks for nothing, and says what its result says, in both languages."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest

from loadtests.evidence.result import Result
from loadtests.page import document
from loadtests.page.document import Plotter
from loadtests.page.evidence import Origin
from loadtests.page.facts import Facts, facts
from loadtests.page.markup import VOID
from loadtests.page.words import LANGUAGES, Language, Words
from tests.loadtests.page.queued_runs import queued_run

ORIGIN = Origin("shuaka report result.json", "result.json", (("result.json", "ab" * 32),))
PLOTTER = Plotter("/* draws */", ".u { }")
EVIL = '</script><script>alert("1")</script><img src=x onerror=alert(1)>'


def page(found: Facts, language: Language = "en") -> str:
    return document.page(found, ORIGIN, PLOTTER, Words(language))


def carried(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


class Balance(HTMLParser):
    """Which elements are open, and every attribute that may ask for something."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.asks: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.asks += [f"{tag} {name}" for name, _ in attrs if name in {"src", "href", "srcset", "action", "data"}]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_element_is_closed_and_none_asks_for_anything(found: Facts, language: Language) -> None:
    balance = Balance()
    balance.feed(page(found, language))
    balance.close()
    assert (balance.open, balance.asks) == ([], [])


def test_the_pages_own_figures_are_those_of_its_result(found: Facts, result: Result) -> None:
    figures = carried(page(found))["figures"]
    assert figures == json.loads(msgspec.json.encode(facts(result).figures))
    served = next(row for row in figures["latencies"] if (row["name"], row["since"]) == ("served", "due"))
    assert (served["count"], served["max_us"]) == (
        result.served().intended.get_total_count(),
        result.served().intended.get_max_value(),
    )


def test_every_chart_has_its_place_its_words_and_a_sentence_for_who_cannot_see_it(found: Facts) -> None:
    text = page(found)
    words = carried(text)["words"]
    for chart in found.figures.charts:
        assert re.search(rf'id="plot-{chart.name}" class="plot" role="img" aria-label="[^"]+: [^"]+"', text)
        assert {f"line.{line.name}" for line in chart.lines} | {f"axis.{chart.y_axis}"} <= words.keys()


def test_only_the_pages_own_scripts_may_run_and_nothing_may_be_fetched(found: Facts) -> None:
    text = page(found)
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert len(scripts) == 3
    hashes = {f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts}
    allowed = re.search(r"script-src ([^;]*);", text.replace("&#x27;", "'"))
    assert allowed is not None
    assert set(allowed[1].split()) == hashes
    assert "default-src &#x27;none&#x27;" in text


def test_no_text_of_a_result_becomes_an_element() -> None:
    result = queued_run("20/5s", scenario=EVIL, question=EVIL, assumed=(EVIL,), sources=(EVIL,), not_tested=(EVIL,))
    report = msgspec.structs.replace(result.report, faults=(EVIL,), refusals={EVIL: {EVIL: 1}}, aborted=EVIL)
    text = page(facts(msgspec.structs.replace(result, command=EVIL, not_proved=(EVIL,), report=report)))
    assert "<img" not in text
    assert "<script>alert" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_in_which_language_it_is(found: Facts, language: Language) -> None:
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in page(found, language)


def test_sections_stand_in_the_order_in_which_they_are_asked_for(found: Facts) -> None:
    said = re.findall(r"<h2>(.*?)</h2>", page(found))
    assert said[:3] == ["Question", "What was promised, what was found", "How sure this is"]
    assert said[-3:] == ["Limits", "How to do it again", "Provenance"]


def test_the_chinese_page_has_no_english_heading(found: Facts) -> None:
    headings = re.findall(r"<h[23]>(.*?)</h[23]>", page(found, "zh"))
    assert [heading for heading in headings if not re.search(r"[一-鿿]", heading)] == []


def test_a_script_or_style_of_the_page_ends_no_element_of_its_own(found: Facts) -> None:
    for name in ("page.js", "page.css"):
        assert "</" not in document._own(name)
