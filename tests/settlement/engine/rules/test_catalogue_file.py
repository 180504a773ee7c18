"""Catalogues and matchings as CSV: what is read, and every bad line named."""

import pytest

from settlement.engine.rules.catalogue import Item, Match
from settlement.engine.rules.catalogue_file import PROBLEMS_MAX, read_catalogue, read_items, read_matches
from settlement.engine.rules.profile import ProfileError
from settlement.wire.refusal import Basis

HEAD = "# about: for this test\n# source: nobody\n# basis: assumed\n"
COLUMNS = "med_list_codg,name,chrgitm_lv,selfpay_prop,pric_uplmt_amt,lmt_used_flag,begndate,enddate\n"
OLD = "X1,old,02,0.3,,,2023-01-01,20251231\n"
NEW = "X1,new,01,,12.5,1,2026-01-01,\n"


def items(*rows: str, columns: str = COLUMNS) -> tuple[Item, ...]:
    return read_catalogue(HEAD + columns + "".join(rows), "sample", "sample.csv").items


def refused(text: str) -> str:
    with pytest.raises(ProfileError) as caught:
        read_catalogue(text, "sample", "sample.csv")
    return str(caught.value)


def test_a_row_is_read_with_its_units() -> None:
    assert items(OLD, NEW) == (
        Item("X1", "old", "02", 3000, None, 20230101, 20251231),
        Item("X1", "new", "01", 0, 12_500_000, 20260101, 99991231, limited=True),
    )


def test_a_file_says_where_its_figures_come_from() -> None:
    catalogue = read_catalogue(HEAD + COLUMNS + NEW, "sample", "sample.csv")
    assert (catalogue.name, catalogue.source, catalogue.basis) == ("sample", "nobody", Basis.ASSUMED)


def test_a_level_without_a_limit_of_its_own_has_the_one_of_all() -> None:
    columns = "med_list_codg,name,chrgitm_lv,pric_uplmt_amt,pric_uplmt_amt_2,begndate\n"
    [item] = items("X1,n,01,10,20,2026-01-01\n", columns=columns)
    assert [item.limit_e6(level) for level in (0, 1, 2, 3)] == [10_000_000, 10_000_000, 20_000_000, 10_000_000]


def test_a_spreadsheets_byte_order_mark_and_line_ends_are_taken() -> None:
    text = "\ufeff" + (HEAD + COLUMNS + OLD).replace("\n", "\r\n")
    assert len(read_catalogue(text, "sample", "sample.csv").items) == 1


def test_an_empty_line_is_passed_over() -> None:
    assert len(items(OLD, "\n", NEW)) == 2


@pytest.mark.parametrize("share", ["", "1", "1.0000", "0"])
def test_class_c_may_say_that_all_of_it_is_the_patients(share: str) -> None:
    [item] = items(f"X1,n,03,{share},,,2026-01-01,\n")
    assert (item.chrgitm_lv, item.preself_ratio_e4) == ("03", 0)


def test_class_b_may_say_that_it_has_no_first_share() -> None:
    assert items("X1,n,02,0,,,2026-01-01,\n")[0].preself_ratio_e4 == 0


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",n,01,,,,2026-01-01,\n", "med_list_codg: empty"),
        (f"{'X' * 51},n,01,,,,2026-01-01,\n", "med_list_codg: longer than 50 characters"),
        ("X1,,01,,,,2026-01-01,\n", "name: empty"),
        ("X1,n,04,,,,2026-01-01,\n", "chrgitm_lv: '04' is none of 01 (甲), 02 (乙), 03 (丙)"),
        ("X1,n,01,0.1,,,2026-01-01,\n", "selfpay_prop: only class 02 (乙) has a first share; leave it empty"),
        ("X1,n,03,0.5,,,2026-01-01,\n", "selfpay_prop: only class 02 (乙) has a first share; leave it empty"),
        ("X1,n,02,,,,2026-01-01,\n", "selfpay_prop: empty; class 02 (乙) says its first share, 0 if it has none"),
        ("X1,n,02,1.1,,,2026-01-01,\n", "selfpay_prop: above 1 (10 % is written 0.1)"),
        ("X1,n,02,0.12345,,,2026-01-01,\n", "selfpay_prop: '0.12345' has more than 4 decimals"),
        ("X1,n,01,,-1,,2026-01-01,\n", "pric_uplmt_amt: -1 is below zero"),
        ("X1,n,01,,cheap,,2026-01-01,\n", "pric_uplmt_amt: 'cheap' is not a decimal number such as 12.34"),
        ("X1,n,01,,,2,2026-01-01,\n", "lmt_used_flag: '2' is neither 0 nor 1"),
        ("X1,n,01,,,,,\n", "begndate: '' is no date such as 2026-01-01"),
        ("X1,n,01,,,,2026-02-30,\n", "begndate: '2026-02-30' is no date such as 2026-01-01"),
        ("X1,n,01,,,,2026-01-01,2025-12-31\n", "enddate: 20251231 is before begndate 20260101"),
        ("X1,n,01\n", "3 cells; the header has 8"),
        ('X1,"n,01,,,,2026-01-01,\n', "this is not CSV: unexpected end of data"),
        ("X1,x,01,,,,2026-01-01,\n", "X1 holds on 20260101 already by line 5; end one the day before"),
    ],
)
def test_a_bad_line_is_named_with_its_number_and_column(row: str, problem: str) -> None:
    assert refused(HEAD + COLUMNS + NEW + row).startswith(f"sample.csv: line 6: {problem}")


def test_a_file_with_several_bad_lines_names_the_first_and_counts_the_rest() -> None:
    assert (
        refused(HEAD + COLUMNS + ",n,01,,,,2026-01-01,\n" * 3)
        == "sample.csv: line 5: med_list_codg: empty (and 2 more)"
    )


def test_every_bad_line_is_listed_up_to_a_limit() -> None:
    table = read_items(HEAD + COLUMNS + ",n,01,,,,2026-01-01,\n" * (PROBLEMS_MAX + 5) + NEW, "f.csv")
    assert len(table.problems) == PROBLEMS_MAX
    assert table.problems[1] == "f.csv: line 6: med_list_codg: empty"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (COLUMNS + NEW, "# about: missing; begin the file with a line `# about: ...`"),
        (HEAD.replace("assumed", "sure") + COLUMNS, "# basis: 'sure' is none of spec, observed, derived, assumed"),
        (HEAD, "there is no header; its columns are med_list_codg, name, "),
        (
            HEAD + "med_list_code,name\n",
            "line 4: unknown column 'med_list_code'; the nearest known one is med_list_codg",
        ),
        (HEAD + "name,name\n", "line 4: column name stands twice"),
        (HEAD + "med_list_codg,name\n", "line 4: missing column: chrgitm_lv, begndate"),
    ],
)
def test_a_file_of_another_form_is_refused(text: str, problem: str) -> None:
    assert refused(text).startswith(f"sample.csv: {problem}")


MATCHES = "fixmedins_code,medins_list_codg,med_list_codg,begndate\n"


def test_a_matching_is_read() -> None:
    assert read_matches(MATCHES + "H37010000001,own-1,X1,2026-01-01\n", "m.csv") == (
        Match("H37010000001", "own-1", "X1", 20260101, 99991231),
    )


def test_a_bad_line_of_a_matching_is_named() -> None:
    with pytest.raises(ProfileError, match=r"m\.csv: line 2: medins_list_codg: empty"):
        read_matches(MATCHES + "H37010000001,,X1,2026-01-01\n", "m.csv")
