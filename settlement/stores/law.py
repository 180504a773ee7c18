"""What a law of the books is, and the one view of the transfers that all of them read."""

from typing import Final, NamedTuple

POSTINGS: Final = """
CREATE TEMP VIEW IF NOT EXISTS posting (city, psn_no, cause, books, account, fen, booked_ms) AS
SELECT city, psn_no, cause, books, debit, amount_fen, booked_ms FROM main.transfer
UNION ALL
SELECT city, psn_no, cause, books, credit, -amount_fen, booked_ms FROM main.transfer
"""
"""Each transfer twice: a debit is positive, a credit negative."""


class Law(NamedTuple):
    """Two queries of (what, fen) whose sum by `what` must be zero."""

    name: str
    posted: str
    stated: str = "SELECT '', 0"
