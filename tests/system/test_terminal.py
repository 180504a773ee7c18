"""`shuaka terminal` against a real engine: a sale at one terminal in the shell."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shuaka.compose import population
from shuaka.desk.counter import ERRANDS
from shuaka.terminal import Errand

LIMIT_S = 30


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data directory of a running engine."""
    directory = tmp_path_factory.mktemp("terminal") / "data"
    ports = [word for name in ("tcp", "http", "admin", "metrics") for word in (f"--{name}-port", "0")]
    command = [sys.executable, "-m", "shuaka", "serve", "--data", str(directory), "--json", *ports]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as engine:
        assert engine.stdout
        assert engine.stdout.readline()
        yield directory
        engine.terminate()
        engine.communicate(timeout=LIMIT_S)


def sale(data: Path, typed: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shuaka", "terminal", "--data", str(data), *options]
    return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=LIMIT_S, check=False)


def from_elsewhere() -> str:
    """The reader with the first generation 2 card of another city that is taken in Jinan."""
    people = population()
    profiles = ((index, people.profile(index)) for index in range(1_000))
    return next(
        f"simulated:{n}" for n, one in profiles if (one.city, one.generation) not in HERE and one.city[:2] == "37"
    )


HERE = {("370100", number) for number in (1, 2, 3)} | {("370800", number) for number in (1, 2, 3)}


def test_a_basket_is_sold_with_the_local_password(data: Path) -> None:
    done = sale(data, "000000\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "sign on: DONE" in done.stdout
    assert re.search(r"^SETTLED  local  \w+$", done.stdout, re.MULTILINE)
    assert population().person(0).certno.encode().hex().upper() not in done.stdout


def test_the_wrong_password_sells_nothing(data: Path) -> None:
    done = sale(data, "135790\n")
    assert done.returncode == 1
    assert "SETTLED" not in done.stdout


def test_away_from_home_the_module_is_used_and_the_initial_pin_is_refused(data: Path) -> None:
    done = sale(data, "123456\n", "--reader", from_elsewhere())
    assert "EXTERNAL AUTHENTICATE with key 84\n< 9000  success" in done.stdout
    assert (done.returncode, "-35" in done.stdout) == (1, True)


def test_without_a_module_the_missing_key_is_named(data: Path) -> None:
    done = sale(data, "123456\n", "--reader", from_elsewhere(), "--sam", "none")
    assert done.returncode == 1
    assert "RK-DF04" in done.stdout


def test_the_bank_account_pays_what_the_personal_account_is_not_asked_for(data: Path, tmp_path: Path) -> None:
    options = ("--tender", "bank", "--save-account", "--items", "3", "--cards", str(tmp_path / "cards"))
    for _ in range(2):  # the same chip each time: its counter goes on
        done = sale(data, "000000\n111111\n", *options, "--reader", "simulated:2")
        assert (done.returncode, done.stderr) == (0, "")
        for step in ("bank PIN", "GENERATE AC, ARQC", "host 0200 approved", "GENERATE AC, TC", "BANK_PAID"):
            assert step in done.stdout, step
        assert "personal account 0.00" in done.stdout
        assert "cash 0.00" in done.stdout


def test_another_citys_module_locks_the_key_of_a_card_that_is_kept(data: Path, tmp_path: Path) -> None:
    away = ("--city", "379900", "--reader", "simulated:0", "--sam", "software:370800")
    answers = [sale(data, "", *away, "--cards", str(tmp_path / "cards")).stdout.splitlines()[-1] for _ in range(4)]
    assert [answer.split()[1] for answer in answers] == ["-25538", "-25537", "-25536", "-27011"]


def test_without_a_file_every_run_has_a_new_chip(data: Path) -> None:
    away = ("--city", "379900", "--reader", "simulated:0", "--sam", "software:370800")
    assert [sale(data, "", *away).stdout.split().count("-25538") for _ in range(2)] == [1, 1]


def test_a_remote_pin_is_changed_locked_and_reset_and_then_pays_away_from_home(data: Path, tmp_path: Path) -> None:
    card = ("--reader", from_elsewhere(), "--cards", str(tmp_path / "cards"))
    changed = sale(data, "123456\n246802\n", *card, "--errand", "change-pin")
    assert (changed.returncode, changed.stderr) == (0, "")
    assert "DONE  local  PIN_CHANGED" in changed.stdout
    locked = sale(data, "000000\n" * 7, *card)
    assert (locked.returncode, "-52" in locked.stdout) == (1, True)
    reset = sale(data, "135791\n", *card, "--errand", "reset-pin")
    assert (reset.returncode, "PIN_RESET" in reset.stdout) == (0, True)
    settled = sale(data, "135791\n", *card)
    assert settled.returncode == 0
    assert "SETTLED  remote" in settled.stdout


def test_every_errand_of_the_command_line_has_a_flow() -> None:
    assert {errand.value for errand in Errand} == ERRANDS.keys()
