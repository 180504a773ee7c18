"""A stay's charges: taken up (2301), given back by refund lines, cancelled (2302), and what is open of them.

Each upload is a FeeBatch numbered from 1. A refund names the open line that it gives back, has a negative count and
amount at the same price, and leaves a line that is true to a fen, or nothing at all: what is settled later is each line
without its refunds, so that no part of a bill is ever below zero. A line is cut by the catalogue of the day on which it
came, whatever becomes of the item until the stay is settled, and so is what is given back of it (assumed).
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec

from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.judge import Keys
from settlement.engine.ledger.state import FeeBatch, Record
from settlement.engine.ledger.stays import CANCELLED, Stay
from settlement.engine.medical.bill import LINE_TOLERANCE_FEN, cut_lines, line_refusal
from settlement.engine.medical.split import line_amount_fen
from settlement.wire import codes, hospital_codes
from settlement.wire.envelope import encode_rows
from settlement.wire.hospital import ALL_LINES, CancelCharges, Charge, UploadCharges, VisitChanged
from settlement.wire.messages import FeesCut, Line, LineCut
from settlement.wire.names import day_of

UPLOADS_MAX: Final = 500
"""Uploads of one stay; a stay of months charges once a day."""
DECODE_CHARGES: Final = msgspec.msgpack.Decoder(tuple[Charge, ...]).decode


class OpenLine(NamedTuple):
    """A line that is not settled, and the day by whose catalogue it is cut."""

    line: Line
    day: int


def upload(case: Case) -> Verdict:
    """2301: take up lines and refund lines, all or none."""
    asked = case.arrival.body
    assert isinstance(asked, UploadCharges)
    stay = going_on(case, asked.psn_no, asked.mdtrt_id)
    if isinstance(stay, Refused):
        return stay
    if stay.uploads >= UPLOADS_MAX:
        return Refused(codes.AMOUNT_OUT_OF_RANGE, f"a stay has at most {UPLOADS_MAX} uploads of charges")
    days = {number: line.day for number, line in open_lines(case, stay).items()}
    if refused := _unsound(case, stay, asked.feedetail):
        return refused
    today = day_of(case.now_ms)
    cuts = cut_open(case, (OpenLine(_line(row), days.get(row.init_feedetl_sn, today)) for row in asked.feedetail))
    if isinstance(cuts, Refused):
        return cuts
    number = stay.uploads + 1
    batch = FeeBatch(
        city=stay.city,
        psn_no=stay.psn_no,
        mdtrt_id=stay.mdtrt_id,
        chrg_bchno=str(number),
        lines=encode_rows(asked.feedetail),
        medfee_sumamt_fen=sum(charge.det_item_fee_sumamt_fen for charge in asked.feedetail),
        setl_id="",
        day=today,
    )
    return Granted(FeesCut(cuts), (batch, msgspec.structs.replace(stay, uploads=number)))


def cancel(case: Case) -> Verdict:
    """2302: take back a line with its refunds, or every open line; what is settled stays (E3104)."""
    asked = case.arrival.body
    assert isinstance(asked, CancelCharges)
    stay = going_on(case, asked.psn_no, asked.mdtrt_id)
    if isinstance(stay, Refused):
        return stay
    everything = asked.feedetl_sn == ALL_LINES
    if not everything and asked.feedetl_sn not in open_lines(case, stay):
        settled = [batch for batch in uploads(case, stay) if batch.setl_id and _holds(batch, asked.feedetl_sn)]
        if settled:
            return Refused(codes.LINES_SETTLED, f"feedetl_sn {asked.feedetl_sn}: setl_id {settled[0].setl_id}")
        if not any(_holds(batch, asked.feedetl_sn) for batch in uploads(case, stay)):
            return Refused(codes.VISIT_UNKNOWN, f"feedetl_sn {asked.feedetl_sn}")
    gone = ALL_LINES if everything else asked.feedetl_sn
    changes = [_without(batch, gone) for batch in uploads(case, stay) if not batch.setl_id]
    return Granted(VisitChanged(), tuple(changes))


def going_on(case: Case, psn_no: str, mdtrt_id: str) -> Stay | Refused:
    """Return a stay of this institution that its last settlement has not ended, or why there is none."""
    stay = stay_of(case, psn_no, mdtrt_id)
    if isinstance(stay, Stay) and stay.final:
        return Refused(hospital_codes.STAY_OVER, f"setl_id {stay.settlements[-1]}")
    return stay


def stay_of(case: Case, psn_no: str, mdtrt_id: str) -> Stay | Refused:
    """Return a stay of this institution, or why there is none."""
    stay = case.state.get(Stay, case.home, psn_no, mdtrt_id)
    if stay is None:
        return Refused(codes.VISIT_UNKNOWN, f"mdtrt_id {mdtrt_id}")
    if stay.fixmedins_code != case.institution.code:
        return Refused(codes.NOT_OWNER, f"mdtrt_id {mdtrt_id}")
    if stay.state == CANCELLED:
        return Refused(hospital_codes.VISIT_CANCELLED, f"mdtrt_id {mdtrt_id}")
    return stay


def upload_keys(stay: Stay | None) -> Keys:
    """Name every upload of a stay."""
    return tuple((FeeBatch, (*stay.key, str(number + 1))) for number in range(stay.uploads)) if stay else ()


def uploads(case: Case, stay: Stay) -> list[FeeBatch]:
    """Return the uploads of a stay."""
    found = (case.state.get(FeeBatch, *stay.key, str(number + 1)) for number in range(stay.uploads))
    return [batch for batch in found if batch]


def open_lines(case: Case, stay: Stay) -> dict[str, OpenLine]:
    """Return what is not settled, each line without what was given back of it, by feedetl_sn."""
    lines: dict[str, OpenLine] = {}
    for batch in uploads(case, stay):
        for charge in () if batch.setl_id else _charges(batch):
            if charge.cnt_e4 > 0:
                lines[charge.feedetl_sn] = OpenLine(_line(charge), batch.day)
            else:
                line, day = lines[charge.init_feedetl_sn]
                lines[charge.init_feedetl_sn] = OpenLine(_less(line, charge), day)
    return lines


def cut_open(case: Case, lines: Iterable[OpenLine]) -> tuple[LineCut, ...] | Refused:
    """Return each line's cut by the catalogue of its day, or which item was not in it then."""
    catalogue, cuts = case.world.catalogue(case.institution.city), list[LineCut]()
    for line, day in lines:
        cut = cut_lines((line,), catalogue, case.institution, day)
        if isinstance(cut, Refused):
            return cut
        cuts += cut
    return tuple(cuts)


def settled_by(case: Case, stay: Stay, before: str, after: str) -> list[Record]:
    """Return the uploads that `before` holds ("" for the open ones), held by `after`."""
    held = [batch for batch in uploads(case, stay) if batch.setl_id == before and batch.lines]
    return [msgspec.structs.replace(batch, setl_id=after) for batch in held]


def _unsound(case: Case, stay: Stay, charges: tuple[Charge, ...]) -> Refused | None:
    """Return why charges cannot be taken up, or None."""
    taken = {charge.feedetl_sn for batch in uploads(case, stay) for charge in _charges(batch)}
    lines = {number: line for number, (line, _) in open_lines(case, stay).items()}
    for charge in charges:
        at = f"line {charge.feedetl_sn}"
        if charge.feedetl_sn in taken or charge.feedetl_sn == ALL_LINES:
            return Refused(codes.AMOUNT_MISMATCH, f"{at}: feedetl_sn stands twice, or is {ALL_LINES}")
        taken.add(charge.feedetl_sn)
        if refused := line_refusal(_line(charge)):
            return refused
        if (charge.cnt_e4 < 0) != bool(charge.init_feedetl_sn):
            return Refused(hospital_codes.REFUND_UNMATCHED, f"{at}: a refund, and only a refund, has init_feedetl_sn")
        if charge.cnt_e4 > 0:
            lines[charge.feedetl_sn] = _line(charge)
            continue
        original = lines.get(charge.init_feedetl_sn)
        if original is None or not _gives_back(original, charge):
            return Refused(hospital_codes.REFUND_UNMATCHED, f"{at} of {charge.init_feedetl_sn}")
        lines[original.feedetl_sn] = _less(original, charge)
    return None


def _gives_back(original: Line, refund: Charge) -> bool:
    """Whether a refund is of the same item at the same price, and leaves a line that is true, or nothing."""
    same = (original.med_list_codg, original.pric_e6) == (refund.med_list_codg, refund.pric_e6)
    less = _less(original, refund)
    if not same or less.cnt_e4 < 0:
        return False
    left_fen = less.det_item_fee_sumamt_fen
    if not less.cnt_e4:
        return left_fen == 0
    return left_fen >= 0 and abs(left_fen - line_amount_fen(less.pric_e6, less.cnt_e4)) <= LINE_TOLERANCE_FEN


def _less(original: Line, refund: Charge) -> Line:
    return msgspec.structs.replace(
        original,
        cnt_e4=original.cnt_e4 + refund.cnt_e4,
        det_item_fee_sumamt_fen=original.det_item_fee_sumamt_fen + refund.det_item_fee_sumamt_fen,
    )


def _line(charge: Charge) -> Line:
    return Line(
        charge.feedetl_sn,
        charge.med_list_codg,
        charge.pric_e6,
        charge.cnt_e4,
        charge.det_item_fee_sumamt_fen,
        charge.hosp_appr_flag,
        charge.medins_list_codg,
    )


def _charges(batch: FeeBatch) -> tuple[Charge, ...]:
    return DECODE_CHARGES(batch.lines) if batch.lines else ()


def _holds(batch: FeeBatch, feedetl_sn: str) -> bool:
    return any(charge.feedetl_sn == feedetl_sn for charge in _charges(batch))


def _without(batch: FeeBatch, gone: str) -> FeeBatch:
    """Return an upload without a line and the refunds of it, or without any."""
    left = tuple(
        charge for charge in _charges(batch) if gone not in (ALL_LINES, charge.feedetl_sn, charge.init_feedetl_sn)
    )
    total_fen = sum(charge.det_item_fee_sumamt_fen for charge in left)
    return msgspec.structs.replace(batch, lines=encode_rows(left) if left else b"", medfee_sumamt_fen=total_fen)
