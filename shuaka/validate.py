"""`shuaka validate FILE`: golden cases through the split, one line a case.

The command opens the file and prints; what a case is and how it is judged stands in settlement.golden.
"""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from settlement.engine.rules.profile import ProfileError
from settlement.golden import GoldenCase, Verdict, judge, read_cases

DIFFERENT = 1
USAGE = 2


def validate(
    file: Annotated[Path, typer.Argument(help="Golden cases: a JSON list of bills with their expected split.")],
    json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON.")] = False,
) -> None:
    """Put golden cases through the split: exit 0 all equal, 1 any difference, 2 the file cannot be used."""
    verdicts = [judge(case) for case in _cases(file)]
    if json:
        print(msgspec.json.format(msgspec.json.encode([_record(verdict) for verdict in verdicts])).decode())
    else:
        for verdict in verdicts:
            print(_line(verdict))
    raise typer.Exit(DIFFERENT if any(verdict.differs for verdict in verdicts) else 0)


def _cases(file: Path) -> tuple[GoldenCase, ...]:
    try:
        return read_cases(file.read_bytes(), file.name)
    except OSError as error:
        print(f"{file}: cannot be read: {error.strerror}", file=sys.stderr)
    except ProfileError as error:
        print(error, file=sys.stderr)
    raise typer.Exit(USAGE)


def _line(verdict: Verdict) -> str:
    if not verdict.differs:
        return f"{verdict.id} ok"
    fields = (f"{field.field} expected {field.expected} got {field.got}" for field in verdict.differs)
    return f"{verdict.id} DIFFERS {', '.join(fields)}"


def _record(verdict: Verdict) -> dict[str, object]:
    return {"id": verdict.id, "ok": not verdict.differs, "differs": verdict.differs, "skipped": verdict.skipped}
