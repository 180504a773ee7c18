"""`shuaka doctor`: what this machine has, what it lacks, and what to do about it.

One row a question. `problem` stops something from working (exit 1); `note` is worth knowing; nothing is changed.
"""

import json
import os
import platform
import resource
import shutil
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer

from cardsim import vpcd
from settlement.data_directory import Address
from shuaka import compose

OK, NOTE, PROBLEM = "ok", "note", "problem"
OPEN_FILES_WANTED: Final = 4_096
SLOW_SYNC_MS: Final = 5.0
SYNCS: Final = 20
SOCKET_TABLES: Final = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
LISTENING: Final = "0A"
"""TCP_LISTEN in the kernel's tables."""
WORD_DIGITS: Final = 8
"""An address stands there as words of the machine's own byte order."""
EVERY_ADDRESS: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - to be recognised, not to be listened on


class Finding(NamedTuple):
    """One answer: ok, note or problem, about what, and in words."""

    state: str
    about: str
    words: str


def doctor(
    data: Annotated[Path, typer.Option(help="Directory whose disk the ledger would use.")] = compose.DEFAULT_DATA,
    as_json: Annotated[bool, typer.Option("--json", help="For a machine to read.")] = False,
) -> None:
    """Look at this machine and say what is missing."""
    findings = [finding for check in CHECKS for finding in check(data)]
    if as_json:
        print(json.dumps([finding._asdict() for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            print(f"{finding.state:8} {finding.about:18} {finding.words}")
    raise typer.Exit(1 if any(finding.state == PROBLEM for finding in findings) else 0)


def _python(_data: Path) -> Iterator[Finding]:
    version = platform.python_version()
    recent = sys.version_info >= (3, 11)
    yield Finding(OK if recent else PROBLEM, "python", f"{version} on {platform.system()} {platform.release()}")


def _processors(_data: Path) -> Iterator[Finding]:
    count = os.cpu_count() or 1
    words = f"{count}; engine and load want one each" if count > 1 else "1: engine and load share it, figures suffer"
    yield Finding(OK if count > 1 else NOTE, "processors", words)


def _open_files(_data: Path) -> Iterator[Finding]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = soft >= OPEN_FILES_WANTED
    words = f"{soft} at a time" if enough else f"{soft} at a time; before many terminals: ulimit -n {min(hard, 20_000)}"
    yield Finding(OK if enough else NOTE, "open files", words)


def _ports(_data: Path) -> Iterator[Finding]:
    wanted = [(name, port, f"shuaka serve --{name}-port") for name, port in compose.PORTS.items()]
    for name, port, command in (*wanted, ("load metrics", compose.LOAD_METRICS_PORT, "shuaka load --metrics-port")):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((compose.HOST, port))
            except OSError:
                words = f"{compose.HOST}:{port} is taken; {command} 0 takes any free one"
                yield Finding(NOTE, f"{name} port", words)
            else:
                yield Finding(OK, f"{name} port", f"{compose.HOST}:{port} is free")


def _disk(data: Path) -> Iterator[Finding]:
    existing = next(folder for folder in (data.absolute(), *data.absolute().parents) if folder.exists())
    try:
        milliseconds = _fdatasync_ms(existing)
    except OSError as error:
        yield Finding(PROBLEM, "data directory", f"{existing} cannot be written: {error.strerror}; use another --data")
        return
    state = OK if milliseconds < SLOW_SYNC_MS else NOTE
    yield Finding(state, "disk", f"fdatasync of 4 KiB under {existing}: {milliseconds:.2f} ms (median of {SYNCS})")


def _fdatasync_ms(folder: Path) -> float:
    times = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(SYNCS):
            file.write(bytes(4096))
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def _programs(_data: Path) -> Iterator[Finding]:
    for program, what_for in PROGRAMS.items():
        found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
        yield Finding(OK if found else NOTE, program, what_for if found else f"not found; {what_for} needs it")


def _vpcd(_data: Path) -> Iterator[Finding]:
    """Look where vpcd listens without connecting: a connection would insert a card."""
    tables = [table.read_text("ascii") for table in SOCKET_TABLES if table.exists()]
    for address in sorted({str(address) for table in tables for address in listeners(table, vpcd.PORT)}):
        place = f"{Address(address, vpcd.PORT)}"
        if ip_address(address).is_loopback:
            yield Finding(OK, "vpcd", f"listens on {place}, for this machine alone")
        else:
            reach = f"port {vpcd.PORT} of every address of this machine" if address in EVERY_ADDRESS else place
            yield Finding(NOTE, "vpcd", f"listens on {reach}; shut it off outside")


def listeners(table: str, port: int) -> Iterator[IPv4Address | IPv6Address]:
    r"""Return where somebody listens on a port, of a table in the form of /proc/net/tcp and tcp6 (proc(5)).

    >>> list(listeners("sl local rem st\n0: 0100007F:1F90 00000000:0000 0A", 8080))
    [IPv4Address('127.0.0.1')]
    """
    for row in table.splitlines()[1:]:
        _, local, _, state = row.split()[:4]
        host, _, number = local.partition(":")
        if state == LISTENING and int(number, 16) == port:
            words = (int(host[at : at + WORD_DIGITS], 16) for at in range(0, len(host), WORD_DIGITS))
            yield ip_address(b"".join(word.to_bytes(4, sys.byteorder) for word in words))


def _pyscard(_data: Path) -> Iterator[Finding]:
    words = "real card readers can be used" if find_spec("smartcard") else "not installed: pip install 'shuaka[reader]'"
    yield Finding(OK if find_spec("smartcard") else NOTE, "pyscard", words)


PROGRAMS: Final = {
    "pcscd": "shuaka card present",
    "opensc-tool": "reading a presented card with software that is not ours",
    "prometheus": "keeping the metrics that engine and load show",
}
CHECKS: Final[tuple[Callable[[Path], Iterator[Finding]], ...]] = (
    _python,
    _processors,
    _open_files,
    _ports,
    _disk,
    _programs,
    _pyscard,
    _vpcd,
)
