import json
import re

from hypothesis import given
from hypothesis import strategies as st

from loadtests.page.markup import Figure, Markup, described, element, embedded, items, joined, table


@given(st.text())
def test_no_text_can_become_an_element(text: str) -> None:
    assert "<b" not in element("p", f"<b {text}")


def test_markup_joins_as_it_is_and_text_is_escaped() -> None:
    assert joined((Markup("<b>1</b>"), " < 2 & ", 3)) == "<b>1</b> &lt; 2 &amp; 3"


def test_an_attribute_is_escaped_and_an_empty_one_left_out() -> None:
    assert element("p", "x", class_="", aria_label='"><script>') == '<p aria-label="&quot;&gt;&lt;script&gt;">x</p>'


def test_an_element_without_content_has_no_end() -> None:
    assert element("meta", charset="utf-8") == '<meta charset="utf-8">'


@given(st.text())
def test_no_text_ends_the_script_that_carries_it_and_it_reads_back_the_same(text: str) -> None:
    script = embedded({"said": f"</script>{text}"}, "data")
    inside = re.fullmatch(r'<script type="application/json" id="data">(.*)</script>', script, re.DOTALL)
    assert inside is not None
    assert "<" not in inside[1]
    assert json.loads(inside[1]) == {"said": f"</script>{text}"}


def test_figures_stand_at_the_right_and_so_do_their_headings() -> None:
    made = table(("name", "n"), [("a", Figure("1 ms")), ("b", 2)])
    assert '<th scope="col">name</th><th scope="col" class="n">n</th>' in made
    assert '<td>a</td><td class="n">1 ms</td>' in made


def test_what_is_empty_is_not_there_at_all() -> None:
    assert (table(("a",), []), items([]), described([("a", "")])) == ("", "", "")
