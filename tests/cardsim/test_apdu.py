import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardsim.apdu import BOTH, FETCHES, MALFORMED, NOTHING, SENDS, Command, Response, parse
from cardsim.status import SW


@pytest.mark.parametrize(
    ("command", "case", "data", "le"),
    [
        ("00200000", NOTHING, "", 0),
        ("0084000008", FETCHES, "", 8),
        ("00B2010400", FETCHES, "", 256),
        ("00A4000002EF05", SENDS, "EF05", 0),
        ("00A4000002EF0500", BOTH, "EF05", 256),
        ("00A4000002EF0518", BOTH, "EF05", 0x18),
        ("00A4000002EF", MALFORMED, "", 0),
        ("00A4000002EF050000", MALFORMED, "", 0),
        ("00B2010400000012", MALFORMED, "", 0),
        ("00B20104000012", FETCHES, "", 0x12),
        ("00B20104000000", FETCHES, "", 65536),
        ("00A40000000002EF05", SENDS, "EF05", 0),
        ("00A40000000002EF050018", BOTH, "EF05", 0x18),
        ("00A40000000002EF050000", BOTH, "EF05", 65536),
        ("00A40000000002EF0500", MALFORMED, "", 0),
        ("00A40000000003EF05", MALFORMED, "", 0),
        ("00A40000000000EF05", MALFORMED, "", 0),
        ("00A400000000", MALFORMED, "", 0),
        ("00A4000000", FETCHES, "", 256),
    ],
)
def test_each_case_of_iso_7816_3_is_told_by_its_lengths(command: str, case: int, data: str, le: int) -> None:
    parsed = parse(bytes.fromhex(command))
    assert parsed is not None
    assert (parsed.case, parsed.data.hex().upper(), parsed.le) == (case, data, le)


@pytest.mark.parametrize("command", ["", "00", "00A404"])
def test_less_than_a_header_is_no_command(command: str) -> None:
    assert parse(bytes.fromhex(command)) is None


@given(st.binary(min_size=4, max_size=300))
def test_any_bytes_with_a_header_keep_their_header(command: bytes) -> None:
    parsed = parse(command)
    assert parsed is not None
    assert bytes(parsed[:4]) == command[:4]


@given(st.binary(min_size=4, max_size=4), st.binary(max_size=255), st.one_of(st.none(), st.integers(1, 256)))
def test_a_well_formed_command_is_taken_apart_without_loss(header: bytes, data: bytes, le: int | None) -> None:
    body = bytes((len(data),)) + data if data else b""
    command = header + body + (b"" if le is None else bytes((le & 0xFF,)))
    case = {(False, False): NOTHING, (False, True): FETCHES, (True, False): SENDS, (True, True): BOTH}
    assert parse(command) == Command(*header, case[bool(data), le is not None], data, le or 0)


def test_a_response_ends_with_its_status_word() -> None:
    assert Response(SW.SUCCESS, b"\x02\x01\x33").encode().hex() == "0201339000"
