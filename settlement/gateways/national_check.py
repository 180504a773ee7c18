"""Whether what came is what the interface's tables say: each field by its name, nothing that they do not know. Pure.

A refusal names the field and never what stood in it: that may be a patient's number in the wrong place.
"""

import re
from base64 import b64encode
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from settlement.wire.envelope import MalformedError
from settlement.wire.messages import LINES_MAX
from settlement.wire.national_fields import Field, Node
from settlement.wire.national_values import Json, malformed, read_decimal

DATETIME: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)
DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
NUMBERS_REMEMBERED: Final = 16_384
SIGNED_MIN: Final = -128
BYTE_MAX: Final = 255
CODES_SHOWN: Final = 8
"""A longer code table is not told in a refusal; /docs has it."""


def read_node(given: Any, node: Node) -> Json | list[Json]:
    """Return the checked values of a node of the input, or of each of its rows."""
    path = f"input.{node.name}".rstrip(".")
    if not node.many:
        if not isinstance(given, dict):
            raise malformed(path, "an object is required")
        return check(given, node.fields, f"{path}.")
    if given in (None, []) and not node.required:
        return []
    return _rows(given, node.fields, path)


def check(given: Json, table: tuple[Field, ...], path: str) -> Json:
    """Return the values of known fields, numbers as integers of their scale; unknown fields are ignored."""
    known, required = _known(table)
    values: Json = {}
    for said, value in given.items():
        field = known.get(said)
        if field is None or value is None or value == "":
            continue
        name = field.name
        if said != name and given.get(name):
            continue  # written both ways: its own name counts
        if field.kind == "c" and type(value) is str and len(value) <= field.size:
            values[name] = value  # most fields of most messages: no call for them
        else:
            values[name] = _read(value, field, path + said)
        if field.codes and value not in field.codes:
            raise malformed(path + said, _not_in(field))
    if not required <= values.keys():
        missing = next(field.name for field in table if field.required and field.name not in values)
        raise malformed(path + missing, "required")
    return values


_tables: Final[dict[int, tuple[tuple[Field, ...], dict[str, Field], frozenset[str]]]] = {}


def _known(table: tuple[Field, ...]) -> tuple[dict[str, Field], frozenset[str]]:
    """Return a table's fields by each of their names, and which must be there; worked out once a table."""
    found = _tables.get(id(table))
    if found is None:
        known = {name: field for field in table for name in (*field.also, field.name)}
        required = frozenset(field.name for field in table if field.required)
        found = _tables[id(table)] = table, known, required  # holding the table keeps its id
    return found[1], found[2]


@lru_cache(NUMBERS_REMEMBERED, typed=True)
def _number(value: Any, size: int, scale: int) -> int:
    """Return a number that was read before: prices and counts come again and again. What is none raises each time."""
    return read_decimal(value, size, scale, "")


def _rows(given: Any, table: tuple[Field, ...], path: str) -> list[Json]:
    if not isinstance(given, list) or not given:
        raise malformed(path, "a list of at least one is required")
    if len(given) > LINES_MAX:
        raise malformed(path, f"at most {LINES_MAX} lines")
    rows = []
    for place, row in enumerate(given):
        if not isinstance(row, dict):
            raise malformed(f"{path}[{place}]", "an object is required")
        rows.append(check(row, table, f"{path}[{place}]."))
    return rows


def _read(value: Any, field: Field, path: str) -> Any:
    if field.kind == "n":
        try:
            return _number(value, field.size, field.scale)
        except (MalformedError, TypeError):  # no number, or nothing that could be one: said with the field's name
            return read_decimal(value, field.size, field.scale, path)
    if field.kind == "l":
        return _rows(value, field.rows, path)
    if field.kind == "d" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if field.kind == "b" and isinstance(value, list):
        return _base64_of(value, path)
    if not isinstance(value, str):
        raise malformed(path, "a string is expected")
    if field.kind == "t":
        if not (DATETIME.fullmatch(value) and _is_moment(value)):
            raise malformed(path, "yyyy-MM-dd HH:mm:ss is expected, a day and a time that there are")
    elif field.kind == "y":
        if not (DATE.fullmatch(value) and _is_moment(value)):
            raise malformed(path, "yyyy-MM-dd is expected, a day that there is")
    elif field.size and len(value) > field.size:
        raise malformed(path, f"at most {field.size} characters")
    if field.kind == "d" and not (value.isascii() and value.isdigit() and value.strip("0")):
        raise malformed(path, "digits are expected, and not 0")
    return value


def _base64_of(numbers: list[Any], path: str) -> str:
    """Return bytes that came as numbers, signed as Java writes them or not, as the text that others send."""
    if not all(type(number) is int and SIGNED_MIN <= number <= BYTE_MAX for number in numbers):
        raise malformed(path, "base64, or a list of bytes from -128 to 255, is expected")
    return b64encode(bytes(number & BYTE_MAX for number in numbers)).decode()


@lru_cache(NUMBERS_REMEMBERED)
def _is_moment(value: str) -> bool:
    """Whether the calendar and the clock have it; the lines of a bill mostly share theirs."""
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _not_in(field: Field) -> str:
    shown = (
        ", ".join(sorted(field.codes)) if len(field.codes) <= CODES_SHOWN else f"{len(field.codes)} codes, see /docs"
    )
    return f"not in its code table ({shown})"
