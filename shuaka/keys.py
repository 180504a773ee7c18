"""`shuaka keys`: the network's key, made once and never shown; a terminal's or an institution's, written for it alone.

A network's key is replaced before its first settlement or never: the passwords of a ledger are kept under it.
Exit codes: 0 done, 1 refused (a file is there already, or a ledger), 2 the command line is wrong or the data directory
cannot be used.
"""

import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from settlement import data_directory
from settlement.data_directory import NETWORK_KEY, DirectoryError, InstitutionKey
from settlement.engine.rules.directory import Directory
from settlement.wire.keys import NetworkKey
from settlement.wire.names import terminal_number
from shuaka import compose
from shuaka.ending import FAILED, USAGE, end

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
    institution: Annotated[
        str, typer.Option(metavar="CODE", help="Derive this institution's credentials at the HTTP door instead.")
    ] = "",
    out: Annotated[Path | None, typer.Option(help="File of the derived key; must not exist.")] = None,
) -> None:
    """Write the network's key, or one terminal's or institution's, for its owner alone. Keys are never printed."""
    if (bool(terminal) + bool(institution)) != bool(out):
        raise typer.BadParameter("--terminal DEV_NO or --institution CODE goes together with --out FILE")
    compose.adopt(data)
    if terminal or institution:
        _refuse_unknown(terminal, institution, force=force)
    try:
        if out is None:
            _make_network_key(data, replace=force)
        else:
            network = NetworkKey(data_directory.network_key(data))
            _write(network.terminal_key(terminal).hex() if terminal else _credentials(network, institution), out)
    except DirectoryError as error:
        end(str(error), USAGE)


def _make_network_key(data: Path, *, replace: bool) -> None:
    from settlement.stores.store import FILE_NAME  # noqa: PLC0415 - a database is imported by the command that needs it

    data_directory.prepare(data)
    path, ledger = data / NETWORK_KEY, data / FILE_NAME
    if path.exists() and not replace:
        end(f"{path} is there already; --force replaces it, and every terminal's key with it", FAILED)
    with data_directory.lock(data):
        if ledger.exists():
            end(f"under a new key every password of {ledger} would be wrong; make one with another --data", FAILED)
        data_directory.make_network_key(data, replace=replace)
    print(f"{path} written (mode 0600)")


def _refuse_unknown(terminal: str, institution: str, *, force: bool) -> None:
    if force:
        raise typer.BadParameter("--force replaces the network's key; the others are derived from it")
    known = Directory(compose.rulebook().cities)
    if terminal and not known.has_terminal(terminal[:-LANE_DIGITS], terminal):
        example = terminal_number(compose.DEMO_INSTITUTION, 1)
        raise typer.BadParameter(f"{terminal} is no terminal of the cities that there are, as {example} is")
    if institution and known.institution(institution) is None:
        raise typer.BadParameter(f"{institution} is no institution of these cities, as {compose.DEMO_INSTITUTION} is")


def _credentials(network: NetworkKey, institution: str) -> str:
    """Return an institution's access and secret key in the form of the data directory's own file of them."""
    made = InstitutionKey(*network.institution_key(institution), institution)
    return msgspec.json.encode(made).decode()


def _write(text: str, out: Path) -> None:
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        end(f"{out} cannot be written: {error.strerror}", FAILED)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
    print(f"{out} written (mode 0600)")
