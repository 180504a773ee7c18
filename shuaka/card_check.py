"""`shuaka card check`: the laboratory's checks of one card, simulated or real, and the report of them.

Exit codes: 0 all that were run passed, 1 a check failed or the card could not be checked, 2 the command line is wrong.
On a card that is not ours nothing runs that could harm it, unless --destructive; the try budget holds even then.
"""

from datetime import date as day
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cardsim.presentable import NoAntennaError
from shuaka import compose
from shuaka.desk.reader_choice import (
    DEFAULT_READER,
    ContactlessOption,
    ReaderChoice,
    ReaderOption,
    RiskOption,
    RiskTransactionOption,
    SharedOption,
    run,
)
from shuaka.desk.simulation import SeedOption, Simulation, simulation
from shuaka.ending import FAILED
from shuaka.terminal import parse_sam

if TYPE_CHECKING:  # imported by the command that runs it, below
    from terminals.laboratory.report import Report


class Suffix(StrEnum):
    """What a report can be written as."""

    MARKDOWN = ".md"
    HTML = ".html"
    JSON = ".json"


def parse_report(text: object) -> Path:
    """Read a file name that says what to write; raise typer.BadParameter."""
    if Path(str(text)).suffix not in set(Suffix):
        raise typer.BadParameter(f"{text} ends with none of {', '.join(Suffix)}")
    return Path(str(text))


def check(
    index: Annotated[int | None, typer.Argument(help="Index of a simulated card.", min=0)] = None,
    reader: ReaderOption = DEFAULT_READER,
    sam: Annotated[
        str | None,
        typer.Option(
            parser=parse_sam, metavar="software:CITY|pcsc:NAME|none", help="Security module; the card's city."
        ),
    ] = None,
    contactless: ContactlessOption = False,
    destructive: Annotated[bool, typer.Option("--destructive", help="Run checks that can harm the card, too.")] = False,
    report: Annotated[
        Path | None, typer.Option(parser=parse_report, metavar="FILE.md|.html|.json", help="Where the report goes.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For a machine to read.")] = False,
    seed: SeedOption = None,
    date: Annotated[str, typer.Option(help="Date in the report; today.")] = "",
    risk_key: RiskOption = None,
    risk_transaction: RiskTransactionOption = False,
    shared: SharedOption = False,
) -> None:
    """Check a card against what is publicly known of its kind, and report it. This is no test of conformity."""
    simulated = simulation(reader.name, seed=seed, contactless=contactless)
    chosen = _chosen(index, reader, simulated)
    today = date or day.today().isoformat()  # noqa: DTZ011 - the date on paper is the reader's

    async def work() -> None:
        from shuaka.desk.examination import Order, examine  # noqa: PLC0415 - brings trio, which is running by now

        risked = tuple(risk_key or ())
        order = Order(chosen, simulated, sam, destructive, shared, risked, risk_transaction, today)
        done = await examine(order)
        _tell(done, report, as_json=as_json)
        if not done.passed:
            raise typer.Exit(FAILED)

    run(work)


def _chosen(index: int | None, reader: ReaderChoice, simulated: Simulation) -> ReaderChoice:
    """Return the reader, with the card of the index in it if it is simulated; raise typer.BadParameter."""
    if not reader.simulated:
        if index is not None:
            raise typer.BadParameter("the card of an index is in no real reader", param_hint="INDEX")
        return reader
    choice, population = reader if index is None else ReaderChoice(index=index), compose.population(simulated.seed)
    if choice.index not in population:
        raise typer.BadParameter(f"there is no card {choice.index}: 0 to {population.size - 1}", param_hint="INDEX")
    try:
        simulated.put(population.card(choice.index))
    except NoAntennaError as error:
        raise typer.BadParameter(str(error), param_hint="--contactless") from None
    return choice


def _tell(report: "Report", file: Path | None, *, as_json: bool) -> None:
    """Write the file, and print: the report itself if there is no file, else a line."""
    if file is not None:
        file.write_text(_written(report, Suffix(file.suffix)), "utf-8")
    if as_json:
        print(_written(report, Suffix.JSON), end="")
    elif file is None:
        print(_written(report, Suffix.MARKDOWN), end="")
    else:
        print(f"{report.summary}: {file}")


def _written(report: "Report", suffix: Suffix) -> str:
    from terminals.laboratory import markdown, page, report as values  # noqa: I001, PLC0415 - as above

    writers = {Suffix.MARKDOWN: markdown.markdown, Suffix.HTML: page.page, Suffix.JSON: values.as_json}
    return writers[suffix](report)
