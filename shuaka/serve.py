"""`shuaka serve`: the engine, from a data directory and a population. The composition root of the host's process.

Exit codes: 0 stopped in order, 1 the ledger failed, 2 it could not be started as asked.
"""

import logging
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from shuaka import compose
from shuaka.ending import FAILED, USAGE, end


class StoreKind(StrEnum):
    """Where the ledger is kept."""

    SQLITE = "sqlite"
    MEMORY = "memory"


class JournalScope(StrEnum):
    """Whose calls the journal keeps."""

    ALL = "all"
    HTTP = "http"
    OFF = "off"


def serve(
    data: Annotated[Path, typer.Option(help="Data directory: ledger, keys, addresses.")] = compose.DEFAULT_DATA,
    population: Annotated[compose.People, compose.PEOPLE_OPTION] = compose.DEFAULT_PEOPLE,
    census: Annotated[
        bool,
        typer.Option("--census", help="Insure newcomers by their city's census, if known (Jining: 20.7 % employees)."),
    ] = False,
    store: Annotated[StoreKind, typer.Option(help="Where the ledger is kept.")] = StoreKind.SQLITE,
    host: Annotated[str, typer.Option(help="Address to listen on; loopback only, there is no TLS yet.")] = "127.0.0.1",
    tcp_port: Annotated[int, typer.Option(min=0, max=65535, help="Terminals; 0 is any free port.")] = compose.PORTS[
        "tcp"
    ],
    http_port: Annotated[int, typer.Option(min=0, max=65535, help="National interface as HTTP JSON.")] = compose.PORTS[
        "http"
    ],
    admin_port: Annotated[
        int,
        typer.Option(min=0, max=65535, help="Audit, clearing, journal, control; with the directory's token."),
    ] = compose.PORTS["admin"],
    metrics_port: Annotated[int, typer.Option(min=0, max=65535, help="Prometheus.")] = compose.PORTS["metrics"],
    journal: Annotated[
        JournalScope, typer.Option(help="Whose calls are kept: everybody's, those of the HTTP doors, nobody's.")
    ] = JournalScope.HTTP,
    control: Annotated[
        bool, typer.Option("--control", help="Let testers reset, move the clock and order faults.")
    ] = False,
    strict: Annotated[
        str, typer.Option(help="Traps of the national interface to read as printed: names, or all; see /docs.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For a machine to read.")] = False,
) -> None:
    """Run the settlement engine until SIGTERM or Ctrl-C.

    A ledger is begun with one population and one network key, and serves no other. Its names and identity numbers are
    readable by its owner alone.
    """
    from loadtests.evidence.checkout import this_checkout  # noqa: PLC0415 - as below; a leaf, no part of the load
    from settlement import app, data_directory  # noqa: PLC0415 - servers are imported by the command that serves
    from settlement.metrics import Build  # noqa: PLC0415 - as above
    from settlement.stores.store import Origin, RefusedStoreError, StoreError  # noqa: PLC0415 - as above
    from settlement.wire.keys import NetworkKey  # noqa: PLC0415 - as above

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    os.umask(0o077)
    ports = app.Ports(tcp_port, http_port, admin_port, metrics_port)

    def ready(found: data_directory.Endpoints) -> None:
        print(msgspec.json.encode(found).decode() if as_json else _ready_lines(data, found), flush=True)

    try:
        data_directory.prepare(data)
        compose.adopt(data)
        data_directory.make_network_key(data)
        data_directory.make_admin_token(data)
        data_directory.make_institution_key(data, compose.DEMO_INSTITUTION)
        key = NetworkKey(data_directory.network_key(data))
        world = compose.world(compose.population(population.seed, population.size), key, census=census)
        origin = Origin(population.seed, population.size, key.check_value, compose.cards_digest())
        institutions, checkout = (data_directory.institution_key(data),), this_checkout()
        settings = app.Settings(
            data,
            origin,
            store.value,
            host,
            ports,
            journal.value,
            control=control,
            strict=_traps(strict),
            build=Build(checkout.commit, checkout.dirty),
        )
        app.serve(settings, world, institutions, ready)
    except (app.StartError, data_directory.DirectoryError, RefusedStoreError) as error:
        end(str(error), USAGE)
    except StoreError as error:
        end(f"the ledger failed, so the engine stopped; nothing unsure was acknowledged: {error}", FAILED)


def _traps(asked: str) -> tuple[str, ...]:
    from settlement.wire.national_traps import TRAPS  # noqa: PLC0415 - as above

    named = tuple(TRAPS) if asked == "all" else tuple(name for name in asked.split(",") if name)
    for name in named:
        if name not in TRAPS:
            end(f"--strict {name}: there is no such trap; there are: {', '.join(TRAPS)}", USAGE)
    return named


def _ready_lines(data: Path, found: object) -> str:
    from settlement.data_directory import INSTITUTION, Endpoints  # noqa: PLC0415 - as above
    from settlement.wire.national_fields import PATH  # noqa: PLC0415 - as above

    assert isinstance(found, Endpoints)
    return (
        f"ready  terminals {found.tcp}  pid {found.pid}  data {data}\n"
        f"       national interface http://{found.http}{PATH}, credentials of {compose.DEMO_INSTITUTION}"
        f" in {data / INSTITUTION}\n"
        f"       audit: shuaka audit --data {data}"
        f"  metrics: http://{found.metrics}/metrics"
    )
