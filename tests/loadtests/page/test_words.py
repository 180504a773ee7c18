import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from loadtests.page import words
from loadtests.page.words import LANGUAGES, Words
from loadtests.workload.shares import FIELDS, MISSING
from settlement.wire.codes import KINDS
from settlement.wire.refusal import Owner
from terminals.kernel.conversation import Stray
from terminals.kernel.outcome import Event, Result

PAGE = Path(words.__file__).parent
SAID = {f"{section}.{key}": said for section, entries in words.every().items() for key, said in entries.items()}


def test_every_sentence_stands_in_both_languages_with_the_same_places_to_fill_in() -> None:
    places = {key: [set(re.findall(r"{(\w+)}", one)) for one in said] for key, said in SAID.items()}
    assert {key: found for key, found in places.items() if len(found) != 2 or found[0] != found[1]} == {}
    assert [key for key, said in SAID.items() if not all(said)] == []


def test_no_chinese_sentence_was_left_in_english() -> None:
    same = {key for key, (english, chinese) in SAID.items() if english == chinese}
    assert {SAID[key][0] for key in same} <= {
        "p50",
        "p90",
        "p95",
        "p99",
        "MiB",
        "ms",
        "Python",
        "+10 %",
        "{said}",
        *RANGES,
    }


RANGES = ("{line} {low}–{high}", "{line} {low}")


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ("message", KINDS),
        ("event", Event),
        ("end", Result),
        ("mix", FIELDS),
        ("missing", MISSING),
        ("stray", Stray),
        ("owner", Owner),
    ],
)
def test_whatever_a_result_may_name_has_a_word(section: str, names: Iterable[str]) -> None:
    assert [name for name in names if not Words("zh").knows(section, name)] == []


def test_a_transaction_is_called_as_its_own_table_calls_it() -> None:
    say = Words("en")
    assert {infno: say.known("message", infno) for infno in KINDS} == {
        code: kind.name_en for code, kind in KINDS.items()
    }


def test_every_sentence_that_the_page_asks_for_exists() -> None:
    source = "".join(path.read_text("utf-8") for path in PAGE.glob("*.py"))
    asked = set(re.findall(r'(?:say|Limit|ENGLISH)\("(\w+\.\w+)"', source))
    assert asked - SAID.keys() == set()


def test_a_name_without_a_word_is_said_as_it_is() -> None:
    assert [Words(language).known("flow", "dentist") for language in LANGUAGES] == ["dentist", "dentist"]


def test_an_enumeration_is_written_as_its_language_does() -> None:
    assert (Words("en").listed(["a", "b"]), Words("zh").listed(["甲", "乙"])) == ("a, b", "甲、乙")
