"""Values as the national interface's JSON has them, and as our structs do: both ends read and write by these. Pure.

A struct's field carries the interface's name; a number's suffix says its unit: `_fen` is yuan with two decimals, `_e4`
and `_e6` a number with four or six. So the tables of national_fields and the structs of wire.messages are the mapping,
and nothing here names a transaction.
"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Annotated, Any, Final, NamedTuple, get_args, get_origin

import msgspec
from msgspec import Struct

from settlement.wire.envelope import MalformedError

SCALES: Final = {"_fen": 2, "_e4": 4, "_e6": 6}
"""Decimals that a suffix stands for."""
DECIMAL: Final = re.compile(r"[+-]?\d{1,20}(\.\d{1,12})?", re.ASCII)
DECIMALS_REMEMBERED: Final = 16_384
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
    for name, given, scale in _names_of(type(value)):
        held = getattr(value, name)
        if scale is not None:
            held = decimal(held, scale)
        elif type(held) is not str:
            held = plain(held)
        written[given] = held
    return written


@lru_cache(DECIMALS_REMEMBERED)
def decimal(units: int, scale: int) -> Decimal:
    """Return a whole number of 10^-scale as the number that it stands for; most of a bill's are the same few.

    >>> decimal(1205, 2)
    Decimal('12.05')
    """
    return Decimal(units).scaleb(-scale)


@cache
def _names_of(kind: type[Struct]) -> tuple[tuple[str, str, int | None], ...]:
    return tuple((name, *national_name(name)) for name in kind.__struct_fields__)


def struct_of(kind: type[Struct], values: Mapping[str, Any]) -> Struct:
    """Return a struct of the values by the interface's names; rows become structs, what is missing is empty.

    >>> from settlement.wire.messages import Line
    >>> struct_of(Line, {"feedetl_sn": "1", "med_list_codg": "X", "pric": 5, "cnt": 1}).pric_e6
    5
    """
    taken: Json = {}
    for slot in _slots(kind):
        value = values.get(slot.given)
        if slot.rows is not None:
            value = tuple(struct_of(slot.rows, row) for row in value or ())
        elif value is None:
            if slot.optional:
                continue
            value = slot.empty
        taken[slot.name] = value
    return kind(**taken)


class _Slot(NamedTuple):
    """A struct's field: its name here and in the interface, what its rows are, and what it is if not given."""

    name: str
    given: str
    rows: type[Struct] | None
    optional: bool
    empty: Any


@cache
def _slots(kind: type[Struct]) -> tuple[_Slot, ...]:
    slots = []
    for field in msgspec.structs.fields(kind):
        plain_type = get_args(field.type)[0] if get_origin(field.type) is Annotated else field.type
        inner = get_args(plain_type)[:1] if get_origin(plain_type) is tuple else ()
        rows = inner[0] if inner and isinstance(inner[0], type) and issubclass(inner[0], Struct) else None
        given, _ = national_name(field.name)
        empty = 0 if plain_type is int else ""
        slots.append(_Slot(field.name, given, rows, not field.required, empty))
    return tuple(slots)


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
