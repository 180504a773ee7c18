"""Which checkout the code that runs was taken from, as git says; a leaf, so that an engine asks at no cost of its own.

Who asks does so when it starts: what is changed later is not what runs.
"""

import subprocess
from pathlib import Path
from typing import Final

from msgspec import Struct

ROOT: Final = Path(__file__).resolve().parents[2]
SHOWN: Final = 12
"""Digits of a commit that tell it from every other one."""


class Checkout(Struct, frozen=True, forbid_unknown_fields=True):
    """A commit, and whether files differ from it; empty where there is no checkout, no commit or no git."""

    commit: str = ""
    dirty: bool = False


def this_checkout() -> Checkout:
    """Describe the checkout of the code that runs."""
    return Checkout(_git("rev-parse", "--verify", "--quiet", "HEAD"), dirty=bool(_git("status", "--porcelain")))


def told(commit: str, *, dirty: bool) -> str:
    """Say which code it is.

    >>> told("c0ffee00c0ffee00", dirty=True)
    'commit c0ffee00c0ff with uncommitted changes'
    """
    return f"commit {commit[:SHOWN]}{' with uncommitted changes' * dirty}" if commit else "no commit to name"


def _git(*arguments: str) -> str:
    """Return what git says of this checkout; it writes nothing there, be it only an index."""
    if not (ROOT / ".git").exists():
        return ""
    try:
        command = ("git", "--no-optional-locks", "-C", str(ROOT), *arguments)
        said = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words only
    except OSError:
        return ""
    return said.stdout.strip() if said.returncode == 0 else ""
