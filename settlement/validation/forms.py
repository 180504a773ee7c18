"""A step's input in the national interface's form, with what a scenario may leave out filled in. Pure.

What is left out: the fields of whoever the step is about, the sum of the lines, and the fields that the interface
requires and that settle nothing (times, departments, doctors). Names in braces become what they name.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, NamedTuple

from settlement.engine.rules.profile import ProfileError
from settlement.validation.scenario_file import nearest
from settlement.wire.codes import OUTPATIENT_MED_TYPE, PHARMACY_MED_TYPE
from settlement.wire.national_fields import Field, Node
from settlement.wire.national_traps import Reading

TOTAL, LINE_AMOUNT = "medfee_sumamt", "det_item_fee_sumamt"
_NAME: Final = re.compile(r"\{([^{}.]+)\.(\w+)\}")
_CENT: Final = Decimal("0.01")
MED_TYPES: Final = {"21": PHARMACY_MED_TYPE, "23": "2101", "24": "2101"}
"""The usual kind of visit by the first digits of a message: a pharmacy's, an inpatient's; else an outpatient's."""

Lookup = Callable[[str, str], str]
"""Returns what `name.field` stands for."""


class Usual(NamedTuple):
    """Where what is left out comes from: the message, the moment, and whom the step is about."""

    infno: str
    now: str
    person: Mapping[str, str]


def filled(
    infno: str, given: Mapping[str, Any], person: Mapping[str, str], now: str, tables: Reading
) -> dict[str, Any]:
    """Return an input with its gaps filled; what is given stays as it is given."""
    form = tables.forms.get(infno)
    if form is None:
        return dict(given)
    made: dict[str, Any] = {} if "" in (node.name for node in form.nodes) else dict(given)
    usual = Usual(infno, now, person)
    for node in form.nodes:
        said = given if not node.name else given.get(node.name)
        if node.many:
            if said:
                rows = [_node(_priced(row, place), node.fields, usual) for place, row in enumerate(said, start=1)]
                made[node.name] = rows
        elif node.name:
            made[node.name] = _node(said or {}, node.fields, usual)
        else:
            made |= _node(said or {}, node.fields, usual)
    _sum_up(made, form.nodes)
    return made


def resolved(value: Any, lookup: Lookup) -> Any:
    """Return a value with every {name.field} in its texts replaced."""
    if isinstance(value, str):
        return _NAME.sub(lambda found: lookup(found[1], found[2]), value)
    if isinstance(value, Mapping):
        return {key: resolved(inner, lookup) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [resolved(inner, lookup) for inner in value]
    return value


def refuse_unknown(infno: str, given: Mapping[str, Any], tables: Reading, file: str, key: str) -> None:
    """Raise ProfileError for a node or a field that the interface does not have; at the door they would be ignored."""
    form = tables.forms.get(infno)
    if form is None:
        raise ProfileError(file, f"{key}.infno", f"{infno} is no message of ours{nearest(infno, list(tables.forms))}")
    nodes = {node.name: node for node in form.nodes}
    if "" in nodes:
        _refuse_fields(given, nodes[""].fields, file, f"{key}.input")
        return
    for name, said in given.items():
        if name not in nodes:
            problem = f"{infno} has no such node{nearest(name, list(nodes))}"
            raise ProfileError(file, f"{key}.input.{name}", problem)
        for place, row in enumerate(said if nodes[name].many else [said]):
            at = f"{key}.input.{name}[{place}]" if nodes[name].many else f"{key}.input.{name}"
            _refuse_fields(row, nodes[name].fields, file, at)


def _refuse_fields(given: Mapping[str, Any], fields: Iterable[Field], file: str, at: str) -> None:
    known = [name for field in fields for name in (field.name, *field.also)]
    for name in given:
        if name not in known:
            raise ProfileError(file, f"{at}.{name}", f"there is no such field{nearest(name, known)}")


def _node(said: Mapping[str, Any], fields: Iterable[Field], usual: Usual) -> dict[str, Any]:
    made = dict(said)
    for field in fields:
        if field.name in made or any(other in made for other in field.also):
            continue
        if field.name in usual.person:
            made[field.name] = usual.person[field.name]
        elif field.required and field.kind != "n":
            made[field.name] = _made_up(field, usual)
    return made


def _made_up(field: Field, usual: Usual) -> str:
    """Return a value that settles nothing for a text that the interface requires."""
    if field.name == "med_type":
        return MED_TYPES.get(usual.infno[:2], OUTPATIENT_MED_TYPE)
    if field.kind == "t":
        return usual.now
    if field.kind == "y":
        return usual.now[:10]
    if field.codes:
        return min(field.codes)
    return "1"


def _priced(row: Mapping[str, Any], place: int) -> dict[str, Any]:
    """Return a line with its number and its amount, price times count half up, unless it has them."""
    made = {"feedetl_sn": str(place), **row}
    if LINE_AMOUNT not in made and {"pric", "cnt"} <= made.keys():
        amount = Decimal(str(made["pric"])) * Decimal(str(made["cnt"]))
        made[LINE_AMOUNT] = str(amount.quantize(_CENT, ROUND_HALF_UP))
    return made


def _sum_up(made: dict[str, Any], nodes: Iterable[Node]) -> None:
    """Put the lines' sum where a node beside them has no total."""
    rows = [row for node in nodes if node.many for row in made.get(node.name, ())]
    if not rows or not all(LINE_AMOUNT in row for row in rows):
        return
    total = str(sum((Decimal(str(row[LINE_AMOUNT])) for row in rows), Decimal(0)))
    for node in nodes:
        if not node.many and any(field.name == TOTAL for field in node.fields):
            within = made[node.name] if node.name else made
            within.setdefault(TOTAL, total)
