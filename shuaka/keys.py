"""`shuaka keys`: the network's key, made once and never shown; a terminal's key, written for its terminal alone.

Exit codes: 0 done, 1 refused (a file is there already), 2 the data directory cannot be used.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from settlement import data_directory
from settlement.data_directory import NETWORK_KEY, DirectoryError
from settlement.wire.keys import NetworkKey
from shuaka import compose

FAILED, USAGE = 1, 2


def keys(
    data: Annotated[Path, typer.Option(help="Data directory.")] = compose.DEFAULT_DATA,
    force: Annotated[bool, typer.Option("--force", help="Replace the key; every terminal's key changes.")] = False,
    terminal: Annotated[str, typer.Option(metavar="DEV_NO", help="Derive this terminal's key instead.")] = "",
    out: Annotated[Path | None, typer.Option(help="The terminal's key file; must not exist.")] = None,
) -> None:
    """Write the network's key, or one terminal's, readable by its owner alone. Keys are never printed."""
    if bool(terminal) != bool(out):
        raise typer.BadParameter("--terminal DEV_NO and --out FILE go together")
    try:
        if out is None:
            _make_network_key(data, replace=force)
        else:
            _write_terminal_key(NetworkKey(data_directory.network_key(data)).terminal_key(terminal), out)
    except DirectoryError as error:
        _end(USAGE, str(error))


def _make_network_key(data: Path, *, replace: bool) -> None:
    data_directory.prepare(data)
    path = data / NETWORK_KEY
    if not data_directory.make_network_key(data, replace=replace):
        _end(FAILED, f"{path} is there already; --force replaces it, and every terminal's key with it")
    print(f"{path} written (mode 0600)")


def _write_terminal_key(key: bytes, out: Path) -> None:
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        _end(FAILED, f"{out} cannot be written: {error.strerror}")
    with os.fdopen(descriptor, "w") as file:
        file.write(key.hex() + "\n")
    print(f"{out} written (mode 0600)")


def _end(code: int, sentence: str) -> NoReturn:
    print(f"error: {sentence}", file=sys.stderr)
    raise typer.Exit(code)
