"""The composition root's smallest parts: what several commands build alike, by plain constructor calls.

Nothing below this folder imports it, and it imports no loop and no server, so that every command starts quickly.
"""

import time
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
import typer
from msgspec import Struct

from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import SIZE_MAX, Population
from settlement.config import SHIPPED, Rulebook, load_rulebook, load_specimens
from settlement.engine.case import World
from settlement.engine.persons import PopulationRegister
from settlement.engine.rules.catalogue import Item as CatalogueItem
from settlement.engine.rules.census import by_census
from settlement.engine.rules.city import City
from settlement.engine.rules.directory import Directory
from settlement.engine.rules.profile import ProfileError
from settlement.engine.rules.specimens import FIRST_INDEX, Specimen
from settlement.wire.keys import NetworkKey
from settlement.wire.names import HOSPITAL, PHARMACY, compact_time, day_of, institution_code, terminal_number
from shuaka.ending import USAGE, end
from terminals.kernel.site import IssuedPin, Site
from terminals.patients import Item

DEFAULT_SEED: Final = 1
DEFAULT_SIZE: Final = 1_000_000
DEFAULT_DATA: Final = Path("run")
RULES: Final = "rules"
"""The folder of a data directory whose cities, policies and catalogues stand before the shipped ones."""
RUN_NAME_MAX: Final = 20
"""A run's name is its opter_no (interface: c(20)), by which engine and ledger know its work."""
HOST: Final = "127.0.0.1"
PORTS: Final = {"tcp": 7370, "http": 7371, "admin": 7372, "metrics": 7373}
"""Where `serve` listens unless it is told otherwise; below the range that the kernel hands out."""
LOAD_METRICS_PORT: Final = 7374
"""Where a load shows its metrics, beside an engine's."""

DEMO_INSTITUTION: Final = "P37010000001"
"""The pharmacy whose credentials at the HTTP door are made with a data directory."""

PHARMACIES_IN_TEN: Final = 7
"""Of ten terminals, how many stand in pharmacies; ours, as the shares of the default mix."""
GOODS_MAX: Final = 50
"""How many items of the catalogue are bought in a run: they travel with its plan."""
PRICES_FEN: Final = (880, 1_260, 1_999, 2_750, 3_680, 5_820, 8_640, 12_800)
"""Unit prices of the sample catalogue's items, which states limits only; ours."""


class People(Struct, frozen=True):
    """Whose population: the same seed and size are the same people, at the engine and in the field."""

    seed: int
    size: int

    def __str__(self) -> str:
        return f"{self.seed}:{self.size}"


DEFAULT_PEOPLE: Final = People(DEFAULT_SEED, DEFAULT_SIZE)


def parse_people(text: object) -> People:
    """Read SEED:SIZE; raise typer.BadParameter."""
    seed, _, size = str(text).partition(":")
    if not (seed.isdecimal() and size.isdecimal() and 0 < int(size) <= SIZE_MAX):
        raise typer.BadParameter(f"{text} is not SEED:SIZE with a size of 1 to {SIZE_MAX}, as in {DEFAULT_PEOPLE}")
    return People(int(seed), int(size))


PEOPLE_OPTION: Final = typer.Option(
    parser=parse_people, metavar="SEED:SIZE", help="Whose people; as the engine has it."
)


def run_name(kind: str, given: str) -> str:
    """Return the name of a run, made from the time where none is given; raise typer.BadParameter."""
    name = given or f"{kind}-{compact_time(time.time_ns() // 1_000_000)}"
    if len(name) > RUN_NAME_MAX or not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
        problem = f"{name!r} is not 1 to {RUN_NAME_MAX} ASCII letters, digits, - and _"
        raise typer.BadParameter(problem, param_hint="--name")
    return name


_folders: Final = [SHIPPED]
"""Where rules are looked for, the first first; only `adopt` changes it."""


@cache
def rulebook() -> Rulebook:
    """Return the rules that this process works by: those that come with the package, unless it adopted others."""
    return load_rulebook(*_folders)


def adopt(data: Path) -> None:
    """Work by a data directory's own rules before the shipped ones, for as long as this process lives.

    A command that has a data directory calls it once, before it makes people or sites; it ends where they cannot be
    used.
    """
    own = data / RULES
    _folders[:] = [own, SHIPPED] if own.is_dir() else [SHIPPED]
    rulebook.cache_clear()
    specimens.cache_clear()
    issued_pins.cache_clear()
    try:
        rulebook()
    except ProfileError as error:
        name = str(error).partition(":")[0]
        where = "" if Path(name).is_absolute() else f"{next(own.rglob(name), own / name).parent}/"
        end(f"{where}{error}", USAGE)


def card_profiles() -> tuple[CardProfile, ...]:
    """Return the cards of our cities, by weight; the first is a generation 2 card of Jinan."""
    return tuple(
        CardProfile(
            name=f"{city.name_en.lower()}-gen{kind.generation}",
            city=city.code,
            generation=kind.generation,
            weight=kind.weight,
            pin_default=kind.pin_default,
            pin_tries_max=kind.pin_tries_max,
            t0_mode=kind.t0_mode,
            key_lock=kind.key_lock,
            key_lock_probability=kind.key_lock_probability,
            key_lock_after=kind.key_lock_after,
        )
        for city in rulebook().cities.values()
        for kind in city.cards
    )


def cards_digest() -> str:
    """Return a digest of which kinds of card each city has and in what shares: who lives where follows from it."""
    facts = "\n".join(f"{kind.city} {kind.generation} {kind.weight}" for kind in card_profiles())
    return sha256(facts.encode()).hexdigest()[:16]


@cache
def issued_pins() -> tuple[IssuedPin, ...]:
    """Return the initial PIN of each kind of card of our cities."""
    return tuple(
        IssuedPin(city.code, kind.generation, kind.pin_default)
        for city in rulebook().cities.values()
        for kind in city.cards
    )


def bank_pins() -> dict[str, str]:
    """Return what holders type for their bank, by city of insurance."""
    return {code: city.bank.pin_default for code, city in rulebook().cities.items()}


def population(seed: int = DEFAULT_SEED, size: int = DEFAULT_SIZE) -> Population:
    """Return the people and cards that this seed stands for."""
    named = {specimen.index: _specimen_card(specimen) for specimen in specimens()} if size <= FIRST_INDEX else {}
    return Population(seed, size, card_profiles(), named)


@cache
def specimens() -> tuple[Specimen, ...]:
    """Return the specimen cards of cities that there are."""
    return tuple(one for one in load_specimens() if one.city in rulebook().cities)


def card_index(text: object) -> int:
    """Return the index of a card, which is a number or the name of a specimen; raise typer.BadParameter."""
    if str(text).isascii() and str(text).isdecimal():
        return int(str(text))
    return specimen_named(text).index


def specimen_named(text: object) -> Specimen:
    """Return a specimen card by its name; raise typer.BadParameter."""
    found = next((one for one in specimens() if one.name == str(text)), None)
    if found is None:
        names = ", ".join(one.name for one in specimens())
        raise typer.BadParameter(f"{text} is neither an index, such as 7, nor a specimen: {names}")
    return found


def _specimen_card(specimen: Specimen) -> CardProfile:
    """Return a specimen's kind of card: its city's, as worn as it says."""
    kinds = [kind for kind in card_profiles() if kind.city == specimen.city and kind.generation == specimen.generation]
    return msgspec.structs.replace(kinds[0], name=specimen.name, worn=specimen.worn)


def world(people: Population, key: NetworkKey, *, census: bool = False) -> World:
    """Return what the engine judges by: the rules over these people; `census` divides them as their cities do."""
    rules = rulebook()
    homes = {code: by_census(city) for code, city in rules.cities.items()} if census else rules.cities
    register = PopulationRegister(people, homes, key, specimens())
    return World(
        rules.cities,
        rules.policies,
        rules.catalogues,
        Directory(rules.cities),
        register,
        key,
        outlets=rules.outlets,
        calendars=rules.calendars,
    )


def items() -> tuple[Item, ...]:
    """Return what can be bought today in the first city, with a price for each."""
    rules = rulebook()
    today = day_of(time.time_ns() // 1_000_000)
    catalogue = rules.catalogues[next(iter(rules.cities.values())).catalogue]
    return tuple(
        Item(item.code, _price_e6(number, item), item.chrgitm_lv)
        for number, item in enumerate(catalogue.on(today)[:GOODS_MAX])
    )


def sites(count: int, opter_no: str, *, lane: int = 1) -> tuple[Site, ...]:
    """Return `count` terminals of the cities by the weight of their cards, each in an institution of its own.

    From two a city on, each city has a pharmacy and a hospital among them; with fewer some have none. `lane` tells
    apart terminals of one institution, so that two fleets can stand side by side. Raise typer.BadParameter where the
    institutions do not suffice.
    """
    cities = rulebook().cities
    return tuple(
        _site(cities[code], kind, serial, lane, opter_no)
        for (code, kind), share in _shares(count).items()
        for serial in range(1, share + 1)
    )


def pharmacy(city: str, opter_no: str, *, lane: int) -> Site:
    """Return a terminal of a city's first pharmacy; raise typer.BadParameter for a city we have no rules of."""
    cities = rulebook().cities
    if city not in cities:
        raise typer.BadParameter(f"{city} is none of {', '.join(cities)}")
    return _site(cities[city], PHARMACY, 1, lane, opter_no)


def _shares(count: int) -> dict[tuple[str, str], int]:
    """Divide terminals among (city, kind) by largest remainder, as far as each has institutions."""
    weights: dict[tuple[str, str], int] = {}
    room: dict[tuple[str, str], int] = {}
    for code, city in rulebook().cities.items():
        cards = sum(kind.weight for kind in city.cards)
        weights |= {(code, PHARMACY): cards * PHARMACIES_IN_TEN, (code, HOSPITAL): cards * (10 - PHARMACIES_IN_TEN)}
        room |= {(code, PHARMACY): city.institutions.pharmacies, (code, HOSPITAL): sum(city.institutions.hospitals)}
    if count > sum(room.values()):
        raise typer.BadParameter(f"{count} terminals want an institution each; there are {sum(room.values())}")
    shares = dict.fromkeys(weights, 1 if count >= len(weights) else 0)
    total = sum(weights.values())
    for _ in range(count - sum(shares.values())):
        open_places = [place for place in weights if shares[place] < room[place]]
        behind = max(open_places, key=lambda place: count * weights[place] - total * shares[place])
        shares[behind] += 1  # whole parts first and then the largest remainders, in whole numbers
    return shares


def _site(city: City, kind: str, serial: int, lane: int, opter_no: str) -> Site:
    code = institution_code(kind, city.code, serial)
    kind_name = "pharmacy" if kind == PHARMACY else "hospital"
    return Site(
        dev_no=terminal_number(code, lane),
        fixmedins_code=code,
        city=city.code,
        kind=kind,
        opter_no=opter_no,
        password_asked=kind_name in city.local_password.asked_at,
        pin_lock_stops_card=city.credentials.pin_lock_scope == "WHOLE_CARD",
        issued_pins=issued_pins(),
        remote_cities=_guests(city)
        if not city.remote.pilots_only or serial <= city.remote.pilot_serial_max
        else frozenset(),
    )


def _guests(city: City) -> frozenset[str]:
    """Return whose insured may settle in a city: those of the same province where both cities offer it."""
    if not city.remote.offered:
        return frozenset()
    return frozenset(
        other.code
        for other in rulebook().cities.values()
        if other.remote.offered and other.province == city.province and other.code != city.code
    )


def _price_e6(number: int, item: CatalogueItem) -> int:
    """Return an item's price: a tenth above its limit for every third item that has one, so that limits are met."""
    if item.price_limit_e6 is not None and number % 3 == 0:
        return item.price_limit_e6 * 11 // 10
    return PRICES_FEN[number % len(PRICES_FEN)] * 10_000
