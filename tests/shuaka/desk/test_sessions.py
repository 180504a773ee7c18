import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shuaka.card import app

SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
VERIFY = "0020000003123456"


def shuaka_card(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_session_is_recorded_and_comes_back_the_same(tmp_path: Path) -> None:
    file = tmp_path / "session"
    recorded = shuaka_card("record", file, SSSE, VERIFY, "--unmasked", "--reader", "simulated:3")
    assert recorded.exit_code == 0
    assert f"> {VERIFY}  VERIFY, 3 bytes of data\n< 9000  success\n" in recorded.output
    assert [json.loads(line)["type"] for line in file.read_text().splitlines()] == [
        "session",
        "power_on",
        "exchange",
        "exchange",
        "power_off",
    ]
    replayed = shuaka_card("replay", file, "--reader", "simulated:3")
    assert (replayed.exit_code, replayed.output) == (0, "4 steps, every answer as recorded\n")


def test_a_fault_of_a_file_happens_in_a_recorded_session(tmp_path: Path) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text('[{"type": "garble", "apdu": 1, "answer_hex": "6F00"}, {"type": "unplug", "apdu": 2}]')
    done = shuaka_card("record", tmp_path / "session", SSSE, VERIFY, "--fault", faults)
    assert done.exit_code == 1
    assert "< 6F00" in done.output
    assert "< nothing: the card answers no more: CardUnplugged" in done.output


def test_a_difference_is_shown_with_its_line_and_fails(tmp_path: Path) -> None:
    file = tmp_path / "session"
    shuaka_card("record", file, SSSE, "--unmasked")
    done = shuaka_card("replay", file, "--reader", "simulated:7")
    assert done.exit_code == 1
    assert done.output.splitlines()[0] == "line 2: power on"
    assert done.output.splitlines()[2].endswith("000007")


def test_a_recording_is_masked_unless_asked(tmp_path: Path) -> None:
    file = tmp_path / "session"
    done = shuaka_card("record", file, SSSE, VERIFY)
    assert "123456" not in file.read_text() + done.output
    done = shuaka_card("replay", file)
    assert done.exit_code == 2
    assert "4 bytes of the command are masked" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("record", "{file}", "00"), 2, "header of four bytes"),
        (("record", "{file}", "00FX"), 2, "'X' is no hex digit"),
        (("record", "{there}", SSSE), 1, "File exists"),
        (("replay", "{file}"), 2, "No such file"),
        (("replay", "{there}"), 2, "line 1 is none of a session"),
        (("replay", "{binary}"), 2, "line 1 is none of a session"),
        (("record", "{file}", SSSE, "--contactless"), 1, "no antenna"),
        (("record", "{file}", SSSE, "--reader", "simulated:x"), 2, "simulated:7"),
        (("record", "{file}", SSSE, "--reader", "simulated:99999999"), 2, "there is no card 99999999"),
        (("record", "{file}", SSSE, "--risk-key", "840"), 2, "two hex digits"),
        (("record", "{file}", SSSE, "--reader", ""), 2, "a reader has a name"),
        (("record", "{file}", SSSE, "--reader", "Lab", "--seed", "1"), 2, "Lab is a real reader"),
        (("record", "{file}", SSSE, "--reader", "Lab", "--contactless"), 2, "Lab is a real reader"),
        (("record", "{file}", SSSE, "--timing", "contact:9600x3"), 2, "an N of 1, 2, 4, 8"),
        (("record", "{file}", SSSE, "--fault", "{there}"), 2, "malformed"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], code: int, complaint: str
) -> None:
    there = tmp_path / "there"
    there.write_text("nothing\n")
    binary = tmp_path / "binary"
    binary.write_bytes(b'{"type":"\xff"}')
    words = [word.format(file=tmp_path / "file", there=there, binary=binary) for word in arguments]
    done = shuaka_card(*words)
    assert done.exit_code == code
    assert complaint in done.stderr


def test_decode_says_commands_answers_and_objects_in_words() -> None:
    done = shuaka_card("decode", SSSE, "6F05 8403 D15600 9000", "63C2", "0304322E3030", "0123")
    assert done.output.splitlines() == [
        f"> {SSSE}  SELECT by name sx1.sh.社会保障",
        "< 7 bytes, 9000: success",
        "  6F  FCI template",
        "    84  DF name  D15600",
        "< 63C2: 2 tries left",
        "  03  规范版本  322E3030  2.00",
        "  0123  no command, no answer and no TLV that is known here",
    ]


@pytest.mark.parametrize(
    ("data", "first"),
    [
        ("5F200446656E67", "  5F20  cardholder name  46656E67  Feng"),
        ("70820105" + "5F20024142" + "00" * 0x100, "  70  record template"),
        ("0020000009123456", "> 0020000009123456  VERIFY, lengths that do not fit"),
        ("0CB2012C12", "> 0CB2012C12  READ RECORD (class 0C, secure messaging) 1 of EF05, 18 bytes"),
    ],
)
def test_decode_takes_bytes_for_an_odd_command_only_if_they_are_nothing_else(data: str, first: str) -> None:
    assert shuaka_card("decode", data).output.splitlines()[0] == first


def test_decode_refuses_what_is_no_hexadecimal() -> None:
    assert shuaka_card("decode", "xyz").exit_code == 2
