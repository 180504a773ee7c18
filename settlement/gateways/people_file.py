"""People and balances as a CSV: which columns there are, and what a line says. Pure.

psn_no, or city and index (of our own population)   whom
balance, bank_balance                               yuan, as 100.00
psn_insu_stas, card_status, bank_status             as in wire.control
insutype, psn_type, standing                        as there; standing none takes every one away
password_tries_left                                 a number

Whatever a line leaves empty stays as it is. A line that cannot be read, or that sets what the wire does not allow, is
refused with its number.
"""

import csv
from decimal import Decimal
from typing import Any, Final

import msgspec

from settlement.wire.control import UNSET, SetPerson
from settlement.wire.envelope import MalformedError
from settlement.wire.named import read_named
from settlement.wire.names import insured_number
from settlement.wire.national_values import read_decimal

TEXTS: Final = ("psn_insu_stas", "card_status", "bank_status", "insutype", "psn_type", "standing")
COLUMNS: Final = frozenset(
    ("psn_no", "city", "index", "balance", "bank_balance",
     "password_tries_left", *TEXTS)
)  # fmt: skip
LINES_MAX: Final = 100_000
YUAN_DIGITS: Final = 10
INDEX_DIGITS: Final = 10
CITY_DIGITS: Final = 6
COUNT_DIGITS: Final = 2


def read_people(text: str) -> list[tuple[int, SetPerson]]:
    """Return what each line asks for, with its number in the file; raise MalformedError."""
    reader = csv.DictReader(text.splitlines(), strict=True)
    try:
        return _lines(reader)
    except csv.Error as error:
        raise MalformedError(f"line {max(reader.line_num, 1)}: {error}") from None


def _lines(reader: "csv.DictReader[str]") -> list[tuple[int, SetPerson]]:
    unknown = set(reader.fieldnames or ()) - COLUMNS
    if unknown or not reader.fieldnames:
        raise MalformedError(f"line 1: columns are {', '.join(sorted(COLUMNS))}; not {', '.join(sorted(unknown))}")
    lines: list[tuple[int, SetPerson]] = []
    for row in reader:
        if len(lines) == LINES_MAX:
            raise MalformedError(f"line {reader.line_num}: at most {LINES_MAX} people at a time")
        lines.append((reader.line_num, _person(row, f"line {reader.line_num}: ")))
    return lines


def _person(row: dict[str, Any], place: str) -> SetPerson:
    given = {name: value.strip() for name, value in row.items() if isinstance(value, str) and value.strip()}
    psn_no = given.get("psn_no") or _numbered(given, place)
    numbers = {
        "balance_fen": _fen(given, "balance", place),
        "bank_balance_fen": _fen(given, "bank_balance", place),
        "password_tries_left": _count(given, "password_tries_left", place),
    }
    texts = {name: given.get(name, "") for name in TEXTS}
    try:
        return read_named(msgspec.json.encode({"psn_no": psn_no} | numbers | texts), SetPerson)
    except MalformedError as error:
        raise MalformedError(f"{place}{error}") from None


def _numbered(given: dict[str, str], place: str) -> str:
    city, index = given.get("city", ""), given.get("index", "")
    if not (_is_number(city, CITY_DIGITS) and _is_number(index, INDEX_DIGITS)):
        raise MalformedError(f"{place}psn_no, or city and index, say whom")
    return insured_number(city, int(index))


def _fen(given: dict[str, str], name: str, place: str) -> int:
    if name not in given:
        return UNSET
    fen = read_decimal(given[name], YUAN_DIGITS, 2, f"{place}{name}")
    if fen < 0:
        raise MalformedError(f"{place}{name}: {Decimal(fen).scaleb(-2)} is below zero")
    return fen


def _count(given: dict[str, str], name: str, place: str) -> int:
    text = given.get(name, str(UNSET))
    if not (text == str(UNSET) or _is_number(text, COUNT_DIGITS)):
        raise MalformedError(f"{place}{name}: a number of at most {COUNT_DIGITS} digits is expected")
    return int(text)


def _is_number(text: str, digits_max: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= digits_max
