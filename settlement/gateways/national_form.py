"""Between the national interface's JSON and our messages: one reading and one writing for all transactions. Pure.

A struct's field carries the interface's name; a number's suffix says its unit: `_fen` is yuan with two decimals, `_e4`
and `_e6` a number with four or six. So the tables of national_fields and the structs of wire.messages are the mapping,
and nothing here names a transaction.
"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from settlement.gateways.national_fields import ENVELOPE, FORMS, Field, Node
from settlement.wire import codes
from settlement.wire.envelope import MalformedError, Request, decode_body, encode
from settlement.wire.messages import LINES_MAX, Body, Line

SCALES: Final = {"_fen": 2, "_e4": 4, "_e6": 6}
"""Decimals that a suffix stands for."""
DATETIME: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)
DECIMAL: Final = re.compile(r"[+-]?\d{1,20}(\.\d{1,12})?", re.ASCII)
DIGITS_MAX: Final = 28
"""Digits that decimal arithmetic keeps exactly in its default context."""
_decode = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode
_encode_canonical = msgspec.json.Encoder(order="sorted").encode

Json = dict[str, Any]


class NationalRequest(Struct, frozen=True):
    """A request as read.

    `input` is its input as checked, node by node: texts, and numbers as integers of their scale. It is all that a reply
    may echo. `digest` covers it as a whole, so that a repeat of a msgid is answered alike to the last byte.
    """

    request: Request
    body: Body
    infno: str
    digest: bytes
    input: Json


def read_envelope(content: bytes) -> Json:
    """Return the checked envelope; raise MalformedError that names the field."""
    try:
        envelope = _decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, InvalidOperation, RecursionError) as error:
        raise MalformedError(f"not the JSON of an envelope: {error}") from None
    _check(envelope, ENVELOPE, "")
    if not isinstance(envelope.get("input"), dict):
        raise _malformed("input", "an object is required")
    return envelope


def header_of(envelope: Json) -> Request:
    """Return the header of a checked envelope; `dev_no` names the operator, whose session it is at this door."""
    return Request(
        msgid=envelope["msgid"],
        fixmedins_code=envelope["fixmedins_code"],
        dev_no=envelope["opter"],
        mdtrtarea_admvs=envelope["mdtrtarea_admvs"],
        insuplc_admdvs=envelope.get("insuplc_admdvs") or "",
        sign_no=envelope.get("sign_no") or "",
        counter=0,
        inf_time=envelope["inf_time"],
        body=Raw(b"\xc0"),
    )


def read_message(envelope: Json, header: Request) -> NationalRequest:
    """Return the message of a checked envelope; raise MalformedError that names the field, or the unknown infno."""
    infno, given = envelope["infno"], envelope["input"]
    form = FORMS.get(infno)
    if form is None:
        raise MalformedError(f"infno {infno}", codes.UNKNOWN_MESSAGE, header.msgid)
    checked = {node.name: _read_node(given.get(node.name), node) for node in form.nodes}
    drafted = form.message(**_taken(form.message, _flat(checked)))
    request = msgspec.structs.replace(header, body=Raw(encode(drafted)))
    digest = sha256(_encode_canonical((infno, header.insuplc_admdvs, checked))).digest()
    return NationalRequest(request, decode_body(request), infno, digest, checked)


def _flat(checked: Json) -> Json:
    """Return the values of all nodes by name; a list is one value, its rows our lines."""
    values: Json = {}
    for name, node in checked.items():
        if isinstance(node, list):
            values[name] = tuple(Line(**_taken(Line, row)) for row in node)
        else:
            values |= node
    return values


def _read_node(given: Any, node: Node) -> Json | list[Json]:
    path = f"input.{node.name}"
    if not node.many:
        if not isinstance(given, dict):
            raise _malformed(path, "an object is required")
        return _check(given, node.fields, f"{path}.")
    if not isinstance(given, list) or not given:
        raise _malformed(path, "a list of at least one is required")
    if len(given) > LINES_MAX:
        raise _malformed(path, f"at most {LINES_MAX} lines")
    rows = []
    for place, row in enumerate(given):
        if not isinstance(row, dict):
            raise _malformed(f"{path}[{place}]", "an object is required")
        rows.append(_check(row, node.fields, f"{path}[{place}]."))
    return rows


def _taken(kind: type[Struct], values: Mapping[str, Any]) -> Json:
    """Return the values that a struct has fields for; what the interface may leave out is empty."""
    wanted = {name: national_name(name)[0] for name in kind.__struct_fields__}
    optional = set(kind.__struct_fields__[len(kind.__struct_fields__) - len(kind.__struct_defaults__) :])
    return {name: values.get(given, "") for name, given in wanted.items() if given in values or name not in optional}


def national_name(name: str) -> tuple[str, int | None]:
    """Return a struct field's name in the interface, and its decimals if it is a number.

    >>> national_name("medfee_sumamt_fen"), national_name("psn_no")
    (('medfee_sumamt', 2), ('psn_no', None))
    """
    for suffix, scale in SCALES.items():
        if name.endswith(suffix):
            return name.removesuffix(suffix), scale
    return name, None


def _check(given: Json, table: tuple[Field, ...], path: str) -> Json:
    """Return the values of known fields, numbers as integers of their scale; unknown fields are ignored."""
    values: Json = {}
    for field in table:
        value = given.get(field.name)
        if value is None or value == "":
            if field.required:
                raise _malformed(path + field.name, "required")
            continue
        values[field.name] = _read(value, field, path + field.name)
    return values


def _read(value: Any, field: Field, path: str) -> Any:
    if field.kind == "n":
        return read_decimal(value, field.size, field.scale, path)
    if field.kind == "d" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise _malformed(path, "a string is expected")
    if field.kind == "t":
        if not DATETIME.fullmatch(value):
            raise _malformed(path, "yyyy-MM-dd HH:mm:ss is expected")
    elif len(value) > field.size:
        raise _malformed(path, f"at most {field.size} characters")
    if field.kind == "d" and not (value.isascii() and value.isdigit()):
        raise _malformed(path, "digits are expected")
    return value


def read_decimal(value: Any, precision: int, scale: int, path: str) -> int:
    """Return a number, or a string that is one, as an integer of 10^-scale; never rounds.

    >>> read_decimal("12.5", 16, 2, ""), read_decimal(Decimal("0.10"), 16, 2, ""), read_decimal(-3, 16, 2, "")
    (1250, 10, -300)
    """
    if isinstance(value, str) and DECIMAL.fullmatch(value):
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _malformed(path, "a number is expected")
    number = Decimal(value)
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int), "JSON has no NaN"
    if len(digits) > DIGITS_MAX or number.adjusted() >= precision - scale:
        raise _malformed(path, f"at most {precision} digits, {scale} of them decimals")
    if exponent < -DIGITS_MAX:  # scaleb would underflow to 0 without a word
        raise _malformed(path, f"at most {scale} decimals")
    scaled = number.scaleb(scale)
    if scaled != scaled.to_integral_value():
        raise _malformed(path, f"at most {scale} decimals")
    return int(scaled)


def _malformed(path: str, what: str) -> MalformedError:
    return MalformedError(f"{path}: {what}")
