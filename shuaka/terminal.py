"""`shuaka terminal`: one terminal in the shell, with a simulated or a real reader, against a running engine.

Exit codes: 0 the last visit went well, 1 it did not or something is missing, 2 the command line
or its file is wrong.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from cardsim.card import Card
from settlement.wire.messages import Line
from shuaka import compose
from shuaka.desk.chips import ChipsError
from shuaka.desk.drawer import opened
from shuaka.desk.reader_choice import (
    DEFAULT_READER,
    ContactlessOption,
    ReaderChoice,
    ReaderOption,
    people_with,
    run,
)
from shuaka.desk.simulation import FaultOption, SeedOption, TimingOption, simulation
from shuaka.ending import FAILED, USAGE, end
from shuaka.engine import Engine, EngineError
from shuaka.interruption import interruptible
from terminals.kernel.effects import Slot
from terminals.kernel.outcome import Tender
from terminals.kernel.papers import Papers
from terminals.kernel.sam import province
from terminals.patients import line

DEFAULT_CITY: Final = "370100"
LANE: Final = 8
"""Beside a fleet's and a load's terminals in the same pharmacy."""
BASKET: Final = 2
BASKET_MAX: Final = 20
"""Items of the catalogue, one pack each."""
KINDS_OF_SAM: Final = ("software", "pcsc")


NextCard = Callable[[int], Card]
"""Gives the card of an issue; of the first, the one that its holder has now."""


class Tendered(StrEnum):
    """How the patient pays the rest."""

    CASH = "cash"
    BANK = "bank"


class Credential(StrEnum):
    """What a patient shows."""

    CARD = "card"
    VOUCHER = "voucher"
    IDENTITY = "identity"
    ECARD = "ecard"


CREDENTIALS: Final = {Credential.VOUCHER: "01", Credential.IDENTITY: "02", Credential.ECARD: "91"}
"""mdtrt_cert_type of what is no card."""


class Errand(StrEnum):
    """What the card's holder came for."""

    SALE = "sale"
    CHANGE_PIN = "change-pin"
    RESET_PIN = "reset-pin"
    REISSUE = "reissue"


def parse_sam(text: object) -> str:
    """Read software:AREA, pcsc:NAME or none; raise typer.BadParameter."""
    kind, _, place = str(text).partition(":")
    if str(text) in {"", "none"}:
        return ""
    area = place.isascii() and place.isdecimal() and len(place) in {2, 6}
    if kind not in KINDS_OF_SAM or not place or (kind == "software" and not area):
        raise typer.BadParameter(f"{text} is none of software:370100, software:37, pcsc:NAME, none")
    return str(text)


def terminal(
    reader: ReaderOption = DEFAULT_READER,
    data: Annotated[Path, typer.Option(help="Data directory of the running engine.")] = compose.DEFAULT_DATA,
    city: Annotated[
        str | None, typer.Option(help=f"City in whose first pharmacy it stands; {DEFAULT_CITY}, or a specimen's.")
    ] = None,
    specimen: Annotated[
        str | None, typer.Option("--card", metavar="SPECIMEN", help="A specimen card by its name; `card list --test`.")
    ] = None,
    credential: Annotated[
        Credential, typer.Option(help="What is shown: the card, or of the same person something else.")
    ] = Credential.CARD,
    sam: Annotated[
        str | None,
        typer.Option(parser=parse_sam, metavar="software:AREA|pcsc:NAME|none", help="Security module; the province's."),
    ] = None,
    contactless: ContactlessOption = False,
    errand: Annotated[Errand, typer.Option(help="What the holder came for; a PIN is the remote one.")] = Errand.SALE,
    tender: Annotated[Tendered, typer.Option(help="How the rest is paid.")] = Tendered.CASH,
    save_account: Annotated[
        bool, typer.Option("--save-account", help="Leave the personal account alone: what the funds do not pay is due.")
    ] = False,
    items: Annotated[int, typer.Option(min=1, max=BASKET_MAX, help="Items in the basket.")] = BASKET,
    cards: Annotated[
        Path | None, typer.Option(help="File of touched chips, for a simulated reader: read first, written last.")
    ] = None,
    seed: SeedOption = None,
    fault: FaultOption = None,
    timing: TimingOption = None,
    lane: Annotated[int, typer.Option(min=1, max=8, help="Lane of the terminal in its pharmacy.")] = LANE,
    read_only: Annotated[bool, typer.Option("--read-only", help="Read the card; no engine, no sale.")] = False,
    once: Annotated[bool, typer.Option("--once", help="End after the first card, as with a simulated reader.")] = False,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="Show whole APDUs; our own cards only.")] = False,
) -> None:
    """Serve whoever puts a card into the reader, as a rule sell a small basket, and show what passes on every side."""
    chosen_card = compose.specimen_named(specimen) if specimen else None
    if chosen_card:
        reader = ReaderChoice(index=chosen_card.index)
    city = city or (chosen_card.at if chosen_card else DEFAULT_CITY)
    held_to_antenna = contactless and reader.simulated  # a real reader without contacts is what it is
    simulated = simulation(reader.name, seed=seed, contactless=held_to_antenna, schedule=fault, timing=timing)
    compose.adopt(data)
    papers = _papers(credential, reader, simulated.seed)
    site = compose.pharmacy(city, compose.run_name("desk", ""), lane=lane)

    async def work(next_card: NextCard | None) -> None:
        from shuaka.desk import counter  # noqa: PLC0415 - brings trio, which is running by now

        engine = None if read_only else Engine(data)
        chosen = counter.Counter(
            site=site,
            reader=reader,
            sam=f"software:{province(city)}" if sam is None else sam,
            slot=Slot.TAP if contactless else Slot.LOCAL,
            simulation=simulated,
            next_card=next_card,
            errand=errand.value,
            basket=basket_of(items),
            account_used=not save_account,
            tender=Tender.TAP if contactless and tender is Tendered.BANK else Tender(tender.value),
            papers=papers,
            read_only=read_only,
            once=once or reader.simulated,
            unmasked=unmasked,
            host=engine.tcp.host if engine else "",
            port=engine.tcp.port if engine else 0,
            terminal_key=engine.network_key.terminal_key(site.dev_no) if engine else bytes(16),
            journal=None if read_only else data / f"terminal-{site.dev_no}.journal",
        )
        if not await counter.attend(chosen):
            raise typer.Exit(FAILED)

    try:
        with interruptible(), _kept(reader, simulated.seed, cards) as next_card:
            run(partial(work, next_card))
    except EngineError as error:
        end(str(error), FAILED)
    except ChipsError as error:
        end(str(error), USAGE)


def _papers(credential: Credential, reader: ReaderChoice, seed: int) -> Papers | None:
    """Return what is shown instead of the card of a simulated reader."""
    if credential is Credential.CARD:
        return None
    if not reader.simulated:
        raise typer.BadParameter(f"{reader.name} is a real reader: it has a card", param_hint="--credential")
    people = people_with(reader, seed)
    person = people.person(reader.index)
    return Papers(CREDENTIALS[credential], people.profile(reader.index).city, person.certno, person.name)


def basket_of(items: int) -> tuple[Line, ...]:
    """Return one pack each of so many items."""
    return tuple(line(str(number), item, 1) for number, item in enumerate(compose.items()[:items], 1))


@contextmanager
def _kept(reader: ReaderChoice, seed: int, cards: Path | None) -> Iterator[NextCard | None]:
    """Give a simulated reader's cards by issue, as their file has them, and keep them there; None for a real one."""
    if cards is None:
        yield partial(people_with(reader, seed).card, reader.index) if reader.simulated else None
        return
    if not reader.simulated:
        raise typer.BadParameter(f"{reader.name} is a real reader: its cards keep themselves", param_hint="--cards")
    with opened(people_with(reader, seed), cards) as drawer:
        yield partial(drawer.card, reader.index)
