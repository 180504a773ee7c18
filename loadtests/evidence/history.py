"""What a run's journals claim: each request that moved money, and what became of it. Files in, values out.

A journal is append-only, and more than one may tell of a run: its own, and that of an undo which came later.
"""

import fcntl
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from terminals.journal import Line
from terminals.kernel.entries import Fate, Intent, OpenIntent, PurchaseIntent, Resolution

STAY: Final = "2304"
SETTLEMENTS: Final = frozenset({"2102", "2207", STAY})
REVOKES: Final = frozenset({"2103", "2208", "2305"})


class HistoryError(Exception):
    """A journal that cannot be read; one sentence for the user."""


class Deed(Struct, frozen=True):
    """An intent of a terminal, and what became of it; None while that is unknown."""

    dev_no: str
    intent: OpenIntent
    resolution: Resolution | None = None

    @property
    def msgid(self) -> str:
        """Return the msgid that asked for it."""
        return self.intent.msgid

    @property
    def fate(self) -> Fate | None:
        """Return what became of it."""
        return self.resolution.fate if self.resolution else None

    @property
    def infno(self) -> str:
        """Return the message's infno, "" for what is none of the medical leg's."""
        return self.intent.infno if isinstance(self.intent, Intent) else ""

    @property
    def of_stay(self) -> bool:
        """Whether it settled a stay in hospital, which has a revoke of its own."""
        return self.infno == STAY

    @property
    def fixmedins_code(self) -> str:
        """Return whose terminal it was."""
        return self.dev_no[:12]


class History(Struct, frozen=True):
    """All deeds of a run, in the order in which they were intended."""

    deeds: tuple[Deed, ...]

    def settled(self) -> list[Deed]:
        """Return the settlements that the host acknowledged, also those undone later."""
        return [deed for deed in self.deeds if deed.infno in SETTLEMENTS and deed.fate is Fate.DONE]

    def revoked(self) -> list[Deed]:
        """Return the revokes that the host acknowledged."""
        return [deed for deed in self.deeds if deed.infno in REVOKES and deed.fate is Fate.DONE]

    def reversed(self) -> list[Deed]:
        """Return the settlements of unknown outcome that were undone."""
        return [deed for deed in self.deeds if deed.infno in SETTLEMENTS and deed.fate is Fate.REVERSED]

    def open(self) -> list[Deed]:
        """Return what nobody knows the outcome of."""
        return [deed for deed in self.deeds if deed.resolution is None]

    def standing(self) -> list[Deed]:
        """Return the settlements that stand: acknowledged, and neither revoked nor reversed since."""
        gone = self.revoked_ids()
        return [deed for deed in self.settled() if deed.resolution and deed.resolution.setl_id not in gone]

    def revoked_ids(self) -> frozenset[str]:
        """Return the setl_id of every settlement that a revoke undid."""
        return frozenset(deed.intent.setl_id for deed in self.revoked() if isinstance(deed.intent, Intent))

    def msgids(self) -> frozenset[str]:
        """Return every msgid that it tells of."""
        undoing = (deed.resolution.undone_by for deed in self.deeds if deed.resolution)
        return frozenset((*(deed.msgid for deed in self.deeds), *undoing))

    def purchase_of(self, setl_id: str) -> PurchaseIntent | None:
        """Return the bank's purchase that paid the rest of a settlement and still stands."""
        for deed in reversed(self.deeds):
            paid = isinstance(deed.intent, PurchaseIntent) and deed.intent.setl_id == setl_id
            if paid and deed.fate is Fate.DONE and isinstance(deed.intent, PurchaseIntent):
                return deed.intent
        return None


def read_history(journals: Iterable[Path]) -> History:
    """Return what journals tell, in the order given; a torn last line was never answered for. Raise HistoryError."""
    deeds: dict[str, Deed] = {}
    for path in journals:
        for number, text in enumerate(_lines(path), 1):
            try:
                line = msgspec.json.decode(text, type=Line)
            except msgspec.MsgspecError as error:
                raise HistoryError(f"the journal {path} is damaged at line {number}: {error}") from None
            _note(deeds, line)
    return History(tuple(deeds.values()))


def ended(path: Path) -> bool:
    """Whether nobody writes this journal any more; a terminal holds its own locked. Raise HistoryError."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise HistoryError(f"the journal {path} cannot be opened: {error.strerror}") from None
    return True


def _lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().split(b"\n")[:-1]
    except OSError as error:
        raise HistoryError(f"the journal {path} cannot be read: {error.strerror}") from None


def _note(deeds: dict[str, Deed], line: Line) -> None:
    entry = line.entry
    if not isinstance(entry, Resolution):
        deeds[entry.msgid] = Deed(line.dev_no, entry)
    elif entry.msgid in deeds:  # no intent of its own has a purchase that is undone with a revoke of another journal
        deeds[entry.msgid] = msgspec.structs.replace(deeds[entry.msgid], resolution=entry)
