"""`shuaka catalogue`: a city's own list of items, in and out, as CSV (docs/city.md has the columns).

Exit codes: 0 done, 1 nothing found, or the file has bad lines and nothing was written, 2 the command line is wrong.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Annotated, Final

import typer

from settlement.config import Rulebook, text_of
from settlement.engine.rules.catalogue import LEVELS, Catalogue, Item, Match
from settlement.engine.rules.catalogue_file import Head, read_head, read_items, read_matches
from settlement.engine.rules.money import PRICE_PLACES, RATIO_PLACES, unscaled
from settlement.engine.rules.profile import ProfileError
from settlement.sample_catalogue import whole_file
from settlement.wire.refusal import Basis
from shuaka import compose
from shuaka.day_option import DAY_OPTION, written
from shuaka.ending import FAILED, USAGE, end
from shuaka.own_rules import OwnRules

app: Final = typer.Typer(
    name="catalogue",
    help="A city's catalogue: import, match, look up, make a synthetic one.",
    no_args_is_help=True,
)

CityOption = Annotated[str, typer.Option("--city", help="The city's code, six digits.")]
DataOption = Annotated[Path, typer.Option(help="Data directory whose engine shall use it.")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV in our columns, UTF-8.")],
    city: CityOption,
    data: DataOption = compose.DEFAULT_DATA,
    source: Annotated[str, typer.Option(help="Where its figures come from, if the file does not say.")] = "",
    basis: Annotated[Basis, typer.Option(help="On what basis they stand, if the file does not say.")] = Basis.ASSUMED,
) -> None:
    """Check a catalogue line by line and make it the city's, under FILE's name; an engine takes it up at its start."""
    own = OwnRules(data)
    try:
        head, body = _headed(text_of(file), file, source, basis)
        table = read_items(body, file.name)
        if table.problems:
            print(*table.problems, sep="\n", file=sys.stderr)
            raise typer.Exit(FAILED)
        with own.kept_only_if_good("catalogues", f"{file.stem}.csv", head + body) as written:
            own.city_with(city, catalogue=file.stem)
    except ProfileError as error:
        end(str(error), USAGE)
    codes = {item.code for _, item in table.rows}
    print(f"{len(codes)} items in {len(table.rows)} rows: {written}, the catalogue of {city} from the next start on")


@app.command()
def match(
    file: Annotated[Path, typer.Argument(help="CSV: fixmedins_code,medins_list_codg,med_list_codg,begndate,enddate.")],
    city: CityOption,
    data: DataOption = compose.DEFAULT_DATA,
) -> None:
    """Take in what institutions have matched (目录对照): they may bill nothing else from then on."""
    own = OwnRules(data)
    try:
        text = text_of(file)
        matches = read_matches(text, file.name)
        catalogue = _catalogue(own.known(city), city)
        _refuse_strangers(matches, catalogue, file)
        written = own.write("matches", f"{catalogue.name}.csv", text)
    except ProfileError as error:
        end(str(error), USAGE)
    print(f"{len(matches)} codes of {len({found.fixmedins_code for found in matches})} institutions: {written}")


@app.command()
def show(
    code: Annotated[str, typer.Argument(help="The beginning of a med_list_codg or of a name.")],
    city: CityOption,
    day: Annotated[int, DAY_OPTION] = "",  # type: ignore[assignment]  # its parser makes a day of it
    data: DataOption = compose.DEFAULT_DATA,
) -> None:
    """Print the items of a city whose code or name begins so, with their figures of a day."""
    try:
        catalogue = _catalogue(OwnRules(data).known(city), city)
    except ProfileError as error:
        end(str(error), USAGE)
    found = [item for item in catalogue.on(day) if item.code.startswith(code) or item.name.startswith(code)]
    if not found:
        print(f"no item of catalogue {catalogue.name} begins with {code} on {written(day)}")
        raise typer.Exit(FAILED)
    print(*map(_line, found), sep="\n")


@app.command()
def sample(
    count: Annotated[int, typer.Option(min=1, max=100_000, help="How many codes.")] = 2_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same items.")] = 1,
) -> None:
    """Print a synthetic catalogue, none of whose items is real."""
    print(*whole_file(count, Random(seed)), sep="\n")  # noqa: S311 - synthetic names, no secret


def _catalogue(book: Rulebook, city: str) -> Catalogue:
    return book.catalogues[book.cities[city].catalogue]


def _refuse_strangers(matches: Iterable[Match], catalogue: Catalogue, file: Path) -> None:
    known = {item.code for item in catalogue.items}
    strangers = sorted({match.med_list_codg for match in matches} - known)
    if strangers:
        more = f" (and {len(strangers) - 1} more)" if len(strangers) > 1 else ""
        raise ProfileError(file.name, "", f"{strangers[0]} is not in catalogue {catalogue.name}{more}")


def _headed(text: str, file: Path, source: str, basis: Basis) -> tuple[str, str]:
    """Part a file into the lines that say where it comes from, made where it has none, and the rest."""
    text = text.removeprefix("\ufeff")
    if text.startswith("#"):
        read_head(text, file.name)
        return "", text
    if not source:
        raise ProfileError(file.name, "", "does not say where its figures come from: give --source and --basis")
    head = Head(f"imported from {file.name}", source, basis)
    return "".join(f"# {key}: {value}\n" for key, value in head._asdict().items()), text


def _line(item: Item) -> str:
    limits = [item.limit_e6(level) for level in LEVELS]
    shown = "/".join("-" if limit is None else unscaled(limit, PRICE_PLACES)[:-4] for limit in limits)
    figures = f"class {item.chrgitm_lv}  first share {unscaled(item.preself_ratio_e4, RATIO_PLACES)}  limits {shown}"
    limited = "  limited use" if item.limited else ""
    return f"{item.code}  {item.name}  {figures}{limited}  {written(item.from_day)} to {written(item.to_day)}"
