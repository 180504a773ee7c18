"""What an undo, or a second proof, of a run needs to know of its platform: kept in the run's directory, for its owner.

It holds names of environment variables, terminals and days; no key, and nobody's identity. The journals beside it say
what was settled.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from loadtests.evidence.history import History, read_history
from loadtests.evidence.platform_time import PlatformTimes
from loadtests.evidence.proof import Proof
from loadtests.foreign.ceilings import Guard
from loadtests.foreign.clerk import Clerk
from loadtests.foreign.lines import Lines
from loadtests.foreign.proving import prove
from loadtests.foreign.statement import Ask, Period
from loadtests.workload.door import Limits, NationalDoor
from settlement.wire.national_values import Json
from terminals.journal import FileJournal
from terminals.kernel.site import Site

FILE: Final = "foreign.json"
UNDO_JOURNAL: Final = "undo.jsonl"


class OrderError(ValueError):
    """An order that is not there, or cannot be used; one sentence for the user."""


class Order(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One run at one platform that is not ours."""

    name: str
    host: str
    port: int
    door: NationalDoor
    sites: tuple[Site, ...]
    timeout_s: float
    rate_per_s: float
    period: Period
    totals: bool
    details: bool


class Desk:
    """A run's platform once more, after the run: clerks who undo and find out, and its statement. `close` it."""

    def __init__(self, order: Order, place: Path, clock_ms: Callable[[], int], sleep: Callable[[float], None]) -> None:
        self._order = order
        self._place = place
        unheld = Guard(Limits(), clock_ms, lambda _: None, PlatformTimes())
        lines = Lines((order.host, order.port), order.door, order.timeout_s, clock_ms, unheld)
        self._journal = FileJournal(place / UNDO_JOURNAL, "fsync")
        self._connections = {site.dev_no: lines.connection(site) for site in order.sites}
        taken = self.history().msgids()
        self.clerks = {
            site.dev_no: Clerk(site, self._connections[site.dev_no], self._journal, taken, clock_ms, sleep)
            for site in order.sites
        }

    def history(self) -> History:
        """Return what the run's journals say by now, this desk's included; raise HistoryError."""
        return read_history(journals(self._place))

    def prove(self) -> Proof:
        """Return what the platform's statement says of the run by now; raise UndoError where nobody can sign on."""
        asks = {site.fixmedins_code: self._ask(site) for site in reversed(self._order.sites)}
        order = self._order
        proof = prove(asks, order.period, self.history(), totals=order.totals, details=order.details)
        return msgspec.structs.replace(proof, platform=f"{order.name} ({order.host}:{order.port})")

    def close(self) -> None:
        """Hang up everywhere."""
        for connection in self._connections.values():
            connection.close()
        self._journal.close()

    def _ask(self, site: Site) -> Ask:
        clerk, connection = self.clerks[site.dev_no], self._connections[site.dev_no]

        def ask(infno: str, given: Json) -> bytes:
            clerk.sign_on()
            return connection.ask(infno, clerk.msgid(), given)

        return ask


def journals(place: Path) -> Iterable[Path]:
    """Return the journals of a run in the order of their telling: the load's, then the undo's."""
    undo = place / UNDO_JOURNAL
    return (*sorted(place.glob("load-*.jsonl")), *((undo,) if undo.exists() else ()))


def write_order(order: Order, place: Path) -> None:
    """Keep an order in a run's directory, for its owner alone."""
    descriptor = os.open(place / FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(order)))


def read_order(place: Path) -> Order:
    """Return the order of a run at a platform that is not ours; raise OrderError that names the file."""
    file = place / FILE
    try:
        return msgspec.json.decode(file.read_bytes(), type=Order)
    except OSError as error:
        raise OrderError(f"{file}, which says how to undo this run, cannot be read: {error.strerror}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise OrderError(f"{file}, which says how to undo this run, is damaged: {error}") from None
