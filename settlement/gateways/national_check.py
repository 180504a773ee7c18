"""Whether what came is what the interface's tables say: each field by its name, nothing that they do not know. Pure.

A refusal names the field and never what stood in it: that may be a patient's number in the wrong place.
"""

import re
from typing import Any, Final

from settlement.wire.messages import LINES_MAX
from settlement.wire.national_fields import Field, Node
from settlement.wire.national_values import Json, malformed, read_decimal

DATETIME: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)
DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
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
    values: Json = {}
    for field in table:
        name = field.name
        value = given.get(name)
        if value is None or value == "":
            value = next((given[other] for other in field.also if given.get(other)), None)
            if value is None:
                if field.required:
                    raise malformed(path + name, "required")
                continue
        if field.kind == "c" and type(value) is str and len(value) <= field.size:
            values[name] = value  # most fields of most messages: no call for them
        else:
            values[name] = _read(value, field, path + name)
        if field.codes and value not in field.codes:
            raise malformed(path + name, _not_in(field))
    return values


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
        return read_decimal(value, field.size, field.scale, path)
    if field.kind == "l":
        return _rows(value, field.rows, path)
    if field.kind == "d" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise malformed(path, "a string is expected")
    if field.kind == "t":
        if not DATETIME.fullmatch(value):
            raise malformed(path, "yyyy-MM-dd HH:mm:ss is expected")
    elif field.kind == "y":
        if not DATE.fullmatch(value):
            raise malformed(path, "yyyy-MM-dd is expected")
    elif field.size and len(value) > field.size:
        raise malformed(path, f"at most {field.size} characters")
    if field.kind == "d" and not (value.isascii() and value.isdigit() and value.strip("0")):
        raise malformed(path, "digits are expected, and not 0")
    return value


def _not_in(field: Field) -> str:
    shown = (
        ", ".join(sorted(field.codes)) if len(field.codes) <= CODES_SHOWN else f"{len(field.codes)} codes, see /docs"
    )
    return f"not in its code table ({shown})"
