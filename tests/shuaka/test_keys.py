"""`shuaka keys`: which key it makes, and which it refuses to."""

import json
import stat
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from settlement import data_directory
from settlement.gateways.keyring import Keyring
from settlement.stores.store import FILE_NAME
from settlement.wire.keys import NetworkKey
from shuaka.keys import keys

DEV_NO = "P3701000000101"


@pytest.fixture(scope="module")
def app() -> typer.Typer:
    alone = typer.Typer()
    alone.command()(keys)
    return alone


def run(app: typer.Typer, data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["--data", str(data), *arguments])


def one_line(result: Result) -> str:
    return " ".join(result.stderr.replace("│", " ").split())


def test_force_is_refused_beside_a_running_engine_and_changes_nothing(app: typer.Typer, tmp_path: Path) -> None:
    data_directory.make_network_key(tmp_path)
    before = data_directory.network_key(tmp_path)
    with data_directory.lock(tmp_path):
        refused = run(app, tmp_path, "--force")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "an engine runs on" in refused.stderr
    assert data_directory.network_key(tmp_path) == before


@pytest.mark.parametrize("there_is_a_key", [True, False])
def test_no_key_is_made_beside_a_ledger_whose_passwords_another_one_keeps(
    app: typer.Typer, tmp_path: Path, *, there_is_a_key: bool
) -> None:
    if there_is_a_key:
        data_directory.make_network_key(tmp_path)
    (tmp_path / FILE_NAME).touch()
    refused = run(app, tmp_path, "--force") if there_is_a_key else run(app, tmp_path)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert f"every password of {tmp_path / FILE_NAME} would be wrong; make one with another --data" in refused.stderr


def test_force_replaces_the_key_of_a_network_that_has_not_begun(app: typer.Typer, tmp_path: Path) -> None:
    run(app, tmp_path)
    before = data_directory.network_key(tmp_path)
    assert run(app, tmp_path, "--force").exit_code == 0
    assert data_directory.network_key(tmp_path) != before


def test_the_help_says_when_force_is_refused(app: typer.Typer) -> None:
    said = " ".join(CliRunner().invoke(app, ["--help"]).stdout.replace("│", " ").split())
    assert "refused while an engine runs, and once there is a ledger" in said


@pytest.mark.parametrize("name", ["NONSENSE", "P3701000000100", "P3701009999901", "P9999990000101", "P37010000001"])
def test_a_terminal_that_no_city_has_gets_no_key(app: typer.Typer, tmp_path: Path, name: str) -> None:
    data_directory.make_network_key(tmp_path)
    refused = run(app, tmp_path, "--terminal", name, "--out", str(tmp_path / "out"))
    assert refused.exit_code == 2
    assert f"{name} is no terminal of the cities that there are, as {DEV_NO} is" in one_line(refused)
    assert not (tmp_path / "out").exists()


def test_force_beside_a_terminal_is_a_usage_error(app: typer.Typer, tmp_path: Path) -> None:
    refused = run(app, tmp_path, "--force", "--terminal", DEV_NO, "--out", str(tmp_path / "out"))
    assert refused.exit_code == 2
    assert "--force replaces the network's key" in one_line(refused)


def test_without_a_network_key_a_terminals_key_says_how_to_make_one(app: typer.Typer, tmp_path: Path) -> None:
    refused = run(app, tmp_path, "--terminal", DEV_NO, "--out", str(tmp_path / "out"))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert f"has no network key; make one with: shuaka keys --data {tmp_path}" in refused.stderr


def test_a_terminals_key_is_the_one_that_the_engine_derives(app: typer.Typer, tmp_path: Path) -> None:
    run(app, tmp_path)
    made = run(app, tmp_path, "--terminal", DEV_NO, "--out", str(tmp_path / "out"))
    key = NetworkKey(data_directory.network_key(tmp_path)).terminal_key(DEV_NO)
    assert (made.exit_code, (tmp_path / "out").read_text()) == (0, key.hex() + "\n")
    assert key.hex() not in made.output


def test_an_institutions_credentials_are_those_that_the_engine_takes(app: typer.Typer, tmp_path: Path) -> None:
    run(app, tmp_path)
    out = tmp_path / "hospital.json"
    made = run(app, tmp_path, "--institution", "H37010000001", "--out", str(out))
    key = NetworkKey(data_directory.network_key(tmp_path))
    taken = Keyring((), key).get(json.loads(out.read_text("utf-8"))["access_key"])
    assert (made.exit_code, stat.S_IMODE(out.stat().st_mode)) == (0, 0o600)
    assert taken is not None
    assert json.loads(out.read_text("utf-8"))["secret_key"] == taken.secret_key
    assert taken.secret_key not in made.output


def test_an_institution_that_no_city_has_gets_no_credentials(app: typer.Typer, tmp_path: Path) -> None:
    run(app, tmp_path)
    refused = run(app, tmp_path, "--institution", "H99999900001", "--out", str(tmp_path / "out"))
    assert refused.exit_code == 2
    assert "H99999900001 is no institution of these cities" in one_line(refused)
