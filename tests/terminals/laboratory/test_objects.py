import pytest

from terminals.kernel.data_objects import CRYPTOGRAM_KIND
from terminals.laboratory.debit_dialogue import cryptogram, options, said
from terminals.laboratory.objects import elements, shape


def test_objects_are_found_at_every_depth_and_the_first_of_two_counts() -> None:
    found = elements(bytes.fromhex("7008 5A0112 6103 5A0134"))
    assert found[0x5A] == b"\x12"
    assert {0x70, 0x61} <= set(found)


@pytest.mark.parametrize("data", [b"", b"\x6f", b"\x6f\x05\x84", b"\xff" * 7, bytes(9)])
def test_what_is_no_tlv_reads_as_nothing_and_raises_nothing(data: bytes) -> None:
    assert 0x84 not in elements(data)
    assert 0x84 not in cryptogram(data)
    assert shape(data)


def test_the_algorithm_inside_9f0c_is_found_though_its_tag_is_primitive() -> None:
    assert elements(bytes.fromhex("9F0C03860103"))[0x86] == b"\x03"


def test_an_object_list_is_answered_with_what_the_terminal_has_and_zeros_elsewhere() -> None:
    assert said(bytes.fromhex("5F2A02 9F7C03")).hex() == "0156000000"
    assert said(bytes.fromhex("5F2A02"), {0x5F2A: b"\x08\x40"}).hex() == "0840"


def test_get_processing_options_wraps_the_answer_to_the_pdol() -> None:
    assert options(bytes.fromhex("6F08 A506 9F3803 9F1A02")) == bytes.fromhex("80A80000 04 8302 0156 00")
    assert options(b"") == bytes.fromhex("80A8000002830000")


@pytest.mark.parametrize("answer", ["77109F2701809F360200019F260401020304", "800C800001010203040506070807"])
def test_a_cryptogram_is_read_in_both_formats(answer: str) -> None:
    assert cryptogram(bytes.fromhex(answer))[CRYPTOGRAM_KIND] == b"\x80"
