"""Settings files as data: TOML text in, frozen values out, and errors in the words of whoever edits the file.

City, policy and catalogue say what their files hold; how a file is held to that is here. Money and ratios are written
as text ("200.00", "0.85") because a TOML float is not exact. No file is opened here.
"""

import re
import tomllib
from collections.abc import Callable
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, Final, TypeVar, get_args

import msgspec
from msgspec import Meta, Struct, structs

from settlement.engine.rules.money import FEN_PLACES, PRICE_PLACES, RATIO_ONE, RATIO_PLACES, scaled
from settlement.wire.refusal import Basis

Named = Annotated[str, Meta(min_length=1)]
T = TypeVar("T")


class ProfileError(ValueError):
    """A settings file that cannot be used: the text names file and key, and what to do."""

    def __init__(self, file: str, key: str, problem: str) -> None:
        super().__init__(f"{file}: {key}: {problem}" if key else f"{file}: {problem}")


class Row(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of a settings file: a key that is not known is refused, never ignored."""


class Fen(int):
    """Money, written in yuan as text, held in fen."""


class RatioE4(int):
    """A share between 0 and 1, written as text, held in 10^-4."""


class PriceE6(int):
    """A unit price, written in yuan as text, held in 10^-6 yuan."""


class Day(int):
    """A day, written as a TOML date, held as yyyymmdd."""


OPEN_END: Final = Day(99991231)
"""The last day of what has no end."""


class Fact(Struct, frozen=True):
    """Where a value of a city comes from."""

    source: str
    basis: Basis


class _Sourced(Row, frozen=True):
    value: Any
    source: Named
    basis: Basis


def parse(text: str, file: str) -> dict[str, Any]:
    """Read TOML; raise ProfileError with the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(file, "", f"this is not TOML: {error}") from None


def convert(raw: object, kind: type[T], file: str, at: str = "") -> T:
    """Hold parsed TOML to a Row; raise ProfileError that names the key below `at`, and the nearest known one."""
    try:
        return msgspec.convert(raw, kind, dec_hook=_from_text)
    except msgspec.ValidationError as error:
        key, problem = _in_words(str(error), kind)
        raise ProfileError(file, ".".join(filter(None, (at, key))), problem) from None


def take_facts(raw: dict[str, Any], file: str, at: str = "") -> tuple[dict[str, Any], dict[str, Fact]]:
    """Part values from their origins: {value, source, basis} becomes the value, and a Fact under its dotted key.

    Keys of the top level say what the file is about and need no origin; below it a bare value is refused.
    """
    values: dict[str, Any] = {}
    facts: dict[str, Fact] = {}
    for key, entry in raw.items():
        path = f"{at}.{key}" if at else key
        if isinstance(entry, dict) and not entry.keys() & {"value", "source", "basis"}:
            values[key], below = take_facts(entry, file, path)
            facts.update(below)
        elif isinstance(entry, dict):
            sourced = convert(entry, _Sourced, file, path)
            values[key], facts[path] = sourced.value, Fact(sourced.source, sourced.basis)
        elif at:
            raise ProfileError(file, path, "write it as { value = ..., source = ..., basis = ... }")
        else:
            values[key] = entry
    return values, facts


def _from_text(kind: type[int], value: object) -> int:
    return kind(_READERS[kind](value))


def _decimal(places: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, str):
            raise ValueError(f"write {value} as text, in quotes: a number with decimals is not exact")  # noqa: TRY004  msgspec adds the key to a ValueError
        if value.startswith("-"):
            raise ValueError(f"{value} is below zero")
        return scaled(value, places)

    return read


def _ratio(value: object) -> int:
    ratio = _decimal(RATIO_PLACES)(value)
    if ratio > RATIO_ONE:
        raise ValueError(f"{value} is not a share between 0 and 1 (85 % is written 0.85)")
    return ratio


def _day(value: object) -> int:
    if type(value) is not date:
        raise ValueError(f"write {value!r} as a date without quotes, such as 2026-01-01")
    return value.year * 10000 + value.month * 100 + value.day


_READERS: Final[dict[type[int], Callable[[object], int]]] = {
    Fen: _decimal(FEN_PLACES),
    PriceE6: _decimal(PRICE_PLACES),
    RatioE4: _ratio,
    Day: _day,
}

_SHAPE: Final = re.compile(r"(?P<problem>.*?)(?: - at `\$(?P<path>.*)`)?", re.DOTALL)
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(?P<name>.*)`")
_FIELD: Final = re.compile(r"\.(\w+)")


def _in_words(text: str, kind: object) -> tuple[str, str]:
    """Turn msgspec's sentence into (dotted key, what is wrong with it)."""
    shape = _SHAPE.fullmatch(text)
    assert shape
    path = shape["path"] or ""
    unknown = _UNKNOWN.fullmatch(shape["problem"])
    if not unknown:
        return path.removeprefix("."), shape["problem"]
    known = [field.encode_name for field in structs.fields(_struct_at(kind, path))]
    nearest = get_close_matches(unknown["name"], known, n=1, cutoff=0)[0]
    return f"{path}.{unknown['name']}".removeprefix("."), f"unknown key; the nearest known one is {nearest}"


def _struct_at(kind: object, path: str) -> type[Struct]:
    """Follow msgspec's `.field[3].field` down the types; only a Struct has unknown fields, so it ends in one."""
    found = _struct_in(kind)
    for name in _FIELD.findall(path):
        assert found, path
        found = _struct_in(next(field.type for field in structs.fields(found) if field.encode_name == name))
    assert found, path
    return found


def _struct_in(kind: object) -> type[Struct] | None:
    if isinstance(kind, type) and issubclass(kind, Struct):
        return kind
    return next(filter(None, map(_struct_in, get_args(kind))), None)
