"""`shuaka card`: show, list, present and talk to simulated cards.

Exit codes: 0 done, 1 it could not be done, 2 the command line is wrong. The PIN is never printed.
"""

import json
from pathlib import Path
from typing import Annotated

import typer

from cardsim.card import Card
from cardsim.decode import read_card
from cardsim.issuing.population import Population
from shuaka import card_check, compose
from shuaka.desk import card_view, sessions
from shuaka.ending import USAGE, end
from shuaka.hexadecimal import bytes_of
from shuaka.present import present

app = typer.Typer(
    name="card",
    help="Look at and talk to the simulated cards.",
    no_args_is_help=True,
)

Index = Annotated[
    int,
    typer.Argument(parser=compose.card_index, metavar="[INDEX|SPECIMEN]", help="Index of a card, or a specimen."),
]


def _adopted(data: Path) -> Path:
    compose.adopt(data)
    return data


Data = Annotated[
    Path,
    typer.Option(callback=_adopted, is_eager=True, help="Data directory whose own rules say who lives where."),
]
Seed = Annotated[int, typer.Option(help="Seed of the population.")]
AsJson = Annotated[bool, typer.Option("--json", help="For a machine to read.")]


@app.command()
def show(
    index: Index = 0,
    data: Data = compose.DEFAULT_DATA,  # noqa: ARG001 - taken up before the index is read
    seed: Seed = compose.DEFAULT_SEED,
    as_json: AsJson = False,
) -> None:
    """Show a person and what anyone can read from their card."""
    population = compose.population(seed)
    card = _card(population, index)
    person, profile = population.person(index), population.profile(index)
    files = list(read_card(card, profile.generation))
    if as_json:
        print(json.dumps(card_view.shown(person, profile, card, files), ensure_ascii=False, indent=2))
    else:
        print(*card_view.lines(person, profile, card, files), sep="\n")


@app.command("list")
def list_cards(
    data: Data = compose.DEFAULT_DATA,  # noqa: ARG001 - taken up before the rest is read
    seed: Seed = compose.DEFAULT_SEED,
    count: Annotated[int, typer.Option(min=1, help="How many, from index 0.")] = 10,
    test: Annotated[bool, typer.Option("--test", help="The specimen cards, each of which forces an outcome.")] = False,
    as_json: AsJson = False,
) -> None:
    """List people and the numbers of their cards."""
    population = compose.population(seed)
    if test:
        return _list_specimens(population, as_json=as_json)
    rows = [(population.person(index), population.profile(index)) for index in range(min(count, population.size))]
    if as_json:
        print(json.dumps([card_view.row(person, profile) for person, profile in rows], ensure_ascii=False, indent=2))
        return None
    print(f"{'index':>7}  {'identity number':18}  {'card':9}  {'bank number':19}  {'profile':12}  name")
    for person, profile in rows:
        print(
            f"{person.index:>7}  {person.certno}  {person.card_number}  {person.bank_number}"
            f"  {profile.name:12}  {person.name}"
        )
    return None


def _list_specimens(population: Population, *, as_json: bool) -> None:
    specimens = compose.specimens()
    if as_json:
        print(json.dumps([card_view.specimen_row(one, population) for one in specimens], ensure_ascii=False, indent=2))
        return
    print(*card_view.specimen_lines(specimens), sep="\n")


@app.command()
def apdu(
    commands: Annotated[list[str], typer.Argument(metavar="HEX...", help="Command APDUs; spaces inside are fine.")],
    number: Annotated[int, typer.Option("--card", help="Index of the card in the population.")] = 0,
    seed: Seed = compose.DEFAULT_SEED,
) -> None:
    """Send commands to one card in one contact session; print one response a line."""
    encoded = [bytes_of(position, command) for position, command in enumerate(commands, 1)]
    card = _card(compose.population(seed), number)
    card.power_on()
    for command in encoded:
        print(card.transmit(command).hex().upper())
    card.power_off()


app.command()(present)
app.command()(sessions.record)
app.command()(sessions.replay)
app.command()(sessions.decode)
app.command()(card_check.check)


def _card(population: Population, index: int) -> Card:
    try:
        return population.card(index)
    except IndexError:
        end(f"there is no card {index}: the population has the indexes 0 to {population.size - 1}", USAGE)
