"""At which host a run was: written into its directory before anything is sent, so that no undo goes to another.

Only a word about where; what an undo must know of a platform that is not ours stands in its order.
"""

from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from loadtests.evidence.history import HistoryError

FILE: Final = "host.json"


class Host(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a run was; `ours`: at the engine of its own data directory."""

    address: str
    ours: bool


def write_host(host: Host, place: Path) -> None:
    """Write it into a run's directory; raise OSError."""
    (place / FILE).write_bytes(msgspec.json.encode(host))


def read_host(place: Path) -> Host:
    """Return at which host a run was; raise HistoryError where nothing says so."""
    file = place / FILE
    try:
        return msgspec.json.decode(file.read_bytes(), type=Host)
    except FileNotFoundError:
        why = "is missing, so that nothing says at which host this run was"
    except OSError as error:
        why = f"cannot be read: {error.strerror}"
    except msgspec.MsgspecError as error:
        why = f"is damaged: {error}"
    raise HistoryError(f"{file} {why}; an undo at another host would do harm, and none was begun")
