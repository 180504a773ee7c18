"""What can be bought at a platform that is not ours, from a CSV that its owner supplies.

Columns: med_list_codg (the catalogue's code), pric (yuan, at most six decimals), and, where the institution has a code
of its own, medins_list_codg.
"""

from pathlib import Path
from typing import Final, NamedTuple

from loadtests.foreign.rows import RowError, read_rows
from loadtests.workload.settings import SettingsError
from settlement.wire.envelope import MalformedError
from settlement.wire.national_values import read_decimal
from terminals.patients import Item

REQUIRED: Final = ("med_list_codg", "pric")
OPTIONAL: Final = ("medins_list_codg",)
CODE_MAX: Final = 50
OWN_CODE_MAX: Final = 150
UNKNOWN_LEVEL: Final = ""


class Stock(NamedTuple):
    """Items with their prices, and the institution's own codes by the catalogue's."""

    items: tuple[Item, ...]
    own_codes: dict[str, str]


def read_items(path: Path) -> Stock:
    """Return the items of a file; raise SettingsError with file and line."""
    rows = read_rows(path, REQUIRED, OPTIONAL, _made)
    stock = Stock(tuple(item for item, _ in rows), {item.med_list_codg: own for item, own in rows if own})
    if len({item.med_list_codg for item in stock.items}) < len(stock.items):
        raise SettingsError(str(path), "", "an item stands here more than once")
    return stock


def _made(row: dict[str, str]) -> tuple[Item, str]:
    code, own = row["med_list_codg"], row.get("medins_list_codg", "")
    if len(code) > CODE_MAX or len(own) > OWN_CODE_MAX:
        raise RowError("med_list_codg", f"at most {CODE_MAX} characters, medins_list_codg {OWN_CODE_MAX}")
    try:
        price_e6 = read_decimal(row["pric"], 16, 6, "pric")
    except MalformedError:
        raise RowError("pric", "yuan with at most six decimals are expected") from None
    if price_e6 <= 0:
        raise RowError("pric", "it must be above 0")
    return Item(code, price_e6, UNKNOWN_LEVEL), own
