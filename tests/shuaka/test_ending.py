"""How commands end: one sentence after `error: `, 2 for what was given and 1 for what was found."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from shuaka.commands import app


@pytest.mark.parametrize(
    "words",
    [
        ("journal", "--data", "{none}"),
        ("admin", "people", "{none}"),
        ("undo", "none", "--data", "{none}"),
        ("validate", "{none}"),
        ("verify", "{none}"),
        ("report", "{none}"),
        ("policy", "check", "{none}.toml"),
        ("catalogue", "import", "{none}.csv", "--city", "370100"),
        ("explain", "X", "--data", "{none}"),
        ("reconcile", "--data", "{none}"),
        ("card", "replay", "{none}"),
        ("card", "apdu", "0"),
        ("card", "show", "99999999"),
    ],
)
def test_what_was_given_and_is_not_there_is_one_sentence_and_exit_code_2(tmp_path: Path, words: Any) -> None:
    ended = CliRunner().invoke(app, [word.format(none=tmp_path / "none") for word in words])
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1, ended.stderr
    assert ended.stderr.startswith("error: ")


@pytest.mark.parametrize(
    "words", [("audit",), ("clear", "2026-11"), ("terminals",), ("admin", "clock"), ("service", "lose")]
)
def test_an_engine_that_does_not_answer_is_one_sentence_and_exit_code_1(tmp_path: Path, words: Any) -> None:
    ended = CliRunner().invoke(app, [*words, "--data", str(tmp_path)])
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr.count("\n") == 1, ended.stderr
    assert ended.stderr.startswith("error: ")
