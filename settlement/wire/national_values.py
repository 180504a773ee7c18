"""Values as the national interface's JSON has them, and as our structs do: both ends read and write by these. Pure.

A struct's field carries the interface's name; a number's suffix says its unit: `_fen` is yuan with two decimals, `_e4`
and `_e6` a number with four or six. So the tables of national_fields and the structs of wire.messages are the mapping,
and nothing here names a transaction.
"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec
from msgspec import Struct

from settlement.wire.envelope import MalformedError
from settlement.wire.messages import LINES_MAX
from settlement.wire.national_fields import Field, Node

SCALES: Final = {"_fen": 2, "_e4": 4, "_e6": 6}
"""Decimals that a suffix stands for."""
DATETIME: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)
DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
DECIMAL: Final = re.compile(r"[+-]?\d{1,20}(\.\d{1,12})?", re.ASCII)
DIGITS_MAX: Final = 28
"""Digits that decimal arithmetic keeps exactly in its default context."""
_decode = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode
encode_json = msgspec.json.Encoder(decimal_format="number").encode

Json = dict[str, Any]


def decode_json(content: bytes, what: str = "an envelope") -> Json:
    """Return a JSON object, its fractions as Decimal; raise MalformedError."""
    try:
        return _decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, InvalidOperation, RecursionError) as error:
        raise MalformedError(f"not the JSON of {what}: {error}") from None


def national_name(name: str) -> tuple[str, int | None]:
    """Return a struct field's name in the interface, and its decimals if it is a number.

    >>> national_name("medfee_sumamt_fen"), national_name("psn_no")
    (('medfee_sumamt', 2), ('psn_no', None))
    """
    for suffix, scale in SCALES.items():
        if name.endswith(suffix):
            return name.removesuffix(suffix), scale
    return name, None


def plain(value: Any) -> Any:
    """Return a struct as the interface writes it: its names, and numbers with their decimals."""
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    if not isinstance(value, Struct):
        return value
    written = {}
    for name in value.__struct_fields__:
        given, scale = national_name(name)
        held = getattr(value, name)
        written[given] = plain(held) if scale is None else Decimal(held).scaleb(-scale)
    return written


def taken(kind: type[Struct], values: Mapping[str, Any]) -> Json:
    """Return the values that a struct has fields for; what the interface may leave out is empty."""
    wanted = {name: national_name(name)[0] for name in kind.__struct_fields__}
    optional = set(kind.__struct_fields__[len(kind.__struct_fields__) - len(kind.__struct_defaults__) :])
    return {name: values.get(given, "") for name, given in wanted.items() if given in values or name not in optional}


def read_node(given: Any, node: Node) -> Json | list[Json]:
    """Return the checked values of a node of the input, or of each of its rows."""
    path = f"input.{node.name}"
    if not node.many:
        if not isinstance(given, dict):
            raise malformed(path, "an object is required")
        return check(given, node.fields, f"{path}.")
    if not isinstance(given, list) or not given:
        raise malformed(path, "a list of at least one is required")
    if len(given) > LINES_MAX:
        raise malformed(path, f"at most {LINES_MAX} lines")
    rows = []
    for place, row in enumerate(given):
        if not isinstance(row, dict):
            raise malformed(f"{path}[{place}]", "an object is required")
        rows.append(check(row, node.fields, f"{path}[{place}]."))
    return rows


def check(given: Json, table: tuple[Field, ...], path: str) -> Json:
    """Return the values of known fields, numbers as integers of their scale; unknown fields are ignored."""
    values: Json = {}
    for field in table:
        value = given.get(field.name)
        if value is None or value == "":
            if field.required:
                raise malformed(path + field.name, "required")
            continue
        values[field.name] = _read(value, field, path + field.name)
    return values


def _read(value: Any, field: Field, path: str) -> Any:
    if field.kind == "n":
        return read_decimal(value, field.size, field.scale, path)
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
    elif len(value) > field.size:
        raise malformed(path, f"at most {field.size} characters")
    if field.kind == "d" and not (value.isascii() and value.isdigit()):
        raise malformed(path, "digits are expected")
    return value


def read_decimal(value: Any, precision: int, scale: int, path: str) -> int:
    """Return a number, or a string that is one, as an integer of 10^-scale; never rounds.

    >>> read_decimal("12.5", 16, 2, ""), read_decimal(Decimal("0.10"), 16, 2, ""), read_decimal(-3, 16, 2, "")
    (1250, 10, -300)
    """
    if isinstance(value, str) and DECIMAL.fullmatch(value):
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise malformed(path, "a number is expected")
    number = Decimal(value)
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int), "JSON has no NaN"
    if len(digits) > DIGITS_MAX or number.adjusted() >= precision - scale:
        raise malformed(path, f"at most {precision} digits, {scale} of them decimals")
    if exponent < -DIGITS_MAX:  # scaleb would underflow to 0 without a word
        raise malformed(path, f"at most {scale} decimals")
    scaled = number.scaleb(scale)
    if scaled != scaled.to_integral_value():
        raise malformed(path, f"at most {scale} decimals")
    return int(scaled)


def malformed(path: str, what: str) -> MalformedError:
    """Return the refusal of a field, by its name."""
    return MalformedError(f"{path}: {what}")
