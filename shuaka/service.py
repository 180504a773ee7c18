"""`shuaka service`: one card service at the running engine, or the catalogue of them all.

`shuaka service --list [--city 370100]` prints what there is and, of a city, by which channel and for whom.
`shuaka service lose --index 7 channel=PHONE` asks for one; `--index` fills in the numbers of one of the engine's people
(psn_no, certno, card_sn), so that none of them stands in a shell's history.

Exit codes: 0 done, 1 refused or the engine does not answer, 2 the command line is wrong.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from msgspec import inspect

from settlement.engine.persons import PopulationRegister
from settlement.wire.codes import KINDS
from settlement.wire.names import institution_code
from settlement.wire.service_catalogue import SERVICES
from shuaka import compose
from shuaka.engine import Engine, EngineError
from shuaka.signed_door import SignedDoor

FAILED: Final = 1
DEFAULT_CITY: Final = "370100"
OPERATOR: Final = "desk"
FILLED_IN: Final = ("psn_no", "certno", "psn_name", "card_sn")
"""What `--index` knows of a person, where a service asks for it."""


def service(
    name: Annotated[str, typer.Argument(help="The service; --list names them.")] = "",
    fields: Annotated[list[str] | None, typer.Argument(metavar="[FIELD=VALUE]...", help="What it asks.")] = None,
    catalogue: Annotated[bool, typer.Option("--list", help="Print the catalogue.")] = False,
    data: Annotated[Path, typer.Option(help="Data directory of the running engine.")] = compose.DEFAULT_DATA,
    city: Annotated[str, typer.Option(help="City of the outlet; as a rule the holder's.")] = "",
    index: Annotated[int | None, typer.Option(min=0, help="Whose card, by index in the engine's population.")] = None,
    msgid: Annotated[str, typer.Option(help="To repeat a call without a second effect.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For a machine to read.")] = False,
) -> None:
    """Ask for a card service, or print which there are and who may do them by which channel."""
    if catalogue:
        _print_catalogue(city, as_json=as_json)
        return
    if name not in SERVICES:
        raise typer.BadParameter(f"{name!r} is no card service; see `shuaka service --list`", param_hint="NAME")
    asked = parse_fields(name, fields or [])
    try:
        answer = _asked(Engine(data), name, asked, city, index, msgid)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(FAILED) from None
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(answer)).decode())
    else:
        print(*lines_of(name, answer), sep="\n")
    if answer["infcode"]:
        raise typer.Exit(FAILED)


def parse_fields(name: str, given: list[str]) -> dict[str, Any]:
    """Read FIELD=VALUE pairs as a service's fields; raise typer.BadParameter."""
    kinds = {field.name: field.type for field in msgspec.structs.fields(SERVICES[name])}
    read: dict[str, Any] = {}
    for pair in given:
        field, equals, value = pair.partition("=")
        if not equals or field not in kinds:
            raise typer.BadParameter(f"{pair} is none of {', '.join(f'{known}=...' for known in kinds)}")
        read[field] = value if _is_text(kinds[field]) else _plain(value)
    return read


def lines_of(name: str, answer: dict[str, Any]) -> Iterator[str]:
    """Return an answer as people read it."""
    if answer["infcode"]:
        yield f"{name}: refused {answer['err_msg']}"
        return
    yield f"{name}: done, msgid {answer['msgid']}"
    for field, value in answer["output"].items():
        if value not in ("", 0, None):
            yield f"  {field} {value}"


def _asked(
    engine: Engine, name: str, fields: dict[str, Any], city: str, index: int | None, msgid: str
) -> dict[str, Any]:
    known = {} if index is None else _numbers(engine, index)
    place = city or known.get("city", DEFAULT_CITY)
    if place not in compose.rulebook().cities:
        raise typer.BadParameter(f"{place} is none of {', '.join(compose.rulebook().cities)}", param_hint="--city")
    asked = {field: known[field] for field in SERVICES[name].__struct_fields__ if field in known} | fields
    door = SignedDoor(engine.endpoints.http, engine.network_key, institution_code("P", place, 1), OPERATOR)
    door.sign_in()
    return door.service(name, asked, insured=known.get("city", ""), msgid=msgid)


def _numbers(engine: Engine, index: int) -> dict[str, str]:
    """Return the numbers of one of the engine's people and of their first card."""
    people = engine.people()
    crowd = compose.population(people.seed, people.size)
    if index not in crowd:
        problem = f"the engine has {people.size} people, and the specimens of `shuaka card list --test`"
        raise typer.BadParameter(problem, param_hint="--index")
    home = crowd.profile(index).city
    register = PopulationRegister(crowd, compose.rulebook().cities, engine.network_key, compose.specimens())
    person = register.newcomer(home, register.psn_no(crowd.person(index).certno) or "")
    assert person, "everybody of a population is insured"
    numbers = {name: getattr(person, name) for name in ("city", "psn_no", "certno", "psn_name")}
    return {**numbers, "card_sn": person.card_id.hex().upper()}


def _print_catalogue(city: str, *, as_json: bool) -> None:
    if city and city not in compose.rulebook().cities:
        raise typer.BadParameter(f"{city} is none of {', '.join(compose.rulebook().cities)}", param_hint="--city")
    rows = [_described(name, city) for name in SERVICES]
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(rows)).decode())
        return
    for row in rows:
        print(f"{row['infno']}  {row['name']:22} {row['title']}")
        for code, offer in row["cities"].items():
            print(f"      {code}  at {' '.join(offer['at'])}; by {' '.join(offer['by'])}; {offer['where'].lower()}")


def _described(name: str, city: str) -> dict[str, Any]:
    """Return a service with its fields and, city by city, who may have it done and how."""
    infno = str(SERVICES[name].__struct_config__.tag)
    offers = {
        code: one.services[name]
        for code, one in compose.rulebook().cities.items()
        if name in one.services and city in ("", code)
    }
    return {
        "name": name,
        "infno": infno,
        "title": KINDS[infno].name_en,
        "fields": list(SERVICES[name].__struct_fields__),
        "cities": {
            code: {
                "at": sorted(offer.at),
                "by": sorted(offer.by),
                "documents": sorted(offer.documents),
                "where": offer.where,
            }
            for code, offer in offers.items()
        },
    }


def _is_text(kind: object) -> bool:
    """Tell whether a field takes text, which is then never read as anything else."""
    return isinstance(inspect.type_info(kind), inspect.StrType | inspect.LiteralType | inspect.BytesType)


def _plain(value: str) -> object:
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return value
