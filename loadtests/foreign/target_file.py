"""A target's file: read, held to its fields and to its rules."""

from pathlib import Path

from loadtests.foreign.target import Target
from loadtests.foreign.target_rules import problems
from loadtests.workload.settings import SettingsError, convert, parse


def read(path: Path) -> Target:
    """Read a target; raise SettingsError."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise SettingsError(str(path), "", f"it cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(str(path), "", "it is not UTF-8") from None
    raw = parse(text, str(path))
    target = convert(raw, Target, str(path))
    for problem in problems(target, raw):
        raise SettingsError(str(path), *problem)
    return target
