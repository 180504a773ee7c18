"""Answers of the doors that name our own messages: card services and the operator's operations, in one JSON form.

{infcode, refusal, err_msg, msgid, output}: an expected refusal is status 200 and infcode -1.
"""

import msgspec
from starlette.responses import Response

from settlement.wire.envelope import Reply, decode_output
from settlement.wire.named import write_named

_json = msgspec.json.Encoder().encode


def told(reply: Reply) -> dict[str, object]:
    """Return a reply by names."""
    output = decode_output(reply)
    return {
        "infcode": 0 if reply.approved else -1,
        "refusal": reply.refusal,
        "err_msg": reply.err_msg,
        "msgid": reply.msgid,
        "output": None if output is None else write_named(output),
    }


def answer(status: int, content: dict[str, object]) -> Response:
    """Return an object as an HTTP answer."""
    return Response(_json(content), status, media_type="application/json")
