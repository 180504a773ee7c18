"""Items of the catalogue: class, first share and price limit of each, by the day on which it is used.

The catalogue of the place of treatment holds (就医地目录), whoever is insured where. A price or class that changes is a
second row of the same code with later days; two rows never share a day. An institution that has matched its own codes
(目录对照) may use none that it has not. How a line is cut stands in medical.split, how a file is read, in
catalogue_file.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from msgspec import Struct

from settlement.wire import catalogue_codes, codes
from settlement.wire.refusal import Basis, Refusal

CLASS_B: Final = "02"
CLASS_C: Final = "03"
"""chrgitm_lv 乙 and 丙; 01, 甲, is what neither is."""
LEVELS: Final = (0, 1, 2, 3)
"""Levels of an institution: a pharmacy has 0, hospitals 1 to 3 (dedc_hosp_lv)."""


class Item(Struct, frozen=True):
    """One item as it stands from one day to another, both included."""

    code: str
    name: str
    chrgitm_lv: str
    preself_ratio_e4: int
    """The patient's first share (先行自付) of class B."""
    price_limit_e6: int | None
    """The limit of a unit's price wherever no level has its own."""
    from_day: int
    to_day: int
    level_limits_e6: tuple[int | None, ...] = ()
    """Limits at LEVELS, where some level has one of its own."""
    limited: bool = False
    """Limited use (lmt_used_flag): the patient's own unless the hospital approved it (hosp_appr_flag 1)."""
    med_chrgitm_type: str = ""

    def limit_e6(self, level: int) -> int | None:
        """Return the limit of a unit's price at an institution of a level."""
        return self.level_limits_e6[level] if self.level_limits_e6 else self.price_limit_e6


class Match(NamedTuple):
    """What an institution's own code stands for from one day to another, both included."""

    fixmedins_code: str
    medins_list_codg: str
    med_list_codg: str
    from_day: int
    to_day: int


class Catalogue:
    """Items by code and day.

    >>> aspirin = Item("X1", "示例片", "01", 0, None, 20260101, 99991231)
    >>> Catalogue("example", [aspirin]).find("X1", 20260315) == aspirin
    True
    """

    def __init__(
        self,
        name: str,
        items: Iterable[Item],
        *,
        matches: Iterable[Match] = (),
        source: str = "",
        basis: Basis = Basis.ASSUMED,
    ) -> None:
        self.name = name
        self.source = source
        self.basis = basis
        self.items: Final = tuple(items)
        self._by_code: dict[str, tuple[Item, ...]] = {}
        for item in self.items:
            self._by_code[item.code] = (*self._by_code.get(item.code, ()), item)
        self._matches: dict[str, dict[str, tuple[Match, ...]]] = {}
        for match in matches:
            own = self._matches.setdefault(match.fixmedins_code, {})
            own[match.medins_list_codg] = (*own.get(match.medins_list_codg, ()), match)

    def find(self, code: str, day: int) -> Item | None:
        """Return the item that holds on a day (yyyymmdd), or None."""
        for item in self._by_code.get(code, ()):
            if item.from_day <= day <= item.to_day:
                return item
        return None

    def on(self, day: int) -> tuple[Item, ...]:
        """Return the items that hold on a day (yyyymmdd), in the order of their file."""
        return tuple(item for item in self.items if item.from_day <= day <= item.to_day)

    def why_not(self, code: str) -> Refusal:
        """Return why a code that `find` does not find is refused: it never was, or it is not in force on that day."""
        return catalogue_codes.ITEM_EXPIRED if code in self._by_code else codes.UNKNOWN_ITEM

    def matched(self, fixmedins_code: str, medins_list_codg: str, code: str, day: int) -> bool:
        """Whether an institution may bill an item under its own code; True for one whose matching is not known here."""
        own = self._matches.get(fixmedins_code)
        if own is None:
            return True
        return any(
            match.med_list_codg == code and match.from_day <= day <= match.to_day
            for match in own.get(medins_list_codg, ())
        )
