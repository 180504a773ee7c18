"""`shuaka keys`: the network's key, made once and never shown; a terminal's key, written for its terminal alone.

Exit codes: 0 done, 1 refused (a key is there already), 2 the data directory cannot be used.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from settlement import data_directory
from settlement.data_directory import NETWORK_KEY, DirectoryError
from settlement.wire.keys import NetworkKey

FAILED, USAGE = 1, 2

Data = Annotated[Path, typer.Option(help="Data directory.")]

app = typer.Typer(help="Make the network's key; derive a terminal's.", invoke_without_command=True)


@app.callback()
def keys(
    context: typer.Context,
    data: Data = Path("run"),
    force: Annotated[bool, typer.Option("--force", help="Replace a key; every terminal's key changes.")] = False,
) -> None:
    """Write the network's key, readable by its owner alone."""
    context.obj = data
    if context.invoked_subcommand is not None:
        return
    try:
        data_directory.prepare(data)
        made = data_directory.make_network_key(data, replace=force)
    except DirectoryError as error:
        _end(USAGE, str(error))
    if not made:
        _end(FAILED, f"{data / NETWORK_KEY} is there already; --force replaces it, and every terminal's key with it")
    print(f"{data / NETWORK_KEY} written (mode 0600)")


@app.command()
def terminal(
    context: typer.Context,
    dev_no: Annotated[str, typer.Argument(help="Terminal number, e.g. P3701000000101.")],
    out: Annotated[Path, typer.Option(help="File to write it to; must not exist.")],
) -> None:
    """Write one terminal's key (32 hex digits), to be carried to that terminal and nowhere else."""
    try:
        key = NetworkKey(data_directory.network_key(context.obj)).terminal_key(dev_no)
    except DirectoryError as error:
        _end(USAGE, str(error))
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
