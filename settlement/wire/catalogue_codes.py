"""Refusals of a bill's line by the catalogue: an item that has ended, and one that its institution never matched."""

from typing import Final

from settlement.wire.refusal import DERIVED, INSTITUTION, Refusal, refusals_of

ITEM_EXPIRED = Refusal(
    "E3031", "ITEM_EXPIRED", INSTITUTION, DERIVED, "目录编码已失效", "this item is not in force on this day"
)
ITEM_UNMATCHED = Refusal(
    "E3032",
    "ITEM_UNMATCHED",
    INSTITUTION,
    DERIVED,
    "医药机构目录未对照",
    "the institution's own code is not matched to this item",
)

REFUSALS: Final[dict[str, Refusal]] = refusals_of(globals())
