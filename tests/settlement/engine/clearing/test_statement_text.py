import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.engine.clearing import statement_text
from settlement.engine.clearing.statement_text import FileRow, LineError, read_rows, text_of
from tests.statement_rows import cells_of

NAMES = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=30).filter(
    lambda name: name != "null"
)
AMOUNTS = st.integers(-9_999_999_999_999_999, 9_999_999_999_999_999)
ROWS = st.builds(FileRow, NAMES, st.just("") | NAMES, NAMES, AMOUNTS, AMOUNTS, AMOUNTS, st.booleans())
GOOD = "S\tV\tP\t1.00\t0.50\t0.50\t0"


@given(st.lists(ROWS, max_size=9))
def test_what_is_written_is_read_again(rows: list[FileRow]) -> None:
    assert list(read_rows(text_of(map(cells_of, rows)))) == rows


@given(st.binary(max_size=200))
def test_whatever_comes_is_rows_or_an_error_with_its_line(content: bytes) -> None:
    try:
        read_rows(content)
    except LineError as error:
        assert str(error).startswith("line ")  # noqa: PT017 - nothing else may be raised


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("S\tV", "line 1: 2 cells, 7 expected"),
        (f"{GOOD}\n{GOOD}\t", "line 2: 8 cells"),
        ("\tV\tP\t1.00\t0.50\t0.50\t0", "line 1: setl_id is required"),
        ("null\tV\tP\t1.00\t0.50\t0.50\t0", "line 1: setl_id is required"),
        (f"{'S' * 31}\tV\tP\t1.00\t0.50\t0.50\t0", "line 1: setl_id is longer than 30"),
        ("S\tV\tP\tx\t0.50\t0.50\t0", "line 1: medfee_sumamt is no number"),
        ("S\tV\tP\tNaN\t0.50\t0.50\t0", "line 1: medfee_sumamt has more than two decimals"),
        ("S\tV\tP\t1e999999\t0.50\t0.50\t0", "line 1: medfee_sumamt is no number"),
        ("S\tV\tP\t1.001\t0.50\t0.50\t0", "line 1: medfee_sumamt has more than two decimals"),
        ("S\tV\tP\t1.00\t1e30\t0.50\t0", "line 1: fund_pay_sumamt has more than two decimals or too many digits"),
        ("S\tV\tP\t1.00\t0.50\t0.50\t2", "line 1: refd_setl_flag is 0 or 1"),
    ],
)
def test_a_bad_line_is_named_with_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(LineError) as raised:
        read_rows(text.encode())
    assert str(raised.value).startswith(said)


def test_a_line_that_is_not_utf_8_is_named() -> None:
    with pytest.raises(LineError, match="line 2: this is not UTF-8"):
        read_rows(GOOD.encode() + b"\n\xff")


def test_null_windows_lines_and_a_byte_order_mark_are_read() -> None:
    text = f"\ufeff{GOOD}\r\nS2\tnull\tP\tnull\t0\t-1.5\t1\r\n\r\n"
    first, second = read_rows(text.encode())
    assert (first.setl_id, first.medfee_sumamt_fen) == ("S", 100)
    assert (second.mdtrt_id, second.medfee_sumamt_fen, second.acct_pay_fen, second.refd) == ("", 0, -150, True)


def test_the_examples_in_the_docstrings_are_true() -> None:
    import doctest  # noqa: PLC0415 - for this test alone

    found = doctest.testmod(statement_text)
    assert found.attempted > 0
    assert found.failed == 0
