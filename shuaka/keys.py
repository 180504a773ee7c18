"""`shuaka keys`: the network's key, made once and never shown; a terminal's key, written for its terminal alone.

A network's key is replaced before its first settlement or never: the passwords of a ledger are kept under it.
Exit codes: 0 done, 1 refused (a file is there already, or a ledger), 2 the command line is wrong or the data directory
cannot be used.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from settlement import data_directory
from settlement.data_directory import NETWORK_KEY, DirectoryError
from settlement.engine.rules.directory import Directory
from settlement.wire.keys import NetworkKey
from settlement.wire.names import terminal_number
from shuaka import compose

FAILED, USAGE = 1, 2
LANE_DIGITS = 2
"""The last characters of a terminal's number; before them stands its institution (names.py)."""


def keys(
    data: Annotated[Path, typer.Option(help="Data directory.")] = compose.DEFAULT_DATA,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Replace the network's key, and so every terminal's; refused while an engine runs, and once there is a"
            " ledger: its people's passwords are kept under the key.",
        ),
    ] = False,
    terminal: Annotated[str, typer.Option(metavar="DEV_NO", help="Derive this terminal's key instead.")] = "",
    out: Annotated[Path | None, typer.Option(help="The terminal's key file; must not exist.")] = None,
) -> None:
    """Write the network's key, or one terminal's, readable by its owner alone. Keys are never printed."""
    if bool(terminal) != bool(out):
        raise typer.BadParameter("--terminal DEV_NO and --out FILE go together")
    if terminal:
        _refuse_unknown(terminal, force=force)
    try:
        if out is None:
            _make_network_key(data, replace=force)
        else:
            _write_terminal_key(NetworkKey(data_directory.network_key(data)).terminal_key(terminal), out)
    except DirectoryError as error:
        _end(USAGE, str(error))


def _make_network_key(data: Path, *, replace: bool) -> None:
    from settlement.stores.sqlite import FILE_NAME  # noqa: PLC0415 - a database is imported by the command that needs it

    data_directory.prepare(data)
    path, ledger = data / NETWORK_KEY, data / FILE_NAME
    if path.exists() and not replace:
        _end(FAILED, f"{path} is there already; --force replaces it, and every terminal's key with it")
    with data_directory.lock(data):
        if ledger.exists():
            _end(FAILED, f"under a new key every password of {ledger} would be wrong; make one with another --data")
        data_directory.make_network_key(data, replace=replace)
    print(f"{path} written (mode 0600)")


def _refuse_unknown(terminal: str, *, force: bool) -> None:
    if force:
        raise typer.BadParameter("--force replaces the network's key; a terminal's is derived from it")
    if not Directory(compose.rulebook().cities).has_terminal(terminal[:-LANE_DIGITS], terminal):
        example = terminal_number(compose.DEMO_INSTITUTION, 1)
        raise typer.BadParameter(f"{terminal} is no terminal of the shipped cities, as {example} is")


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
