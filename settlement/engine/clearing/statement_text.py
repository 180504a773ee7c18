"""The text of a statement's file: rows in, lines out, and back. A bad line is named by its number. Pure.

An amount has at most two decimals; what the text says otherwise is refused, never rounded.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from msgspec import Struct

from settlement.wire.reconciliation import FILE_COLUMNS, NULL

IDENTIFIER_MAX: Final = 30
AMOUNT_MAX_FEN: Final = 9_999_999_999_999_999
"""n(16,2)."""
FLAGS: Final = {"0": False, "1": True}


class LineError(ValueError):
    """A line that is no row; the text says which, and what is wrong with it."""


class FileRow(Struct, frozen=True):
    """A row as the institution holds it; amounts in fen."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    medfee_sumamt_fen: int
    fund_pay_sumamt_fen: int
    acct_pay_fen: int
    refd: bool


def read_rows(content: bytes) -> tuple[FileRow, ...]:
    """Return the rows of an institution's file; raise LineError."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise LineError(f"line {line}: this is not UTF-8") from None
    return tuple(_row(line, number) for number, line in _lines(text))


def text_of(rows: Iterable[Iterable[str]]) -> bytes:
    r"""Return rows of cells as a file's text; an empty cell is `null`.

    >>> text_of([("a", "", "1.00")])
    b'a\tnull\t1.00\n'
    """
    return "".join("\t".join(cell or NULL for cell in row) + "\n" for row in rows).encode()


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        if bare := line.removesuffix("\r"):
            yield number, bare


def _row(line: str, number: int) -> FileRow:
    cells = ["" if cell == NULL else cell for cell in line.split("\t")]
    if len(cells) != len(FILE_COLUMNS):
        raise LineError(f"line {number}: {len(cells)} cells, {len(FILE_COLUMNS)} expected: {', '.join(FILE_COLUMNS)}")
    setl_id, mdtrt_id, psn_no, *amounts, refd = cells
    for name, value in zip(FILE_COLUMNS, (setl_id, mdtrt_id, psn_no), strict=False):
        if len(value) > IDENTIFIER_MAX:
            raise LineError(f"line {number}: {name} is longer than {IDENTIFIER_MAX}")
    if not setl_id:
        raise LineError(f"line {number}: setl_id is required")
    if refd not in FLAGS:
        raise LineError(f"line {number}: refd_setl_flag is 0 or 1")
    medfee, fund, account = (_fen(text, name, number) for text, name in zip(amounts, FILE_COLUMNS[3:6], strict=True))
    return FileRow(setl_id, mdtrt_id, psn_no, medfee, fund, account, FLAGS[refd])


def _fen(text: str, name: str, number: int) -> int:
    try:
        fen = Decimal(text or "0").scaleb(2)
    except ArithmeticError:  # no number, or one beyond all bounds
        raise LineError(f"line {number}: {name} is no number") from None
    if not fen.is_finite() or fen != fen.to_integral_value() or abs(fen) > AMOUNT_MAX_FEN:
        raise LineError(f"line {number}: {name} has more than two decimals or too many digits")
    return int(fen)
