import pytest
from typer import Typer
from typer.testing import CliRunner

from shuaka.readers import readers
from terminals.readers import pcsc


def test_without_pyscard_the_extra_is_named_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcsc, "find_spec", lambda _: None)
    app = Typer()
    app.command()(readers)
    done = CliRunner().invoke(app, [])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "pip install 'shuaka[reader]'" in done.stderr
