"""What a settings file should have held, in words: msgspec's sentence about a value in, ours out. Pure."""

import re
from typing import Final

KINDS: Final = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "datetime": "a point in time",
    "date": "a day",
    "time": "a time of day",
}
"""By the type's name in a sentence of msgspec; what is not here keeps its name."""
RELATIONS: Final = {">=": "at least", "<=": "at most", ">": "above", "<": "below"}
UNITS: Final = {"str": "characters", "array": "entries", "object": "entries"}
"""What the length of it counts."""

_EXPECTED: Final = re.compile(
    r"Expected `(?P<kinds>[^`]*)`(?P<length> of length)?(?: (?P<relation>[<>]=?) (?P<bound>\S+))?"
)
_GOT: Final = re.compile(r"(?P<expected>.*), got `(?P<kind>[^`]*)`")


def expectation(problem: str) -> str:
    """Return msgspec's sentence in our words; one that is not about a kind or a bound of a value, as it is.

    >>> expectation("Expected `int` >= 6")
    'a whole number of at least 6 is expected'
    >>> expectation("Expected `float | null`, got `str`")
    'a number is expected, and a text stands here'
    """
    got = _GOT.fullmatch(problem)
    found = _EXPECTED.fullmatch(got["expected"] if got else problem)
    if found is None:
        return problem
    stands = f", and {_kind(got['kind'])} stands here" if got else ""
    return f"{_kinds(found['kinds'])}{_bounded(found)} is expected{stands}"


def _bounded(found: re.Match[str]) -> str:
    if found["relation"] is None:
        return ""
    relation, bound = RELATIONS[found["relation"]], f"{float(found['bound']):g}"
    unit = f" {UNITS[found['kinds']]}" if found["length"] else ""
    return f" {relation} {bound}" if relation in {"above", "below"} else f" of {relation} {bound}{unit}"


def _kinds(names: str) -> str:
    """Return the kinds that may stand there; null is what nobody can write in TOML."""
    kinds = [name for name in names.split(" | ") if name != "null"]
    if "float" in kinds and "int" in kinds:
        kinds.remove("int")  # every whole number is a number
    return " or ".join(map(_kind, kinds))


def _kind(name: str) -> str:
    return KINDS.get(name, name)
