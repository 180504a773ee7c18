import subprocess
from pathlib import Path

import pytest

from loadtests.evidence import checkout
from loadtests.evidence.checkout import Checkout, this_checkout, told


@pytest.fixture(name="made")
def _made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checkout, "ROOT", tmp_path)
    return tmp_path


def git(at: Path, *words: str) -> None:
    who = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(("git", "-C", str(at), *who, *words), check=True, capture_output=True)


def test_a_checkout_has_a_commit_and_is_dirty_once_a_file_differs_from_it(made: Path) -> None:
    git(made, "init")
    git(made, "commit", "--allow-empty", "-m", "first")
    clean = this_checkout()
    (made / "file").touch()
    assert (len(clean.commit), clean.dirty) == (40, False)
    assert this_checkout() == Checkout(clean.commit, dirty=True)


def test_where_there_is_no_checkout_there_is_no_commit(made: Path) -> None:
    assert not (made / ".git").exists()
    assert this_checkout() == Checkout()


@pytest.mark.parametrize(
    ("commit", "dirty", "said"),
    [
        ("c0ffee", False, "commit c0ffee"),
        ("c0ffee00c0ffee00", True, "commit c0ffee00c0ff with uncommitted changes"),
        ("", False, "no commit to name"),
    ],
)
def test_code_is_told_by_its_commit_and_what_was_changed(commit: str, dirty: bool, said: str) -> None:  # noqa: FBT001 - a row
    assert told(commit, dirty=dirty) == said
