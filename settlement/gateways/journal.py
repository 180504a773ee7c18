"""GET /journal[?last=N&infno=NNNN&verdict=WORD]: what came to the doors, the oldest first; identities are hashes."""

import asyncio
from pathlib import Path
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from settlement.journal.entry import Entry
from settlement.journal.files import read

LAST_MAX: Final = 10_000
LAST: Final = 100


def journal_route(directory: Path) -> Route:
    """Return the route of one directory's journal."""

    async def journal(request: Request) -> Response:
        asked = request.query_params
        last = asked.get("last", str(LAST))
        if not (last.isascii() and last.isdecimal() and len(last) <= len(str(LAST_MAX)) and 1 <= int(last) <= LAST_MAX):
            return JSONResponse({"message": f"last: 1 to {LAST_MAX}"}, status_code=400)
        entries = await asyncio.to_thread(read, directory, LAST_MAX)
        wanted = [entry for entry in entries if _is_wanted(entry, asked.get("infno", ""), asked.get("verdict", ""))]
        return Response(msgspec.json.encode({"journal": wanted[-int(last) :]}), media_type="application/json")

    return Route("/journal", journal, methods=["GET"])


def _is_wanted(entry: Entry, infno: str, verdict: str) -> bool:
    return infno in ("", entry.infno) and verdict in ("", entry.verdict)
