"""The verdict of a run as a file that build servers read."""

from pathlib import Path

from loadtests.evidence.result import Result
from loadtests.openload import junit


class JunitError(Exception):
    """A file that cannot be written; one sentence for the user."""


def write_junit(judged: Result, file: Path) -> None:
    """Write a judged result's verdict as JUnit XML; raise JunitError."""
    assert judged.verdict is not None
    windows = judged.windows
    suite = junit.Suite(judged.profile.run, judged.verdict, windows.started_at, windows.lasted_s)
    try:
        file.write_bytes(junit.document([suite]))
    except OSError as error:
        raise JunitError(f"the JUnit file {file} cannot be written: {error.strerror}") from None
