import pytest

from cardsim.apdu import Command, Response, parse
from cardsim.status import SW
from cardsim.t0 import Mode, exchange


def command(text: str) -> Command:
    parsed = parse(bytes.fromhex(text))
    assert parsed is not None
    return parsed


def answered(mode: Mode, text: str, data: bytes, pending: bytes = b"") -> tuple[str, bytes]:
    response, left = exchange(mode, pending, command(text), lambda _: Response(SW.SUCCESS, data))
    return response.encode().hex().upper(), left


@pytest.mark.parametrize("text", ["00A4000002DF01", "00A4000002DF0100", "00A4000002DF0103"])
def test_raw_keeps_the_answer_of_a_command_that_sends_for_get_response(text: str) -> None:
    assert answered("raw", text, b"abc") == ("6103", b"abc")


def test_raw_gives_a_fetching_command_its_data_only_at_the_exact_length() -> None:
    answers = [answered("raw", f"00B20104{le}", b"abc")[0] for le in ("02", "03", "04", "00", "FF")]
    assert answers == ["6C03", "6162639000", "6C03", "6C03", "6C03"]


@pytest.mark.parametrize("text", ["00A4000002DF01", "00B2010400", "00B2010401", "00B20104FF"])
def test_auto_gives_all_data_at_once_whatever_le_says(text: str) -> None:
    assert answered("auto", text, b"abc") == ("6162639000", b"")


@pytest.mark.parametrize("mode", ["raw", "auto"])
def test_an_answer_without_data_is_its_status_word(mode: Mode) -> None:
    assert answered(mode, "00A4000002EF05", b"") == ("9000", b"")


@pytest.mark.parametrize(
    ("get_response", "answer", "left"),
    [
        ("00C0000003", "6162639000", b""),
        ("00C0000002", "6C03", b"abc"),
        ("00C0000000", "6C03", b"abc"),
        ("00C0010003", "6A86", b"abc"),
        ("00C00000", "6700", b"abc"),
        ("00C0000001AA", "6700", b"abc"),
    ],
)
def test_get_response_fetches_what_waits_once_and_at_its_length(get_response: str, answer: str, left: bytes) -> None:
    assert answered("raw", get_response, b"never executed", pending=b"abc") == (answer, left)


@pytest.mark.parametrize("mode", ["raw", "auto"])
def test_get_response_with_nothing_waiting_is_refused(mode: Mode) -> None:
    assert answered(mode, "00C0000003", b"never executed") == ("6985", b"")


def test_another_command_drops_what_waited() -> None:
    assert answered("raw", "00200000", b"", pending=b"abc") == ("9000", b"")


def test_256_bytes_are_fetched_with_le_zero() -> None:
    assert answered("raw", "00B0000000", bytes(256)) == ("00" * 256 + "9000", b"")
