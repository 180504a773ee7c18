"""CSV files that the owner of a platform supplies: a header of stated columns, and every error with file and line.

What a row holds is never repeated in an error: it may be somebody's identity number.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from loadtests.openload.names import among
from loadtests.workload.settings import SettingsError

ROWS_MAX: Final = 1_000_000

_Row = TypeVar("_Row")


class RowError(ValueError):
    """What is wrong with one row: the column, and a sentence without the value."""

    def __init__(self, column: str, problem: str) -> None:
        super().__init__(f"{column}: {problem}")


def read_rows(
    path: Path, required: Sequence[str], optional: Sequence[str], made: Callable[[dict[str, str]], _Row]
) -> list[_Row]:
    """Return what each row makes; raise SettingsError with file and line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(_made(csv.reader(file, strict=True), str(path), required, optional, made))
    except OSError as error:
        raise SettingsError(str(path), "", f"it cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(str(path), "", "it is not UTF-8") from None


def _made(
    lines: Any,
    file: str,
    required: Sequence[str],
    optional: Sequence[str],
    made: Callable[[dict[str, str]], _Row],
) -> Iterator[_Row]:
    """Make the rows of a CSV reader, which counts its lines; its type has no name that can be imported."""
    count = 0
    try:
        columns = _columns(next(lines, []), file, required, optional)
        for count, cells in enumerate(filter(None, lines), 1):
            if count > ROWS_MAX:
                raise SettingsError(file, f"line {lines.line_num}", f"at most {ROWS_MAX} rows")
            yield _row(cells, columns, required, made)
    except (RowError, csv.Error) as error:
        raise SettingsError(file, f"line {lines.line_num}", str(error)) from None
    if not count:
        raise SettingsError(file, "", "it has no rows below its header")


def _columns(header: list[str], file: str, required: Sequence[str], optional: Sequence[str]) -> tuple[str, ...]:
    columns, known = tuple(name.strip() for name in header), (*required, *optional)
    for name in columns:
        if name not in known:
            raise SettingsError(file, "line 1", f"the column {name!r} is not known; {among(name, known)}")
    missing = [name for name in required if name not in columns]
    if missing or len(set(columns)) < len(columns):
        said = f"the column {missing[0]} is missing" if missing else "a column stands here twice"
        raise SettingsError(file, "line 1", f"{said}; expected: {', '.join(known)}")
    return columns


def _row(
    cells: list[str], columns: tuple[str, ...], required: Sequence[str], made: Callable[[dict[str, str]], _Row]
) -> _Row:
    if len(cells) != len(columns):
        raise RowError("row", f"{len(cells)} cells under {len(columns)} columns")
    row = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    for name in required:
        if not row[name]:
            raise RowError(name, "required")
    return made(row)
