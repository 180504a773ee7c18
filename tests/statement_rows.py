"""An institution's rows as a file of 3202, as its own system would write it."""

from settlement.engine.clearing.statement_text import FileRow
from settlement.engine.rules.money import yuan


def cells_of(row: FileRow) -> tuple[str, ...]:
    """Return a row's cells, in the order of FILE_COLUMNS."""
    amounts = (row.medfee_sumamt_fen, row.fund_pay_sumamt_fen, row.acct_pay_fen)
    return row.setl_id, row.mdtrt_id, row.psn_no, *map(yuan, amounts), str(int(row.refd))
