"""`shuaka reconcile`: the institution's own book, the engine's ledger and the bank, held against each other.

The ledger is read from its file, beside an engine that may run on it. Exit codes: 0 nothing differs, 1 something does,
2 a book cannot be read, or the command line is wrong.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer

from settlement.stores.store import FILE_NAME
from shuaka import compose
from shuaka.ending import FAILED, USAGE, end
from shuaka.rehearsing.order import RUNS
from shuaka.terminals import JOURNAL

if TYPE_CHECKING:
    from shuaka.reconciling.own_book import Days, OwnBook
    from shuaka.reconciling.witnesses import Reconciled

PRINTED_MAX: Final = 200


def reconcile(
    data: Annotated[Path, typer.Option(help="Data directory whose ledger is read.")] = compose.DEFAULT_DATA,
    institution: Annotated[str, typer.Option(help="One institution only; --file needs it.")] = "",
    file: Annotated[Path | None, typer.Option(help="The institution's own rows: text or ZIP of 3202.")] = None,
    journal: Annotated[Path | None, typer.Option(help="Journal of terminals; by default all of the directory.")] = None,
    first: Annotated[str, typer.Option("--from", help="First day, yyyy-MM-dd; none: since ever.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last day, yyyy-MM-dd.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For a machine to read.")] = False,
) -> None:
    """Compare institution, engine and bank, and both sides of every claim between cities."""
    from shuaka.reconciling.own_book import BookError, Days  # noqa: PLC0415 - what reads a ledger is loaded here
    from shuaka.reconciling.witnesses import reconciled  # noqa: PLC0415 - as above

    if file is not None and not institution:
        raise typer.BadParameter("whose rows are these? name it with --institution", param_hint="--file")
    days = Days(_day(first, "--from"), _day(last, "--to"))
    try:
        books = _books(data, file, journal, institution, days)
        found = reconciled(data / FILE_NAME, books, institution, days)
    except BookError as error:
        end(str(error), USAGE)
    print(msgspec.json.format(msgspec.json.encode(found)).decode() if as_json else "\n".join(_lines(found)))
    raise typer.Exit(0 if found.ok and not _uncompared(found) else FAILED)


def _uncompared(found: "Reconciled") -> bool:
    """Whether the engine has rows of institutions that brought no row of their own."""
    return bool(found.engine_rows) and not found.own_rows


def _day(text: str, option: str) -> str:
    try:
        return date.fromisoformat(text).strftime("%Y%m%d") if text else ""
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day (yyyy-MM-dd)", param_hint=option) from None


def _books(data: Path, file: Path | None, journal: Path | None, institution: str, days: "Days") -> "dict[str, OwnBook]":
    """Return the own books, by institution; none where there is neither file nor journal."""
    from shuaka.reconciling.own_book import from_file, from_journals, journals_of  # noqa: PLC0415 - as above

    if file is not None:
        return {institution: from_file(file)}
    books = from_journals([journal] if journal else journals_of(data / JOURNAL, data / RUNS), days)
    return {code: book for code, book in books.items() if institution in ("", code)}


def _lines(found: "Reconciled") -> Iterator[str]:
    period = f"{found.first or 'the beginning'} to {found.last or 'now'}"
    yield f"{found.institutions} institutions, {period}"
    yield f"  rows        institution {found.own_rows}, engine {found.engine_rows}"
    yield f"  purchases   terminals {found.own_purchases}, bank {found.bank_purchases}"
    yield f"  cities      {found.pairs} claims between two"
    if _uncompared(found):
        yield "not compared: institutions have no book here; name one with --institution and --file, or --journal"
    if found.ok:
        yield "nothing differs" if not _uncompared(found) else "engine, bank and cities do not differ"
        return
    yield f"{len(found.differences)} differences"
    for one in found.differences[:PRINTED_MAX]:
        where = " ".join(filter(None, (one.fixmedins_code, one.setl_id, one.msgid)))
        yield f"  {one.kind:<17} {where}: {one.said}"
    if len(found.differences) > PRINTED_MAX:
        yield f"  and {len(found.differences) - PRINTED_MAX} more; --json has them all"
