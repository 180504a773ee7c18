"""The file system of a card as values: directories, elementary files, access, and how SELECT finds them.

A directory is addressed by its path of file identifiers from the MF, so that the tree needs no pointers. What a file
contains does not live here: contents are cells of `memory`, and a file knows only its cells. Which files exist is
`layout`.
"""

from collections.abc import Iterable
from typing import NamedTuple

from cardsim.access import Condition
from cardsim.coding import Coding

MF = 0x3F00
SFI_MASK = 0x1F

Path = tuple[int, ...]


class Item(NamedTuple):
    """One data element: one record of a record file."""

    tag: int
    length: int
    coding: Coding
    word: str  # its name in the data element tables


def cell(directory: int, file: int, number: int = 0) -> int:
    """Return the address in non-volatile memory of a record (from 1), or of a transparent file's bytes (0)."""
    return directory << 24 | file << 8 | number


class RecordFile(NamedTuple):
    """A linear file of variable records, each one TLV object; its first record has the number 1."""

    fid: int
    word: str
    read: Condition
    write: Condition
    items: tuple[Item, ...]
    first_cell: int

    def number_of(self, tag: int) -> int | None:
        """Return the number of the first record with this identifier, which is its tag."""
        for number, item in enumerate(self.items, 1):
            if item.tag == tag:
                return number
        return None


class CyclicFile(NamedTuple):
    """A cyclic file: the newest record has the number 1, and pushes out the oldest when `records` are there.

    It has one slot more than records, so that appending writes a slot nobody reads and then turns the head: two writes
    that can be torn anywhere. A slot holds one TLV object of at most `length` bytes.
    """

    fid: int
    word: str
    read: Condition
    write: Condition
    records: int
    length: int
    constructed: bool  # whether the value is TLV objects in turn
    head_cell: int  # newest slot and number of records; the slots follow


class BinaryFile(NamedTuple):
    """A transparent file."""

    fid: int
    word: str
    read: Condition
    write: Condition
    first_cell: int


File = RecordFile | CyclicFile | BinaryFile


class Directory(NamedTuple):
    """A dedicated file; the MF is the one with the path of one element."""

    path: Path
    name: bytes
    fci: bytes
    files: tuple[File, ...] = ()


class FileSystem:
    """All directories of a card, and the searches that SELECT and the short file identifiers need."""

    def __init__(self, directories: Iterable[Directory]) -> None:
        self.by_path = {directory.path: directory for directory in directories}
        self._by_name = {directory.name: directory for directory in self.by_path.values()}
        self._files = {(path, file.fid): file for path, entry in self.by_path.items() for file in entry.files}
        # EF FID EFxx has the SFI xx: the low five bits of the identifier
        self._short = {(path, fid & SFI_MASK): file for (path, fid), file in self._files.items()}
        self.mf = self.by_path[(MF,)]

    def named(self, name: bytes) -> Directory | None:
        """Find a directory by its whole DF name."""
        return self._by_name.get(name)

    def file(self, current: Directory, fid: int) -> File | None:
        """Find an elementary file under the current directory."""
        return self._files.get((current.path, fid))

    def file_by_sfi(self, current: Directory, sfi: int) -> File | None:
        """Find an elementary file under the current directory by its short identifier."""
        return self._short.get((current.path, sfi))

    def identified(self, current: Directory, fid: int) -> Directory | File | None:
        """Find what an identifier means from here: the MF, a child, the directory itself, a sibling, the parent.

        ISO 7816-4, 7.1.1, P1 = 00.
        """
        if fid == MF:
            return self.mf
        above = current.path[:-1]
        return (
            self.file(current, fid)
            or self.by_path.get((*current.path, fid))
            or self.by_path.get((*above, fid))
            or (self.by_path[above] if above and above[-1] == fid else None)
        )
