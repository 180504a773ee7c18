"""The command's first moments: reading the table of subcommands takes some tenths of a second.

A Ctrl-C that comes meanwhile ends the process at once and without a word, with the exit code that it has later, too:
there is nothing to put away yet, and a traceback through half-read modules helps nobody.
"""

import os
import signal
import sys
from typing import Final

INTERRUPTED: Final = 130
"""What a shell calls a command that Ctrl-C ended, and typer's own."""


def main() -> None:
    """Run the command."""
    heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # a shell may have it ignored
    if heard:
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    from shuaka.commands import app  # noqa: PLC0415 - this is what takes time

    if heard:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        app()
    except KeyboardInterrupt:  # the command's parts were still being put together
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
