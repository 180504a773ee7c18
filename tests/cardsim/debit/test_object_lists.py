import pytest

from cardsim.debit.object_lists import encode_list, length_of, split

OBJECTS = ((0x9F02, 6), (0x95, 5), (0x9C, 1))


def test_a_list_carries_tags_of_one_and_two_bytes_with_the_wanted_lengths() -> None:
    assert encode_list(OBJECTS).hex().upper() == "9F0206" + "9505" + "9C01"


def test_the_answer_to_a_list_is_the_values_alone_in_its_order() -> None:
    data = bytes(range(12))
    assert length_of(OBJECTS) == len(data)
    assert split(OBJECTS, data) == {0x9F02: data[:6], 0x95: data[6:11], 0x9C: data[11:]}


def test_an_answer_of_another_length_is_the_callers_fault() -> None:
    with pytest.raises(AssertionError):
        split(OBJECTS, bytes(11))
