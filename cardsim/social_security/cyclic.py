"""Cyclic files in memory: a head that says which slot is newest and how many are filled, and the slots behind it.

Appending programs the one slot that no record occupies and then the head. Torn before the head, nothing was appended
and nothing was lost.
"""

from collections.abc import Sequence

from cardsim.files import CyclicFile
from cardsim.memory import Memory

EMPTY_HEAD = b"\x00\x00"
FILLER = b"\xff"


def blank(file: CyclicFile) -> dict[int, bytes]:
    """Return the cells of a file without records."""
    slots = range(file.head_cell + 1, file.head_cell + 2 + file.records)
    return {file.head_cell: EMPTY_HEAD, **dict.fromkeys(slots, FILLER * file.length)}


def records_of(memory: Memory, file: CyclicFile) -> Sequence[int]:
    """Return the cells of the records, the newest first."""
    newest, count = memory.read(file.head_cell)
    return [file.head_cell + 1 + (newest - back) % (file.records + 1) for back in range(count)]


def append(memory: Memory, file: CyclicFile, record: bytes) -> None:
    """Make `record` the newest; the oldest goes when the file is full."""
    newest, count = memory.read(file.head_cell)
    free = (newest + 1) % (file.records + 1)
    memory.write(file.head_cell + 1 + free, record.ljust(file.length, FILLER))
    memory.write(file.head_cell, bytes((free, min(count + 1, file.records))))


def sound(memory: Memory, file: CyclicFile) -> bool:
    """Whether the head is such as a card writes; a damaged image may hold others."""
    newest, count = memory.read(file.head_cell)
    return newest <= file.records and count <= file.records
