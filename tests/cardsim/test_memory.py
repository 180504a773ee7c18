import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardsim.memory import Cells, Memory, MemoryImageError

ISSUED = {1: b"\x06", 2: b"old value"}


class PowerCutError(Exception):
    """The card was pulled out."""


class CutCells(Cells):
    """Loses power in the k-th programming, of which `kept` bytes still happen."""

    def __init__(self, cut: int, kept: int | None) -> None:
        super().__init__()
        self._left = cut
        self._kept = kept

    def program(self, cell: int, old: bytes, new: bytes) -> None:
        self._left -= 1
        if self._left == 0:
            if self._kept is not None:
                super().program(cell, old, new[: self._kept] + old[self._kept :])
            raise PowerCutError
        super().program(cell, old, new)


def torn(cut: int, kept: int | None) -> Memory:
    memory = Memory(ISSUED, CutCells(cut, kept))
    with pytest.raises(PowerCutError):
        memory.write(2, b"new value")
    survivor = Memory(ISSUED)
    survivor.restore(memory.image())
    survivor.recover()
    return survivor


def test_a_written_cell_reads_back_and_the_others_stay() -> None:
    memory = Memory(ISSUED)
    memory.write(1, b"\x05")
    assert (memory.read(1), memory.read(2)) == (b"\x05", b"old value")


@pytest.mark.parametrize("kept", [None, 0, 1, 9, 12, 20])
def test_a_write_torn_before_its_journal_is_whole_never_happened(kept: int | None) -> None:
    memory = torn(1, kept)
    assert memory.read(2) == b"old value"
    assert memory.image() == b""


@pytest.mark.parametrize(("cut", "kept"), [(2, None), (2, 0), (2, 4), (3, None)])
def test_a_write_torn_after_its_journal_is_finished_at_the_next_power_on(cut: int, kept: int | None) -> None:
    assert torn(cut, kept).read(2) == b"new value"


def test_recovery_of_an_untorn_memory_changes_nothing() -> None:
    memory = Memory(ISSUED)
    memory.write(2, b"another 1")
    before = memory.image()
    memory.recover()
    assert memory.image() == before


def test_an_image_holds_only_what_differs_from_the_issued_card() -> None:
    memory = Memory(ISSUED)
    assert memory.image() == b""
    memory.write(1, b"\x05")
    assert 0 < len(memory.image()) < 16
    memory.write(1, b"\x06")
    assert memory.image() == b""


@given(
    st.fixed_dictionaries(
        {}, optional={cell: st.binary(min_size=len(v), max_size=len(v)) for cell, v in ISSUED.items()}
    )
)
def test_an_image_restores_every_cell(changes: dict[int, bytes]) -> None:
    memory, other = Memory(ISSUED), Memory(ISSUED)
    for cell, value in changes.items():
        memory.write(cell, value)
    other.write(2, b"something")
    other.restore(memory.image())
    assert [other.read(cell) for cell in ISSUED] == [memory.read(cell) for cell in ISSUED]


IMAGES_OF_NO_CARD = {
    "the end of a cell is missing": "00000000000000010001",
    "the address is cut": "00",
    "a cell of another card": "000000000000000900010A",
    "a cell that is too long": "000000000000000100020606",
    "a cell that is too short": "00000000000000020001AA",
    "an empty cell": "00000000000000010000",
}


@pytest.mark.parametrize("image", IMAGES_OF_NO_CARD.values(), ids=IMAGES_OF_NO_CARD)
def test_what_is_no_image_is_refused_and_changes_nothing(image: str) -> None:
    memory = Memory(ISSUED)
    memory.write(1, b"\x03")
    with pytest.raises(MemoryImageError):
        memory.restore(bytes.fromhex(image))
    assert memory.read(1) == b"\x03"


@pytest.mark.parametrize("entry", ["0000000000000009000105", "000000000000000100020505", "0000000000000000000105"])
def test_a_whole_journal_for_no_cell_of_this_card_is_refused(entry: str) -> None:
    written = bytes.fromhex(entry)
    journal = written + zlib.crc32(written).to_bytes(4, "big")
    with pytest.raises(MemoryImageError, match="is not on this card"):
        Memory(ISSUED).restore(bytes(8) + len(journal).to_bytes(2, "big") + journal)
