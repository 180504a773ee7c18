"""At which host a run was is known from its directory alone, or nothing is undone."""

from pathlib import Path

import pytest

from loadtests.evidence.history import HistoryError
from loadtests.evidence.host import FILE, Host, read_host, write_host


@pytest.mark.parametrize("ours", [True, False])
def test_a_run_says_at_which_host_it_was(tmp_path: Path, *, ours: bool) -> None:
    write_host(Host("somewhere:1", ours=ours), tmp_path)
    assert read_host(tmp_path) == Host("somewhere:1", ours=ours)


@pytest.mark.parametrize(
    ("content", "why"), [(None, "is missing"), (b"", "is damaged"), (b'{"ours":true}', "is damaged")]
)
def test_a_run_that_does_not_say_it_is_undone_nowhere(tmp_path: Path, content: bytes | None, why: str) -> None:
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    with pytest.raises(HistoryError, match=f"{FILE} {why}.*none was begun"):
        read_host(tmp_path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(HistoryError, match=f"{FILE} cannot be read: Is a directory"):
        read_host(tmp_path)
