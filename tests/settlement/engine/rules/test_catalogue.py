"""Items by code and day, by level, and by what an institution has matched."""

import pytest

from settlement.engine.rules.catalogue import Catalogue, Item, Match
from settlement.wire import catalogue_codes, codes

OLD = Item("X1", "old", "02", 3000, None, 20230101, 20251231)
NEW = Item("X1", "new", "01", 0, 12_500_000, 20260101, 99991231)
PHARMACY, HOSPITAL = "P37010000001", "H37010000001"


@pytest.mark.parametrize(
    ("day", "name"),
    [(20221231, None), (20230101, "old"), (20251231, "old"), (20260101, "new"), (99991231, "new")],
)
def test_the_row_that_holds_on_the_day_is_found(day: int, name: str | None) -> None:
    item = Catalogue("sample", [OLD, NEW]).find("X1", day)
    assert (item and item.name) == name


def test_an_unknown_code_is_nothing_and_refused_as_unknown() -> None:
    catalogue = Catalogue("sample", [NEW])
    assert catalogue.find("X2", 20260101) is None
    assert catalogue.why_not("X2") is codes.UNKNOWN_ITEM


def test_a_code_that_has_ended_is_refused_as_expired() -> None:
    catalogue = Catalogue("sample", [OLD])
    assert catalogue.find("X1", 20260101) is None
    assert catalogue.why_not("X1") is catalogue_codes.ITEM_EXPIRED


def test_the_items_of_a_day_leave_out_those_of_others() -> None:
    assert [item.name for item in Catalogue("sample", [OLD, NEW]).on(20251231)] == ["old"]


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_one_limit_holds_at_every_level_where_none_has_its_own(level: int) -> None:
    assert NEW.limit_e6(level) == 12_500_000
    assert OLD.limit_e6(level) is None


def test_a_level_may_have_a_limit_of_its_own() -> None:
    item = Item("X1", "n", "01", 0, 1, 20260101, 99991231, level_limits_e6=(1, 1, 2, None))
    assert [item.limit_e6(level) for level in (0, 1, 2, 3)] == [1, 1, 2, None]


def test_an_institution_without_a_matching_may_bill_every_item() -> None:
    assert Catalogue("sample", [NEW]).matched(PHARMACY, "", "X1", 20260101)


@pytest.mark.parametrize(
    ("own", "code", "day", "matched"),
    [
        ("own-1", "X1", 20260101, True),
        ("own-1", "X1", 20261231, True),
        ("own-1", "X1", 20270101, False),
        ("own-1", "X2", 20260101, False),
        ("own-2", "X1", 20260101, False),
        ("", "X1", 20260101, False),
    ],
)
def test_an_institution_with_a_matching_may_bill_only_what_it_has_matched(
    own: str, code: str, day: int, *, matched: bool
) -> None:
    catalogue = Catalogue("sample", [NEW], matches=[Match(HOSPITAL, "own-1", "X1", 20260101, 20261231)])
    assert catalogue.matched(HOSPITAL, own, code, day) is matched
    assert catalogue.matched(PHARMACY, own, code, day)
