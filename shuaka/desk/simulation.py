"""How a simulated card lies in its simulated reader: of which people, at contacts or antenna, what breaks, how slow.

The options of it, which say nothing about a real reader and are refused beside one.
"""

from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from msgspec import Struct

from cardsim.card import Card
from cardsim.faults import AT_POWER_ON, Fault, FaultyCard, Tear
from cardsim.presentable import HeldToAntenna, Presentable
from shuaka import compose
from terminals.readers.timing import MULTIPLES, Contact, Contactless, Timing

FASTER: Final = "contact:9600x"
TIMINGS: Final[dict[str, Timing]] = {f"{FASTER}{multiple}": Contact(multiple) for multiple in MULTIPLES} | {
    "contactless": Contactless()
}
ANSWER_HEX: Final = "answer_hex"
"""In a file the answer of a Garble is in hex."""


class Schedule(Struct, frozen=True):
    """What breaks, and when."""

    faults: tuple[Fault, ...] = ()


class Simulation(Struct, frozen=True, kw_only=True):
    """Everything about a simulated card but its index."""

    seed: int = compose.DEFAULT_SEED
    contactless: bool = False
    faults: tuple[Fault, ...] = ()
    timing: Timing | None = None

    def put(self, card: Card) -> Presentable:
        """Return a card as it goes into the reader; raise NoAntennaError."""
        held = HeldToAntenna(card) if self.contactless else card
        return FaultyCard(held, self.faults) if self.faults else held

    def reader(self, card: Presentable) -> Any:
        """Return a Reader with a card in it, as slow as its line."""
        from terminals.readers.simulated import SimulatedReader  # noqa: PLC0415 - brings trio, which is running by now

        return self.slowed(SimulatedReader(card))

    def slowed(self, reader: Any) -> Any:
        """Return a Reader as slow as its line."""
        from terminals.readers.slow import SlowReader  # noqa: PLC0415 - as above

        return SlowReader(reader, self.timing) if self.timing else reader


def parse_schedule(text: object) -> Schedule:
    """Read a JSON file of faults, each as in {"type": "tear", "apdu": 3, "write": 1}; raise typer.BadParameter."""
    try:
        rows = msgspec.json.decode(Path(str(text)).read_bytes(), type=list[dict[str, Any]])
        faults = tuple(_fault(number, row) for number, row in enumerate(rows, 1))
    except OSError as error:
        raise typer.BadParameter(f"{text}: {error.strerror}") from None
    except (ValueError, msgspec.MsgspecError) as error:  # a line that is no UTF-8 is a ValueError, too
        raise typer.BadParameter(f"{text} is no list of faults: {error}") from None
    if len({fault.apdu for fault in faults}) < len(faults):
        raise typer.BadParameter(f"{text}: of two faults at one command only one can happen")
    return Schedule(faults)


def _fault(number: int, row: dict[str, Any]) -> Fault:
    """Return a fault of a file; raise ValueError."""
    values = dict(row)
    if ANSWER_HEX in values:
        values["answer"] = bytes.fromhex(str(values.pop(ANSWER_HEX)))
    try:
        fault: Fault = msgspec.convert(values, Fault, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise ValueError(f"fault {number}: {error}") from None
    unknown = ", ".join(values.keys() - {"type", *fault.__struct_fields__})
    if unknown:
        raise ValueError(f"fault {number}: a {values['type']} has no {unknown}")
    numbers = [value for value in msgspec.structs.astuple(fault) if isinstance(value, int | float)]
    if min(numbers) < 0 or (fault.apdu == AT_POWER_ON and not isinstance(fault, Tear)):
        raise ValueError(f"fault {number}: nothing is negative, and apdu 0, the power-on, can only be torn")
    return fault


def parse_timing(text: object) -> Timing:
    """Read contact:9600xN or contactless; raise typer.BadParameter."""
    if str(text) not in TIMINGS:
        multiples = ", ".join(map(str, MULTIPLES))
        raise typer.BadParameter(f"{text} is neither contactless nor {FASTER}N with an N of {multiples}")
    return TIMINGS[str(text)]


SeedOption = Annotated[
    int | None,
    typer.Option("--seed", help=f"Seed of the population, for a simulated reader; {compose.DEFAULT_SEED}."),
]
FaultOption = Annotated[
    Schedule | None,
    typer.Option(
        "--fault", parser=parse_schedule, metavar="FILE", help="What breaks: a JSON list of faults; simulated cards."
    ),
]
TimingOption = Annotated[
    Any,
    typer.Option(
        "--timing",
        parser=parse_timing,
        metavar=f"{FASTER}N|contactless",
        help="As slow as that line; simulated readers.",
    ),
]


def simulation(
    real: str,
    *,
    seed: int | None,
    contactless: bool = False,
    schedule: Schedule | None = None,
    timing: Timing | None = None,
) -> Simulation:
    """Put the options together; beside a real reader, of the name `real`, each is refused by typer.BadParameter."""
    given = {"--seed": seed is not None, "--contactless": contactless, "--fault": schedule, "--timing": timing}
    for option in filter(given.get, given):
        if real:
            raise typer.BadParameter(f"{real} is a real reader, this is about simulated ones", param_hint=option)
    if timing and isinstance(timing, Contactless) != contactless:
        raise typer.BadParameter("contactless timing and --contactless go together", param_hint="--timing")
    return Simulation(
        seed=compose.DEFAULT_SEED if seed is None else seed,
        contactless=contactless,
        faults=schedule.faults if schedule else (),
        timing=timing,
    )
