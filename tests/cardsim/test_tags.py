from hypothesis import given
from hypothesis import strategies as st

from cardsim.tags import objects

# FCI of generation 3, and records of EF05 and EF06 (golden bytes of test_issuer.py)
FCI = "6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C03860103"
RECORDS = "0304322E30300709413132333435363734" + "091ED5C5C8FD" + 26 * "00"


def test_file_control_information_is_a_tree() -> None:
    found = [(item.depth, item.tag_hex, item.value_hex) for item in objects(bytes.fromhex(FCI))]
    assert found == [
        (0, "6F", ""),
        (1, "84", "7378312E73682EC9E7BBE1B1A3D5CF"),
        (1, "A5", ""),
        (2, "88", "1E"),
        (2, "9F0C", "860103"),
    ]
    assert objects(bytes.fromhex(FCI))[1].text == "sx1.sh.社会保障"


def test_records_are_named_and_decoded_by_their_tables() -> None:
    found = [(item.tag_hex, item.name, item.text) for item in objects(bytes.fromhex(RECORDS))]
    assert found == [("03", "规范版本", "2.00"), ("07", "卡号", "A12345674"), ("09", "姓名", "张三")]


def test_a_tag_that_ber_would_read_as_the_half_of_another_is_a_record_here() -> None:
    assert [item.tag_hex for item in objects(bytes.fromhex("0101" + "00" + "0B0101"))] == ["01", "0B"]


def test_what_is_no_object_is_none() -> None:
    assert objects(b"") == objects(b"\x84\x05\x00") == objects(bytes.fromhex("FEFEFE")) == ()


@given(st.binary(max_size=200))
def test_any_bytes_can_be_looked_at(data: bytes) -> None:
    objects(data)
