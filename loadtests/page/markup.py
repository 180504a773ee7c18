"""HTML that cannot be written unescaped: text is text until this file has made it safe.

Lives here: elements, tables and lists as values of one type. Must not: what stands on the page, or how it looks.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from msgspec import json

VOID: Final = frozenset({"meta"})
NUMERIC: Final = "n"
"""The class of a cell that holds a figure."""


class Markup(str):
    """HTML; any other text is escaped before it joins."""

    __slots__ = ()


NOTHING: Final = Markup()


def joined(parts: Iterable[object]) -> Markup:
    """Return the parts one after the other, texts escaped."""
    return Markup("".join(part if isinstance(part, Markup) else escape(str(part)) for part in parts))


def element(tag: str, /, *inside: object, **attributes: str) -> Markup:
    """Return an element; `class_` is its class, `data_x` the attribute data-x, an empty attribute is left out.

    >>> element("p", "a < b", class_="note")
    '<p class="note">a &lt; b</p>'
    """
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items() if value
    )
    return Markup(f"<{tag}{said}>") if tag in VOID else Markup(f"<{tag}{said}>{joined(inside)}</{tag}>")


def cell(inside: object, *, name: str = "td") -> Markup:
    """Return a table's cell; figures stand at its right."""
    numeric = isinstance(inside, Figure | int | float)
    return element(name, inside, class_=NUMERIC if numeric else "")


class Figure(str):
    """A number as it is printed, with or without its unit."""

    __slots__ = ()


def table(head: Sequence[object], rows: Iterable[Sequence[object]], class_: str = "") -> Markup:
    """Return a table, or nothing where it has no row; a heading stands as its column does."""
    body = [tuple(row) for row in rows]
    if not body:
        return NOTHING
    numeric = [all(isinstance(row[at], Figure | int | float) for row in body) for at in range(len(head))]
    heads = (
        element("th", name, scope="col", class_=NUMERIC if figures else "")
        for name, figures in zip(head, numeric, strict=True)
    )
    lines = (element("tr", *map(cell, row)) for row in body)
    return element("table", element("thead", element("tr", *heads)), element("tbody", *lines), class_=class_)


def described(rows: Iterable[tuple[str, object]]) -> Markup:
    """Return names and what they stand for, two columns without a head."""
    lines = [element("tr", element("th", name, scope="row"), element("td", said)) for name, said in rows if said]
    return element("table", *lines, class_="facts") if lines else NOTHING


def items(lines: Iterable[object]) -> Markup:
    """Return a list, or nothing where it is empty."""
    points = [element("li", line) for line in lines]
    return element("ul", *points) if points else NOTHING


def embedded(value: object, id_: str) -> Markup:
    """Return a value as JSON that a script reads; no text in it can end the element."""
    text = json.encode(value).decode()
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return element("script", Markup(text), type="application/json", id=id_)
