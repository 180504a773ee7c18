"""Which reader a command talks to, and what it may do to the card in it.

A simulated reader holds a card of the population. A card in a PC/SC reader is one of ours (presented by `shuaka card
present`), or somebody's: then it is read behind the try budget, shown masked, and a warning comes first.
"""

import sys
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Annotated, Any, Final

import typer
from msgspec import Struct

from cardsim.issuing.population import Population
from cardsim.presentable import NoAntennaError, Presentable
from cardsim.psam import psam
from shuaka import compose
from shuaka.desk.simulation import Simulation
from shuaka.ending import FAILED, USAGE, end

SIMULATED: Final = "simulated"
NOT_OURS: Final = (
    "注意：这不是模拟卡。只读取流程所需内容，不保存，输出已遮蔽，可能消耗密码或密钥次数的命令受限。\n"
    "warning: this card is none of ours. Only what is needed is read, nothing of it is stored or shown, and commands\n"
    "that could cost a try are held back."
)


class ReaderChoice(Struct, frozen=True):
    """A part of a PC/SC reader's name, or the index of the card in a simulated reader."""

    name: str = ""
    index: int = 0

    @property
    def simulated(self) -> bool:
        """Whether no reader is needed."""
        return not self.name

    def __str__(self) -> str:
        return self.name or f"{SIMULATED}:{self.index}"


class Held(Struct, frozen=True):
    """A card in a reader, and whether it is one of ours."""

    reader: Any  # a Reader: not imported here, since it brings the terminals' loop with it
    ours: bool


def parse_reader(text: object) -> ReaderChoice:
    """Read simulated[:INDEX|SPECIMEN] or a name; raise typer.BadParameter."""
    kind, _, index = str(text).partition(":")
    if not str(text).strip():
        raise typer.BadParameter(f"a reader has a name, or is {SIMULATED}")
    if kind != SIMULATED:
        return ReaderChoice(name=str(text))
    try:
        return ReaderChoice(index=compose.card_index(index or "0"))
    except typer.BadParameter as error:
        raise typer.BadParameter(f"{text} is not {SIMULATED}:INDEX, as in {SIMULATED}:7; {error.message}") from None


def parse_key(text: object) -> int:
    """Read a key identifier of two hex digits; raise typer.BadParameter."""
    try:
        (identifier,) = bytes.fromhex(str(text))
    except ValueError:
        raise typer.BadParameter(f"{text} is not two hex digits, as 84 is") from None
    return identifier


ReaderOption = Annotated[
    ReaderChoice,
    typer.Option("--reader", parser=parse_reader, metavar="simulated[:INDEX]|NAME", help="Which reader; `readers`."),
]
RiskOption = Annotated[
    list[int] | None,
    typer.Option("--risk-key", parser=parse_key, metavar="ID", help="On a card not ours: a key to try, once."),
]
RiskTransactionOption = Annotated[
    bool, typer.Option("--risk-transaction", help="On a card not ours: let its bank count transactions, for ever.")
]
SharedOption = Annotated[bool, typer.Option("--shared", help="Let other programs use the card too.")]
ContactlessOption = Annotated[bool, typer.Option("--contactless", help="Hold a simulated card to an antenna.")]
DEFAULT_READER: Final = ReaderChoice()


@asynccontextmanager
async def held(
    choice: ReaderChoice,
    simulation: Simulation,
    *,
    shared: bool = False,
    risked_keys: Collection[int] = (),
    risk_transaction: bool = False,
) -> AsyncIterator[Held]:
    """Wait for a card and hold it, without power; raise NoPyscardError, NoAnswerError, NoAntennaError."""
    from terminals.readers.ours import DiscerningReader  # noqa: PLC0415 - trio is imported by the command that runs it
    from terminals.readers.pcsc import PcscReader  # noqa: PLC0415 - as above

    if choice.simulated:
        yield Held(simulation.reader(simulated_card(choice, simulation)), ours=True)
        return
    reader = PcscReader(choice.name, exclusive=not shared)
    discerning = DiscerningReader(reader, warn, risked_keys=risked_keys, risk_transaction=risk_transaction)
    try:
        print(f"waiting for a card in {choice.name}", file=sys.stderr)
        await reader.wait_for_card()
        await discerning.power_on()
        yield Held(discerning, ours=discerning.ours)
    finally:
        await reader.aclose()


def simulated_card(choice: ReaderChoice, simulation: Simulation) -> Presentable:
    """Return the card of a simulated reader; raise NoAntennaError."""
    return simulation.put(people_with(choice, simulation.seed).card(choice.index))


def people_with(choice: ReaderChoice, seed: int) -> Population:
    """Return the population that a simulated reader's card is of."""
    population = compose.population(seed)
    if choice.index not in population:
        end(f"there is no card {choice.index}: the population has the indexes 0 to {population.size - 1}", USAGE)
    return population


async def security_module(sam: str, opened: AsyncExitStack) -> Any:
    """Return the Reader with the security module in it, None where there is none; `sam` is as parse_sam gives it.

    Raise ReaderGoneError where no such reader is; a module may be put into one later.
    """
    from terminals.readers.pcsc import PcscReader  # noqa: PLC0415 - trio is imported by the command that runs it
    from terminals.readers.reader import CardRemovedError  # noqa: PLC0415 - as above
    from terminals.readers.simulated import SimulatedReader  # noqa: PLC0415 - as above

    kind, _, place = sam.partition(":")
    if not sam:
        return None
    if kind == "software":
        return SimulatedReader(psam(place))
    reader = PcscReader(place)
    opened.push_async_callback(reader.aclose)
    with suppress(CardRemovedError):
        await reader.power_on()
    await reader.power_off()
    return reader


def warn(ours: bool) -> None:
    """Say what becomes of a card that is not ours."""
    if not ours:
        print(NOT_OURS, file=sys.stderr)


def run(work: Callable[[], Any]) -> None:
    """Run a command's trio part; whatever goes wrong with readers, cards and files is one sentence."""
    import trio  # noqa: PLC0415 - imported by the command that runs it

    from terminals.readers.budget import TryBudgetError  # noqa: PLC0415 - as above
    from terminals.readers.pcsc import NoPyscardError  # noqa: PLC0415 - as above
    from terminals.readers.reader import NoAnswerError  # noqa: PLC0415 - as above
    from terminals.readers.session import SessionError  # noqa: PLC0415 - as above

    try:
        trio.run(work)
    except TryBudgetError as error:
        end(f"not sent: {error}", FAILED)
    except OSError as error:
        end(f"{error.filename}: {error.strerror}", FAILED)
    except SessionError as error:
        end(str(error), USAGE)
    except (NoPyscardError, NoAnswerError, NoAntennaError) as error:
        end(str(error), FAILED)
    except KeyboardInterrupt:
        raise typer.Exit(FAILED) from None
