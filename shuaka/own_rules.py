"""A data directory's own rules: which files they are, and how one comes in.

Lives here: writing into DATA/rules, the folder whose files stand before the shipped ones of the same name. What a file
may hold is said by settlement.engine.rules; an engine takes new rules up when it starts.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from settlement.config import SHIPPED, Rulebook, load_rulebook, text_of
from settlement.engine.rules.profile import ProfileError
from shuaka.compose import RULES

_NAMES: Final = "^{key} = .*$"


class OwnRules:
    """The rules of a data directory; raises ProfileError where they cannot be used."""

    def __init__(self, data: Path) -> None:
        self.folder: Final = data / RULES

    def book(self) -> Rulebook:
        """Return every rule that an engine on this directory judges by."""
        return load_rulebook(self.folder, SHIPPED)

    def known(self, code: str) -> Rulebook:
        """Return every rule, a city's among them; ProfileError where there is no such city."""
        book = self.book()
        if code not in book.cities:
            raise ProfileError(str(self.folder), "", f"there is no city {code}; there are: {', '.join(book.cities)}")
        return book

    def write(self, kind: str, name: str, text: str) -> Path:
        """Write one file; OSError where that fails."""
        file = self.folder / kind / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    @contextmanager
    def kept_only_if_good(self, kind: str, name: str, text: str) -> Iterator[Path]:
        """Write one file for the block, and put things back as they were where that says ProfileError."""
        file = self.folder / kind / name
        before = file.read_text("utf-8") if file.exists() else None
        self.write(kind, name, text)
        try:
            yield file
        except ProfileError:
            file.unlink() if before is None else file.write_text(before, "utf-8")
            raise

    def city_with(self, code: str, **names: str) -> Path:
        """Make the city's file an own one that names these files (catalogue, policy); return it."""
        file = self.known(code).files[code]
        return self.write("cities", file.name, renamed(text_of(file), **names))


def renamed(text: str, **names: str) -> str:
    """Return a settings file's text with other values of some of its names; what it says besides stays as it is.

    >>> renamed('code = "370100"  # ours', code="370200")
    'code = "370200"'
    """
    for key, value in names.items():
        text, count = re.subn(_NAMES.format(key=key), f'{key} = "{value}"', text, count=1, flags=re.MULTILINE)
        assert count, key
    return text
