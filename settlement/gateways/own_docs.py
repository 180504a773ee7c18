"""What is asked by name and not in the interface's form: the calls at the signed door and the operator's operations.

Told beside the interface's messages (/docs), from the tables that the doors themselves read by. An operation needs the
operator's token and is asked at the admin port.
"""

from html import escape
from typing import Any

import msgspec

from settlement.gateways.services import described
from settlement.wire.codes import KINDS, OPERATIONS
from settlement.wire.envelope import BODY_TYPES
from settlement.wire.service_catalogue import CALLS


def own_calls() -> list[dict[str, Any]]:
    """Return every call and operation with its door, its infno and its fields, as plain data."""
    calls = [described(name) | {"door": f"POST /services/{name}"} for name in CALLS]
    return calls + [_operation(name, infno) for name, infno in OPERATIONS.items()]


def own_section(calls: list[dict[str, Any]]) -> str:
    """Return them as a part of a page; * a field that has to be there."""
    rows = "".join(
        f"<tr><td><code>{escape(call['door'])}</code><td><code>{call['infno']}</code><td>{escape(call['title'])}"
        f"<td>{' '.join(_field(name, call['required']) for name in call['fields'])}"
        for call in calls
    )
    return f'<h2 id="own">自有服务 / Calls of our own, by name</h2><table>{rows}</table>'


def _operation(name: str, infno: str) -> dict[str, Any]:
    fields = msgspec.structs.fields(BODY_TYPES[infno])
    return {
        "name": name,
        "infno": infno,
        "title": KINDS[infno].name_en,
        "fields": [field.name for field in fields],
        "required": [field.name for field in fields if field.required],
        "door": f"POST /admin/{name}?city=CCCCCC",
    }


def _field(name: str, required: list[str]) -> str:
    return f"<code>{escape(name)}</code>{'*' if name in required else ''}"
