"""Settings files: errors that name the file, the key and what to do."""

from datetime import date
from typing import Any

import pytest
from msgspec import field

from settlement.engine.rules.profile import (
    Day,
    Fact,
    Fen,
    PriceE6,
    ProfileError,
    RatioE4,
    Row,
    convert,
    parse,
    take_facts,
)
from settlement.wire.refusal import Basis


class Inner(Row, frozen=True):
    ratio: RatioE4
    cap: Fen | None = None


class Outer(Row, frozen=True):
    first_day: Day = field(name="from")
    inner: tuple[Inner, ...] = ()
    one: Inner | None = None


class Prices(Row, frozen=True):
    price: PriceE6


def refused(raw: dict[str, Any], kind: type[Row] = Outer) -> str:
    with pytest.raises(ProfileError) as caught:
        convert(raw, kind, "some.toml")
    return str(caught.value)


def test_texts_become_integers_of_their_unit() -> None:
    assert convert({"ratio": "0.85", "cap": "6000.00"}, Inner, "some.toml") == Inner(RatioE4(8500), Fen(600_000))
    assert convert({"price": "0.000001"}, Prices, "some.toml") == Prices(PriceE6(1))


def test_a_date_becomes_yyyymmdd() -> None:
    assert convert({"from": date(2026, 1, 31)}, Outer, "some.toml").first_day == 20260131


@pytest.mark.parametrize("path", ["inner", "one"])
def test_an_unknown_key_is_named_with_its_nearest_known_one(path: str) -> None:
    inside: Any = {"ratio": "1", "capp": "1"}
    raw = {"from": date(2026, 1, 1), path: [inside] if path == "inner" else inside}
    at = "inner[0]" if path == "inner" else "one"
    assert refused(raw) == f"some.toml: {at}.capp: unknown key; the nearest known one is cap"


def test_the_nearest_key_is_given_as_the_file_writes_it() -> None:
    assert refused({"form": date(2026, 1, 1)}) == "some.toml: form: unknown key; the nearest known one is from"


@pytest.mark.parametrize(
    ("inner", "problem"),
    [
        ({"ratio": "1.2"}, "inner[0].ratio: 1.2 is not a share between 0 and 1 (85 % is written 0.85)"),
        ({"ratio": "85%"}, "inner[0].ratio: '85%' is not a decimal number such as 12.34"),
        ({"ratio": 0.85}, "inner[0].ratio: write 0.85 as text, in quotes: a number with decimals is not exact"),
        ({"ratio": "1", "cap": "-1"}, "inner[0].cap: -1 is below zero"),
        ({"ratio": "1", "cap": "1.005"}, "inner[0].cap: '1.005' has more than 2 decimals"),
        ({}, "inner[0]: Object missing required field `ratio`"),
    ],
)
def test_a_wrong_value_is_named_with_its_key(inner: dict[str, Any], problem: str) -> None:
    assert refused({"from": date(2026, 1, 1), "inner": [inner]}) == f"some.toml: {problem}"


def test_a_date_in_quotes_is_refused_with_an_example() -> None:
    assert refused({"from": "2026-01-01"}).endswith("as a date without quotes, such as 2026-01-01")


def test_text_that_is_not_toml_is_refused_with_its_line() -> None:
    with pytest.raises(ProfileError, match=r"some.toml: this is not TOML: .*line 2"):
        parse("a = 1\nb = ?\n", "some.toml")


def test_a_value_is_parted_from_its_origin() -> None:
    raw = parse('[pin]\ntries = { value = 6, source = "rule 4", basis = "spec" }', "some.toml")
    values, facts = take_facts(raw, "some.toml")
    assert values == {"pin": {"tries": 6}}
    assert facts == {"pin.tries": Fact("rule 4", Basis.SPEC)}


def test_a_whole_table_may_share_one_origin() -> None:
    raw = parse('[people]\nsource = "ours"\nbasis = "assumed"\n[[people.value]]\nweight = 1', "some.toml")
    assert take_facts(raw, "some.toml") == ({"people": [{"weight": 1}]}, {"people": Fact("ours", Basis.ASSUMED)})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[pin]\ntries = 6", "pin.tries: write it as { value = ..., source = ..., basis = ... }"),
        ('[pin]\ntries = { value = 6, basis = "spec" }', "pin.tries: Object missing required field `source`"),
        (
            '[pin]\ntries = { value = 6, source = "", basis = "spec" }',
            "pin.tries.source: Expected `str` of length >= 1",
        ),
        ('[pin]\ntries = { value = 6, source = "x", basis = "sure" }', "pin.tries.basis: Invalid enum value 'sure'"),
        (
            '[pin]\ntries = { value = 6, sauce = "x", basis = "spec" }',
            "pin.tries.sauce: unknown key; the nearest known one is source",
        ),
    ],
)
def test_a_value_without_a_full_origin_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ProfileError) as caught:
        take_facts(parse(text, "some.toml"), "some.toml")
    assert str(caught.value) == f"some.toml: {problem}"
