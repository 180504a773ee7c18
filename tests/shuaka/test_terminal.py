import subprocess
import sys
from pathlib import Path

import pytest
from typer import BadParameter, Typer
from typer.testing import CliRunner, Result

from shuaka.compose import population
from shuaka.terminal import BASKET_MAX, basket_of, parse_sam, terminal

GENERATION_2_ELSEWHERE, GENERATION_3_ELSEWHERE = 11, 25
"""Cards of 370800, in a terminal of 370100."""


def shuaka_terminal(*arguments: str) -> Result:
    app = Typer()
    app.command()(terminal)
    return CliRunner().invoke(app, list(arguments))


def test_the_command_imports_no_event_loop_until_it_runs() -> None:
    check = "import sys, shuaka.commands; sys.exit(len({'trio', 'smartcard'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_a_simulated_card_is_read_and_its_bytes_are_hidden_by_default() -> None:
    done = shuaka_terminal("--read-only", "--reader", "simulated:7")
    person = population().person(7)
    assert done.exit_code == 0
    assert f"holder {person.name}, {person.certno}" in done.output
    assert "> 00B20134 14  READ RECORD 1 of EF06, 20 bytes\n< (20 bytes) 9000  success" in done.output
    assert person.certno.encode().hex().upper() not in done.output


def test_a_look_at_a_card_from_elsewhere_proves_the_key_for_away_from_home_first() -> None:
    person = population().person(GENERATION_3_ELSEWHERE)
    done = shuaka_terminal("--read-only", "--reader", f"simulated:{person.index}", "--sam", "software:379900")
    assert person.city == "370800"
    assert "EXTERNAL AUTHENTICATE with key 84\n< 63C2" in done.output
    assert "EXTERNAL AUTHENTICATE with key 0A" not in done.output


def test_a_look_wants_no_module_where_the_holders_file_is_free() -> None:
    person = population().person(GENERATION_2_ELSEWHERE)
    done = shuaka_terminal("--read-only", "--reader", f"simulated:{person.index}", "--sam", "none")
    assert (person.city, done.exit_code) == ("370800", 0)
    assert f"holder {person.name}" in done.output


def test_a_card_that_is_torn_out_by_a_fault_of_a_file_is_told(tmp_path: Path) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text('[{"type": "unplug", "apdu": 2}]')
    done = shuaka_terminal("--read-only", "--fault", str(faults))
    assert done.exit_code == 1
    assert "< nothing: the card answers no more: CardUnplugged" in done.output


def test_our_own_card_may_be_shown_whole() -> None:
    done = shuaka_terminal("--read-only", "--unmasked")
    assert population().person(0).certno.encode().hex().upper() in done.output


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("--data", "/no/such/place"), 1, "shuaka serve"),
        (("--city", "000000"), 2, "000000 is none of 370100"),
        (("--sam", "hardware:1"), 2, "hardware:1"),
        (("--reader", "simulated:x"), 2, "simulated:7"),
        (("--read-only", "--contactless"), 1, "no antenna"),
        (("--card", "lots"), 2, "lots is neither"),
        (("--credential", "voucher", "--reader", "Lab"), 2, "Lab is a real reader"),
        (("--read-only", "--reader", "Lab", "--cards", "cards"), 2, "Lab is a real reader"),
        (("--read-only", "--cards", "/dev/null/cards"), 2, "cannot be made"),
        (("--read-only", "--cards", "x", "--reader", "simulated:1000000"), 2, "there is no card 1000000"),
        (("--read-only", "--reader", ""), 2, "a reader has a name"),
        (("--read-only", "--reader", "Lab", "--seed", "2"), 2, "Lab is a real reader"),
        (("--read-only", "--reader", "Lab", "--timing", "contactless"), 2, "Lab is a real reader"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], code: int, complaint: str) -> None:
    done = shuaka_terminal(*arguments)
    assert done.exit_code == code
    assert complaint in done.output + done.stderr


@pytest.mark.parametrize(("text", "sam"), [("none", ""), ("software:37", "software:37"), ("pcsc:Lab 1", "pcsc:Lab 1")])
def test_a_security_module_is_software_a_reader_or_none(text: str, sam: str) -> None:
    assert parse_sam(text) == sam


@pytest.mark.parametrize("text", ["software:", "software:3701", "pcsc:", "x:1", "software", "software:３７０１００"])
def test_a_module_of_no_kind_is_refused(text: str) -> None:
    with pytest.raises(BadParameter):
        parse_sam(text)


def test_a_basket_may_have_as_many_items_as_the_command_takes() -> None:
    assert len({one.med_list_codg for one in basket_of(BASKET_MAX)}) == BASKET_MAX
