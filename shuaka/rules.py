"""`shuaka rules`: which rules of the cities' documents this network keeps, and the test that proves each.

Exit codes: 0, 2 the command line is wrong.
"""

from collections import Counter
from typing import Annotated

import msgspec
import typer

from settlement.rulebook import Rule, read_rules


def rules(
    city: Annotated[str, typer.Option(metavar="CODE", help="Only the rules that this city's document states.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For a machine to read.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="The table of docs/rules.md.")] = False,
) -> None:
    """List the rules of the four cities' documents: kept or not, and the test that proves it."""
    if as_json and as_markdown:
        raise typer.BadParameter("--json or --markdown, not both")
    every = read_rules()
    known = sorted({code for rule in every for code in rule.cities})
    if city and city not in known:
        raise typer.BadParameter(f"--city {city}: no document of that city is known; there are {', '.join(known)}")
    chosen = tuple(rule for rule in every if not city or city in rule.cities)
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(chosen)).decode())
    elif as_markdown:
        print(markdown(chosen), end="")
    else:
        _print(chosen)


def markdown(chosen: tuple[Rule, ...]) -> str:
    """Return the rules as a document of one table."""
    rows = "\n".join(_row(rule) for rule in chosen)
    return f"""# The rules of four cities

What the public documents of Weifang (370700), Jining (370800), Sichuan (510100, Chengdu) and Jinan (370100) say of
cards, passwords, accounts, banks and card making, and what this network makes of it: {_counts(chosen)}. `done` is
proved by the test that stands beside it; `out` says why. Where the cities disagree, a rule is a parameter of the city's
profile (`settlement/cities/`). This page is printed by `shuaka rules --markdown`; the list is `settlement/rules.toml`.

| id | rule | stated by | state | proved by, or why not |
|---|---|---|---|---|
{rows}
"""


def _row(rule: Rule) -> str:
    cells = rule.id, rule.rule, ", ".join(rule.cities), rule.state, _proof(rule, "`")
    escaped = (cell.replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _print(chosen: tuple[Rule, ...]) -> None:
    for rule in chosen:
        print(f"{rule.id}  {','.join(rule.cities)}  {rule.state:<4}  {rule.rule}")
        print(f"      {_proof(rule)}")
    print(f"\n{_counts(chosen)}")


def _proof(rule: Rule, quote: str = "") -> str:
    return rule.reason if rule.state == "out" else f"{quote}{rule.test}{quote}"


def _counts(chosen: tuple[Rule, ...]) -> str:
    states = Counter(rule.state for rule in chosen)
    return f"{len(chosen)} rules, {states['done']} done, {states['out']} out"
