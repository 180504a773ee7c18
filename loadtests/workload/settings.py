"""A settings file held to what it may say: TOML in, frozen values out, and errors in the words of whoever edits it.

What a file may hold is said by the struct that it is converted to. No file is opened here.
"""

import re
import tomllib
from enum import Enum
from typing import Any, Final, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct, structs

from loadtests.openload.names import among, nearest
from loadtests.workload.expectations import expectation

T = TypeVar("T")

_SHAPE: Final = re.compile(r"(?P<problem>.*?)(?: - at `\$(?P<path>.*)`)?", re.DOTALL)
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL)
_LACKING: Final = re.compile(r"Object missing required field `(?P<name>.*)`", re.DOTALL)
_WORD: Final = re.compile(r"Invalid enum value '(?P<word>.*)'", re.DOTALL)
_STEP: Final = re.compile(r"\.(\w+)")


class SettingsError(ValueError):
    """A settings file that cannot be used: one sentence that names file and key, and says what to do."""

    def __init__(self, file: str, key: str, problem: str) -> None:
        super().__init__(f"{file}: {key}: {problem}" if key else f"{file}: {problem}")


class Row(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of a settings file: a key that is not known is refused, never ignored."""


def parse(text: str, file: str) -> dict[str, Any]:
    """Read TOML; raise SettingsError with the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(file, "", f"this is not TOML: {error}") from None
    except RecursionError:
        raise SettingsError(file, "", "this is not TOML that can be read: it is nested too deeply") from None


def convert(raw: object, kind: type[T], file: str, at: str = "") -> T:
    """Hold parsed TOML to a struct; raise SettingsError that names the key below `at`, and the nearest known one."""
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        key, problem = in_words(str(error), kind)
        raise SettingsError(file, ".".join(filter(None, (at, key))), problem) from None


def in_words(text: str, kind: object) -> tuple[str, str]:
    """Turn msgspec's sentence about a struct into (dotted key, what is wrong with it)."""
    shape = _SHAPE.fullmatch(text)
    assert shape
    path = shape["path"] or ""
    key, found = path.removeprefix("."), _type_at(kind, path)
    if unknown := _UNKNOWN.fullmatch(shape["problem"]):
        known = [field.encode_name for field in structs.fields(_struct_in(found) or Row)]
        near = nearest(unknown["name"], known)
        said = f"the nearest known one is {near}" if near else f"known are {', '.join(known)}"
        return f"{key}.{unknown['name']}".removeprefix("."), f"unknown key; {said}"
    if lacking := _LACKING.fullmatch(shape["problem"]):
        return f"{key}.{lacking['name']}".removeprefix("."), "it is missing, and must be stated"
    if (word := _WORD.fullmatch(shape["problem"])) and (words := _words_in(found)):
        return key, f"{word['word']!r} is not known; {among(word['word'], words)}"
    return key, expectation(shape["problem"])


def _type_at(kind: object, path: str) -> object:
    """Follow msgspec's `.field[3].field` down the types; None where they are not structs all the way."""
    for name in _STEP.findall(path):
        inside = _struct_in(kind)
        kind = next((one.type for one in structs.fields(inside or Row) if one.encode_name == name), None)
    return kind


def _struct_in(kind: object) -> type[Struct] | None:
    if isinstance(kind, type) and issubclass(kind, Struct):
        return kind
    return next(filter(None, map(_struct_in, get_args(kind))), None)


def _words_in(kind: object) -> list[str]:
    """Return the words that a Literal or an enum allows."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [str(one.value) for one in kind]
    if get_origin(kind) is Literal:
        return [str(word) for word in get_args(kind)]
    return next(filter(None, map(_words_in, get_args(kind))), [])
