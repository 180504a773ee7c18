"""`shuaka policy`: a city's benefit policy as a table, its doubtful places, and cases at its thresholds.

Exit codes: 0 done, 1 something is doubtful, 2 the command line is wrong or a file cannot be used.
"""

import sys
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from settlement.config import Rulebook, text_of
from settlement.engine.rules.policy import Policy
from settlement.engine.rules.policy_file import read_policy
from settlement.engine.rules.profile import ProfileError
from settlement.telling.policy_bounds import bounds, without_cases
from settlement.telling.policy_check import findings, is_sample, uncovered
from settlement.telling.policy_table import table
from shuaka import compose
from shuaka.day_option import DAY_OPTION, written
from shuaka.ending import USAGE, end
from shuaka.own_rules import OwnRules

DOUBTFUL: Final = 1

app: Final = typer.Typer(
    name="policy",
    help="A city's benefit policy: as a table, checked, and its thresholds.",
    no_args_is_help=True,
)

WhichArgument = Annotated[str, typer.Argument(metavar="CITY|FILE", help="A city's code, or a policy file.")]
DataOption = Annotated[Path, typer.Option(help="Data directory, whose own rules stand before the shipped ones.")]
DayOption = Annotated[int, DAY_OPTION]


@app.command("table")
def table_(
    city: Annotated[str, typer.Argument(help="The city's code, six digits.")],
    day: DayOption = "",  # type: ignore[assignment]  # its parser makes a day of it
    data: DataOption = compose.DEFAULT_DATA,
) -> None:
    """Print a city's policy of one day as officials write it."""
    book = _book(data, city)
    named, policy = book.cities[city], book.policies[book.cities[city].policy]
    print(f"{city} {named.name} {named.name_en}: policy {policy.name}, {written(day)}")
    if is_sample(policy):
        print("样例，非官方政策 a sample, not an official policy")
    print("", *table(policy, day), sep="\n")


@app.command()
def check(
    which: WhichArgument,
    day: DayOption = "",  # type: ignore[assignment]  # its parser makes a day of it
    data: DataOption = compose.DEFAULT_DATA,
) -> None:
    """Name what is doubtful in a policy: codes, sources, gaps, overlaps, falling ratios. Exit 1 if anything is."""
    policy = _policy(which, data)
    found = list(findings(policy, day))
    if not Path(which).suffix:
        found += uncovered(policy, _book(data, which).cities[which], day)
    for finding in found:
        print(f"{finding.kind}: {finding.where}: {finding.problem}")
    print(f"{len(found)} findings" if found else "no gap, no overlap, no falling ratio")
    raise typer.Exit(DOUBTFUL if found else 0)


@app.command("bounds")
def bounds_(
    which: WhichArgument,
    day: DayOption = "",  # type: ignore[assignment]  # its parser makes a day of it
    data: DataOption = compose.DEFAULT_DATA,
) -> None:
    """Print golden cases at every threshold of the pool: a fen below, on it, a fen above; for `shuaka validate`.

    What pays after the pool, refuses a bill or falls to the hospital has none: it is named on stderr.
    """
    policy = _policy(which, data)
    print(msgspec.json.format(msgspec.json.encode(bounds(policy, day)), indent=1).decode())
    missing = without_cases(policy, day)
    if missing:
        print(f"no cases, a golden case holds the pool alone: {', '.join(missing)}", file=sys.stderr)


def _policy(which: str, data: Path) -> Policy:
    file = Path(which)
    if not file.suffix:
        book = _book(data, which)
        return book.policies[book.cities[which].policy]
    try:
        return read_policy(text_of(file), file.name)
    except ProfileError as error:
        end(str(error), USAGE)


def _book(data: Path, city: str) -> Rulebook:
    try:
        return OwnRules(data).known(city)
    except ProfileError as error:
        end(str(error), USAGE)
