"""Where the host's settings files are read: cities, and the policies and catalogues that they name.

Files become values here and in no other place; what they may hold is said by engine.city, engine.policy and
engine.catalogue. A file that cannot be read, or that names a file that is not there, ends in ProfileError.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from msgspec import Struct

from settlement.engine.rules.catalogue import Catalogue, read_catalogue
from settlement.engine.rules.city import City, read_city
from settlement.engine.rules.policy import REMOTE, Policy, pays_nothing
from settlement.engine.rules.policy_file import read_policy
from settlement.engine.rules.profile import Fact, ProfileError

SHIPPED: Final = Path(__file__).parent
"""The folder whose cities, policies and catalogues come with the package."""

Named = TypeVar("Named", Policy, Catalogue)


class Rulebook(Struct, frozen=True):
    """Every rule by which the host judges, from one folder."""

    cities: dict[str, City]
    """By code, in rising order."""
    policies: dict[str, Policy]
    """By name, those that a city names."""
    catalogues: dict[str, Catalogue]
    """By name, those that a city names."""
    facts: dict[str, dict[str, Fact]]
    """By city's code: source and basis of each value, by its dotted key."""


def load_rulebook(folder: Path = SHIPPED) -> Rulebook:
    """Read cities/*.toml of a folder and the policies/*.toml and catalogues/*.toml they name; raise ProfileError."""
    cities: dict[str, City] = {}
    facts: dict[str, dict[str, Fact]] = {}
    policies: dict[str, Policy] = {}
    catalogues: dict[str, Catalogue] = {}
    for file in sorted((folder / "cities").glob("*.toml")):
        city, origins = read_city(_text(file), file.name)
        if city.code in cities:
            raise ProfileError(file.name, "code", f"{city.code} is another city file's; one file a city")
        if city.policy not in policies:
            policies[city.policy] = _read_named(folder / "policies", city.policy, read_policy, f"{file.name}: policy")
        if city.catalogue not in catalogues:
            where = f"{file.name}: catalogue"
            catalogues[city.catalogue] = _read_named(folder / "catalogues", city.catalogue, read_catalogue, where)
        _refuse_contradiction(city, policies[city.policy], file.name)
        cities[city.code], facts[city.code] = city, origins
    if not cities:
        raise ProfileError(str(folder / "cities"), "", "there is no city file (*.toml) here")
    return Rulebook(dict(sorted(cities.items())), policies, catalogues, facts)


def _read_named(folder: Path, name: str, read: Callable[[str, str], Named], asked_by: str) -> Named:
    there = {path.stem: path for path in sorted(folder.glob("*.toml"))}
    if name not in there:
        raise ProfileError(asked_by, "", f"there is no {folder.name}/{name}.toml; there are: {', '.join(there)}")
    content = read(_text(there[name]), there[name].name)
    if content.name != name:
        raise ProfileError(there[name].name, "name", f"{content.name!r}; give it the file's own, {name!r}")
    return content


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise ProfileError(str(file), "", f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ProfileError(str(file), "", "is not UTF-8; save it as UTF-8") from None


def _refuse_contradiction(city: City, policy: Policy, file: str) -> None:
    """RD02 is the city's, the figures are the policy's: they must say the same."""
    paying = [row.benefit.name for row in policy.rows if row.route == REMOTE and not pays_nothing(row.benefit)]
    if city.remote.account_only and paying:
        problem = f"true, yet policy {policy.name!r} pays {paying[0]!r} from a fund on the remote route; change one"
        raise ProfileError(file, "remote.account_only", problem)
