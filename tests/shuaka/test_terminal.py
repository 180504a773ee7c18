import subprocess
import sys

import pytest
from typer import BadParameter, Typer
from typer.testing import CliRunner, Result

from shuaka.compose import population
from shuaka.terminal import parse_sam, terminal


def shuaka_terminal(*arguments: str) -> Result:
    app = Typer()
    app.command()(terminal)
    return CliRunner().invoke(app, list(arguments))


def test_the_command_imports_no_event_loop_until_it_runs() -> None:
    check = "import sys, shuaka.__main__; sys.exit(len({'trio', 'smartcard'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_a_simulated_card_is_read_and_its_bytes_are_hidden_by_default() -> None:
    done = shuaka_terminal("--read-only", "--reader", "simulated:7")
    person = population().person(7)
    assert done.exit_code == 0
    assert f"holder {person.name}, {person.certno}" in done.output
    assert "> 00B20134 14  READ RECORD 1 of EF06, 20 bytes\n< (20 bytes) 9000  success" in done.output
    assert person.certno.encode().hex().upper() not in done.output


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
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], code: int, complaint: str) -> None:
    done = shuaka_terminal(*arguments)
    assert done.exit_code == code
    assert complaint in done.output + done.stderr


@pytest.mark.parametrize(("text", "sam"), [("none", ""), ("software:37", "software:37"), ("pcsc:Lab 1", "pcsc:Lab 1")])
def test_a_security_module_is_software_a_reader_or_none(text: str, sam: str) -> None:
    assert parse_sam(text) == sam


@pytest.mark.parametrize("text", ["software:", "software:3701", "pcsc:", "x:1", "software"])
def test_a_module_of_no_kind_is_refused(text: str) -> None:
    with pytest.raises(BadParameter):
        parse_sam(text)
