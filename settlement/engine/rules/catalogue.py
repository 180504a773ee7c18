"""Items of the catalogue: class, first share and price limit of each, by the day on which it is used.

The catalogue of the place of treatment holds (就医地目录), whoever is insured where. A price or class that changes is a
second row of the same code with later days; two rows never share a day. How a line is cut stands in split.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import Final, Literal

from msgspec import Struct, field

from settlement.engine.rules.profile import OPEN_END, Day, Named, PriceE6, ProfileError, RatioE4, Row, convert, parse

CLASS_B: Final = "02"
CLASS_C: Final = "03"
"""chrgitm_lv 乙 and 丙; 01, 甲, is what neither is."""


class Item(Struct, frozen=True):
    """One item as it stands from one day to another, both included."""

    code: str
    name: str
    chrgitm_lv: str
    preself_ratio_e4: int
    """The patient's first share (先行自付) of class B."""
    price_limit_e6: int | None
    from_day: int
    to_day: int


class Catalogue:
    """Items by code and day.

    >>> aspirin = Item("X1", "示例片", "01", 0, None, 20260101, 99991231)
    >>> Catalogue("example", [aspirin]).find("X1", 20260315) == aspirin
    True
    """

    def __init__(self, name: str, items: Iterable[Item]) -> None:
        self.name = name
        self.items: Final = tuple(items)
        self._by_code: dict[str, tuple[Item, ...]] = {}
        for item in self.items:
            self._by_code[item.code] = (*self._by_code.get(item.code, ()), item)

    def find(self, code: str, day: int) -> Item | None:
        """Return the item that holds on a day (yyyymmdd), or None."""
        for item in self._by_code.get(code, ()):
            if item.from_day <= day <= item.to_day:
                return item
        return None

    def on(self, day: int) -> tuple[Item, ...]:
        """Return the items that hold on a day (yyyymmdd), in the order of their file."""
        return tuple(item for item in self.items if item.from_day <= day <= item.to_day)


class _ItemRow(Row, frozen=True):
    code: Named
    name: Named
    chrgitm_lv: Literal["01", "02", "03"]
    from_day: Day = field(name="from")
    preself_ratio: RatioE4 = RatioE4(0)
    price_limit: PriceE6 | None = None
    to_day: Day = field(name="to", default=OPEN_END)


class _CatalogueFile(Row, frozen=True):
    name: Named
    about: Named
    items: tuple[_ItemRow, ...]


def read_catalogue(text: str, file: str) -> Catalogue:
    """Read a catalogue file; raise ProfileError for what it may not hold."""
    content = convert(parse(text, file), _CatalogueFile, file)
    items = [_checked(row, f"items[{number}] ({row.code})", file) for number, row in enumerate(content.items)]
    _refuse_shared_days(items, file)
    return Catalogue(content.name, items)


def _checked(row: _ItemRow, key: str, file: str) -> Item:
    if row.from_day > row.to_day:
        raise ProfileError(file, key, f"ends on {row.to_day}, before it begins on {row.from_day}")
    if row.preself_ratio and row.chrgitm_lv != CLASS_B:
        raise ProfileError(file, key, "only class 02 (乙类) has a first share; drop preself_ratio or make it class 02")
    limit = None if row.price_limit is None else int(row.price_limit)
    return Item(row.code, row.name, row.chrgitm_lv, int(row.preself_ratio), limit, int(row.from_day), int(row.to_day))


def _refuse_shared_days(items: list[Item], file: str) -> None:
    for earlier, later in pairwise(sorted(items, key=lambda item: (item.code, item.from_day))):
        if earlier.code == later.code and later.from_day <= earlier.to_day:
            problem = f"two rows hold on {later.from_day}; end the earlier one the day before"
            raise ProfileError(file, f"items ({later.code})", problem)
