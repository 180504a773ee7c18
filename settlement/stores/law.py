"""What a law of the books is, and the two views of the transfers that all of them read."""

from typing import Final, NamedTuple

POSTINGS: Final = """
CREATE TEMP VIEW IF NOT EXISTS posting (city, psn_no, cause, undo, books, account, fen, booked_ms) AS
SELECT city, psn_no, cause, undo, books, debit, amount_fen, booked_ms FROM main.transfer
UNION ALL
SELECT city, psn_no, cause, undo, books, credit, -amount_fen, booked_ms FROM main.transfer;

CREATE TEMP VIEW IF NOT EXISTS owed (claim, owing, fen, undo, paying, cause, booked_ms) AS
SELECT account, substr(books, -6), -fen, undo, cause GLOB 'CLEARED:*', cause, booked_ms FROM posting
WHERE (account GLOB 'CLR:*' AND books = 'AGENCY:' || substr(account, 5, 6))
    OR (account GLOB 'INST_MI:*' AND books GLOB 'AGENCY:*')
    OR (account GLOB 'INST_BANK:*' AND books GLOB 'BANK:*');
"""
"""Each transfer twice, a debit positive and a credit negative; and each posting on a claim (ledger.claims) in the books
of who owes it, `owing` that city, what is owed positive."""


class Law(NamedTuple):
    """Two queries of (what, fen) whose sum by `what` must be zero."""

    name: str
    posted: str
    stated: str = "SELECT '', 0"
