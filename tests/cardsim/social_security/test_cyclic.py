from hypothesis import given
from hypothesis import strategies as st

from cardsim.access import FREE
from cardsim.files import CyclicFile
from cardsim.memory import Memory
from cardsim.social_security.cyclic import append, blank, records_of, sound

FILE = CyclicFile(0xEF08, "three", FREE, FREE, records=3, length=4, constructed=False, head_cell=100)


def contents(memory: Memory) -> list[bytes]:
    return [memory.read(cell).rstrip(b"\xff") for cell in records_of(memory, FILE)]


@given(st.lists(st.binary(min_size=1, max_size=4).map(lambda value: value.rstrip(b"\xff") or b"x"), max_size=9))
def test_the_newest_records_are_there_in_reverse_order(records: list[bytes]) -> None:
    memory = Memory(blank(FILE))
    for record in records:
        append(memory, FILE, record)
    assert contents(memory) == records[::-1][:3]
    assert sound(memory, FILE)


def test_a_head_that_points_nowhere_is_none_of_this_card() -> None:
    for head in (b"\x04\x01", b"\x00\x04"):
        assert not sound(Memory({**blank(FILE), FILE.head_cell: head}), FILE)
