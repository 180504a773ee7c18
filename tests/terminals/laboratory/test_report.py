"""The report as a value, as Markdown, as a page, as JSON: stable, complete, and without a secret."""

import json
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest

from cardsim.social_security.key_plan import KEYS, MASTER_KEYS
from terminals.laboratory.bench import Bench
from terminals.laboratory.catalogue import CHECKS
from terminals.laboratory.check import Verdict
from terminals.laboratory.markdown import markdown
from terminals.laboratory.page import page
from terminals.laboratory.report import Expectation, Head, Report, as_json, compose
from terminals.laboratory.runner import LINES_MAX, find_subject, run_checks
from terminals.readers.simulated import SimulatedReader

HEAD = Head(
    card="card 0 of population 1: <test> | gen2",
    generation=2,
    algorithm="3des",
    atr="3B6D",
    interface="contact",
    ours=True,
    destructive=False,
    reader="simulated:0",
    sam="software:370100",
    date="2026-11-21",
    software="shuaka 0.1.0",
    commit="abc",
)
VOID = {"meta", "br"}


async def reported(examine: Any, **options: Any) -> Report:
    return compose(HEAD, CHECKS, list((await examine(**options)).values()))


async def test_the_report_of_a_card_is_the_same_each_time(examine: Any) -> None:
    first, second = await reported(examine), await reported(examine)
    assert as_json(first) == as_json(second)


async def test_a_report_counts_each_group_and_passes_if_nothing_failed(examine: Any) -> None:
    report = await reported(examine)
    assert report.passed
    assert sum(sum(row.counts.values()) for row in report.groups) == len(CHECKS)
    assert not (await reported(examine, pin="111111")).passed


async def test_json_holds_the_whole_report_and_its_format(examine: Any) -> None:
    report = await reported(examine)
    told = json.loads(as_json(report))
    assert told["format"] == 1
    assert [found["name"] for found in told["findings"]] == [check.name for check in CHECKS]
    assert msgspec.json.decode(as_json(report), type=Report) == report


@pytest.mark.parametrize("write", [markdown, page])
async def test_whatever_is_written_names_every_check_and_says_that_it_is_no_conformity_test(
    examine: Any, write: Any
) -> None:
    text = write(await reported(examine))
    assert all(check.name in text for check in CHECKS)
    assert all(check.zh in text for check in CHECKS)
    assert "no test of conformity" in text
    assert "不是符合性检测" in text
    assert "2026-11-21" in text


@pytest.mark.parametrize("write", [markdown, page])
async def test_a_failed_check_is_shown_with_what_was_expected_and_what_was_sent(examine: Any, write: Any) -> None:
    report = await reported(examine, pin="111111")
    failed = next(found for found in report.findings if found.name == "pin.counts")
    text = write(report)
    assert failed.reason in text
    assert "card: 00200000 (4 bytes)" in text
    assert "builds on pin.counts" in text


class Balanced(HTMLParser):
    """Asserts that every element that is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not {name for name, _ in attrs} & {"src", "href"}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


async def test_the_page_is_whole_and_needs_nothing_from_elsewhere(examine: Any) -> None:
    text = page(await reported(examine, pin="111111"))
    parser = Balanced()
    parser.feed(text)
    assert not parser.open
    assert "&lt;test&gt;" in text
    assert "http" not in text
    assert "@import" not in text


async def test_a_bar_in_a_name_does_not_break_a_table_of_markdown(examine: Any) -> None:
    assert "<test> \\| gen2" in markdown(await reported(examine))


@pytest.mark.parametrize("generation", [2, 3])
@pytest.mark.parametrize("pin", ["730194", "111111"])
async def test_no_report_holds_a_pin_a_key_or_whose_card_it_is(
    examine: Any, people: Any, generation: int, pin: str
) -> None:
    population = people(generation)
    person = population.person(0)
    report = await reported(examine, generation=generation, pin=pin)
    text = (as_json(report) + markdown(report) + page(report)).upper()
    for secret in (pin, "730194", person.certno, person.name, person.bank_number, person.card_number):
        assert secret.upper() not in text
        assert secret.encode("gbk").hex().upper() not in text
    assert person.card_id.hex().upper() not in text
    assert not any(MASTER_KEYS[key.name, 1].hex().upper() in text for key in KEYS)


async def test_a_foreign_cards_report_holds_nothing_of_its_files(people: Any) -> None:
    population = people(2)
    person = population.person(0)
    bench = Bench(SimulatedReader(population.card(0)))
    subject = await find_subject(bench, ours=False)
    report = compose(HEAD, CHECKS, await run_checks(CHECKS, subject, bench))
    text = as_json(report) + markdown(report) + page(report)
    for text_of_the_holder in (person.certno, person.birth_date, person.name, person.card_number):
        assert text_of_the_holder not in text


async def test_a_long_trace_keeps_its_beginning_and_its_end(examine: Any) -> None:
    found = (await examine())["tear.append"]
    assert found.verdict is Verdict.PASS
    assert len(found.trace) == LINES_MAX + 1
    assert found.trace[:2] == ("reset -> 17 bytes", "fresh copy")
    assert "lines ..." in found.trace[LINES_MAX // 2]


async def test_evidence_of_a_pass_says_what_was_compared(examine: Any) -> None:
    found = (await examine())["status.record"]
    assert Expectation("record 99 of EF05", "6A83", "6A83", met=True) in found.expectations
