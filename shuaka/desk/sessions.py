"""`shuaka card record`, `replay` and `decode`: sessions with a card in files, and bytes in words.

Exit codes: 0 done, 1 it could not be done or a replay differs, 2 the command
line is wrong or a file cannot be used.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from cardsim.tags import objects
from cardsim.words import command_in_words, oddities, status_in_words
from shuaka.desk.reader_choice import (
    DEFAULT_READER,
    ContactlessOption,
    ReaderOption,
    RiskOption,
    RiskTransactionOption,
    SharedOption,
    held,
    run,
)
from shuaka.desk.simulation import FaultOption, SeedOption, TimingOption, simulation
from shuaka.ending import FAILED, USAGE, end
from shuaka.hexadecimal import bytes_of

HEADER_SIZE, STATUS_SIZE = 4, 2

Commands = Annotated[list[str], typer.Argument(metavar="HEX...", help="Command APDUs; spaces inside are fine.")]


def record(
    file: Annotated[Path, typer.Argument(help="Where the session goes; must not exist.")],
    commands: Commands,
    reader: ReaderOption = DEFAULT_READER,
    seed: SeedOption = None,
    contactless: ContactlessOption = False,
    fault: FaultOption = None,
    timing: TimingOption = None,
    shared: SharedOption = False,
    risk_key: RiskOption = None,
    risk_transaction: RiskTransactionOption = False,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="Hide nothing; our own cards only.")] = False,
) -> None:
    """Send commands to a card and write them and its answers to a file."""
    encoded = [bytes_of(position, command) for position, command in enumerate(commands, 2)]
    if any(len(command) < HEADER_SIZE for command in encoded):
        raise typer.BadParameter("a command has a header of four bytes")
    simulated = simulation(reader.name, seed=seed, contactless=contactless, schedule=fault, timing=timing)

    async def work() -> None:
        from terminals.readers.session import RecordingReader  # noqa: PLC0415 - brings trio, which is running by now
        from terminals.readers.trace import TracedReader  # noqa: PLC0415 - as above

        async with held(
            reader,
            simulated,
            shared=shared,
            risked_keys=risk_key or (),
            risk_transaction=risk_transaction,
        ) as card:
            masked = not (unmasked and card.ours)
            if unmasked and masked:
                end("only our own cards are recorded unmasked", FAILED)
            with file.open("x", encoding="utf-8") as lines:
                recording = RecordingReader(card.reader, lambda line: print(line, file=lines), masked=masked)
                traced = TracedReader(recording, print, masked=masked)
                await traced.power_on()
                for command in encoded:
                    await traced.transmit(command)
                await traced.power_off()

    run(work)


def replay(
    file: Annotated[Path, typer.Argument(help="A recorded session.")],
    reader: ReaderOption = DEFAULT_READER,
    seed: SeedOption = None,
    contactless: ContactlessOption = False,
    shared: SharedOption = False,
    risk_key: RiskOption = None,
    risk_transaction: RiskTransactionOption = False,
) -> None:
    """Send a recorded session to a card and report the first answer that differs."""
    simulated = simulation(reader.name, seed=seed, contactless=contactless)
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        end(f"{file} cannot be read: {error.strerror}", USAGE)

    async def work() -> None:
        from terminals.readers import session  # noqa: PLC0415 - brings trio, which is running by now

        steps = list(session.read(lines))
        async with held(
            reader,
            simulated,
            shared=shared,
            risked_keys=risk_key or (),
            risk_transaction=risk_transaction,
        ) as card:
            difference = await session.replay(lines, card.reader)
            await card.reader.power_off()
            if difference is None:
                print(f"{len(steps)} steps, every answer as recorded")
                return
            print(f"line {difference.line}: {difference.sent_hex or 'power on'}")
            print(f"  recorded  {difference.recorded}")
            print(f"  came      {difference.came if card.ours else '(masked: this card is none of ours)'}")
            raise typer.Exit(FAILED)

    run(work)


def decode(commands: Annotated[list[str], typer.Argument(metavar="HEX...", help="Commands, answers or TLV.")]) -> None:
    """Say in words what bytes are: a command, an answer with its status word, or TLV objects."""
    for position, text in enumerate(commands, 1):
        for line in described(bytes_of(position, text)):
            print(line)


def described(data: bytes) -> Iterator[str]:
    """Yield lines about bytes: a command of the table, else an answer or TLV, else a command that is somehow odd."""
    odd = oddities(data)
    if odd == 0:
        yield f"> {_hex(data)}  {command_in_words(data)}"
        return
    status = int.from_bytes(data[-STATUS_SIZE:], "big")
    words = status_in_words(status) if len(data) >= STATUS_SIZE else ""
    body = data[:-STATUS_SIZE] if words else data
    found = objects(body)
    if odd == 1 and not words and not found:
        yield f"> {_hex(data)}  {command_in_words(data)}"
        return
    if words:
        yield f"< {f'{len(body)} bytes, ' if body else ''}{status:04X}: {words}"
    for item in found:
        shown = f"{item.value_hex}  {item.text}" if item.text and item.text != item.value_hex else item.value_hex
        yield f"{'  ' * (item.depth + 1)}{item.tag_hex}  {item.name}  {shown}".rstrip()
    if body and not found:
        yield f"  {_hex(body)}  no command, no answer and no TLV that is known here" if not words else f"  {_hex(body)}"


def _hex(data: bytes) -> str:
    return data.hex().upper()
