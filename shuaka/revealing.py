"""Who of our own population stands behind the hashes of a journal, and the scenario that its calls make.

A hash cannot be read back; our people are hashed under the directory's own key instead, index by index, until every
person number has been found or SEARCHED_MAX people were looked at. Whoever is not of our population stays a hash.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from settlement import data_directory
from settlement.data_directory import DirectoryError
from settlement.engine.case import World
from settlement.engine.ledger.books import OPENING
from settlement.engine.ledger.state import Person
from settlement.engine.rules.money import yuan
from settlement.journal.entry import APPROVED, REFUSED, Entry, Posting
from settlement.journal.masking import MARK, TOKEN_DIGITS, Mask
from settlement.wire.keys import NetworkKey
from settlement.wire.names import insured_number
from shuaka import compose
from shuaka.compose import People

SEARCHED_MAX: Final = 200_000
ISSUES: Final = 4
"""Cards of one person that are tried, the first ones."""
TOKEN: Final = re.compile(f"{MARK}[0-9a-f]{{{TOKEN_DIGITS}}}")
NUMBER: Final = re.compile(f'"psn_no": ?"({TOKEN.pattern})"')
"""Who is looked for: whoever is named by number; their other values follow."""
NATIONAL: Final = "national"
"""The gateway whose calls are in the interface's own form."""


class Known(NamedTuple):
    """A value of one of our people: the holder's index, which of his values it is, and what it is."""

    holder: int
    name: str
    clear: str


def revealed(data: Path, entries: list[Entry], texts: list[str]) -> list[str]:
    """Return texts with the values of our own people in clear; raise ValueError where the directory has no keys."""
    known = who(data, entries)
    return [TOKEN.sub(lambda found: _clear(found[0], known), text) for text in texts]


def who(data: Path, entries: list[Entry]) -> dict[str, Known]:
    """Return whose values the hashes in these calls are, as far as they are our people's."""
    told = " ".join(f"{bytes(entry.asked).decode()} {bytes(entry.answered).decode()}" for entry in entries)
    numbers = set(NUMBER.findall(told))
    try:
        mask = Mask(data_directory.journal_key(data))
        world = _world(data)
    except DirectoryError as error:
        raise ValueError(str(error)) from None
    known: dict[str, Known] = {}
    for index, person in _people(data, world, mask, numbers):
        known |= {mask.token(clear): Known(index, name, clear) for name, clear in _values(world, person)}
        if numbers <= known.keys():
            break
    return known


def scenario(data: Path, entries: list[Entry]) -> str:
    """Return the national interface's calls as a scenario of shuaka validate: people by index, what came of each call.

    Raise ValueError where there is no such call.
    """
    steps = [entry for entry in entries if entry.gateway == NATIONAL and entry.verdict in (APPROVED, REFUSED)]
    if not steps:
        raise ValueError("the journal holds no call of the national interface")
    known = who(data, steps)
    names = {holder: f"p{number}" for number, holder in enumerate(sorted({each.holder for each in known.values()}), 1)}
    words = {token: f"{{{names[each.holder]}.{each.name}}}" for token, each in known.items()}
    lines = [
        f'name = "journal of {steps[0].at[:10]}"',
        'about = "Calls of a journal. Whoever is not of our population is left as a hash."',
        f'population = "{_people_of(data)}"',
        f"starts = {steps[0].at[:19].replace(' ', 'T')}",
        *(line for holder, name in names.items() for line in ("", f"[people.{name}]", f"index = {holder}")),
    ]
    before = datetime.fromisoformat(steps[0].at[:19])
    for number, entry in enumerate(steps, 1):
        moment = datetime.fromisoformat(entry.at[:19])
        lines += ["", *_step(entry, f"step{number}", moment - before, words)]
        words |= _answers(entry, f"step{number}")
        before = max(before, moment)
    return "\n".join(lines) + "\n"


def _people_of(data: Path) -> People:
    try:
        return compose.parse_people(data_directory.endpoints(data).people)
    except DirectoryError:
        return compose.DEFAULT_PEOPLE  # nobody runs here now: the usual population


def _world(data: Path) -> World:
    people = _people_of(data)
    compose.adopt(data)
    key = NetworkKey(data_directory.network_key(data))
    return compose.world(compose.population(people.seed, people.size), key)


def _people(data: Path, world: World, mask: Mask, wanted: set[str]) -> Iterator[tuple[int, Person]]:
    """Yield our people whose number is wanted, in the order of their index."""
    people = _people_of(data)
    population = compose.population(people.seed, people.size)
    for index in range(min(people.size, SEARCHED_MAX)):
        city = population.profile(index).city
        psn_no = insured_number(city, index)
        if mask.fresh_token(psn_no) in wanted and (person := world.register.newcomer(city, psn_no)):
            yield index, person


def _values(world: World, person: Person) -> Iterator[tuple[str, str]]:
    for name in ("psn_no", "certno", "psn_name", "brdy"):
        yield name, getattr(person, name)
    for issue in range(1, ISSUES + 1):
        card = world.register.card(person.city, person.psn_no, issue)
        yield "card_number", card.card_number
        yield "card_sn", card.card_id.hex().upper()
        yield "bank_card_no", card.bank_card_no


def _clear(token: str, known: dict[str, Known]) -> str:
    return known[token].clear if token in known else token


def _answers(entry: Entry, step: str) -> dict[str, str]:
    """Return what later steps may name of this one's answer."""
    answered = msgspec.json.decode(entry.answered) or {}
    return {answered[name]: f"{{{step}.{name}}}" for name in ("setl_id", "mdtrt_id") if answered.get(name)}


def _step(entry: Entry, name: str, after: timedelta, words: dict[str, str]) -> list[str]:
    asked = msgspec.json.decode(entry.asked)
    people = [found[1:].partition(".")[0] for found in words.values() if found in _toml(asked, words)]
    said = {
        "name": name,
        "infno": entry.infno,
        "at": entry.fixmedins_code,
        "who": next((person for person in people if person.startswith("p")), ""),
        "after": f"{after // timedelta(seconds=1)}s" if after > timedelta(0) else "",
        "insured": entry.insuplc_admdvs,
    }
    lines = ["[[step]]", *(f"{key} = {json.dumps(value)}" for key, value in said.items() if value)]
    lines += ["fill = false", f"input = {_toml(asked.get('input', asked), words)}"]
    expected = {"refusal": entry.refusal} | _amounts(msgspec.json.decode(entry.answered))
    lines.append(f"expect = {_toml(expected, {})}")
    postings = [_posting(made) for made in entry.postings if not made.debit.startswith(f"{OPENING}:")]
    if postings:
        lines.append(f"postings = {_toml(postings, words)}")
    return lines


def _posting(made: Posting) -> dict[str, str]:
    amount = yuan(made.amount_fen)
    return {"books": made.books, "debit": made.debit, "credit": made.credit, "amount": amount}


def _amounts(answered: Any) -> dict[str, str]:
    """Return the amounts of a settlement, as yuan."""
    amounts = answered.get("amounts") if isinstance(answered, dict) else None
    return {name.removesuffix("_fen"): yuan(fen) for name, fen in (amounts or {}).items() if "_fen" in name}


def _toml(value: Any, words: dict[str, str]) -> str:
    """Return JSON as TOML writes it on one line; a text that has a name in the scenario becomes that."""
    if isinstance(value, dict):
        rows = (f"{json.dumps(name)} = {_toml(each, words)}" for name, each in value.items() if each is not None)
        return "{ " + ", ".join(rows) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(each, words) for each in value) + "]"
    if isinstance(value, str):
        named = words.get(value) or TOKEN.sub(lambda found: words.get(found[0], found[0]), value)
        return json.dumps(named, ensure_ascii=False)
    return json.dumps(value)
