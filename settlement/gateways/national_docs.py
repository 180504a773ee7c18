"""What the national door takes, as a page for people (/docs) and as JSON for programs (/docs.json).

Both are made from the tables that the door reads by, so they cannot say anything else. The page needs nothing from
anywhere: no script, no font, no picture.
"""

from functools import cache
from html import escape
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from settlement.gateways.own_docs import own_calls, own_section
from settlement.wire.national_fields import CATALOGUE, CODES, PATH, Field, Node, names
from settlement.wire.national_traps import TRAPS, Reading
from settlement.wire.national_values import encode_json

KIND_NAMES: Final = {
    "c": "text", "d": "digits", "n": "number", "t": "yyyy-MM-dd HH:mm:ss", "y": "yyyy-MM-dd", "b": "base64",
    "l": "rows",
}  # fmt: skip
SOURCE: Final = "定点医药机构接口规范 V1.1.27 (a provincial text of the national baseline)"
STYLE: Final = """
:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
h2{margin:2.5rem 0 .3rem}h3{margin:1rem 0 .2rem;font-size:1rem}table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.15rem .6rem .15rem 0;vertical-align:top;border-bottom:1px solid #8883}
code{font-family:ui-monospace,monospace}nav{columns:3}.ours{font-style:italic}
"""


def docs_routes(tables: Reading) -> tuple[Route, Route]:
    """Return the routes of the page and of its data."""
    told = described(tables)

    @cache
    def page() -> str:
        return _page(told)

    async def shown(_: Request) -> Response:
        return Response(page(), media_type="text/html")

    async def data(_: Request) -> Response:
        return Response(encode_json(told), media_type="application/json")

    return Route("/docs", shown), Route("/docs.json", data)


def described(tables: Reading) -> dict[str, Any]:
    """Return the catalogue of messages, fields, code tables and traps as plain data."""
    called = names()
    return {
        "source": SOURCE,
        "path": PATH,
        "envelope": [_field(field, called) for field in tables.envelope],
        "messages": [
            {
                "infno": infno,
                "zh": CATALOGUE[infno].zh,
                "en": CATALOGUE[infno].en,
                "input": [_node(node, called) for node in form.nodes],
                "output": [_node(node, called) for node in form.answers],
            }
            for infno, form in sorted(tables.forms.items())
        ],
        "codes": {name: {"name": table.name, "codes": dict(table.codes)} for name, table in CODES.items()},
        "traps": {name: trap.text for name, trap in TRAPS.items()},
        "own": own_calls(),
    }


def _node(node: Node, called: Any) -> dict[str, Any]:
    fields = [_field(field, called) for field in node.fields]
    return {"node": node.name, "list": node.many, "required": node.required, "fields": fields}


def _field(field: Field, called: Any) -> dict[str, Any]:
    zh, en = called.get(field.name, ("", ""))
    told: dict[str, Any] = {
        "name": field.name,
        "zh": zh,
        "en": en,
        "type": KIND_NAMES[field.kind],
        "required": field.required,
    }
    if field.size:
        told["size"] = field.size
    if field.kind == "n":
        told["decimals"] = field.scale
    if field.codes:
        told["codes"] = sorted(field.codes)
    if field.also:
        told["also"] = field.also
    if field.ours:
        told["ours"] = True
    if field.rows:
        told["rows"] = [_field(row, called) for row in field.rows]
    return told


def _page(told: dict[str, Any]) -> str:
    messages = told["messages"]
    contents = "".join(
        f'<a href="#m{each["infno"]}"><code>{each["infno"]}</code> {escape(each["zh"])} {escape(each["en"])}</a><br>'
        for each in messages
    )
    traps = "".join(f"<tr><td><code>{escape(name)}</code><td>{escape(text)}" for name, text in told["traps"].items())
    return (
        '<!doctype html><html lang="zh"><meta charset="utf-8"><title>shuaka: national interface</title>'
        f"<style>{STYLE}</style><h1>国家医保接口 / The national interface</h1>"
        f"<p>POST <code>{told['path']}</code>. Source: {escape(told['source'])}. * required. Data: "
        f'<a href="/docs.json">/docs.json</a></p><nav>{contents}</nav>'
        f"<h2>报文 / Envelope</h2>{_table(told['envelope'])}{''.join(map(_message, messages))}"
        f"{own_section(told['own'])}"
        f"<h2>Traps</h2><p>Each may be read strictly, as printed: <code>shuaka serve --strict NAME,...</code></p>"
        f"<table>{traps}</table><h2>代码表 / Code tables</h2>{''.join(_codes(*each) for each in told['codes'].items())}"
        "</html>"
    )


def _message(told: dict[str, Any]) -> str:
    nodes = "".join(
        f"<h3>{side} <code>{escape(node['node'])}{'[]' if node['list'] else ''}</code></h3>{_table(node['fields'])}"
        for side in ("input", "output")
        for node in told[side]
    )
    title = f"<code>{told['infno']}</code> {escape(told['zh'])} / {escape(told['en'])}"
    return f'<h2 id="m{told["infno"]}">{title}</h2>{nodes}'


def _table(fields: list[dict[str, Any]]) -> str:
    return f"<table>{''.join(map(_row, fields))}</table>"


def _row(field: dict[str, Any]) -> str:
    size = (
        f"({field['size']}{',' + str(field['decimals']) if field.get('decimals') else ''})" if "size" in field else ""
    )
    coded = f' <a href="#c{field["name"]}">codes</a>' if "codes" in field else ""
    ours = ' <span class="ours">ours</span>' if field.get("ours") else ""
    star = "*" if field["required"] else ""
    return (
        f"<tr><td><code>{escape(field['name'])}</code>{star}<td>{field['type']}{size}{coded}{ours}"
        f"<td>{escape(field['zh'])}<td>{escape(field['en'])}"
    )


def _codes(name: str, told: dict[str, Any]) -> str:
    rows = "".join(f"<tr><td><code>{escape(code)}</code><td>{escape(text)}" for code, text in told["codes"].items())
    return f'<h3 id="c{name}"><code>{name}</code> {escape(told["name"])}</h3><table>{rows}</table>'
