"""Who takes part in a scenario: people of the population, found by index or by what they are."""

from typing import Any, Final

import msgspec

from cardsim.issuing.population import Population
from settlement.engine.case import World
from settlement.engine.ledger.books import opening
from settlement.engine.ledger.state import Person, Transfer
from settlement.engine.rules.profile import ProfileError
from settlement.validation.scenario_file import PersonRow, nearest

LOOKED_AT_MAX: Final = 5_000
"""How many people of a population are looked at before nobody is found to fit."""
IDENTITY_CARD, SOCIAL_SECURITY_CARD = "02", "03"


def find(name: str, asked: PersonRow, people: Population, world: World, file: str) -> Person:
    """Return a person of the population as the scenario begins with them; raise ProfileError where there is none."""
    key = f"people.{name}"
    if asked.index is not None and not 0 <= asked.index < people.size:
        raise ProfileError(file, f"{key}.index", f"{asked.index} is outside the population of {people.size}")
    indexes = range(min(people.size, LOOKED_AT_MAX)) if asked.index is None else (asked.index,)
    found = next((person for index in indexes if (person := _fitting(index, asked, people, world))), None)
    if found is None:
        raise ProfileError(file, key, f"nobody of the first {len(indexes)} people looked at is so")
    return _changed(found, asked, file, key)


def first_transfers(person: Person, now_ms: int) -> tuple[Transfer, ...]:
    """Return where a person's first balance comes from."""
    return opening(person, now_ms)


def said_of(person: Person, credential: str) -> dict[str, str]:
    """Return a person's fields in the interface's names, shown by a kind of credential (mdtrt_cert_type)."""
    card = credential == SOCIAL_SECURITY_CARD
    return {
        "psn_no": person.psn_no,
        "psn_cert_type": "01",
        "certno": person.certno,
        "psn_name": person.psn_name,
        "brdy": person.brdy,
        "psn_type": person.psn_type,
        "insutype": person.insutype,
        "mdtrt_cert_type": credential,
        "mdtrt_cert_no": person.card_number if card else person.certno,
        "card_sn": person.card_id.hex().upper() if card else "",
        "card_number": person.card_number,
        "bank_card_no": person.bank_card_no,
        "city": person.city,
    }


def _fitting(index: int, asked: PersonRow, people: Population, world: World) -> Person | None:
    city = people.profile(index).city
    if asked.city not in (None, city) or asked.generation not in (None, people.profile(index).generation):
        return None
    psn_no = world.register.psn_no(people.person(index).certno)
    person = world.register.newcomer(city, psn_no) if psn_no else None
    if person is None or asked.insutype not in (None, person.insutype) or asked.psn_type not in (None, person.psn_type):
        return None
    return person


def _changed(person: Person, asked: PersonRow, file: str, key: str) -> Person:
    changes: dict[str, Any] = dict(asked.set)
    for name, value in asked.set.items():
        if name not in Person.__struct_fields__:
            problem = f"a person has no such field{nearest(name, list(Person.__struct_fields__))}"
            raise ProfileError(file, f"{key}.set.{name}", problem)
        if type(value) is not type(getattr(person, name)):
            raise ProfileError(file, f"{key}.set.{name}", f"{value!r} is of the wrong type")
    if asked.balance is not None:
        changes["balance_fen"] = int(asked.balance)
    return msgspec.structs.replace(person, **changes)
