"""A running engine as a command sees it: where it is, whom it knows, what it answers at its admin port.

Everything that can go wrong ends in EngineError, one sentence that says what to do.
"""

import http.client
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from settlement import data_directory
from settlement.data_directory import Address, DirectoryError
from settlement.wire.keys import NetworkKey
from shuaka.compose import People, parse_people

TIMEOUT_S: Final = 60
"""An audit reads the whole ledger."""


TOLD: Final = (http.client.BAD_REQUEST, http.client.FORBIDDEN, http.client.CONFLICT)
"""Refusals whose sentence is the engine's own."""


class EngineError(Exception):
    """An engine that cannot be asked, or that refuses; one sentence for the user."""


class Engine:
    """The engine that runs on a data directory; raises EngineError if none does."""

    def __init__(self, data: Path) -> None:
        self._data = data
        try:
            self.endpoints = data_directory.endpoints(data)
            self._token = data_directory.admin_token(data)
        except DirectoryError as error:
            raise EngineError(str(error)) from None

    @property
    def tcp(self) -> Address:
        """Return where terminals connect."""
        return self.endpoints.tcp

    @property
    def network_key(self) -> NetworkKey:
        """Return the network's key, from which a command makes its terminals' keys."""
        try:
            return NetworkKey(data_directory.network_key(self._data))
        except DirectoryError as error:
            raise EngineError(str(error)) from None

    def audit(self, opter: str = "", *, digest: bool = False) -> dict[str, Any]:
        """Return what engine and ledger say of one operator's work, or of everybody's; `digest` hashes its rows."""
        asked = {"opter": opter, **({"digest": "1"} if digest else {})}
        report: dict[str, Any] = self._ask("GET", "/audit?" + urlencode(asked))
        return report

    def people(self, asked: People | None = None) -> People:
        """Return whose people it serves; raise EngineError where others are asked for."""
        known = self.endpoints.people
        if asked is not None and str(asked) != known:
            raise EngineError(f"the engine on {self._data} serves population {known}: come with --population {known}")
        return parse_people(known)

    def lease(self, count: int, people: People) -> int:
        """Return the first of `count` people of this population whom the engine's ledger has not met."""
        self.people(people)
        return int(self._ask("POST", "/lease", {"count": count})["first"])

    def leased(self, people: People) -> int:
        """Return how many people of this population the ledger has met or promised to somebody."""
        return self.lease(0, people)

    def operate(self, name: str, city: str, body: object) -> dict[str, Any]:
        """Have a city's agency do one of its own operations; return {infcode, err_msg, output}."""
        done: dict[str, Any] = self._ask("POST", f"/admin/{name}?" + urlencode({"city": city}), body)
        return done

    def clearing(self, month: int) -> dict[str, Any]:
        """Return what a month's clearing paid."""
        statement: dict[str, Any] = self._ask("GET", f"/clearing?month={month}")
        return statement

    def pairs(self, month: int) -> dict[str, Any]:
        """Return both sides of what cities owe each other, and where they differ."""
        statement: dict[str, Any] = self._ask("GET", f"/clearing/pairs?month={month}")
        return statement

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Return what the admin port answers; bytes go as they are, anything else as JSON."""
        return self._ask(method, path, body)

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        admin = self.endpoints.admin
        connection = http.client.HTTPConnection(admin.host, admin.port, timeout=TIMEOUT_S)
        content = body if body is None or isinstance(body, bytes) else msgspec.json.encode(body)
        try:
            connection.request(method, path, content, {"Authorization": f"Bearer {self._token}"})
            answer = connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException) as error:
            why = getattr(error, "strerror", None) or error
            raise EngineError(
                f"the engine on {self._data} does not answer ({why}); is `shuaka serve` running?"
            ) from None
        finally:
            connection.close()
        if answer.status in TOLD:
            raise EngineError(msgspec.json.decode(said)["message"])
        if answer.status != http.client.OK:
            raise EngineError(f"the engine refuses {path}: {answer.status} {said.decode(errors='replace')}")
        return msgspec.json.decode(said)
