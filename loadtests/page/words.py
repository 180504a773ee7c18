"""The page's sentences in two languages, as data: words.toml has every one, under a section and a key.

Lives here: how a sentence is found and filled in. Must not: HTML, or a figure's format.
"""

from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
TAGS: Final[dict[Language, str]] = {"en": "en", "zh": "zh-CN"}
"""The language's own name in HTML."""


@cache
def every() -> dict[str, dict[str, tuple[str, str]]]:
    """Return all sentences by section and key: English, Chinese."""
    content = files(__package__).joinpath("words.toml").read_bytes()
    return msgspec.toml.decode(content, type=dict[str, dict[str, tuple[str, str]]])


class Words:
    """What is said, in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Final = language
        self._place = LANGUAGES.index(language)

    def __call__(self, key: str, **filled: object) -> str:
        """Return the sentence "section.key", filled in.

        >>> Words("zh")("fate.dropped"), Words("en")("verdict.exit_code", code=3)
        ('丢弃', 'exit code 3')
        """
        section, _, name = key.partition(".")
        return every()[section][name][self._place].format(**filled)

    def section(self, section: str) -> dict[str, str]:
        """Return all sentences of a section by their keys."""
        return {name: said[self._place] for name, said in every()[section].items()}

    def knows(self, section: str, name: str) -> bool:
        """Whether a section has a word for a name."""
        return _key(name) in every()[section]

    def known(self, section: str, name: str) -> str:
        """Return the word of a name, or the name itself where there is none: a flow or an end that is new."""
        said = every()[section].get(_key(name))
        return said[self._place] if said else name

    def listed(self, said: list[str]) -> str:
        """Return several words as one enumeration."""
        return ("、" if self.language == "zh" else ", ").join(said)


def _key(name: str) -> str:
    """Return a name as a key of TOML."""
    return name.replace(" ", "_")
