"""How a command ends that cannot go on: one sentence on stderr, and an exit code.

USAGE is for what was given: arguments, and files that cannot be read or are not what they should be. FAILED is for what
was found, refused or did not answer. typer's own complaints about a command line end in USAGE, too.
"""

import sys
from typing import Final, NoReturn

import typer

FAILED: Final = 1
USAGE: Final = 2


def end(sentence: str, code: int) -> NoReturn:
    """Say why, and end.

    >>> import contextlib
    >>> with contextlib.redirect_stderr(sys.stdout), contextlib.suppress(typer.Exit):
    ...     end("no engine here", FAILED)
    error: no engine here
    """
    print(f"error: {sentence}", file=sys.stderr)
    raise typer.Exit(code) from None
