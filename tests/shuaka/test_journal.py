"""`shuaka journal`: it says whose calls are kept, so that nobody looks for a terminal's where there are none."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from settlement.journal.files import NEW
from settlement.journal.writer import Journal, Scope
from shuaka.journal import NOT_SAID, journal


@pytest.fixture(scope="module")
def app() -> typer.Typer:
    alone = typer.Typer()
    alone.command()(journal)
    return alone


@pytest.mark.parametrize(
    ("scope", "said"), [("all", "every door: terminals"), ("http", "no terminal's"), ("off", "no call is kept")]
)
def test_whose_calls_are_kept_is_said_when_asked_and_where_there_are_none(
    app: typer.Typer, tmp_path: Path, scope: Scope, said: str
) -> None:
    Journal(tmp_path, b"k", scope).close()
    asked = CliRunner().invoke(app, ["--data", str(tmp_path), "--doors"])
    assert (asked.exit_code, asked.stderr) == (0, "")
    assert said in asked.stdout
    none = CliRunner().invoke(app, ["--data", str(tmp_path), "--infno", "0200"])
    assert (none.exit_code, none.stdout) == (0, "")
    assert said in none.stderr


def test_of_a_journal_that_does_not_say_it_nothing_is_claimed(app: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / NEW).touch()
    assert CliRunner().invoke(app, ["--data", str(tmp_path), "--doors"]).stdout == f"{NOT_SAID}\n"
