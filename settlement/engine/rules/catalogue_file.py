"""Catalogue files: CSV text in, a Catalogue out, and every bad line named by its number and column.

Lives here: our columns, in the interface's names where it has one, and what a row may hold. No file is opened here.
Above the header stand lines `# about: ...`, `# source: ...` and `# basis: ...`; dates are 2026-01-01 or 20260101. What
an item's figures do to a bill stands in medical.split.
"""

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from itertools import pairwise
from typing import Final, NamedTuple

from settlement.engine.rules.catalogue import CLASS_B, CLASS_C, LEVELS, Catalogue, Item, Match
from settlement.engine.rules.money import PRICE_PLACES, RATIO_ONE, RATIO_PLACES, scaled
from settlement.engine.rules.profile import OPEN_END, ProfileError
from settlement.wire.refusal import Basis

ROWS_MAX: Final = 500_000
WIDTHS: Final = {"med_list_codg": 50, "medins_list_codg": 150, "fixmedins_code": 12}
"""The most characters of a code (interface specification, 2204)."""
PROBLEMS_MAX: Final = 20
"""How many bad lines are told at once."""

ITEM_COLUMNS: Final[dict[str, bool]] = {
    "med_list_codg": True,
    "name": True,
    "med_chrgitm_type": False,
    "chrgitm_lv": True,
    "selfpay_prop": False,
    "pric_uplmt_amt": False,
    "pric_uplmt_amt_1": False,
    "pric_uplmt_amt_2": False,
    "pric_uplmt_amt_3": False,
    "lmt_used_flag": False,
    "begndate": True,
    "enddate": False,
}
"""Columns of a catalogue, and whether each must be there; an empty cell is as good as no column. Of class 02 (乙)
`selfpay_prop` may not be empty: a share that nobody gave would be paid by the fund."""
MATCH_COLUMNS: Final[dict[str, bool]] = {
    "fixmedins_code": True,
    "medins_list_codg": True,
    "med_list_codg": True,
    "begndate": True,
    "enddate": False,
}
"""Columns of an institution's matching (目录对照)."""

Cells = Mapping[str, str]


class Head(NamedTuple):
    """What a file says about itself: what it is, where its figures come from, and on what basis they stand."""

    about: str
    source: str
    basis: Basis


class Table(NamedTuple):
    """The rows of a file by the number of their line, and what is wrong with those that are left out."""

    rows: list[tuple[int, Item]]
    problems: list[str]


def read_catalogue(text: str, name: str, file: str, matches: tuple[Match, ...] = ()) -> Catalogue:
    """Read a catalogue; raise ProfileError that names its first bad line and says how many more there are."""
    head = read_head(text, file)
    table = read_items(text, file)
    _refuse(table.problems)
    return Catalogue(name, (item for _, item in table.rows), matches=matches, source=head.source, basis=head.basis)


def read_head(text: str, file: str) -> Head:
    """Read the lines above the header; raise ProfileError where one is missing."""
    said: dict[str, str] = {}
    for line in text.removeprefix("\ufeff").splitlines():
        if not line.startswith("#"):
            break
        key, _, value = line[1:].partition(":")
        said[key.strip()] = value.strip()
    for key in Head._fields:
        if not said.get(key):
            raise ProfileError(file, f"# {key}", f"missing; begin the file with a line `# {key}: ...`")
    if said["basis"] not in set(Basis):
        raise ProfileError(file, "# basis", f"{said['basis']!r} is none of {', '.join(Basis)}")
    return Head(said["about"], said["source"], Basis(said["basis"]))


def read_items(text: str, file: str) -> Table:
    """Read the rows of a catalogue; problems name line and column, at most PROBLEMS_MAX of them."""
    rows: list[tuple[int, Item]] = []
    problems: list[str] = []
    for number, header, row in _records(text, file, ITEM_COLUMNS):
        try:
            rows.append((number, _item(_by_column(header, row))))
        except _BadCellError as error:
            problems.append(f"{file}: line {number}: {error}")
    problems += _shared_days(rows, file)
    return Table(rows, problems[:PROBLEMS_MAX])


def read_matches(text: str, file: str) -> tuple[Match, ...]:
    """Read an institution's matching; raise ProfileError that names its first bad line."""
    matches: list[Match] = []
    problems: list[str] = []
    for number, header, row in _records(text, file, MATCH_COLUMNS):
        try:
            cells = _by_column(header, row)
            matches.append(
                Match(
                    _required(cells, "fixmedins_code"),
                    _required(cells, "medins_list_codg"),
                    _required(cells, "med_list_codg"),
                    *_days(cells),
                )
            )
        except _BadCellError as error:
            problems.append(f"{file}: line {number}: {error}")
    _refuse(problems)
    return tuple(matches)


class _BadCellError(ValueError):
    """A cell that may not hold what it holds: `column: what is wrong`."""


def _refuse(problems: list[str]) -> None:
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        file, _, problem = problems[0].partition(": ")
        raise ProfileError(file, "", problem + more)


def _records(text: str, file: str, columns: Mapping[str, bool]) -> Iterator[tuple[int, list[str], list[str]]]:
    """Yield the rows below the header, each with the header and the number of the line that it ends on."""
    lines = text.removeprefix("\ufeff").splitlines()
    above = next((place for place, line in enumerate(lines) if not line.startswith("#")), len(lines))
    reader = csv.reader(lines[above:], strict=True)
    header: list[str] = []
    try:
        for cells in reader:
            number = above + reader.line_num
            if not header:
                header = _header(cells, columns, file, number)
            elif any(cells):
                if number > ROWS_MAX:
                    raise ProfileError(file, "", f"has more than {ROWS_MAX} lines")
                yield number, header, cells
    except csv.Error as error:
        raise ProfileError(file, f"line {above + reader.line_num}", f"this is not CSV: {error}") from None
    if not header:
        raise ProfileError(file, "", f"there is no header; its columns are {', '.join(columns)}")


def _by_column(header: list[str], row: list[str]) -> Cells:
    if len(row) != len(header):
        raise _BadCellError(f"{len(row)} cells; the header has {len(header)}")
    return dict(zip(header, map(str.strip, row), strict=True))


def _header(cells: list[str], columns: Mapping[str, bool], file: str, number: int) -> list[str]:
    header = [cell.strip() for cell in cells]
    for name in header:
        if name not in columns:
            nearest = get_close_matches(name, columns, n=1, cutoff=0)[0]
            raise ProfileError(file, f"line {number}", f"unknown column {name!r}; the nearest known one is {nearest}")
        if header.count(name) > 1:
            raise ProfileError(file, f"line {number}", f"column {name} stands twice")
    missing = [name for name, needed in columns.items() if needed and name not in header]
    if missing:
        raise ProfileError(file, f"line {number}", f"missing column: {', '.join(missing)}")
    return header


def _item(cells: Cells) -> Item:
    lv = _required(cells, "chrgitm_lv")
    if lv not in ("01", CLASS_B, CLASS_C):
        raise _BadCellError(f"chrgitm_lv: {lv!r} is none of 01 (甲), 02 (乙), 03 (丙)")
    share = _first_share(cells, lv)
    limit = _number(cells, "pric_uplmt_amt", PRICE_PLACES)
    by_level = [_number(cells, f"pric_uplmt_amt_{level}", PRICE_PLACES) for level in LEVELS[1:]]
    limits = tuple(limit if own is None else own for own in (None, *by_level))
    flag = cells.get("lmt_used_flag", "")
    if flag not in ("", "0", "1"):
        raise _BadCellError(f"lmt_used_flag: {flag!r} is neither 0 nor 1")
    from_day, to_day = _days(cells)
    return Item(
        code=_required(cells, "med_list_codg"),
        name=_required(cells, "name"),
        chrgitm_lv=lv,
        preself_ratio_e4=share,
        price_limit_e6=limit,
        from_day=from_day,
        to_day=to_day,
        level_limits_e6=limits if any(own is not None for own in by_level) else (),
        limited=flag == "1",
        med_chrgitm_type=cells.get("med_chrgitm_type", ""),
    )


def _first_share(cells: Cells, lv: str) -> int:
    said = _number(cells, "selfpay_prop", RATIO_PLACES)
    if said is None and lv == CLASS_B:
        raise _BadCellError("selfpay_prop: empty; class 02 (乙) says its first share, 0 if it has none")
    share = said or 0
    if share > RATIO_ONE:
        raise _BadCellError("selfpay_prop: above 1 (10 % is written 0.1)")
    if lv == CLASS_C and share in (0, RATIO_ONE):
        return 0
    if share and lv != CLASS_B:
        raise _BadCellError("selfpay_prop: only class 02 (乙) has a first share; leave it empty or make it class 02")
    return share


def _required(cells: Cells, column: str) -> str:
    value = cells[column]
    if not value:
        raise _BadCellError(f"{column}: empty")
    if len(value) > WIDTHS.get(column, len(value)):
        raise _BadCellError(f"{column}: longer than {WIDTHS[column]} characters")
    return value


def _number(cells: Cells, column: str, places: int) -> int | None:
    text = cells.get(column, "")
    if not text:
        return None
    try:
        value = scaled(text, places)
    except ValueError as error:
        raise _BadCellError(f"{column}: {error}") from None
    if value < 0:
        raise _BadCellError(f"{column}: {text} is below zero")
    return value


def _days(cells: Cells) -> tuple[int, int]:
    from_day = _day(cells["begndate"], "begndate")
    to_day = _day(cells["enddate"], "enddate") if cells.get("enddate") else int(OPEN_END)
    if from_day > to_day:
        raise _BadCellError(f"enddate: {to_day} is before begndate {from_day}")
    return from_day, to_day


def _day(text: str, column: str) -> int:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _BadCellError(f"{column}: {text!r} is no date such as 2026-01-01") from None
    return day.year * 10000 + day.month * 100 + day.day


def _shared_days(rows: list[tuple[int, Item]], file: str) -> Iterator[str]:
    in_order = sorted(rows, key=lambda row: (row[1].code, row[1].from_day))
    for (first, earlier), (second, later) in pairwise(in_order):
        if earlier.code == later.code and later.from_day <= earlier.to_day:
            yield (
                f"{file}: line {max(first, second)}: {later.code} holds on {later.from_day} already "
                f"by line {min(first, second)}; end one the day before"
            )
