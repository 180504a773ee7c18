"""The laws of the books, and what the ledger holds: one definition in SQL for every store.

A law has two sides that must agree name by name: `posted` is what the transfers say, `stated` what the rows say, with
the sign turned. Whatever is left over breaks the law. Accounts and books: engine/books.py.
"""

from collections import Counter
from typing import Any, Final, NamedTuple

import apsw

from settlement.stores.store import Invariant, LedgerAudit, LedgerSums
from settlement.wire.names import fingerprint

FINGERPRINT_MODULUS: Final = 1 << 64

POSTINGS: Final = """
CREATE TEMP VIEW IF NOT EXISTS posting (city, psn_no, cause, books, account, fen) AS
SELECT city, psn_no, cause, books, debit, amount_fen FROM main.transfer
UNION ALL
SELECT city, psn_no, cause, books, credit, -amount_fen FROM main.transfer
"""
"""Each transfer twice: a debit is positive, a credit negative."""


class Law(NamedTuple):
    """Two queries of (what, fen) whose sum by `what` must be zero."""

    name: str
    posted: str
    stated: str = "SELECT '', 0"


LAWS: Final = (
    Law(
        "personal accounts hold the balances of their persons",
        "SELECT account AS what, -fen AS fen FROM posting WHERE account GLOB 'ACCT:*'",
        "SELECT 'ACCT:' || city || ':' || psn_no, -balance_fen FROM person",
    ),
    Law(
        "no personal account is below zero",
        "SELECT 'ACCT:' || city || ':' || psn_no AS what, balance_fen AS fen FROM person WHERE balance_fen < 0",
    ),
    Law(
        "what agencies owe institutions is what institutions claim",
        "SELECT account AS what, -fen AS fen FROM posting WHERE account GLOB 'INST_MI:*' AND books GLOB 'AGENCY:*'",
        "SELECT account, -fen FROM posting WHERE account GLOB 'INST_MI:*' AND books NOT GLOB 'AGENCY:*'",
    ),
    Law(
        "what a city owes another is what the other claims",  # CLR:{owing}:{owed}, and a region has six digits
        "SELECT account AS what, -fen AS fen FROM posting"
        " WHERE account GLOB 'CLR:*' AND books = 'AGENCY:' || substr(account, 5, 6)",
        "SELECT account, -fen FROM posting WHERE account GLOB 'CLR:*' AND books <> 'AGENCY:' || substr(account, 5, 6)",
    ),
    Law(
        "income is the sum of bills that stand",
        "SELECT account AS what, -fen AS fen FROM posting WHERE account GLOB 'INST_REV:*'",
        "SELECT 'INST_REV:' || fixmedins_code, -medfee_sumamt_fen FROM settlement WHERE state = 'SETTLED'",
    ),
    Law(
        "each bill that stands is posted in full, no other is",
        "SELECT cause AS what, -fen AS fen FROM posting WHERE account GLOB 'INST_REV:*'",
        "SELECT setl_id, -medfee_sumamt_fen FROM settlement WHERE state = 'SETTLED'",
    ),
    Law(
        "funds pay what settlements say",
        "SELECT 'FUND:' || substr(account, 6, 6) AS what, fen FROM posting WHERE account GLOB 'FUND:*'",
        "SELECT 'FUND:' || city, -fund_pay_sumamt_fen FROM settlement WHERE state = 'SETTLED'",
    ),
    Law(
        "personal accounts pay what settlements say",
        "SELECT account AS what, fen FROM posting WHERE account GLOB 'ACCT:*' AND cause <> 'OPENING'",
        "SELECT 'ACCT:' || city || ':' || psn_no, -acct_pay_fen FROM settlement WHERE state = 'SETTLED'",
    ),
    Law(
        "drawers hold what settlements say",
        "SELECT account AS what, fen FROM posting WHERE account GLOB 'CASH:*'",
        "SELECT 'CASH:' || dev_no, -psn_cash_pay_fen FROM settlement WHERE state = 'SETTLED'",
    ),
    Law(
        "an undone settlement leaves nothing behind",
        "SELECT cause || ' ' || books || ' ' || account AS what, fen FROM posting"
        " JOIN settlement USING (city, psn_no) WHERE setl_id = cause AND state <> 'SETTLED'",
    ),
    Law(
        "deductibles are used up by what settlements say",
        "SELECT city || ' ' || psn_no || ' ' || year || ' ' || benefit AS what, deductible_used_fen AS fen"
        " FROM accumulator",
        "SELECT city || ' ' || psn_no || ' ' || year || ' ' || benefit, -act_pay_dedc_fen FROM settlement"
        " WHERE state = 'SETTLED'",
    ),
    Law(
        "caps are used up by what settlements say",
        "SELECT city || ' ' || psn_no || ' ' || year || ' ' || benefit AS what, fund_used_fen AS fen FROM accumulator",
        "SELECT city || ' ' || psn_no || ' ' || year || ' ' || benefit, -fund_pay_sumamt_fen FROM settlement"
        " WHERE state = 'SETTLED'",
    ),
    Law(
        "a msgid settles once",
        "SELECT fixmedins_code || ' ' || msgid AS what, SUM(medfee_sumamt_fen) - MIN(medfee_sumamt_fen) AS fen"
        " FROM settlement GROUP BY fixmedins_code, msgid HAVING COUNT(*) > 1",
    ),
    Law(
        "every settlement's msgid is remembered",
        "SELECT s.setl_id AS what, s.medfee_sumamt_fen AS fen FROM settlement AS s LEFT JOIN message AS m"
        " ON m.city = s.treatment_city AND m.fixmedins_code = s.fixmedins_code AND m.msgid = s.msgid"
        " WHERE m.msgid IS NULL",
    ),
)

SUMS: Final = """
SELECT infno, COUNT(*) FILTER (WHERE state = 'SETTLED'), COUNT(*) FILTER (WHERE state = 'REVERSED'),
    COUNT(*) FILTER (WHERE state = 'VOIDED'),
    COALESCE(SUM(medfee_sumamt_fen) FILTER (WHERE state = 'SETTLED'), 0),
    COALESCE(SUM(fund_pay_sumamt_fen) FILTER (WHERE state = 'SETTLED'), 0),
    COALESCE(SUM(acct_pay_fen) FILTER (WHERE state = 'SETTLED'), 0),
    COALESCE(SUM(psn_cash_pay_fen) FILTER (WHERE state = 'SETTLED'), 0)
FROM settlement WHERE ?1 IN ('', opter_no) GROUP BY infno ORDER BY infno
"""
NAMES: Final = "SELECT infno, setl_id FROM settlement WHERE ?1 IN ('', opter_no) AND state = 'SETTLED'"
TOMBSTONES: Final = "SELECT COUNT(*) FROM message WHERE length(reply) = 0"


def examine(connection: apsw.Connection, opter_no: str = "") -> LedgerAudit:
    """Judge a ledger in one snapshot of it."""
    connection.execute(POSTINGS)
    connection.execute("BEGIN")
    try:
        fingerprints = _fingerprints(connection, opter_no)
        sums = {
            infno: LedgerSums(f"{fingerprints[infno]:016x}", *counted)
            for infno, *counted in connection.execute(SUMS, (opter_no,))
        }
        [(tombstones,)] = connection.execute(TOMBSTONES)
        return LedgerAudit(sums, tombstones, tuple(_judge(connection, law) for law in LAWS))
    finally:
        connection.execute("COMMIT")


def _fingerprints(connection: apsw.Connection, opter_no: str) -> Counter[str]:
    sums: Counter[str] = Counter()
    for infno, setl_id in connection.execute(NAMES, (opter_no,)):
        sums[infno] = (sums[infno] + fingerprint(setl_id)) % FINGERPRINT_MODULUS
    return sums


def _judge(connection: apsw.Connection, law: Law) -> Invariant:
    left_over: list[tuple[Any, ...]] = connection.execute(
        f"SELECT what, SUM(fen) AS off FROM ({law.posted} UNION ALL {law.stated}) GROUP BY what HAVING off <> 0"  # noqa: S608 - LAWS, above
    ).fetchall()
    if not left_over:
        return Invariant(law.name, ok=True, detail="")
    what, off_fen = left_over[0]
    detail = f"{len(left_over)} off, first {what} by {off_fen} fen"
    return Invariant(law.name, ok=False, detail=detail, off_fen=sum(abs(int(fen)) for _, fen in left_over))
