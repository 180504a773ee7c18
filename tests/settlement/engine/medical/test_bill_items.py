"""What the catalogue makes of a bill's lines: refusals with the line's number, limits by level, limited use."""

import pytest

from settlement.engine.case import Refused
from settlement.engine.medical.bill import cut_bill
from settlement.engine.rules.catalogue import Catalogue, Item, Match
from settlement.engine.rules.directory import Institution
from settlement.wire import catalogue_codes, codes
from settlement.wire.messages import Line, LineCut
from settlement.wire.refusal import Refusal

DAY = 20261121
HOSPITAL = Institution("H37010000001", "370100", "H", 3, pilot=False)
PLAIN = Item("X1", "plain", "01", 0, None, 20230101, 99991231)
ENDED = Item("X2", "ended", "01", 0, None, 20230101, 20241231)
BY_LEVEL = Item(
    "X3", "by level", "01", 0, 8_000_000, 20230101, 99991231, level_limits_e6=(8_000_000,) * 3 + (9_000_000,)
)
LIMITED = Item("X4", "limited", "02", 1000, None, 20230101, 99991231, limited=True)
CATALOGUE = Catalogue("sample", [PLAIN, ENDED, BY_LEVEL, LIMITED])


def line(code: str, flag: str = "", own: str = "") -> Line:
    return Line("7", code, 10_000_000, 10_000, 1000, flag, own)


def bill(
    one: Line, catalogue: Catalogue = CATALOGUE, institution: Institution = HOSPITAL
) -> tuple[LineCut, ...] | Refused:
    return cut_bill((one,), 1000, catalogue, institution, DAY)


def cut(one: Line, institution: Institution = HOSPITAL) -> LineCut:
    found = bill(one, institution=institution)
    assert not isinstance(found, Refused)
    return found[0]


@pytest.mark.parametrize(
    ("one", "refusal", "detail"),
    [
        (line("X9"), codes.UNKNOWN_ITEM, "line 7: X9"),
        (line("X2"), catalogue_codes.ITEM_EXPIRED, "line 7: X2"),
        (line("X1"), catalogue_codes.ITEM_UNMATCHED, "line 7: no medins_list_codg is not X1"),
        (line("X3", own="own-1"), catalogue_codes.ITEM_UNMATCHED, "line 7: own-1 is not X3"),
    ],
)
def test_a_code_that_may_not_be_billed_is_refused_with_the_lines_number(
    one: Line, refusal: Refusal, detail: str
) -> None:
    matched = Catalogue("sample", CATALOGUE.items, matches=[Match(HOSPITAL.code, "own-1", "X1", 20230101, 99991231)])
    found = bill(one, matched)
    assert isinstance(found, Refused)
    assert (found.refusal, found.detail) == (refusal, detail)


def test_a_matched_code_is_billed() -> None:
    matched = Catalogue("sample", CATALOGUE.items, matches=[Match(HOSPITAL.code, "own-1", "X1", 20230101, 99991231)])
    assert not isinstance(bill(line("X1", own="own-1"), matched), Refused)


@pytest.mark.parametrize(("level", "over"), [(1, 200), (2, 200), (3, 100)])
def test_the_limit_is_that_of_the_institutions_level(level: int, over: int) -> None:
    institution = Institution("H37010000001", "370100", "H", level, pilot=False)
    assert cut(line("X3"), institution).overlmt_amt_fen == over


@pytest.mark.parametrize(("flag", "own"), [("", 1000), ("0", 1000), ("1", 0), ("2", 1000)])
def test_a_limited_item_is_the_patients_own_unless_the_hospital_approved_it(flag: str, own: int) -> None:
    assert cut(line("X4", flag)).fulamt_ownpay_amt_fen == own


@pytest.mark.parametrize(("flag", "own"), [("", 0), ("0", 0), ("1", 0), ("2", 1000)])
def test_an_item_without_limits_is_the_patients_own_only_if_the_hospital_refused_it(flag: str, own: int) -> None:
    assert cut(line("X1", flag)).fulamt_ownpay_amt_fen == own
