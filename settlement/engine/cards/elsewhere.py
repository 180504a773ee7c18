"""A person's rows in other cities: one card is in use in a province, whichever of its cities issued it (RA01, RD18)."""

from settlement.engine.arrival import Arrival
from settlement.engine.card_in_force import AWAY, CANCELLED, NONE
from settlement.engine.case import Case, Refused, World
from settlement.engine.judge import Keys
from settlement.engine.ledger.state import Person
from settlement.wire import service_codes
from settlement.wire.card_service import CardService


def names(arrival: Arrival, world: World) -> Keys:
    """Name what each other city of the province knows of the person."""
    asked = arrival.body
    assert isinstance(asked, CardService)
    return names_of(arrival, asked.psn_no, world)


def names_of(arrival: Arrival, psn_no: str, world: World) -> Keys:
    """Name what each other city of the province knows of somebody."""
    return tuple((Person, (city, psn_no)) for city in neighbours(world, arrival.home))


def neighbours(world: World, home: str) -> tuple[str, ...]:
    """Return the other cities of a city's province."""
    here = world.cities.get(home)
    if here is None:
        return ()
    return tuple(code for code, city in world.cities.items() if code != home and city.province == here.province)


def card_elsewhere(case: Case, psn_no: str) -> Person | None:
    """Return the person as the city of the province knows them where their card is in use, or None."""
    return next((there for there in known_elsewhere(case, psn_no) if in_use(there)), None)


def known_elsewhere(case: Case, psn_no: str) -> tuple[Person, ...]:
    """Return the person as each other city of the province that knows them does."""
    found = (
        case.state.get(Person, city, psn_no) or case.world.register.newcomer(city, psn_no)
        for city in neighbours(case.world, case.home)
    )
    return tuple(there for there in found if there is not None)


def in_use(person: Person) -> bool:
    """Tell whether a card is in use here, or being made."""
    return bool(person.card_pending) or person.card_status not in {NONE, AWAY, CANCELLED}


def active_card(person: Person) -> Refused | None:
    """Return which card stands in the way of another one here, or None (RD09)."""
    if person.card_pending:
        return Refused(service_codes.ACTIVE_CARD_EXISTS, "a card is being made here")
    if in_use(person):
        whose = f"a card of {person.issuing_city} is enabled here" if person.issuing_city else "a card of this city"
        return Refused(service_codes.ACTIVE_CARD_EXISTS, whose)
    return None


def one_a_province(case: Case, person: Person) -> Refused | None:
    """Return which card in another city of the province stands in the way of one that comes into use here, or None."""
    there = card_elsewhere(case, person.psn_no)
    return Refused(service_codes.ACTIVE_CARD_EXISTS, f"a card is in use in {there.city}") if there else None
