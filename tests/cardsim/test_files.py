import pytest

from cardsim.access import FREE, NEVER
from cardsim.files import BinaryFile, Directory, FileSystem

ROOT = (0x3F00,)
FILE = BinaryFile(0xEF16, "free", FREE, NEVER, 1)
MF = Directory(ROOT, b"mf", b"")
LEFT = Directory((*ROOT, 0xDF01), b"left", b"", (FILE,))
RIGHT = Directory((*ROOT, 0xDF02), b"right", b"")
DEEP = Directory((*ROOT, 0xDF01, 0xDF09), b"deep", b"")
TREE = FileSystem((MF, LEFT, RIGHT, DEEP))


@pytest.mark.parametrize(
    ("current", "fid", "found"),
    [
        (DEEP, 0x3F00, MF),
        (MF, 0xDF01, LEFT),
        (LEFT, 0xDF01, LEFT),
        (LEFT, 0xDF02, RIGHT),
        (DEEP, 0xDF01, LEFT),
        (LEFT, 0xEF16, FILE),
        (MF, 0xEF16, None),
        (MF, 0xDF09, None),
        (DEEP, 0xDF02, None),
        (MF, 0x0000, None),
    ],
)
def test_an_identifier_means_what_is_near(current: Directory, fid: int, found: Directory | BinaryFile | None) -> None:
    assert TREE.identified(current, fid) == found


def test_a_name_is_found_from_anywhere_but_only_whole() -> None:
    assert (TREE.named(b"deep"), TREE.named(b"dee"), TREE.named(b"")) == (DEEP, None, None)


def test_a_short_identifier_is_the_low_five_bits_of_the_identifier() -> None:
    assert (TREE.file_by_sfi(LEFT, 0x16), TREE.file_by_sfi(RIGHT, 0x16)) == (FILE, None)
