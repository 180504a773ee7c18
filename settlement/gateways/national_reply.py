"""How a reply is written in the national interface's JSON. Pure.

A reply is written from the host's reply and from the request's checked input, and from nothing else: nothing here can
fail on what a client sent after the money has moved, and a repeat is answered byte for byte. What the host does not
hold and the interface requires is echoed (kinds of certificate, count and price of a line) or the interface's own empty
value ("0" for a number, "" for a text). Amounts are yuan with two decimals.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from msgspec import Struct

from settlement.wire.envelope import Reply, decode_output
from settlement.wire.messages import PersonFound, Reversed, SettlementInfo, SignedIn
from settlement.wire.national_values import Json, encode_json, plain

SUCCESS, FAILURE = 0, -1
"""infcode."""
ITEM_BY_ITEM: Final = "1"
"""clr_way: cleared by item."""
NO_LIMIT: Final = Decimal("0.00")
QUERY: Final = "5203"
QUERIED: Final = {"psn_part_amt": "psn_pay", "psn_cash_pay": "cash_payamt"}
"""Names that its answer has for two amounts, beside their own."""
ECHOED: Final = ("psn_cert_type", "mdtrt_cert_type")
"""What setlinfo repeats of druginfo; both are required there."""


class Asked(NamedTuple):
    """What a reply takes from its request: its checked input, the day (yyyymmdd), place of treatment and infno."""

    given: Json
    day: int
    region: str
    infno: str


def write(reply: Reply, given: Json) -> Json:
    """Return a reply's envelope; `given` is the request's checked input, empty if it was not read.

    The host takes a request in and decides it at one time, so refmsg_time and respond_time are the same.
    """
    output = decode_output(reply)
    asked = Asked(given, int(reply.respond_time[:8]), reply.inf_refmsgid[:6], reply.infno)
    return {
        "infcode": SUCCESS if reply.approved else FAILURE,
        "inf_refmsgid": reply.inf_refmsgid,
        "refmsg_time": reply.respond_time,
        "respond_time": reply.respond_time,
        "err_msg": reply.err_msg,
        "output": {} if output is None else WRITERS[type(output)](output, asked),
    }


def _signed_in(output: SignedIn, _asked: Asked) -> Json:
    return {"signinoutb": plain(output)}


def _reversed(_output: Reversed, _asked: Asked) -> Json:
    return {}


def _person(found: PersonFound, asked: Asked) -> Json:
    base = plain(found)
    insured = base.pop("insuinfo")
    bank_card_no = base.pop("bank_card_no")
    return {
        "baseinfo": base
        | {
            "naty": "",
            "age": _age(found.brdy, asked.day),
            "exp_content": encode_json({"bank_card_no": bank_card_no}).decode(),
        },
        "insuinfo": [row | {"cvlserv_flag": "0", "emp_name": ""} for row in insured],
        "idetinfo": [],
    }


def _settlement(info: SettlementInfo, asked: Asked) -> Json:
    written = plain(info)
    funds, cuts, amounts = written.pop("setldetail"), written.pop("detlcutinfo"), written.pop("amounts")
    patient = _patient(written.pop("patient"), asked)
    lines = {line["feedetl_sn"]: line for line in asked.given.get("drugdetail", ())}
    return {
        "setlinfo": written | amounts | patient | _clearing(info, asked) | _renamed(amounts, asked),
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


def _patient(patient: Json | None, asked: Asked) -> Json:
    """Return who the patient is, as the host says; a revoke's output names nobody (interface, 2103)."""
    if patient is None:
        return {}
    sold = asked.given.get("druginfo", {})
    echoed = {name: sold.get(name, "") for name in ECHOED}
    return patient | echoed | {"naty": "", "age": _age(patient["brdy"], asked.day)}


def _renamed(amounts: Json, asked: Asked) -> Json:
    """Return what a query's answer calls otherwise than every other (interface, 5203)."""
    return {QUERIED[name]: amounts[name] for name in QUERIED} if asked.infno == QUERY else {}


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
    return {
        "cnt": Decimal(line["cnt"]).scaleb(-4),
        "pric": Decimal(line["pric"]).scaleb(-6),
        "pric_uplmt_amt": NO_LIMIT,
        "med_chrgitm_type": "",
    }


def _age(born: str, day: int) -> int:
    """Return the whole years from yyyy-MM-dd to yyyymmdd."""
    return (day - int(born.replace("-", ""))) // 10_000
