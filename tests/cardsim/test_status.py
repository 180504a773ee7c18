import pytest

from cardsim.status import SW, exact_length, more_data, tries_left


def test_a_count_of_tries_is_the_last_nibble_of_63c0() -> None:
    assert [tries_left(count) for count in (0, 5, 15)] == [0x63C0, 0x63C5, 0x63CF]


def test_a_count_that_does_not_fit_a_nibble_is_our_own_mistake() -> None:
    with pytest.raises(AssertionError):
        tries_left(16)


@pytest.mark.parametrize(("length", "byte"), [(1, 0x01), (24, 0x18), (255, 0xFF), (256, 0x00)])
def test_a_length_of_256_is_written_as_zero(length: int, byte: int) -> None:
    assert (more_data(length), exact_length(length)) == (0x6100 | byte, 0x6C00 | byte)


def test_every_fixed_word_is_two_bytes_of_class_6_or_9() -> None:
    assert all(word >> 12 in (0x6, 0x9) and word <= 0xFFFF for word in SW)
