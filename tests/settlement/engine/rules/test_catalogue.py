"""Items by code and day."""

import pytest

from settlement.engine.rules.catalogue import Catalogue, Item, read_catalogue
from settlement.engine.rules.profile import ProfileError

HEAD = 'name = "sample"\nabout = "for this test"\n'
OLD = '{ code = "X1", name = "old", chrgitm_lv = "02", preself_ratio = "0.30", from = 2023-01-01, to = 2025-12-31 }'
NEW = '{ code = "X1", name = "new", chrgitm_lv = "01", price_limit = "12.5", from = 2026-01-01 }'


def catalogue(*rows: str) -> Catalogue:
    return read_catalogue(f"{HEAD}items = [{', '.join(rows)}]", "sample.toml")


def refused(*rows: str) -> str:
    with pytest.raises(ProfileError) as caught:
        catalogue(*rows)
    return str(caught.value)


def test_an_item_is_read_with_its_units() -> None:
    assert catalogue(OLD, NEW).items == (
        Item("X1", "old", "02", 3000, None, 20230101, 20251231),
        Item("X1", "new", "01", 0, 12_500_000, 20260101, 99991231),
    )


@pytest.mark.parametrize(
    ("day", "name"),
    [(20221231, None), (20230101, "old"), (20251231, "old"), (20260101, "new"), (99991231, "new")],
)
def test_the_row_that_holds_on_the_day_is_found(day: int, name: str | None) -> None:
    item = catalogue(OLD, NEW).find("X1", day)
    assert (item and item.name) == name


def test_an_unknown_code_is_nothing() -> None:
    assert catalogue(NEW).find("X2", 20260101) is None


def test_the_items_of_a_day_leave_out_those_of_others() -> None:
    assert [item.name for item in catalogue(OLD, NEW).on(20251231)] == ["old"]


def test_two_rows_that_share_a_day_are_refused() -> None:
    both = refused(OLD.replace("2025-12-31", "2026-01-01"), NEW)
    assert both == "sample.toml: items (X1): two rows hold on 20260101; end the earlier one the day before"


def test_a_first_share_of_class_a_is_refused() -> None:
    wrong = refused(NEW.replace("price_limit", "preself_ratio").replace("12.5", "0.5"))
    assert wrong == (
        "sample.toml: items[0] (X1): only class 02 (乙类) has a first share; drop preself_ratio or make it class 02"
    )


def test_a_row_that_ends_before_it_begins_is_refused() -> None:
    assert "ends on 20221231, before it begins on 20230101" in refused(OLD.replace("2025", "2022"))


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (NEW.replace("price_limit", "price_limt"), "items[0].price_limt: unknown key; the nearest known one is price"),
        (NEW.replace('"01"', '"04"'), "items[0].chrgitm_lv: Invalid enum value '04'"),
        (NEW.replace('"12.5"', "12.5"), "items[0].price_limit: write 12.5 as text"),
        (OLD.replace("0.30", "1.30"), "items[0].preself_ratio: 1.30 is not a share"),
    ],
)
def test_a_wrong_row_is_named_with_its_key(row: str, problem: str) -> None:
    assert problem in refused(row)
