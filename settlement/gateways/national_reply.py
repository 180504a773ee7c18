"""How a reply is written in the national interface's JSON. Pure.

What the host does not hold and the interface requires is echoed from the request (name, identity number, the count and
price of a line), derived from the identity number (GB 11643: birth date, sex), or the interface's own empty value ("0"
for a number, "" for a text). Amounts are yuan with two decimals.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct

from settlement.gateways.national_form import Json, national_name, read_decimal
from settlement.wire.envelope import Reply, decode_output
from settlement.wire.messages import PersonFound, Reversed, SettlementInfo, SignedIn
from settlement.wire.names import compact_time, day_of

SUCCESS, FAILURE = 0, -1
"""infcode."""
ITEM_BY_ITEM: Final = "1"
"""clr_way: cleared by item."""
NO_LIMIT: Final = Decimal("0.00")
ECHOED: Final = ("psn_name", "psn_cert_type", "certno", "psn_type", "mdtrt_cert_type")
IDENTITY_LENGTH: Final = 18
WOMAN, MAN = "2", "1"

encode_json = msgspec.json.Encoder(decimal_format="number").encode


class Asked(NamedTuple):
    """What a reply takes from its request: its input, when it came, and its place of treatment."""

    given: Json
    received_ms: int
    region: str


def write(reply: Reply, given: Json, received_ms: int) -> Json:
    """Return a reply's envelope; `given` is the request's input, empty if it was not read."""
    output = decode_output(reply)
    asked = Asked(given, received_ms, region=reply.inf_refmsgid[:6])
    return {
        "infcode": SUCCESS if reply.approved else FAILURE,
        "inf_refmsgid": reply.inf_refmsgid,
        "refmsg_time": f"{compact_time(received_ms)}{received_ms % 1000:03d}",
        "respond_time": reply.respond_time,
        "err_msg": reply.err_msg,
        "output": {} if output is None else WRITERS[type(output)](output, asked),
    }


def _signed_in(output: SignedIn, _asked: Asked) -> Json:
    return {"signinoutb": _plain(output)}


def _reversed(_output: Reversed, _asked: Asked) -> Json:
    return {}


def _person(found: PersonFound, asked: Asked) -> Json:
    base = _plain(found)
    insured = base.pop("insuinfo")
    bank_card_no = base.pop("bank_card_no")
    return {
        "baseinfo": base
        | {
            "naty": "",
            "age": _age(found.brdy, asked.received_ms),
            "exp_content": encode_json({"bank_card_no": bank_card_no}),
        },
        "insuinfo": [row | {"cvlserv_flag": "0", "emp_name": ""} for row in insured],
        "idetinfo": [],
    }


def _settlement(info: SettlementInfo, asked: Asked) -> Json:
    written = _plain(info)
    funds, cuts, amounts = written.pop("setldetail"), written.pop("detlcutinfo"), written.pop("amounts")
    lines = {str(line["feedetl_sn"]): line for line in asked.given.get("drugdetail", ())}
    return {
        "setlinfo": written | amounts | _patient(asked) | _clearing(info, asked),
        "setldetail": [fund | {"fund_pay_type_name": "", "setl_proc_info": ""} for fund in funds],
        "detlcutinfo": [cut | _line(lines.get(cut["feedetl_sn"])) for cut in cuts],
    }


WRITERS: Final[Mapping[type[Struct], Callable[[Any, Asked], Json]]] = {
    SignedIn: _signed_in,
    PersonFound: _person,
    SettlementInfo: _settlement,
    Reversed: _reversed,
}
"""The outputs that this door writes."""


def _plain(value: Any) -> Any:
    """Return a struct as the interface writes it: its names, and numbers with their decimals."""
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if not isinstance(value, Struct):
        return value
    plain = {}
    for name in value.__struct_fields__:
        given, scale = national_name(name)
        held = getattr(value, name)
        plain[given] = _plain(held) if scale is None else Decimal(held).scaleb(-scale)
    return plain


def _patient(asked: Asked) -> Json:
    """Return who the patient is, as the sale itself said; a revoke's output names nobody."""
    sale = asked.given.get("druginfo")
    if not sale:
        return {}
    certno = sale["certno"]
    echoed = {name: sale[name] for name in ECHOED}
    if len(certno) != IDENTITY_LENGTH or not (certno[:17].isascii() and certno[:17].isdigit()):
        return echoed
    born = f"{certno[6:10]}-{certno[10:12]}-{certno[12:14]}"
    sex = MAN if int(certno[16]) % 2 else WOMAN
    return echoed | {"gend": sex, "naty": "", "brdy": born, "age": _age(born, asked.received_ms)}


def _clearing(info: SettlementInfo, asked: Asked) -> Json:
    return {
        "cvlserv_flag": "0",
        "clr_optins": asked.region,
        "clr_way": ITEM_BY_ITEM,
        "clr_type": info.med_type,
    }


def _line(line: Json | None) -> Json:
    """Return what a line's cut repeats of the line; the price limit is in its effect, overlmt_amt."""
    if line is None:
        return {}
    count, price = read_decimal(line["cnt"], 16, 4, "cnt"), read_decimal(line["pric"], 16, 6, "pric")
    return {
        "cnt": Decimal(count).scaleb(-4),
        "pric": Decimal(price).scaleb(-6),
        "pric_uplmt_amt": NO_LIMIT,
        "med_chrgitm_type": "",
    }


def _age(born: str, now_ms: int) -> int:
    """Return whole years from yyyy-MM-dd."""
    return (day_of(now_ms) - int(born.replace("-", ""))) // 10_000
