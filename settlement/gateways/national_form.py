"""How the national interface's JSON is read at the host: one reading for all transactions. Pure.

The tables of wire.national_fields and the structs of wire.messages are the mapping; nothing here names a transaction.
"""

from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Raw, Struct

from settlement.wire import codes
from settlement.wire.envelope import MalformedError, Request, decode_body, encode
from settlement.wire.messages import Body, Line
from settlement.wire.national_fields import ENVELOPE, FORMS
from settlement.wire.national_values import Json, check, decode_json, malformed, read_node, taken

_encode_canonical: Final = msgspec.json.Encoder(order="sorted").encode


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
    envelope = decode_json(content)
    check(envelope, ENVELOPE, "")
    if not isinstance(envelope.get("input"), dict):
        raise malformed("input", "an object is required")
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
    checked = {node.name: read_node(given.get(node.name), node) for node in form.nodes}
    drafted = form.message(**taken(form.message, _flat(checked)))
    request = msgspec.structs.replace(header, body=Raw(encode(drafted)))
    digest = sha256(_encode_canonical((infno, header.insuplc_admdvs, checked))).digest()
    return NationalRequest(request, decode_body(request), infno, digest, checked)


def _flat(checked: Json) -> Json:
    """Return the values of all nodes by name; a list is one value, its rows our lines."""
    values: Json = {}
    for name, node in checked.items():
        if isinstance(node, list):
            values[name] = tuple(Line(**taken(Line, row)) for row in node)
        else:
            values |= node
    return values
