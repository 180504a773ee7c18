import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardsim.tlv import TlvError, encode_ber, encode_record, parse_ber, parse_records

values = st.binary(max_size=255)
ber_tags = st.sampled_from([0x6F, 0x84, 0xA5, 0x88, 0x9F0C])


@given(st.lists(st.tuples(st.integers(0, 255), values), max_size=5))
def test_records_come_back_as_they_were_written(records: list[tuple[int, bytes]]) -> None:
    assert list(parse_records(b"".join(encode_record(*record) for record in records))) == records


@given(st.lists(st.tuples(ber_tags, values), max_size=5))
def test_ber_objects_come_back_as_they_were_written(objects: list[tuple[int, bytes]]) -> None:
    assert list(parse_ber(b"".join(encode_ber(*each) for each in objects))) == objects


def test_a_record_tag_is_one_byte_even_where_ber_would_take_two() -> None:
    assert list(parse_records(bytes.fromhex("1F01AA5F01BB"))) == [(0x1F, b"\xaa"), (0x5F, b"\xbb")]


def test_a_real_fci_takes_apart() -> None:
    """Logged from a card of Loudi, Hunan, in 2012."""
    fci = bytes.fromhex("6F16840F7378312E73682EC9E7BBE1B1A3D5CFA50388011E")
    ((_, template),) = parse_ber(fci)
    name, proprietary = parse_ber(template)
    assert name == (0x84, "sx1.sh.社会保障".encode("gb2312"))
    assert list(parse_ber(proprietary[1])) == [(0x88, b"\x1e")]


@pytest.mark.parametrize("cut", ["01", "0103AABB", "0101AA02"])
def test_a_record_that_is_cut_short_is_an_error(cut: str) -> None:
    with pytest.raises(TlvError):
        list(parse_records(bytes.fromhex(cut)))


@pytest.mark.parametrize("wrong", ["6F", "9F", "6F81", "6F8200", "6F8200FF", "6F83000001", "6F80", "6F0384"])
def test_a_ber_object_that_is_cut_short_or_too_long_is_an_error(wrong: str) -> None:
    with pytest.raises(TlvError):
        list(parse_ber(bytes.fromhex(wrong)))


def test_a_ber_length_of_two_bytes_is_read() -> None:
    assert list(parse_ber(bytes.fromhex("70820105") + bytes(0x105))) == [(0x70, bytes(0x105))]


@given(st.binary(max_size=40))
def test_any_bytes_either_parse_or_are_refused(data: bytes) -> None:
    for parse in (parse_records, parse_ber):
        try:
            list(parse(data))
        except TlvError:
            continue


@pytest.mark.parametrize("encode", [encode_record, encode_ber])
def test_a_value_of_256_bytes_is_refused(encode: object) -> None:
    with pytest.raises(TlvError, match="255"):
        encode(0x01, bytes(256))  # type: ignore[operator]
