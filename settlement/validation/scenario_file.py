"""How a scenario is written: people, steps, and what is expected of each. TOML text in, frozen values out.

Amounts are text in yuan, names those of the national interface. What a step does stands in play, what its expectations
are compared with in differences.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Annotated, Any, Final

from msgspec import Meta, field

from cardsim.issuing.population import SIZE_MAX
from settlement.engine.rules.profile import Fen, Named, ProfileError, Row, convert, parse

DEFAULT_START: Final = datetime(2026, 6, 1, 9, 0, 0)  # noqa: DTZ001 - China's clock, as every time of the interface
_UNITS_MS: Final = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000}
_SPAN: Final = re.compile(r"(?:\d+[dhms])+")
_PART: Final = re.compile(r"(\d+)([dhms])")
_PEOPLE: Final = re.compile(r"(?P<seed>\d{1,18}):(?P<size>\d{1,18})")


class PersonRow(Row, frozen=True):
    """Somebody of the population: by index, or the first who fits. `balance` is put into the personal account."""

    index: int | None = None
    city: str | None = None
    insutype: str | None = None
    psn_type: str | None = None
    generation: int | None = None
    balance: Fen | None = None
    set: Mapping[str, Any] = {}
    """Fields of the person's record, such as card_status, as they are from the start."""


class PostingRow(Row, frozen=True):
    """One expected transfer."""

    books: Named
    debit: Named
    credit: Named
    amount: Fen


class StepRow(Row, frozen=True, kw_only=True):
    """One message, and what must come of it."""

    name: str = ""
    infno: str = ""
    service: str = ""
    admin: str = ""
    at: str = ""
    """The institution that sends it; of an admin step the city whose agency acts."""
    who: str = ""
    after: Annotated[str, Meta(pattern=f"^({_SPAN.pattern})?$")] = ""
    """How much time passes before it, such as 7d or 1h30m."""
    credential: str = "03"
    insured: str = ""
    msgid: str = ""
    repeat: str = ""
    """The name of an earlier step that is sent once more, msgid and all."""
    fill: bool = True
    """Fill in the person's fields and what the interface requires besides."""
    input: Mapping[str, Any] = {}
    expect: Mapping[str, Any] = {}
    balances: Mapping[str, Fen] = {}
    """Personal accounts after the step, by person."""
    state: Mapping[str, Any] = {}
    """Fields of persons' records after the step, as `wang.card_status`."""
    postings: tuple[PostingRow, ...] | None = None
    """Every transfer that the step books, in any order."""


class Scenario(Row, frozen=True, kw_only=True):
    """People and what happens to them."""

    name: Named
    about: Named
    population: str = "1:100000"
    starts: datetime = DEFAULT_START
    sign_in: bool = True
    """Whether each institution signs in (9001) by itself before its first message."""
    people: Mapping[str, PersonRow] = {}
    steps: Annotated[tuple[StepRow, ...], Meta(min_length=1)] = field(name="step")


def read_scenario(text: str, file: str) -> Scenario:
    """Read a scenario; raise ProfileError that names the key, and the nearest known one."""
    scenario = convert(parse(text, file), Scenario, file)
    seed_and_size(scenario.population, file)
    seen: set[str] = set()
    for number, step in enumerate(scenario.steps):
        key = f"step[{number}]" + (f" ({step.name})" if step.name else "")
        _refuse_unsound(step, scenario, seen, file, key)
        seen.add(step.name)
    return scenario


def seed_and_size(text: str, file: str) -> tuple[int, int]:
    """Return the seed and size of a population; raise ProfileError where the text is none."""
    found = _PEOPLE.fullmatch(text)
    if not found or not 0 < int(found["size"]) <= SIZE_MAX:
        raise ProfileError(file, "population", f"{text!r} is not SEED:SIZE with a size of 1 to {SIZE_MAX}")
    return int(found["seed"]), int(found["size"])


def span_ms(text: str) -> int:
    """Return how long a span is.

    >>> span_ms("7d"), span_ms("1h30m"), span_ms("")
    (604800000, 5400000, 0)
    """
    return sum(int(number) * _UNITS_MS[unit] for number, unit in _PART.findall(text))


def _refuse_unsound(step: StepRow, scenario: Scenario, seen: set[str], file: str, key: str) -> None:
    kinds = [kind for kind in ("infno", "service", "admin", "repeat") if getattr(step, kind)]
    if len(kinds) != 1:
        problem = "give one of infno, service, admin and repeat"
        raise ProfileError(file, key, f"{problem}, not {' and '.join(kinds)}" if kinds else problem)
    if step.name and step.name in seen:
        raise ProfileError(file, f"{key}.name", f"{step.name} is another step's; give each its own")
    if step.repeat and step.repeat not in seen:
        raise ProfileError(file, f"{key}.repeat", f"no earlier step is named {step.repeat!r}")
    if not step.repeat and not step.at:
        raise ProfileError(file, f"{key}.at", "say which institution sends it, such as P37010000001")
    whose = [step.who, *step.balances, *(name.partition(".")[0] for name in step.state)]
    for name in filter(None, whose):
        if name not in scenario.people:
            raise ProfileError(file, key, f"nobody is called {name!r}{nearest(name, scenario.people)}")


def nearest(name: str, known: Mapping[str, Any] | list[str]) -> str:
    """Return the end of a sentence that names the known name nearest to one that is not, if there is any."""
    close = get_close_matches(name, known, n=1, cutoff=0)
    return f"; the nearest known one is {close[0]}" if close else ""
