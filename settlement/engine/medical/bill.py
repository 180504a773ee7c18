"""A bill as the institution sent it: whether each line is true and in the catalogue, and whether they add up."""

from typing import Final

from settlement.engine.case import Refused
from settlement.engine.medical.split import cut_line, line_amount_fen
from settlement.engine.rules.catalogue import Catalogue
from settlement.engine.rules.money import FEN_PLACES, unscaled
from settlement.wire import codes
from settlement.wire.messages import Line, LineCut

BILL_MAX_FEN: Final = 1_000_000_000_00
"""A thousand million yuan: a bill above it is a slip of the keyboard, not a bill."""
LINE_TOLERANCE_FEN: Final = 1
"""What a line may differ from price times count (I8: refused where the difference is over 0.01)."""


def cut_bill(
    lines: tuple[Line, ...], medfee_sumamt_fen: int, catalogue: Catalogue, day: int
) -> tuple[LineCut, ...] | Refused:
    """Return each line's cut, or why the bill is refused: amounts in range, price times count (I8), items, sum (I9)."""
    if not 0 < medfee_sumamt_fen <= BILL_MAX_FEN:
        return Refused(codes.AMOUNT_OUT_OF_RANGE, f"medfee_sumamt {unscaled(medfee_sumamt_fen, FEN_PLACES)}")
    cuts = []
    for line in lines:
        if line.pric_e6 <= 0 or line.cnt_e4 <= 0 or not 0 < line.det_item_fee_sumamt_fen <= BILL_MAX_FEN:
            return Refused(codes.AMOUNT_OUT_OF_RANGE, f"line {line.feedetl_sn}")
        if abs(line.det_item_fee_sumamt_fen - line_amount_fen(line.pric_e6, line.cnt_e4)) > LINE_TOLERANCE_FEN:
            return Refused(
                codes.LINE_ROUNDING, f"line {line.feedetl_sn}: {unscaled(line.det_item_fee_sumamt_fen, FEN_PLACES)}"
            )
        item = catalogue.find(line.med_list_codg, day)
        if item is None:
            return Refused(codes.UNKNOWN_ITEM, f"line {line.feedetl_sn}: {line.med_list_codg}")
        cuts.append(cut_line(line, item))
    total_fen = sum(line.det_item_fee_sumamt_fen for line in lines)
    if total_fen != medfee_sumamt_fen:
        return Refused(
            codes.AMOUNT_MISMATCH,
            f"medfee_sumamt {unscaled(medfee_sumamt_fen, FEN_PLACES)}, lines {unscaled(total_fen, FEN_PLACES)}",
        )
    if len({line.feedetl_sn for line in lines}) != len(lines):
        return Refused(codes.AMOUNT_MISMATCH, "feedetl_sn stands twice")
    return tuple(cuts)
