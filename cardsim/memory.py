"""Non-volatile memory: cells of bytes, where a change is all or nothing.

A card loses power whenever somebody pulls it. Every change therefore goes through `Memory.write`, which programs
three times through the one primitive of `Cells`: the journal (the new value and its checksum), the cell, the empty
journal. Cut before the journal is whole, the old value stands; cut after it, `recover` finishes the change at the next
power-on. Nothing else of the card writes, so a fault that tears this primitive tears everything that can be torn. A
cell has the length that the issuer gave it, and keeps it.
"""

import struct
import zlib
from collections.abc import Mapping

JOURNAL = 0  # the cell of the journal itself; no file has it
ENTRY = struct.Struct(">QH")  # cell, length; the value follows
CHECKSUM = struct.Struct(">I")


class MemoryImageError(ValueError):
    """The bytes are no image of a memory."""


class Cells:
    """What has been programmed since the issuer: the part of a chip that lives without power.

    `program` is the one primitive of every change; who breaks it breaks everything that can be broken.
    """

    __slots__ = ("changed",)

    def __init__(self) -> None:
        self.changed: dict[int, bytes] = {}

    def program(self, cell: int, old: bytes, new: bytes) -> None:  # noqa: ARG002  what a torn one leaves half standing
        """Replace the contents of a cell."""
        self.changed[cell] = new


class Memory:
    """Cells as the issuer left them, and what has changed since."""

    __slots__ = ("_issued", "cells")

    def __init__(self, issued: Mapping[int, bytes], cells: Cells | None = None) -> None:
        self._issued = issued
        self.cells = cells or Cells()

    def read(self, cell: int) -> bytes:
        """Return the value of a cell that exists."""
        changed = self.cells.changed.get(cell)
        return self._issued[cell] if changed is None else changed

    def issued(self, cell: int) -> bytes:
        """Return what the issuer wrote there."""
        return self._issued[cell]

    def write(self, cell: int, value: bytes) -> None:
        """Change one cell, atomically as seen from the next power-on."""
        assert len(value) == len(self._issued[cell])
        entry = _entry(cell, value)
        journal = entry + CHECKSUM.pack(zlib.crc32(entry))
        program = self.cells.program
        program(JOURNAL, b"", journal)
        program(cell, self.read(cell), value)
        program(JOURNAL, journal, b"")

    def recover(self) -> None:
        """Finish a change whose journal is whole, drop one whose journal is not."""
        journal = self.cells.changed.get(JOURNAL)
        if not journal:
            return
        if entry := _whole_entry(journal):
            cell, value = entry
            self.cells.program(cell, self.read(cell), value)
        self.cells.program(JOURNAL, journal, b"")

    def image(self) -> bytes:
        """Return the cells that differ from what the issuer wrote; empty for an untouched card."""
        items = sorted(self.cells.changed.items())
        changed = ((cell, value) for cell, value in items if value != self._as_issued(cell))
        return b"".join(_entry(cell, value) for cell, value in changed)

    def restore(self, image: bytes) -> None:
        """Become the memory that `image` was taken of; MemoryImageError, and no change, if it is none."""
        self.cells.changed = dict(self._entries(image))

    def _as_issued(self, cell: int) -> bytes | None:
        return b"" if cell == JOURNAL else self._issued.get(cell)

    def _entries(self, image: bytes) -> list[tuple[int, bytes]]:
        entries = []
        while image:
            if len(image) < ENTRY.size:
                raise MemoryImageError("the image ends inside a cell's address")
            cell, length = ENTRY.unpack_from(image)
            value, image = image[ENTRY.size : ENTRY.size + length], image[ENTRY.size + length :]
            if len(value) < length:
                raise MemoryImageError(f"cell {cell:010X} is cut short")
            self._refuse_strange(*((_whole_entry(value) or (JOURNAL, b"")) if cell == JOURNAL else (cell, value)))
            entries.append((cell, value))
        return entries

    def _refuse_strange(self, cell: int, value: bytes) -> None:
        issued = self._as_issued(cell)
        if issued is None or len(value) != len(issued):
            raise MemoryImageError(f"cell {cell:010X} with {len(value)} bytes is not on this card")


def _whole_entry(journal: bytes) -> tuple[int, bytes] | None:
    """Return the cell and value of a journal that was programmed to its end."""
    entry, checksum = journal[: -CHECKSUM.size], journal[-CHECKSUM.size :]
    if len(entry) <= ENTRY.size or checksum != CHECKSUM.pack(zlib.crc32(entry)):
        return None
    cell, _ = ENTRY.unpack_from(entry)
    return cell, entry[ENTRY.size :]


def _entry(cell: int, value: bytes) -> bytes:
    return ENTRY.pack(cell, len(value)) + value
