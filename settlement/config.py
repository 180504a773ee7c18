"""Where the host's settings files are read: cities, and the policies and catalogues that they name.

Files are opened here and in no other place; what they may hold is said by the readers of engine.rules (city,
policy_file, catalogue_file, outlets, calendar, specimens). A file that cannot be read, or that names a file that is not
there, ends in ProfileError.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from msgspec import Struct

from settlement.engine.rules.calendar import Calendar, read_calendar
from settlement.engine.rules.catalogue import Catalogue
from settlement.engine.rules.catalogue_file import read_catalogue, read_matches
from settlement.engine.rules.city import City, read_city
from settlement.engine.rules.outlets import Outlets, read_outlets
from settlement.engine.rules.policy import UNFILED, Policy, pays_nothing
from settlement.engine.rules.policy_file import read_policy
from settlement.engine.rules.profile import Fact, ProfileError
from settlement.engine.rules.specimens import Specimen, read_specimens

SHIPPED: Final = Path(__file__).parent
"""The folder whose cities, policies and catalogues come with the package."""

Named = TypeVar("Named", Policy, Calendar)
Folders = tuple[Path, ...]
"""Where files are looked for: of two with one name the earlier folder's counts."""


class Rulebook(Struct, frozen=True):
    """Every rule by which the host judges."""

    cities: dict[str, City]
    """By code, in rising order."""
    policies: dict[str, Policy]
    """By name, those that a city names."""
    catalogues: dict[str, Catalogue]
    """By name, those that a city names."""
    facts: dict[str, dict[str, Fact]]
    """By city's code: source and basis of each value, by its dotted key."""
    outlets: dict[str, Outlets] = {}
    """By city's code: what surrounds its cards; a city without a file makes none."""
    calendars: dict[str, Calendar] = {}
    """By name, those that outlets name."""
    files: dict[str, Path] = {}
    """By city's code: its file."""


def load_rulebook(*own: Path) -> Rulebook:
    """Read the cities of some folders, of the shipped one by default, and what they name; raise ProfileError.

    Of two files with one name the one in the earlier folder counts.
    """
    folders = own or (SHIPPED,)
    cities: dict[str, City] = {}
    facts: dict[str, dict[str, Fact]] = {}
    files: dict[str, Path] = {}
    policies: dict[str, Policy] = {}
    catalogues: dict[str, Catalogue] = {}
    for file in _files(folders, "cities").values():
        city, origins = read_city(text_of(file), file.name)
        if city.code in cities:
            raise ProfileError(file.name, "code", f"{city.code} is another city file's; one file a city")
        if city.policy not in policies:
            policies[city.policy] = _read_named(folders, "policies", city.policy, read_policy, f"{file.name}: policy")
        if city.catalogue not in catalogues:
            catalogues[city.catalogue] = _read_catalogue(folders, city.catalogue, f"{file.name}: catalogue")
        _refuse_contradiction(city, policies[city.policy], file.name)
        cities[city.code], facts[city.code], files[city.code] = city, origins, file
    if not cities:
        raise ProfileError(str(folders[0] / "cities"), "", "there is no city file (*.toml) here")
    outlets, calendars = _load_outlets(folders, cities, facts)
    return Rulebook(dict(sorted(cities.items())), policies, catalogues, facts, outlets, calendars, files)


def _load_outlets(
    folders: Folders, cities: dict[str, City], facts: dict[str, dict[str, Fact]]
) -> tuple[dict[str, Outlets], dict[str, Calendar]]:
    """Read outlets/*.toml and the calendars that they name; their facts join the city's under `outlets`."""
    outlets: dict[str, Outlets] = {}
    calendars: dict[str, Calendar] = {}
    for file in _files(folders, "outlets").values():
        read, origins = read_outlets(text_of(file), file.name)
        if read.city not in cities or read.city in outlets:
            problem = f"{read.city} has no city file, or two outlets files; there are: {', '.join(cities)}"
            raise ProfileError(file.name, "city", problem)
        if read.calendar not in calendars:
            where = f"{file.name}: calendar"
            calendars[read.calendar] = _read_named(folders, "calendars", read.calendar, _calendar, where)
        outlets[read.city] = read
        facts[read.city] |= {f"outlets.{key}": fact for key, fact in origins.items()}
    return outlets, calendars


def _calendar(text: str, file: str) -> Calendar:
    return read_calendar(text, file)[0]


def _read_named(folders: Folders, kind: str, name: str, read: Callable[[str, str], Named], asked_by: str) -> Named:
    file = _named(folders, kind, name, asked_by)
    content = read(text_of(file), file.name)
    if content.name != name:
        raise ProfileError(file.name, "name", f"{content.name!r}; give it the file's own, {name!r}")
    return content


def _read_catalogue(folders: Folders, name: str, asked_by: str) -> Catalogue:
    """Read a catalogue and, where there is one, the matching of institutions that goes with it."""
    file = _named(folders, "catalogues", name, asked_by, ".csv")
    matching = _files(folders, "matches", ".csv").get(name)
    matches = read_matches(text_of(matching), matching.name) if matching else ()
    return read_catalogue(text_of(file), name, file.name, matches)


def _named(folders: Folders, kind: str, name: str, asked_by: str, suffix: str = ".toml") -> Path:
    there = _files(folders, kind, suffix)
    if name not in there:
        raise ProfileError(asked_by, "", f"there is no {kind}/{name}{suffix}; there are: {', '.join(there)}")
    return there[name]


def _files(folders: Folders, kind: str, suffix: str = ".toml") -> dict[str, Path]:
    """Return the files of a kind by name, in the order of their names."""
    found = {path.stem: path for folder in reversed(folders) for path in (folder / kind).glob(f"*{suffix}")}
    return dict(sorted(found.items()))


def load_specimens() -> tuple[Specimen, ...]:
    """Return the specimen cards that come with the package."""
    file = SHIPPED / "specimens.toml"
    return read_specimens(text_of(file), file.name)


def text_of(file: Path) -> str:
    """Return what a settings file holds; raise ProfileError for one that cannot be read."""
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise ProfileError(str(file), "", f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ProfileError(str(file), "", "is not UTF-8; save it as UTF-8") from None


def _refuse_contradiction(city: City, policy: Policy, file: str) -> None:
    """RD02 is the city's, the figures are the policy's: they must say the same."""
    paying = [row.benefit.name for row in policy.rows if row.route == UNFILED and not pays_nothing(row.benefit)]
    if city.remote.account_only and paying:
        problem = f"true, yet policy {policy.name!r} pays {paying[0]!r} from a fund for the unfiled; change one"
        raise ProfileError(file, "remote.account_only", problem)
