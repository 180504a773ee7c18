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
from settlement.engine.rules.profile import ProfileError
from settlement.gateways.national_form import AS_PLATFORMS, EXCEPTIONS
from settlement.journal.entry import APPROVED, REFUSED, Entry, Posting
from settlement.journal.masking import LEFT_OUT, MARK, TOKEN_DIGITS, Mask
from settlement.validation.forms import refuse_unknown
from settlement.validation.play import OPERATOR
from settlement.wire.codes import BUSY, SIGN_IN_REQUIRED
from settlement.wire.keys import NetworkKey
from settlement.wire.names import insured_number
from settlement.wire.national_fields import Field
from settlement.wire.service_catalogue import CALLS
from shuaka import compose
from shuaka.compose import People

SEARCHED_MAX: Final = 200_000
ISSUES: Final = 4
"""Cards of one person that are tried, the first ones."""
TOKEN: Final = re.compile(f"{MARK}[0-9a-f]{{{TOKEN_DIGITS}}}")
NUMBER: Final = re.compile(f'"(?:owner_)?psn_no": ?"({TOKEN.pattern})"')
"""Who is looked for: whoever is named by number, or by an account; their other values follow."""
NATIONAL, BY_NAME = "national", "services"
"""The gateways whose calls a scenario can say: the interface's own messages, and services by name."""
NAMES: Final = {kind.__struct_config__.tag: name for name, kind in CALLS.items()}
DRAWER: Final = "CASH"
NOT_ITS_KEY: Final = "is not the access key's"
"""What the national gateway says of an institution that another's key signs for."""
ANSWERED: Final = ("setl_id", "mdtrt_id", "deposit_id")
"""What later calls name of an answer."""

OF_ITS_MOMENT: Final = {
    SIGN_IN_REQUIRED.code: "in a scenario institutions sign in by themselves",
    BUSY.code: "the engine had no room for it",
}
"""Refusals that came of what a scenario does not have."""


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
    accounts = " ".join(f"{made.debit} {made.credit}" for entry in entries for made in entry.postings)
    numbers = {*NUMBER.findall(told), *TOKEN.findall(accounts)}
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
    """Return the calls of the signed door as a scenario of shuaka validate: people by index, what came of each call.

    What no scenario can say is a comment in its place. Raise ValueError where there is no such call.
    """
    steps = [
        entry for entry in entries if entry.gateway in (NATIONAL, BY_NAME) and entry.verdict in (APPROVED, REFUSED)
    ]
    if all(map(_left_out, steps)):
        raise ValueError("the journal holds no call that a scenario can say")
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
        if reason := _left_out(entry):
            lines += ["", f"# step{number} is left out, {json.dumps(entry.infno)} {entry.refusal}: {reason}"]
            continue
        moment = datetime.fromisoformat(entry.at[:19])
        lines += ["", *_step(entry, f"step{number}", moment - before, words)]
        words |= _answers(entry, f"step{number}")
        before = max(before, moment)
    return "\n".join(lines) + "\n"


def _left_out(entry: Entry) -> str:
    """Return why a call cannot be a step; nothing if it can."""
    asked = msgspec.json.decode(entry.asked)
    if not entry.infno or not isinstance(asked, dict) or asked.keys() == {"bytes"}:
        return "it could not be read, or is not kept whole"
    if entry.refusal in OF_ITS_MOMENT:
        return OF_ITS_MOMENT[entry.refusal]
    if entry.infno in EXCEPTIONS or (entry.gateway == BY_NAME and asked.keys() & LEFT_OUT):
        return "a secret or a file in it is not kept"
    if entry.gateway == BY_NAME:
        return ""
    if entry.refusal and (NOT_ITS_KEY in entry.err_msg or (entry.field and not entry.field.startswith("input."))):
        return "its envelope was refused"
    try:
        refuse_unknown(entry.infno, _known(entry.infno, asked.get("input")), AS_PLATFORMS, "", "")
    except (ProfileError, AttributeError, TypeError):
        return "its input is none of the interface's"
    return ""


def _known(infno: str, given: Any) -> Any:
    """Return an input without nodes and fields that the interface does not have, and the door does not read."""
    form = AS_PLATFORMS.forms.get(infno)
    nodes = {node.name: node.fields for node in form.nodes} if form else {}
    if "" in nodes:
        return _known_fields(given, nodes[""])
    if not isinstance(given, dict):
        return given
    return {name: _known_fields(given[name], fields) for name, fields in nodes.items() if name in given}


def _known_fields(said: Any, fields: tuple[Field, ...]) -> Any:
    if isinstance(said, list):
        return [_known_fields(row, fields) for row in said]
    if not isinstance(said, dict):
        return said
    known = {name for field in fields for name in (field.name, *field.also)}
    return {name: value for name, value in said.items() if name in known}


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
    """Return what later steps may name of this one and of its answer."""
    answered = msgspec.json.decode(entry.answered) or {}
    named = {answered[name]: f"{{{step}.{name}}}" for name in ANSWERED if answered.get(name)}
    return {entry.msgid: f"{{{step}.msgid}}"} | named


def _step(entry: Entry, name: str, after: timedelta, words: dict[str, str]) -> list[str]:
    asked = msgspec.json.decode(entry.asked)
    named = entry.gateway == BY_NAME
    given = _toml(asked if named else _known(entry.infno, asked["input"]), words)
    people = [found[1:].partition(".")[0] for found in words.values() if found in given]
    said = {
        "name": name,
        "service" if named else "infno": NAMES[entry.infno] if named else entry.infno,
        "at": entry.fixmedins_code,
        "who": next((person for person in people if person.startswith("p")), ""),
        "after": f"{after // timedelta(seconds=1)}s" if after > timedelta(0) else "",
        "insured": entry.insuplc_admdvs,
        "msgid": words.get(entry.msgid, ""),
    }
    lines = ["[[step]]", *(f"{key} = {json.dumps(value)}" for key, value in said.items() if value)]
    lines += ["fill = false", f"input = {given}"]
    expected = {"refusal": entry.refusal} | _amounts(entry)
    lines.append(f"expect = {_toml(expected, {})}")
    postings = [_posting(made, words) for made in entry.postings if not made.debit.startswith(f"{OPENING}:")]
    if postings:
        lines.append(f"postings = {_toml(postings, {})}")
    return lines


def _posting(made: Posting, words: dict[str, str]) -> dict[str, str]:
    debit, credit = _account(made.debit, words), _account(made.credit, words)
    return {"books": made.books, "debit": debit, "credit": credit, "amount": yuan(made.amount_fen)}


def _account(name: str, words: dict[str, str]) -> str:
    """Return an account's name in the scenario, where one operator holds every drawer."""
    kind, *rest = name.split(":")
    return f"{DRAWER}:{OPERATOR}" if kind == DRAWER else ":".join((kind, *(words.get(part, part) for part in rest)))


def _amounts(entry: Entry) -> dict[str, str]:
    """Return the amounts of a settlement that its message answers, as yuan."""
    answered = msgspec.json.decode(entry.answered)
    amounts = answered.get("amounts") if isinstance(answered, dict) else None
    form = AS_PLATFORMS.forms.get(entry.infno)
    told = {field.name for node in form.answers for field in node.fields} if form else set()
    named = {name.removesuffix("_fen"): fen for name, fen in (amounts or {}).items() if name.endswith("_fen")}
    return {name: yuan(fen) for name, fen in named.items() if name in told}


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
