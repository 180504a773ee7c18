"""`shuaka readers`: which PC/SC readers this machine has, and in which a card is.

Exit codes: 0 listed, 1 PC/SC cannot be reached. No card is powered.
"""

import json
from typing import Annotated

import typer

from shuaka.ending import FAILED, end


def readers(as_json: Annotated[bool, typer.Option("--json", help="For a machine to read.")] = False) -> None:
    """List the PC/SC readers of this machine."""
    import trio  # noqa: PLC0415 - imported by the command that runs it

    from terminals.readers.pcsc import NoPyscardError, pcsc_slots  # noqa: PLC0415 - as above
    from terminals.readers.reader import NoAnswerError  # noqa: PLC0415 - as above

    try:
        slots = trio.run(pcsc_slots)
    except (NoPyscardError, NoAnswerError) as error:
        end(str(error), FAILED)
    if as_json:
        print(json.dumps([slot._asdict() for slot in slots], ensure_ascii=False, indent=2))
        return
    if not slots:
        print("no reader; Debian's vsmartcard-vpcd brings virtual ones")
    for slot in slots:
        print(f"{'card ' if slot.holds_card else 'empty'}  {slot.name}")
