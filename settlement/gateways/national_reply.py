"""How a reply is written in the national interface's JSON: the nodes that its tables list, each field once. Pure.

A reply is written from the host's reply and from the request's checked input, and from nothing else: nothing here can
fail on what a client sent after the money has moved, and a repeat is answered byte for byte. A field's value is, in
this order: the host's, by name; what HELD says of it; what the request said, by name; the interface's own empty value
("0" for a number, "" for a text). Amounts are yuan with two decimals.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from settlement.gateways.national_form import AS_PLATFORMS
from settlement.wire.envelope import Reply, decode_output
from settlement.wire.national_fields import Node
from settlement.wire.national_traps import Reading
from settlement.wire.national_values import Json, decimal, encode_json, plain

SUCCESS, FAILURE = 0, -1
"""infcode."""
ITEM_BY_ITEM: Final = "1"
"""clr_way: cleared by item."""
RENAMED: Final = {
    "psn_pay": "psn_part_amt",
    "cash_payamt": "psn_cash_pay",
    "pdn_cash_pay": "psn_cash_pay",
    "psn_cashpay": "psn_cash_pay",
    "acct_payamt": "acct_pay",
    "opter_id": "opter",
}
"""Names that some messages have for what others call as we do (5203, 2208, 2163)."""
LINE: Final = "feedetl_sn"


class Asked(NamedTuple):
    """What a reply takes from its request: its checked input, and lines of it by number; its day and place."""

    said: Json
    lines: Mapping[Any, Json]
    day: int
    region: str


def write(reply: Reply, given: Json, tables: Reading = AS_PLATFORMS) -> Json:
    """Return a reply's envelope; `given` is the request's checked input, empty if it was not read.

    The host takes a request in and decides it at one time, so refmsg_time and respond_time are the same.
    """
    output = decode_output(reply)
    written = {} if output is None else _output(plain(output), reply, given, tables)
    return {
        "infcode": SUCCESS if reply.approved else FAILURE,
        "inf_refmsgid": reply.inf_refmsgid,
        "refmsg_time": reply.respond_time,
        "respond_time": reply.respond_time,
        "err_msg": reply.err_msg,
        "output": written,
    }


def _output(values: Json, reply: Reply, given: Json, tables: Reading) -> Json:
    asked, held = _asked(reply, given, tables), _flat(values)
    written: Json = {}
    for node in tables.forms[reply.infno].answers:
        if node.many:
            written[node.name] = [
                _fields(_flat(row), node, asked.lines.get(row.get(LINE), {}), asked, tables)
                for row in held.get(node.name, ())
            ]
        elif node.name:
            written[node.name] = _fields(held, node, asked.said, asked, tables)
        else:
            written |= _fields(held, node, asked.said, asked, tables)
    return written


class _Form(NamedTuple):
    """A node as it is filled in: each field's empty value in the order of the table, and where values come from."""

    empty: Json
    scales: Mapping[str, int]
    renamed: tuple[tuple[str, str], ...]
    held: tuple[tuple[str, Callable[[Json, Asked], Any]], ...]


_forms: Final[dict[int, tuple[Node, _Form]]] = {}


def _form(node: Node) -> _Form:
    """Return a node's form; worked out once a node."""
    found = _forms.get(id(node))
    if found is None:
        names = [field.name for field in node.fields]
        form = _Form(
            {field.name: decimal(0, field.scale) if field.kind == "n" else "" for field in node.fields},
            {field.name: field.scale for field in node.fields if field.kind == "n"},
            tuple((name, RENAMED[name]) for name in names if name in RENAMED),
            tuple((name, HELD[name]) for name in names if name in HELD),
        )
        found = _forms[id(node)] = node, form  # holding the node keeps its id
    return found[1]


def _fields(held: Json, node: Node, said: Json, asked: Asked, tables: Reading) -> Json:
    form = _form(node)
    written = form.empty.copy()
    for name, value in said.items():
        if name in written:
            if name not in form.scales:
                written[name] = value
            elif type(value) is int:
                written[name] = decimal(value, form.scales[name])
    for name, find in form.held:
        written[name] = find(held, asked)
    for name, other in form.renamed:
        if other in held:
            written[name] = held[other]
    for name, value in held.items():
        if name in written and value is not None:
            written[name] = str(value) if type(value) is int and name not in form.scales else value
    return _in_texts(written) if tables.amount_texts else written


def _age(held: Json, asked: Asked) -> int:
    """Return the whole years from yyyy-MM-dd to yyyymmdd; 0 where nobody is named."""
    born = held.get("brdy")
    return (asked.day - int(born.replace("-", ""))) // 10_000 if born else 0


def _extension(held: Json, _asked: Asked) -> str:
    """Return what the interface has no field for and 1101 answers: the card's bank number."""
    number = held.get("bank_card_no")
    return encode_json({"bank_card_no": number}).decode() if number else ""


HELD: Final[Mapping[str, Callable[[Json, Asked], Any]]] = {
    "age": _age,
    "exp_content": _extension,
    "cvlserv_flag": lambda held, _: "1" if "civil-servant" in held.get("standing", "") else "0",
    "clr_optins": lambda _, asked: asked.region,
    "clr_way": lambda _held, _asked: ITEM_BY_ITEM,
    "year": lambda held, asked: held.get("setl_time", str(asked.day))[:4],
}
"""What follows from other values: by field."""


def _asked(reply: Reply, given: Json, tables: Reading) -> Asked:
    said: Json = {}
    lines: dict[Any, Json] = {}
    for node in tables.forms[reply.infno].nodes:
        value = given.get(node.name)
        if isinstance(value, dict):
            said |= value
        elif isinstance(value, list):
            lines |= {row[LINE]: row for row in value if LINE in row}
    return Asked(said, lines, int(reply.respond_time[:8]), reply.inf_refmsgid[:6])


def _flat(values: Json) -> Json:
    """Return values with those of structs in them beside them; lists stay what they are."""
    flat: Json = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= value
        else:
            flat[name] = value
    return flat


def _in_texts(written: Json) -> Json:
    return {
        name: str(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else value
        for name, value in written.items()
    }
