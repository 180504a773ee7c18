"""How the national interface's JSON is read at the host: one reading for all messages. Pure.

The interface's tables (wire.national_fields, as wire.national_traps reads them) and our structs are the mapping: a
struct's field has the interface's name and a unit. What departs from that stands in EXCEPTIONS, and nowhere else.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from settlement.gateways.national_check import check, read_node
from settlement.gateways.statement_file import unpack
from settlement.wire import codes
from settlement.wire.codes import CREDENTIAL_SOCIAL_SECURITY_CARD
from settlement.wire.envelope import MalformedError, Request, decode_body, encode
from settlement.wire.messages import Body
from settlement.wire.national_traps import Form, Reading, reading
from settlement.wire.national_values import Json, decode_json, malformed, struct_of

_encode_canonical: Final = msgspec.json.Encoder(order="sorted").encode
AS_PLATFORMS: Final = reading()

EXCEPTIONS: Final[Mapping[str, tuple[str, str, Callable[[Any], Any]]]] = {
    "9101": ("in", "content", unpack),
}
"""By infno: a field of the interface, the struct's field that it becomes, and how."""


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


def read_envelope(content: bytes, tables: Reading = AS_PLATFORMS) -> Json:
    """Return the checked envelope; raise MalformedError that names the field."""
    given = decode_json(content)
    envelope = check(given, tables.envelope, "")
    if not isinstance(given.get("input"), dict):
        raise malformed("input", "an object is required")
    return envelope | {"input": given["input"]}


def header_of(envelope: Json) -> Request:
    """Return the header of a checked envelope; `dev_no` names the operator, whose session it is at this door."""
    return Request(
        msgid=envelope["msgid"],
        fixmedins_code=envelope["fixmedins_code"],
        dev_no=envelope["opter"],
        mdtrtarea_admvs=envelope["mdtrtarea_admvs"],
        insuplc_admdvs=envelope.get("insuplc_admdvs", ""),
        sign_no=envelope.get("sign_no", ""),
        counter=0,
        inf_time=envelope["inf_time"],
        body=Raw(b"\xc0"),
    )


def read_message(envelope: Json, header: Request, tables: Reading = AS_PLATFORMS) -> NationalRequest:
    """Return the message of a checked envelope; raise MalformedError that names the field, or the unknown infno."""
    infno, given = envelope["infno"], envelope["input"]
    form = tables.forms.get(infno)
    if form is None:
        raise MalformedError(f"infno {infno}", codes.UNKNOWN_MESSAGE, header.msgid)
    checked = {node.name: read_node(given.get(node.name) if node.name else given, node) for node in form.nodes}
    _hold_together(checked, form, header)
    values = {name: value for name, value in envelope.items() if name != "input"} | _flat(checked)
    if infno in EXCEPTIONS:
        theirs, ours, become = EXCEPTIONS[infno]
        values[ours] = become(values[theirs])
    request = msgspec.structs.replace(header, body=Raw(encode(struct_of(form.message, values))))
    digest = sha256(_encode_canonical((infno, header.insuplc_admdvs, checked))).digest()
    return NationalRequest(request, decode_body(request), infno, digest, checked)


def _hold_together(checked: Json, form: Form, header: Request) -> None:
    """Raise MalformedError where fields are right but not together.

    A card without its number, a region that the envelope names otherwise, lines of two visits.
    """
    taken = set(form.message.__struct_fields__)
    treated = header.mdtrtarea_admvs
    regions = {"mdtrtarea_admvs": treated, "insuplc_admdvs": header.insuplc_admdvs or treated}
    for name, node in checked.items():
        path = f"input.{name}".rstrip(".")
        if isinstance(node, dict):
            shows_card = node.get("mdtrt_cert_type") == CREDENTIAL_SOCIAL_SECURITY_CARD
            if shows_card and "card_sn" in taken and not node.get("card_sn"):
                raise malformed(f"{path}.card_sn", "required with mdtrt_cert_type 03")
            for region, enveloped in regions.items():
                if node.get(region, enveloped) != enveloped:
                    raise malformed(f"{path}.{region}", "not the envelope's")
            continue
        for shared in ("mdtrt_id", "psn_no", "chrg_bchno"):
            if shared in taken and len({row.get(shared) for row in node if shared in row}) > 1:
                raise malformed(f"{path}[].{shared}", "the lines of one message all say the same")


def _flat(checked: Json) -> Json:
    """Return the values of all nodes by name; a list is one value, and what all its rows share is lifted out of it."""
    values: Json = {}
    for name, node in checked.items():
        if isinstance(node, list):
            values = _shared(node) | {name: node} | values
        else:
            values |= node
    return values


def _shared(rows: list[Json]) -> Json:
    """Return what every row says alike: 2204 and 2301 name visit and person in each line."""
    if not rows:
        return {}
    first, *others = rows
    if not others:
        return first
    return {name: value for name, value in first.items() if all(row.get(name) == value for row in others)}
