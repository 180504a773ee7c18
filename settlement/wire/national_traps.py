"""Where the national interface's text and the platforms that run it part, each as a switch; and the reading they make.

A trap is read as platforms do unless it is asked for strictly, as printed. All facts: interface specification V1.1.27
and clients written for it; which platform accepts what beyond the text is our assumption. A message belongs to the
reading if the wire has a struct for it: mapping is by name (national_values).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct

from settlement.wire.envelope import BODY_TYPES
from settlement.wire.national_fields import CATALOGUE, ENVELOPE, Entry, Field, Node, fields


class Edit(NamedTuple):
    """A change of every field of a name, in requests; `only` restricts it to messages, `add` adds to a reply's node."""

    field: str
    change: Mapping[str, Any] = {}
    only: tuple[str, ...] = ()
    more_codes: tuple[str, ...] = ()
    add: str = ""


class Trap(NamedTuple):
    """One trap: what the text says, and the edits of its strict reading and of the platforms'."""

    text: str
    platform: tuple[Edit, ...] = ()
    strict: tuple[Edit, ...] = ()


BESIDE_5203: Final = "psn_part_amt n(16,2) psn_cash_pay n(16,2) hosp_part_amt n(16,2) hifdm_pay n(16,2)"
TRAPS: Final[Mapping[str, Trap]] = {
    "region-spelling": Trap(
        "mdtrtarea_admvs and insuplc_admdvs are spelt unalike; either spelling of both is understood",
        (
            Edit("mdtrtarea_admvs", {"also": ("mdtrtarea_admdvs",)}),
            Edit("insuplc_admdvs", {"also": ("insuplc_admvs",)}),
        ),
    ),
    "short-lengths": Trap(
        "settlement inputs give psn_type 3 characters, certno and psn_name 20, where codes and 1101 have 6 and 50",
        (Edit("psn_type", {"size": 6}), Edit("certno", {"size": 50}), Edit("psn_name", {"size": 50})),
    ),
    "trace-spelling": Trap(
        "2102 spells its node durg_trac_info and its field drug_trac_codg; the node may be spelt right",
        (Edit("durg_trac_info", {"also": ("drug_trac_info",)}),),
    ),
    "certificate-name": Trap(
        "2401 says cert_type where every other message says psn_cert_type",
        (Edit("cert_type", {"also": ("psn_cert_type",)}),),
    ),
    "discharge-case": Trap(
        "2304 has dscgTime, against the rule that keys are lower-case",
        (Edit("dscgTime", {"also": ("dscgtime", "dscg_time")}),),
    ),
    "line-numbers": Trap(
        "feedetl_sn is declared with 30 digits; a revision note says 15",
        strict=(Edit("feedetl_sn", {"size": 15}),),
    ),
    "operator-types": Trap(
        "opter_type's code table lists 1 only; the text has 2 (self-service) and 3 (mobile), too",
        (Edit("opter_type", more_codes=("2", "3")),),
    ),
    "inpatient-type": Trap(
        "med_type's table has 2101 for an inpatient, the national baseline has 21",
        (Edit("med_type", more_codes=("21",)),),
    ),
    "query-keys": Trap(
        "5203 requires setl_id and mdtrt_id, which whoever lost a reply does not know",
        (Edit("setl_id", {"required": False}, ("5203",)), Edit("mdtrt_id", {"required": False}, ("5203",))),
    ),
    "revoke-cash-name": Trap(
        "2208 answers pdn_cash_pay; psn_cash_pay stands beside it",
        (Edit("setlinfo", only=("2208",), add="psn_cash_pay n(16,2)"),),
    ),
    "query-names": Trap(
        "5203 answers psn_pay and cash_payamt; the names of every other message stand beside them",
        (Edit("setlinfo", only=("5203",), add=BESIDE_5203),),
    ),
    "amount-texts": Trap("numbers are JSON numbers as printed; some platforms answer texts, ours does where strict is"),
}
"""Every trap, by the name of its switch."""
AMOUNT_TEXTS: Final = "amount-texts"


class Form(NamedTuple):
    """How a message is written here: the struct that it means, the nodes of its input and those of its output."""

    message: type[Struct]
    nodes: tuple[Node, ...]
    answers: tuple[Node, ...] = ()


class Reading(NamedTuple):
    """The tables as one door reads and writes them; `amount_texts`: numbers are answered as texts."""

    envelope: tuple[Field, ...]
    forms: Mapping[str, Form]
    amount_texts: bool = False


def reading(strict: Iterable[str] = ()) -> Reading:
    """Return the reading in which the named traps are strict and all others as platforms have them."""
    asked = frozenset(strict)
    edits = [edit for name, trap in TRAPS.items() for edit in (trap.strict if name in asked else trap.platform)]
    return Reading(
        _edited(ENVELOPE, edits).asks[0].fields,
        {
            infno: Form(BODY_TYPES[infno], _required(entry.asks, BODY_TYPES[infno]), entry.answers)
            for infno, entry in ((infno, _edited(entry, edits)) for infno, entry in CATALOGUE.items())
            if infno in BODY_TYPES
        },
        AMOUNT_TEXTS in asked,
    )


def _required(nodes: tuple[Node, ...], message: type[Struct]) -> tuple[Node, ...]:
    """Return nodes whose lists may be missing where the message can do without."""
    needed = {field.name for field in msgspec.structs.fields(message) if field.required}
    return tuple(node._replace(required=not node.many or node.name in needed) for node in nodes)


def _edited(entry: Entry, edits: list[Edit]) -> Entry:
    mine = [edit for edit in edits if not edit.only or entry.infno in edit.only]
    asks = tuple(
        node._replace(fields=tuple(_changed(field, mine) for field in node.fields))
        for node in entry.asks
        if not node.filed
    )
    answers = tuple(_added(node, mine) for node in entry.answers if not node.filed)
    return entry._replace(asks=asks, answers=answers)


def _changed(field: Field, edits: list[Edit]) -> Field:
    for edit in edits:
        if edit.field == field.name and not edit.add:
            field = field._replace(**edit.change)
            field = field._replace(codes=field.codes | set(edit.more_codes)) if field.codes else field
    return field


def _added(node: Node, edits: list[Edit]) -> Node:
    for edit in edits:
        if edit.add and edit.field == node.name:
            node = node._replace(fields=(*node.fields, *fields(edit.add)))
    return node


FORMS: Final = reading().forms
"""Every message that is sent in this form, by infno, as platforms read it."""
