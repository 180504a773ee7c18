import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shuaka.card import app
from shuaka.compose import DEFAULT_SIZE, population, specimens

ROOT = Path(__file__).parents[2]
SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"


def shuaka_card(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_apdu_prints_one_response_a_line_and_nothing_else() -> None:
    result = shuaka_card("apdu", SSSE, "00C0000018", "00b2032c06", "00FE0000")
    assert result.exit_code == 0
    assert result.output == ("6118\n6F16840F7378312E73682EC9E7BBE1B1A3D5CFA50388011E9000\n0304322E30309000\n6D00\n")


def test_apdu_sends_everything_to_one_card_in_one_session() -> None:
    wrong = "0020000003000000"
    result = shuaka_card("apdu", SSSE, *[wrong] * 6, "0020000003123456")
    assert result.stdout.split() == ["6118", "63C5", "63C4", "63C3", "63C2", "63C1", "63C0", "6983"]


def test_apdu_starts_with_a_fresh_card_each_time() -> None:
    command = ("apdu", SSSE, "0020000003000000")
    assert shuaka_card(*command).stdout == shuaka_card(*command).stdout


def test_apdu_takes_spaces_inside_a_command() -> None:
    assert shuaka_card("apdu", "00 84 00 00 08 00").stdout == "6700\n"
    assert shuaka_card("apdu", "00 A4 04 00 0F 73 78 31 2E 73 68 2E C9 E7 BB E1 B1 A3 D5 CF").stdout == "6118\n"


def test_card_0_is_a_generation_2_card_of_jinan_that_shows_t0_as_it_is() -> None:
    profile = population().profile(0)
    assert (profile.city, profile.generation, profile.t0_mode) == ("370100", 2, "raw")


def test_apdu_reaches_the_card_and_the_seed_that_are_asked_for() -> None:
    read = (SSSE, "00B2072C0B")
    default, other, seeded = (shuaka_card("apdu", *options, *read).stdout for options in ((), CARD_7, SEED_2))
    assert default != other
    assert bytes.fromhex(other.split()[1][4:-4]).decode() == population().person(7).card_number
    holder = (SSSE, "00B2013414")
    assert shuaka_card("apdu", *holder).stdout != shuaka_card("apdu", *SEED_2, *holder).stdout
    assert seeded == default  # a 卡号 goes by the index alone


CARD_7 = ("--card", "7")
SEED_2 = ("--seed", "2")


@pytest.mark.parametrize(
    ("argument", "complaint"),
    [
        ("00A4040", "7 hex digits"),
        ("00G4", "'G' is no hex digit"),
        ("０0A4", "'０' is no hex digit"),
        ("0x00", "'x' is no hex digit"),
        ("", "empty"),
        ("  ", "empty"),
    ],
)
def test_malformed_hex_is_refused_with_a_sentence_before_anything_is_sent(argument: str, complaint: str) -> None:
    result = shuaka_card("apdu", SSSE, argument)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "argument 2" in result.stderr
    assert complaint in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [("apdu", "--card", str(DEFAULT_SIZE), "00"), ("show", str(DEFAULT_SIZE))])
def test_a_card_outside_the_population_is_a_wrong_command_line(command: tuple[str, ...]) -> None:
    result = shuaka_card(*command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"0 to {DEFAULT_SIZE - 1}" in result.stderr


@pytest.mark.parametrize("command", [("apdu",), ("show", "one"), ("list", "--count", "0"), ("present", "--slot", "2")])
def test_a_command_line_that_makes_no_sense_is_usage(command: tuple[str, ...]) -> None:
    assert shuaka_card(*command).exit_code == 2


def test_show_says_who_holds_the_card_and_what_is_on_it_but_no_pin() -> None:
    result = shuaka_card("show", "3")
    person = population().person(3)
    assert result.exit_code == 0
    for text in (
        person.name,
        person.certno,
        person.card_number,
        person.bank_number,
        "发卡日期",
        "wants PIN | RK1 DF01 first",
        "initial, 6 tries left",
    ):
        assert text in result.stdout
    assert "123456" not in result.stdout


def test_show_as_json_holds_the_same_for_a_machine() -> None:
    shown = json.loads(shuaka_card("show", "3", "--json").stdout)
    person = population().person(3)
    assert shown["person"]["certno"] == person.certno
    files = {(file["application"], file["fid"]): file for file in shown["files"]}
    residence = files["D15600000500", "EF05"]
    assert (residence["sw"], residence["wanted"]) == ("6982", "PIN | RK1 DF01")
    assert (shown["status"]["pin"], shown["status"]["pin_tries_left"]) == ("initial", 6)
    holder = {element["word"]: element["text"] for element in files["sx1.sh.社会保障", "EF06"]["elements"]}
    assert (holder["姓名"], holder["社会保障号码"]) == (person.name, person.certno)


def test_list_has_a_line_a_card_in_order() -> None:
    _, *lines = shuaka_card("list", "--count", "12").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [str(index) for index in range(12)]
    assert all(population().person(int(line.split()[0])).certno in line for line in lines)


def test_list_as_json_is_an_array_of_people() -> None:
    rows = json.loads(shuaka_card("list", "--count", "2", "--json", "--seed", "5").stdout)
    assert [row["index"] for row in rows] == [0, 1]
    assert rows[0]["certno"] == population(5).person(0).certno


def test_the_command_line_itself_works_in_a_process() -> None:
    command = [sys.executable, "-m", "shuaka", "card", "apdu", SSSE]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "6118\n", "")


def test_the_specimen_cards_are_listed_with_what_comes_out() -> None:
    listed = shuaka_card("list", "--test").stdout.splitlines()
    assert len(listed) == 1 + len(specimens())
    lost = next(line for line in listed if line.startswith("lost "))
    assert "E2002" in lost
    assert "已挂失" in lost


def test_a_program_learns_of_each_specimen_whose_card_it_is() -> None:
    rows = json.loads(shuaka_card("list", "--test", "--json").stdout)
    assert [row["name"] for row in rows] == [one.name for one in specimens()]
    assert all(len(row["person"]["certno"]) == 18 for row in rows)


def test_a_specimen_is_shown_by_its_name_as_by_its_index() -> None:
    by_name = shuaka_card("show", "locked-pin").stdout
    assert by_name == shuaka_card("show", "16777006").stdout
    assert "PIN          locked, 0 tries left" in by_name


def test_a_name_that_is_no_specimen_is_refused_with_those_that_are() -> None:
    refused = shuaka_card("show", "lots")
    assert refused.exit_code == 2
    assert "lots is neither an index" in refused.output
    assert "locked-pin" in refused.output
