"""`shuaka card`: show, list, present and talk to one simulated card.

Exit codes: 0 done, 1 it could not be done, 2 the command line is wrong. The PIN is never printed.
"""

import json
import sys
from collections.abc import Iterable
from typing import Annotated, NoReturn

import msgspec
import typer

from cardsim import vpcd
from cardsim.card import Card
from cardsim.decode import ReadFile, read_card
from cardsim.population import CardProfile, Person, Population
from cardsim.status import SW
from shuaka import compose

FAILED, USAGE = 1, 2

app = typer.Typer(help="Look at and talk to the simulated cards.", no_args_is_help=True)

Index = Annotated[int, typer.Argument(help="Index of the card in the population.")]
Seed = Annotated[int, typer.Option(help="Seed of the population.")]
AsJson = Annotated[bool, typer.Option("--json", help="For a machine to read.")]


@app.command()
def show(index: Index = 0, seed: Seed = compose.DEFAULT_SEED, as_json: AsJson = False) -> None:
    """Show a person and what anyone can read from their card."""
    population = compose.population(seed)
    card = _card(population, index)
    person, profile = population.person(index), population.profile(index)
    files = list(read_card(card, profile.generation))
    if as_json:
        print(json.dumps(_shown(person, profile, card, files), ensure_ascii=False, indent=2))
        return
    print(*_person_lines(person, profile, card), sep="\n")
    for file in files:
        print(f"\n{file.application}  EF {file.fid:04X}  {file.word}")
        print(*_file_lines(file), sep="\n")


@app.command("list")
def list_cards(
    seed: Seed = compose.DEFAULT_SEED,
    count: Annotated[int, typer.Option(min=1, help="How many, from index 0.")] = 10,
    as_json: AsJson = False,
) -> None:
    """List people and the numbers of their cards."""
    population = compose.population(seed)
    rows = [(population.person(index), population.profile(index)) for index in range(min(count, population.size))]
    if as_json:
        print(json.dumps([_row(person, profile) for person, profile in rows], ensure_ascii=False, indent=2))
        return
    print(f"{'index':>7}  {'identity number':18}  {'card':9}  {'bank number':19}  {'profile':12}  name")
    for person, profile in rows:
        print(
            f"{person.index:>7}  {person.certno}  {person.card_number}  {person.bank_number}"
            f"  {profile.name:12}  {person.name}"
        )


@app.command()
def present(
    index: Index = 0,
    seed: Seed = compose.DEFAULT_SEED,
    slot: Annotated[int, typer.Option(min=0, max=vpcd.SLOTS - 1, help="Slot of the virtual reader.")] = 0,
    port: Annotated[int, typer.Option(min=1, max=65534, help="Port of its slot 0.")] = vpcd.PORT,
) -> None:
    """Put a card into vpcd's virtual reader, for any PC/SC program to read."""
    card = _card(compose.population(seed), index)

    def connected() -> None:
        print(f"card {index} is in slot {slot} of vpcd at 127.0.0.1:{port + slot}; Ctrl-C takes it out", flush=True)

    try:
        vpcd.present(card, "127.0.0.1", port + slot, connected)
    except vpcd.NoReaderError as error:
        _fail(f"{error}. Install Debian's vsmartcard-vpcd and pcscd, and start pcscd.", FAILED)
    except KeyboardInterrupt:
        return
    print("the reader went away")


@app.command()
def apdu(
    commands: Annotated[list[str], typer.Argument(metavar="HEX...", help="Command APDUs; spaces inside are fine.")],
    number: Annotated[int, typer.Option("--card", help="Index of the card in the population.")] = 0,
    seed: Seed = compose.DEFAULT_SEED,
) -> None:
    """Send commands to one card in one contact session; print one response a line."""
    encoded = [_bytes(position, command) for position, command in enumerate(commands, 1)]
    card = _card(compose.population(seed), number)
    card.power_on()
    for command in encoded:
        print(card.transmit(command).hex().upper())
    card.power_off()


def _card(population: Population, index: int) -> Card:
    try:
        return population.card(index)
    except IndexError:
        _fail(f"there is no card {index}: the population has the indexes 0 to {population.size - 1}", USAGE)


def _bytes(position: int, text: str) -> bytes:
    digits = "".join(text.split())
    wrong = [character for character in digits if character not in "0123456789abcdefABCDEF"]
    if wrong:
        _fail(f"argument {position} ({text!r}) is not hexadecimal: {wrong[0]!r} is no hex digit", USAGE)
    if not digits:
        _fail(f"argument {position} is empty: a command has at least one byte", USAGE)
    if len(digits) % 2:
        _fail(f"argument {position} ({text!r}) has {len(digits)} hex digits: bytes have two each", USAGE)
    return bytes.fromhex(digits)


def _fail(sentence: str, code: int) -> NoReturn:
    print(f"shuaka card: {sentence}", file=sys.stderr)
    raise typer.Exit(code)


def _person_lines(person: Person, profile: CardProfile, card: Card) -> Iterable[str]:
    yield f"card {person.index}: {person.name}, {person.certno}"
    yield f"  profile      {profile.name} (generation {profile.generation}, city {profile.city})"
    yield f"  bank number  {person.bank_number}"
    yield f"  ATR          {card.atr.hex().upper()}"


def _file_lines(file: ReadFile) -> Iterable[str]:
    if file.sw == SW.SECURITY_STATUS_NOT_SATISFIED:
        yield f"  ({file.sw:04X}: the card wants the holder's PIN first)"
    elif file.elements:
        yield from (f"  {tag:02X}  {word}  {text} {meaning}".rstrip() for tag, word, text, meaning in file.elements)
    else:
        yield f"  {file.data[:16].hex().upper()}{'...' if len(file.data) > 16 else ''}"  # noqa: PLR2004  a line's worth


def _row(person: Person, profile: CardProfile) -> dict[str, object]:
    row: dict[str, object] = msgspec.structs.asdict(person)
    return {**row, "card_id": person.card_id.hex().upper(), "profile": profile.name, "generation": profile.generation}


def _shown(person: Person, profile: CardProfile, card: Card, files: list[ReadFile]) -> dict[str, object]:
    return {
        "person": _row(person, profile),
        "atr": card.atr.hex().upper(),
        "files": [
            {
                "application": file.application,
                "fid": f"{file.fid:04X}",
                "word": file.word,
                "sw": f"{file.sw:04X}",
                "elements": [
                    {"tag": f"{tag:02X}", "word": word, "text": text, "meaning": meaning}
                    for tag, word, text, meaning in file.elements
                ],
                "data": file.data.hex().upper(),
            }
            for file in files
        ],
    }
