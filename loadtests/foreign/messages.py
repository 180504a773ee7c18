"""Our messages as the national interface's JSON has them: an envelope, and the nodes of its input. Pure.

The tables of wire.national_fields and the structs of wire.messages are the mapping, read the other way round than the
host does. What an interface requires and no terminal of ours has a value for is UNSAID.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from settlement.wire.envelope import MalformedError
from settlement.wire.messages import Body
from settlement.wire.national_fields import Field
from settlement.wire.national_traps import FORMS
from settlement.wire.national_values import Json, plain
from terminals.kernel.site import Site

OPERATOR: Final = "1"
"""opter_type: an operator."""
FIXMEDINS_NAME_MAX: Final = 20
UNSAID: Final[Mapping[str, str]] = {
    "mac": "00-00-5E-00-53-01",
    "ip": "127.0.0.1",
    "psn_cert_type": "01",
    "rx_circ_flag": "0",
}
"""Required fields that no terminal of ours has a value for; the MAC address is RFC 7042's for documentation."""
SENT: Final = frozenset(("9001", "1101", "2101", "2102", "2103", "2601", "5203"))
"""What a pharmacy's visit sends, and what undoes it."""
TIMED: Final = ("begntime", "fee_ocur_time")


class Shown(NamedTuple):
    """Whom the last 1101 of a terminal was about: 2101 and 2102 name the person again."""

    certno: str = ""
    psn_name: str = ""
    psn_type: str = ""


class Sender(NamedTuple):
    """Who asks: the terminal's place in the envelope, and its session."""

    site: Site
    opter: str
    fixmedins_name: str
    recer_sys_code: str
    infver: str


def envelope(sender: Sender, infno: str, msgid: str, insuplc_admdvs: str, sign_no: str, inf_time: str) -> Json:
    """Return the interface's envelope, without its input (interface, section on the request)."""
    site = sender.site
    return {
        "infno": infno,
        "msgid": msgid,
        "mdtrtarea_admvs": site.city,
        "insuplc_admdvs": insuplc_admdvs or site.city,
        "recer_sys_code": sender.recer_sys_code,
        "dev_no": site.dev_no,
        "infver": sender.infver,
        "opter_type": OPERATOR,
        "opter": sender.opter,
        "opter_name": sender.opter,
        "inf_time": inf_time,
        "fixmedins_code": site.fixmedins_code,
        "fixmedins_name": sender.fixmedins_name[:FIXMEDINS_NAME_MAX],
        "sign_no": sign_no,
    }


def written(body: Body, shown: Shown, inf_time: str, own_codes: Mapping[str, str]) -> Json:
    """Return the input of a message; `own_codes` are the institution's own by the catalogue's (medins_list_codg).

    Raise MalformedError for a message that has no such form here.
    """
    infno = str(body.__struct_config__.tag)
    if infno not in SENT:
        raise MalformedError(f"{infno} is not sent in the national form: pharmacy visits are")
    held = shown._asdict() | {name: value for name, value in plain(body).items() if value != ""}
    return {
        node.name: [_node(_line(row, own_codes), node.fields, inf_time) for row in held[node.name]]
        if node.many
        else _node(held, node.fields, inf_time)
        for node in FORMS[infno].nodes
    }


def _line(row: Json, own_codes: Mapping[str, str]) -> Json:
    """Return a line with the institution's own code of its item, the catalogue's where it has none."""
    code = row["med_list_codg"]
    return row | {"medins_list_codg": own_codes.get(code, code)}


def _node(held: Json, table: tuple[Field, ...], inf_time: str) -> Json:
    """Return a node's fields: what is held, and of what is not held only what is required."""
    given: Json = {}
    for field in table:
        value = held.get(field.name, "")
        if value == "" and field.required:
            value = inf_time if field.name in TIMED else UNSAID.get(field.name, "")
        if value != "":
            given[field.name] = value
    return given
