"""The rules of the cities' own documents, and what became of each: rules.toml, read and checked.

A rule that is done is proved by the test that it names; one that is out says why. What a rule means in code stands
where it is kept: in a city's profile, or in the engine.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

RULES: Final = Path(__file__).with_name("rules.toml")
OUT_MAX: Final = 16
"""How many rules may be out: leaflets and discounts, not settlement."""

City = Annotated[str, Meta(pattern="^[0-9]{6}$")]


class RulebookError(Exception):
    """A row of the list that cannot stand; the text names it."""


class Row(Struct, frozen=True, forbid_unknown_fields=True):
    """What the file says of one rule."""

    rule: Annotated[str, Meta(min_length=1)]
    cities: Annotated[tuple[City, ...], Meta(min_length=1)]
    state: Literal["done", "out"]
    test: str = ""
    """The test that proves it: file::name."""
    reason: str = ""
    """Why it is out."""


class Rule(Struct, frozen=True):
    """One rule: whose document states it, whether it is kept, and by which test that is proved."""

    id: str
    rule: str
    cities: tuple[str, ...]
    state: str
    test: str
    reason: str


def read_rules(path: Path = RULES) -> tuple[Rule, ...]:
    """Return every rule in the order of the list; raise RulebookError for a row that says too little or too much."""
    try:
        rows = msgspec.convert(tomllib.loads(path.read_text("utf-8")), dict[str, Row])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RulebookError(f"{path.name}: {error}") from None
    return tuple(_rule(name, row) for name, row in rows.items())


def _rule(name: str, row: Row) -> Rule:
    if (row.state == "out") != bool(row.reason):
        raise RulebookError(f"{name}: a rule that is out says why (reason), and only such a one")
    if row.state == "out" and row.test:
        raise RulebookError(f"{name}: a rule that is out is proved by no test")
    return Rule(name, row.rule, row.cities, row.state, row.test, row.reason)
