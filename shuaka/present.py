"""`shuaka card present`: cards in the slots of vpcd's virtual reader, where any PC/SC program reads them.

One card may be in two slots, by its contacts in one and by its antenna in the other: it is one chip all the same.
"""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer

from cardsim import vpcd
from cardsim.faults import FaultyCard
from cardsim.presentable import HeldToAntenna, InContacts, NoAntennaError, Presentable
from shuaka import compose
from shuaka.desk.chips import ChipsError
from shuaka.desk.drawer import Drawer, opened
from shuaka.desk.simulation import FaultOption, Schedule
from shuaka.ending import FAILED, USAGE, end
from shuaka.interruption import interruptible

AT: Final = re.compile(r"([0-9]+)(@contactless)?")


class Laid(NamedTuple):
    """A card by its index, and whether it is held to an antenna."""

    number: int
    contactless: bool = False

    def __str__(self) -> str:
        return f"{self.number}@contactless" if self.contactless else str(self.number)


def parse_laid(text: object) -> Laid:
    """Read INDEX or INDEX@contactless; raise typer.BadParameter."""
    read = AT.fullmatch(str(text))
    if read is None:
        raise typer.BadParameter(f"{text} is neither an INDEX, such as 7, nor INDEX@contactless")
    return Laid(int(read[1]), contactless=bool(read[2]))


def present(
    cards: Annotated[
        list[Laid] | None,
        typer.Argument(parser=parse_laid, metavar="[INDEX[@contactless]]...", help="Cards, a slot each; card 0."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the population.")] = compose.DEFAULT_SEED,
    slot: Annotated[int, typer.Option(min=0, max=vpcd.SLOTS - 1, help="Slot of the first.")] = 0,
    port: Annotated[int, typer.Option(min=1, max=65534, help="Port of slot 0 of the virtual reader.")] = vpcd.PORT,
    contactless: Annotated[
        bool, typer.Option("--contactless", help="All as readers without contacts see them.")
    ] = False,
    keep: Annotated[
        Path | None, typer.Option("--cards", metavar="FILE", help="Where the cards are kept; else they are new.")
    ] = None,
    fault: FaultOption = None,
) -> None:
    """Put cards into vpcd's virtual reader, for any PC/SC program to read."""
    laid = [Laid(card.number, card.contactless or contactless) for card in cards or [Laid(0)]]
    if slot + len(laid) > vpcd.SLOTS:
        raise typer.BadParameter(f"{len(laid)} cards from slot {slot} on are too many: vpcd has {vpcd.SLOTS} slots")
    people = compose.population(seed)
    for card in laid:
        if card.number >= people.size:
            raise typer.BadParameter(f"there is no card {card.number}: the indexes are 0 to {people.size - 1}")
    if len(set(laid)) < len(laid):
        raise typer.BadParameter("a card is in one slot only, or in one by its contacts and in one by its antenna")
    try:
        with opened(people, keep) as drawer:
            slots = dict(enumerate(_chips(drawer, laid, fault or Schedule()), slot))
            _hold({port + number: chip for number, chip in slots.items()}, partial(_tell, laid, slot, port))
    except NoAntennaError as error:
        raise typer.BadParameter(str(error), param_hint="--contactless") from None
    except vpcd.NoReaderError as error:
        end(f"{error}. Install Debian's vsmartcard-vpcd and pcscd, and start pcscd.", FAILED)
    except vpcd.SlotTakenError as error:
        end(str(error), FAILED)
    except ChipsError as error:
        end(str(error), USAGE)


def _chips(drawer: Drawer, laid: list[Laid], schedule: Schedule) -> list[Presentable]:
    """Return what goes into each slot: the same index is the same chip; raise NoAntennaError."""
    cards = {card.number: drawer.card(card.number) for card in laid}
    chips = {n: FaultyCard(card, schedule.faults) if schedule.faults else card for n, card in cards.items()}
    return [HeldToAntenna(chips[n]) if contactless else InContacts(chips[n]) for n, contactless in laid]


def _hold(slots: dict[int, Presentable], connected: Callable[[], None]) -> None:
    """Present the cards until somebody has enough or the reader goes away."""
    try:
        with interruptible():
            vpcd.present(slots, "127.0.0.1", connected)
        print("the reader went away")
    except KeyboardInterrupt:
        return


def _tell(laid: list[Laid], slot: int, port: int) -> None:
    for number, card in enumerate(laid, slot):
        print(f"card {card} is in slot {number} of vpcd at 127.0.0.1:{port + number}; Ctrl-C takes it out", flush=True)
