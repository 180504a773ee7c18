"""`shuaka clear`: the monthly clearing of the running engine, and its statement per pair of cities and institution.

Exit codes: 0 cleared and both sides of each pair agree, 1 refused, a pair differs or the engine does not answer, 2 the
command line is wrong.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer

from settlement.engine.ledger.claims import BETWEEN_CITIES, BY_BANKS, TO_INSTITUTIONS
from settlement.engine.rules.money import yuan
from shuaka import compose
from shuaka.ending import FAILED, end
from shuaka.engine import Engine, EngineError

KINDS: Final = (
    (BETWEEN_CITIES, "between cities, out of prefunding (owing -> owed)"),
    (TO_INSTITUTIONS, "institutions, by the agency of the place of treatment"),
    (BY_BANKS, "institutions, by the bank of the card's city"),
)


def clear(
    month: Annotated[str, typer.Argument(help="The month that is over: 2026-11.", metavar="MONTH")],
    data: Annotated[Path, typer.Option(help="Data directory of the engine.")] = compose.DEFAULT_DATA,
    show: Annotated[bool, typer.Option("--show", help="Only show what was cleared; pay nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For a machine to read.")] = False,
) -> None:
    """Pay what cities, agencies and banks owe at a month's end, once; tell who was paid what."""
    try:
        number = _month(month)
        engine = Engine(data)
        if not show:
            _cleared(engine, number)
        statement, pairs = engine.clearing(number), engine.pairs(number)
    except EngineError as error:
        end(str(error), FAILED)
    if as_json:
        print(msgspec.json.format(msgspec.json.encode({**statement, "pairs": pairs})).decode())
    else:
        print(*_lines(statement, pairs), sep="\n")
    if pairs["differences"]:
        raise typer.Exit(FAILED)


def _month(text: str) -> int:
    year, dash, month = text.partition("-")
    if not (
        dash and len(year) == len("2026") and month in [f"{number:02}" for number in range(1, 13)] and year.isdecimal()
    ):
        raise typer.BadParameter(f"{text!r} is no month; write it as 2026-11", param_hint="MONTH")
    return int(year + month)


def _cleared(engine: Engine, month: int) -> None:
    """Have the month cleared; any agency may ask for it, since all are cleared at once."""
    done = engine.operate("clear-month", next(iter(compose.rulebook().cities)), {"month": month})
    if done["infcode"]:
        raise EngineError(done["err_msg"])


def _lines(statement: dict[str, Any], pairs: dict[str, Any]) -> Iterator[str]:
    month = str(statement["month"])
    yield f"clearing of {month[:4]}-{month[4:]}, yuan"
    for kind, title in KINDS:
        claims = [claim for claim in statement["claims"] if claim["claim"].startswith(f"{kind}:")]
        yield ""
        yield title
        yield from _table(claims) if claims else ("  nothing",)
    yield ""
    yield "prefunding now"
    prefunds = sorted(statement["prefunds"].items())
    yield from (f"  {city}  {_yuan(fen):>16}" for city, fen in prefunds) if prefunds else ("  nothing was cleared yet",)
    yield ""
    yield "both sides of each pair, as booked in the month"
    yield from _sides(pairs)


def _table(claims: list[dict[str, Any]]) -> Iterator[str]:
    yield f"  {'':22} {'booked':>16} {'undone':>16} {'paid':>16}"
    for claim in claims:
        amounts = (claim["forward_fen"], claim["reverse_fen"], claim["net_fen"])
        yield f"  {_who(claim['claim'], claim['city']):22} " + " ".join(f"{_yuan(fen):>16}" for fen in amounts)
    yield f"  {'together':22} {'':>16} {'':>16} {_yuan(sum(claim['net_fen'] for claim in claims)):>16}"


def _sides(pairs: dict[str, Any]) -> Iterable[str]:
    if not pairs["pairs"]:
        return ("  nothing",)
    totals = [
        f"  {_who(pair['claim'], ''):22} {pair['owing_count']} rows {_yuan(pair['owing_fen'])},"
        f" {pair['owed_count']} rows {_yuan(pair['owed_fen'])}"
        for pair in pairs["pairs"]
    ]
    differences = [
        f"  DIFFERENT {_who(row['claim'], '')} {row['cause']}: {row['kind']},"
        f" {_yuan(row['owing_fen'])} against {_yuan(row['owed_fen'])}"
        for row in pairs["differences"]
    ]
    return totals + (differences or ["  equal, cause by cause"])


def _who(claim: str, city: str) -> str:
    """Return whom a claim is between: `379900 -> 370100`, or `370100 -> P37010000001`."""
    owing, owed = claim.split(":")[1:]
    return f"{owing if claim.startswith(f'{BETWEEN_CITIES}:') else city or owing} -> {owed}"


def _yuan(fen: int) -> str:
    whole, _, cents = yuan(fen).rpartition(".")
    return f"{'-' if fen < 0 else ''}{int(whole.lstrip('-')):,}.{cents}"
