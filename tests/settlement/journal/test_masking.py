"""Nothing of a person stands in what the journal keeps, however it was written; equal values stay equal."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.journal.masking import LEFT_OUT, MASKED, Mask, hidden

MASK = Mask(b"k" * 16)
CANARY = "CANARY-7f3a"
VALUES = st.text(max_size=10) | st.integers() | st.none() | st.booleans()
NAMES = st.sampled_from([*sorted(MASKED), *sorted(LEFT_OUT)])
TREES = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=6), inner, max_size=3)
)


def masked(value: Any, **how: Any) -> tuple[str, dict[str, str]]:
    seen: dict[str, str] = {}
    return MASK.text(json.dumps(value, **how).encode(), seen).decode(), seen


@given(NAMES, TREES, st.booleans(), st.sampled_from([None, 1]))
def test_no_value_of_a_personal_field_is_left_wherever_it_stands(
    name: str,
    beside: Any,
    escaped: bool,  # noqa: FBT001 - drawn
    indent: int | None,
) -> None:
    for value in (CANARY, [CANARY], {"x": CANARY}, f'"{CANARY}\\'):
        text, _ = masked({"a": [beside, {name: value}]}, ensure_ascii=escaped, indent=indent)
        assert CANARY not in text
        assert "\n" not in text
        json.loads(text)


def test_a_name_spelt_in_escapes_hides_nothing() -> None:
    seen: dict[str, str] = {}
    assert CANARY.encode() not in MASK.text(b'{"\\u0070sn_no": "%b"}' % CANARY.encode(), seen)


@pytest.mark.parametrize("number", ["11010119900307751X", "370100199003077510", "6299990000000000015"])
def test_an_identity_number_or_a_bank_card_is_masked_in_any_field(number: str) -> None:
    assert number not in masked({"opter_name": number, "x": [number]})[0]


def test_what_is_nobodys_stays_readable_and_equal_values_stay_equal() -> None:
    text, seen = masked({"medfee_sumamt": "36.80", "psn_no": "P1", "rows": [{"psn_no": "P1", "cnt": 2}]})
    kept = json.loads(text)
    assert kept["medfee_sumamt"] == "36.80"
    assert kept["psn_no"] == kept["rows"][0]["psn_no"] == seen["P1"] == MASK.token("P1")
    assert Mask(b"other").token("P1") != seen["P1"]


def test_ciphertext_and_files_are_left_out() -> None:
    assert "AAAA" not in masked({"pin_block": "AAAA", "in": "AAAA"})[0]


def test_a_sentence_tells_nothing_that_was_masked_beside_it() -> None:
    _, seen = masked({"psn_no": "3701", "certno": "37010"})
    said = hidden("not 37010 nor 3701", seen)
    assert said == f"not {seen['37010']} nor {seen['3701']}"
