"""What the national interface says of each message, read from national/*.toml: names, types, lengths, code tables.

Source: interface specification V1.1.27 (a provincial text of the national baseline). The tables are as printed there,
misprints included; where platforms read them otherwise, national_traps says so and makes the reading. No field is
invented: what is ours is marked so.
"""

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final, NamedTuple

PATH: Final = "/fsi/api/rsfComIfsService/callService"
"""The path of the platform's front end, which clients are written for."""


class Field(NamedTuple):
    """One field of a node.

    `kind`: c text, d digits, n number, t date and time, y day, b bytes, l rows of another node. `size` is its length or
    precision, `scale` the decimals of a number. `codes` is what it may hold (empty: anything), `also` are other names
    that are understood, `ours` marks what the interface does not have.
    """

    name: str
    kind: str
    size: int
    scale: int
    required: bool
    codes: frozenset[str] = frozenset()
    ours: bool = False
    also: tuple[str, ...] = ()
    rows: tuple["Field", ...] = ()


class Node(NamedTuple):
    """An object, or a list of them; the node "" is input or output itself. `filed`: the row of a file.

    The interface does not say which lists may be left out; `required` is as our structs have it (national_traps).
    """

    name: str
    many: bool
    fields: tuple[Field, ...]
    filed: bool = False
    required: bool = True


class Entry(NamedTuple):
    """One message of the interface: how it is called, what it asks and what it answers."""

    infno: str
    zh: str
    en: str
    asks: tuple[Node, ...]
    answers: tuple[Node, ...]


class CodeTable(NamedTuple):
    """What a field may hold, and what that means."""

    name: str
    codes: Mapping[str, str]


def _data(name: str) -> dict[str, Any]:
    """Read a table that comes with this package, as its modules do."""
    return tomllib.loads((files("settlement.wire") / "national" / f"{name}.toml").read_text("utf-8"))


_FIELD: Final = re.compile(r"(\w+) ([cdntyb])(?:\((\d+)(?:,(\d+))?\))?(\*?)(@?)(\+?)")


def fields(text: str) -> tuple[Field, ...]:
    """Read a table's text.

    >>> fields("cnt n(16,4)*")[0][:5]
    ('cnt', 'n', 16, 4, True)
    """
    return tuple(
        Field(
            name,
            kind,
            int(size or 0),
            int(scale or 0),
            required == "*",
            frozenset(CODES[name].codes) if coded else frozenset(),
            ours == "+",
        )
        for name, kind, size, scale, required, coded, ours in _FIELD.findall(text)
    )


def _node(key: str, text: str) -> Node:
    name, filed = (key[1:-1], True) if key.startswith("(") else (key, False)
    return Node(name.removesuffix("[]").rpartition("/")[2], name.endswith("[]"), fields(text), filed)


def _nodes(table: Mapping[str, str]) -> tuple[Node, ...]:
    """Return the nodes of a side of a message, each that stands in another one as a field of that."""
    nodes = {key: _node(key, text) for key, text in table.items()}
    for key in [key for key in nodes if "/" in key]:
        within, inner = key.rpartition("/")[0], nodes.pop(key)
        outer = next(place for place in nodes if place.removesuffix("[]") == within)
        rows = Field(inner.name, "l", 0, 0, required=False, rows=inner.fields)
        nodes[outer] = nodes[outer]._replace(fields=(*nodes[outer].fields, rows))
    return tuple(nodes.values())


CODES: Final[Mapping[str, CodeTable]] = {
    name: CodeTable(table["name"], table["codes"]) for name, table in _data("codes").items()
}
"""The interface's code tables, by the field that they are of."""
_TABLES: Final = {
    infno: Entry(infno, table["zh"], table["en"], _nodes(table.get("in", {})), _nodes(table.get("out", {})))
    for infno, table in _data("messages").items()
}
ENVELOPE: Final = _TABLES.pop("envelope")
"""What stands around every request; its one node holds `input`, too."""
CATALOGUE: Final[Mapping[str, Entry]] = _TABLES
"""Every message as printed, by infno."""


def names() -> Mapping[str, tuple[str, str]]:
    """Return what each field is called: in Chinese by the interface, in English by us."""
    return {name: (zh, en) for name, (zh, en) in _data("names").items()}
