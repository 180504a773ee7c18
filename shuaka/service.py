"""`shuaka service`: one card service or visit at the running engine, or the catalogue of them all.

`shuaka service --list [--city 370100]` prints what there is and, of a city, by which channel and for whom.
`shuaka service lose --index 7 channel=PHONE` asks for one; `--index` fills in the numbers of one of the engine's people
(psn_no, certno, and card_sn of the card that is in force by now), so that none of them stands in a shell's history. A
visit (open-both-zones) is asked as one service is, and answered part by part. Whoever speaks for the channel asks: a
service point, a bank, or what people use on line; `--at H37010000001` names another, as a stay's deposit needs it.

Exit codes: 0 done, 1 refused or the engine does not answer, 2 the command line is wrong.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from msgspec import inspect

from settlement.wire.codes import KINDS
from settlement.wire.names import institution_code
from settlement.wire.outlet_channels import TELEPHONE, kind_for
from settlement.wire.service_catalogue import CALLS, VISITS
from shuaka import compose
from shuaka.ending import FAILED, end
from shuaka.engine import Engine, EngineError
from shuaka.holder import Holder, holder_of
from shuaka.signed_door import SignedDoor

DEFAULT_CITY: Final = "370100"
OPERATOR: Final = "desk"
NAMES: Final = (*CALLS, *VISITS)
LOOKED_UP_BY: Final = "APP"
"""The channel by which the card in force is asked for: every city tells a card's status there."""


def service(
    name: Annotated[str, typer.Argument(help="The service; --list names them.")] = "",
    fields: Annotated[list[str] | None, typer.Argument(metavar="[FIELD=VALUE]...", help="What it asks.")] = None,
    catalogue: Annotated[bool, typer.Option("--list", help="Print the catalogue.")] = False,
    data: Annotated[Path, typer.Option(help="Data directory of the running engine.")] = compose.DEFAULT_DATA,
    city: Annotated[str, typer.Option(help="City of the outlet; as a rule the holder's.")] = "",
    index: Annotated[int | None, typer.Option(min=0, help="Whose card, by index in the engine's population.")] = None,
    at: Annotated[str, typer.Option(help="Which institution asks; else whoever speaks for the channel.")] = "",
    msgid: Annotated[str, typer.Option(help="To repeat a call without a second effect.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For a machine to read.")] = False,
) -> None:
    """Ask for a card service, or print which there are and who may do them by which channel."""
    if catalogue:
        _print_catalogue(city, as_json=as_json)
        return
    if name not in NAMES:
        raise typer.BadParameter(f"{name!r} is no card service; see `shuaka service --list`", param_hint="NAME")
    asked = parse_fields(name, fields or [])
    try:
        answer = _asked(Engine(data), name, asked, city, index, at, msgid)
    except EngineError as error:
        end(str(error), FAILED)
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(answer)).decode())
    else:
        print(*lines_of(name, answer), sep="\n")
    if answer["infcode"]:
        raise typer.Exit(FAILED)


def parse_fields(name: str, given: list[str]) -> dict[str, Any]:
    """Read FIELD=VALUE pairs as a service's fields; raise typer.BadParameter."""
    kinds = {field.name: field.type for field in fields_of(name)}
    read: dict[str, Any] = {}
    for pair in given:
        field, equals, value = pair.partition("=")
        if not equals or field not in kinds:
            raise typer.BadParameter(f"{pair} is none of {', '.join(f'{known}=...' for known in kinds)}")
        read[field] = value if _is_text(kinds[field]) else _plain(value)
    return read


def fields_of(name: str) -> tuple[msgspec.structs.FieldInfo, ...]:
    """Return what a service asks, or all the services of a visit together."""
    parts = (msgspec.structs.fields(CALLS[part]) for part in VISITS.get(name, (name,)))
    return tuple({field.name: field for part in parts for field in part}.values())


def lines_of(name: str, answer: dict[str, Any]) -> Iterator[str]:
    """Return an answer as people read it; a visit's part by part."""
    if "parts" in answer:
        for part, told in answer["parts"].items():
            yield from lines_of(part, told)
        return
    if answer["infcode"]:
        yield f"{name}: refused {answer['err_msg']}"
        return
    yield f"{name}: done, msgid {answer['msgid']}"
    for field, value in answer["output"].items():
        if value not in ("", 0, None):
            yield f"  {field} {value}"


def _asked(
    engine: Engine, name: str, fields: dict[str, Any], city: str, index: int | None, at: str, msgid: str
) -> dict[str, Any]:
    holder = None if index is None else holder_of(engine.people(), index, engine.network_key)
    place = city or (holder.city if holder else DEFAULT_CITY)
    if place not in compose.rulebook().cities:
        raise typer.BadParameter(f"{place} is none of {', '.join(compose.rulebook().cities)}", param_hint="--city")
    asked = (_known(engine, name, fields, holder) if holder else {}) | fields
    insured = holder.city if holder else ""
    if missing := missing_field(name, asked, insured or str(asked.get("psn_no", ""))[:6] or place):
        raise typer.BadParameter(missing)
    door = _door(engine, place, asked.get("channel", _usual_channel(name)), at)
    return door.service(name, asked, insured=insured, msgid=msgid)


def missing_field(name: str, asked: dict[str, Any], home: str) -> str:
    """Return which field has to be given and, of a channel, those by which the city does it; empty if none."""
    missing = next((field.name for field in fields_of(name) if field.required and field.name not in asked), "")
    city = compose.rulebook().cities.get(home)
    offers = [city.services[part].at for part in VISITS.get(name, (name,)) if city and part in city.services]
    if missing != "channel" or not offers:
        return f"{name} asks for {missing}=..." if missing else ""
    channels = sorted(frozenset.intersection(*offers))
    return f"{name} asks for channel=...; in {home} it is one of {', '.join(channels)}"


def _known(engine: Engine, name: str, fields: dict[str, Any], holder: Holder) -> dict[str, Any]:
    """Return what is known of a person where the service asks for it; a card only where none is said to be lost."""
    wanted = {field.name for field in fields_of(name)}
    known = {field: value for field, value in holder.numbers.items() if field in wanted}
    if "card_sn" not in wanted or "card_sn" in fields or fields.get("lost"):
        return known
    door = _door(engine, holder.city, LOOKED_UP_BY)
    told = door.service("status", {"psn_no": holder.numbers["psn_no"], "channel": LOOKED_UP_BY})
    if told["infcode"]:
        raise EngineError(f"the card of --index is not told: {told['err_msg']}")
    return known | {"card_sn": holder.card_sn(told["output"]["card_issue"])}


def _door(engine: Engine, city: str, channel: str, at: str = "") -> SignedDoor:
    """Return the door of the institution `at`, or of who speaks for a channel in a city, signed in."""
    try:
        code = at or institution_code(kind_for(channel), city, 1)
    except StopIteration:
        problem = f"{channel} is no channel; see `shuaka service --list`"
        raise typer.BadParameter(problem, param_hint="channel") from None
    door = SignedDoor(engine.endpoints.http, engine.network_key, code, OPERATOR)
    door.sign_in()
    return door


def _usual_channel(name: str) -> str:
    """Return the channel of a service that names none: its own default, else a telephone's."""
    return next((str(field.default) for field in fields_of(name) if field.name == "channel"), TELEPHONE)


def _print_catalogue(city: str, *, as_json: bool) -> None:
    if city and city not in compose.rulebook().cities:
        raise typer.BadParameter(f"{city} is none of {', '.join(compose.rulebook().cities)}", param_hint="--city")
    rows = [_described(name, city) for name in NAMES]
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(rows)).decode())
        return
    for row in rows:
        print(f"{row['infno']:4}  {row['name']:22} {row['title']}")
        for code, offer in row["cities"].items():
            print(f"      {code}  at {' '.join(offer['at'])}; by {' '.join(offer['by'])}; {offer['where'].lower()}")


def _described(name: str, city: str) -> dict[str, Any]:
    """Return a service or visit with its fields and, city by city, who may have it done and how."""
    parts = VISITS.get(name, (name,))
    infnos = [str(CALLS[part].__struct_config__.tag) for part in parts]
    offers = {
        code: one.services[parts[0]]
        for code, one in compose.rulebook().cities.items()
        if parts[0] in one.services and city in ("", code)
    }
    return {
        "name": name,
        "infno": "+".join(infnos),
        "title": ", then ".join(KINDS[infno].name_en for infno in infnos),
        "fields": [field.name for field in fields_of(name)],
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
