"""`shuaka verify RESULT`: is what a result says what its histograms, counts and witnesses say.

Exit codes: 0 everything agrees; 1 something differs or could not be compared (not judged, no interval log), or the
engine does not answer; 2 the file cannot be read or is no result, or the command line is wrong.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from loadtests.evidence import result as results
from loadtests.evidence.recount import Row, UnreadableError
from loadtests.evidence.result import LOG_SUFFIX
from loadtests.evidence.verification import verify as rows_of
from loadtests.evidence.verification import verify_ledger
from shuaka.ending import FAILED, USAGE, end
from shuaka.engine import Engine, EngineError
from shuaka.rehearsing.order import RESULT
from shuaka.rehearsing.rehearsal import audit_of

IN_FULL_MAX: Final = 16
"""Comparisons of one group that are printed each; of a larger one the count, and each that differs."""
NAME, SAID = 46, 26


def verify(
    result: Annotated[
        Path,
        typer.Argument(help="A result.json, or a run's directory; result.hlog is read beside it.", metavar="RESULT"),
    ],
    data: Annotated[
        Path | None, typer.Option(help="Data directory of the engine that was loaded: ask its ledger again, too.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Print every comparison.")] = False,
) -> None:
    """Compute every figure of a result again, and say what differs."""
    file = result / RESULT if result.is_dir() else result
    try:
        rows = list(_rows(file, data))
    except EngineError as error:
        end(str(error), FAILED)
    except (OSError, msgspec.MsgspecError, UnreadableError) as error:
        end(_sentence(file, error), USAGE)
    print(*_lines(rows, everything=everything), sep="\n")
    if not all(row.ok for row in rows):
        raise typer.Exit(FAILED)


def _rows(file: Path, data: Path | None) -> Iterator[Row]:
    content = file.read_bytes()
    result = results.read(file)
    log = file.with_suffix(LOG_SUFFIX)
    yield from rows_of(result, content, log.read_text(errors="replace") if log.exists() else None)
    if data is not None:
        yield from verify_ledger(result, audit_of(Engine(data), result.profile.run))


def _sentence(file: Path, error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{file} cannot be read: {error.strerror}"
    if isinstance(error, msgspec.MsgspecError):
        return f"{file} is no result of this version: {error}"
    return f"{file}: {error}"


def _lines(rows: Iterable[Row], *, everything: bool) -> Iterator[str]:
    every = list(rows)
    yield f"{'':{NAME}} {'said':{SAID}} recomputed"
    for group, members in groupby(every, key=lambda row: row.group):
        its = list(members)
        few = everything or len(its) <= IN_FULL_MAX
        if not few:
            yield f"{group + ':':{NAME}} {len(its)} comparisons, {sum(row.ok for row in its)} agree"
        yield from (_line(row) for row in its if few or not row.ok)
    differing = sum(not row.ok for row in every)
    yield ""
    yield f"{differing} of {len(every)} comparisons DIFFER" if differing else f"all {len(every)} comparisons agree"


def _line(row: Row) -> str:
    name = f"{row.group}: {row.name}"
    if row.ok:
        return f"{name:{NAME}} {_short(row.said):{SAID}} {_short(row.recomputed)}"
    return f"{name:{NAME}} {row.said:{SAID}} {row.recomputed}  DIFFERS"


def _short(text: str) -> str:
    return text if len(text) <= SAID else f"{text[: SAID - 3]}..."
