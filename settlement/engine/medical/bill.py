"""A bill as the institution sent it: whether each line is true and in the catalogue, and whether they add up."""

from collections.abc import Iterable
from typing import Final

from settlement.engine.case import Refused
from settlement.engine.medical.split import cut_line, line_amount_fen
from settlement.engine.rules.catalogue import Catalogue
from settlement.engine.rules.directory import Institution
from settlement.engine.rules.money import yuan
from settlement.wire import catalogue_codes, codes
from settlement.wire.messages import Line, LineCut

BILL_MAX_FEN: Final = 1_000_000_000_00
"""A thousand million yuan: a bill above it is a slip of the keyboard, not a bill."""
LINE_TOLERANCE_FEN: Final = 1
"""What a line may differ from price times count (I8: refused where the difference is over 0.01)."""


def cut_bill(
    lines: tuple[Line, ...], medfee_sumamt_fen: int, catalogue: Catalogue, institution: Institution, day: int
) -> tuple[LineCut, ...] | Refused:
    """Return each line's cut, or why the bill is refused: amounts in range, price times count (I8), items, sum (I9)."""
    if not 0 < medfee_sumamt_fen <= BILL_MAX_FEN:
        return Refused(codes.AMOUNT_OUT_OF_RANGE, f"medfee_sumamt {yuan(medfee_sumamt_fen)}")
    for line in lines:
        if line.cnt_e4 <= 0:
            return Refused(codes.AMOUNT_OUT_OF_RANGE, f"line {line.feedetl_sn}")
        if refused := line_refusal(line):
            return refused
    cuts = cut_lines(lines, catalogue, institution, day)
    if isinstance(cuts, Refused):
        return cuts
    if refused := sum_refusal(lines, medfee_sumamt_fen):
        return refused
    if len({line.feedetl_sn for line in lines}) != len(lines):
        return Refused(codes.AMOUNT_MISMATCH, "feedetl_sn stands twice")
    return cuts


def line_refusal(line: Line) -> Refused | None:
    """Return why a line, or a refund of one (count and amount negative), cannot be true, or None."""
    amount = line.det_item_fee_sumamt_fen
    if line.pric_e6 <= 0 or not 0 < abs(amount) <= BILL_MAX_FEN or (line.cnt_e4 < 0) != (amount < 0):
        return Refused(codes.AMOUNT_OUT_OF_RANGE, f"line {line.feedetl_sn}")
    if abs(amount - line_amount_fen(line.pric_e6, line.cnt_e4)) > LINE_TOLERANCE_FEN:
        return Refused(codes.LINE_ROUNDING, f"line {line.feedetl_sn}: {yuan(amount)}")
    return None


def cut_lines(
    lines: tuple[Line, ...], catalogue: Catalogue, institution: Institution, day: int
) -> tuple[LineCut, ...] | Refused:
    """Return each line's cut by the list of the place of treatment, or which item is not in it."""
    cuts = []
    for line in lines:
        item = catalogue.find(line.med_list_codg, day)
        if item is None:
            return Refused(catalogue.why_not(line.med_list_codg), f"line {line.feedetl_sn}: {line.med_list_codg}")
        if not catalogue.matched(institution.code, line.medins_list_codg, line.med_list_codg, day):
            return Refused(catalogue_codes.ITEM_UNMATCHED, _both_codes(line))
        cuts.append(cut_line(line, item, institution.level))
    return tuple(cuts)


def sum_refusal(lines: Iterable[Line], medfee_sumamt_fen: int) -> Refused | None:
    """Return why a stated total is not that of its lines, or None (I9)."""
    total_fen = sum(line.det_item_fee_sumamt_fen for line in lines)
    if total_fen == medfee_sumamt_fen:
        return None
    stated, added = yuan(medfee_sumamt_fen), yuan(total_fen)
    return Refused(codes.AMOUNT_MISMATCH, f"medfee_sumamt {stated}, lines {added}")


def _both_codes(line: Line) -> str:
    return f"line {line.feedetl_sn}: {line.medins_list_codg or 'no medins_list_codg'} is not {line.med_list_codg}"
