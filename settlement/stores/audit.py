"""What the ledger holds of one operator's work, and whether all of it keeps the laws: one reading for every store."""

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import apsw

from settlement.stores.law import POSTINGS, Law
from settlement.stores.laws import LAWS
from settlement.stores.open_items import city_debts, open_items
from settlement.stores.store import BankSums, Invariant, LedgerAudit, LedgerSums, Look
from settlement.wire.names import fingerprint

FINGERPRINT_MODULUS: Final = 1 << 64

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
BANK_SUMS: Final = """
SELECT COUNT(*) FILTER (WHERE state = 'SETTLED'), COUNT(*) FILTER (WHERE state = 'REVERSED'),
    COALESCE(SUM(amount_fen) FILTER (WHERE state = 'SETTLED'), 0)
FROM banktrade WHERE ?1 IN ('', opter_no)
"""
BANK_NAMES: Final = "SELECT msgid FROM banktrade WHERE ?1 IN ('', opter_no) AND state = 'SETTLED'"
TOMBSTONES: Final = "SELECT COUNT(*) FROM message WHERE length(reply) = 0 AND ?1 IN ('', opter_no)"


def examine(connection: apsw.Connection, opter_no: str = "") -> LedgerAudit:
    """Judge a ledger in one snapshot of it."""
    connection.execute("BEGIN")
    try:
        fingerprints = _fingerprints(connection, opter_no)
        sums = {
            infno: LedgerSums(f"{fingerprints[infno]:016x}", *counted)
            for infno, *counted in connection.execute(SUMS, (opter_no,))
        }
        [(tombstones,)] = connection.execute(TOMBSTONES, (opter_no,))
        look = look_at(connection)
        return LedgerAudit(sums, tombstones, look.laws, _bank_sums(connection, opter_no), look.open_items, look.debts)
    finally:
        connection.execute("COMMIT")


def look_at(connection: apsw.Connection, after: Callable[[], None] = lambda: None) -> Look:
    """Look at the books; outside a transaction each statement sees the ledger as it stands when its turn comes.

    `after` is called after each law, when no statement reads.
    """
    connection.execute(POSTINGS)
    laws = []
    for law in LAWS:
        laws.append(_judge(connection, law))
        after()
    return Look(tuple(laws), open_items(connection), city_debts(connection))


def _fingerprints(connection: apsw.Connection, opter_no: str) -> Counter[str]:
    sums: Counter[str] = Counter()
    for infno, setl_id in connection.execute(NAMES, (opter_no,)):
        sums[infno] = (sums[infno] + fingerprint(setl_id)) % FINGERPRINT_MODULUS
    return sums


def _bank_sums(connection: apsw.Connection, opter_no: str) -> BankSums:
    [counted] = connection.execute(BANK_SUMS, (opter_no,))
    names = sum(fingerprint(msgid) for (msgid,) in connection.execute(BANK_NAMES, (opter_no,)))
    return BankSums(f"{names % FINGERPRINT_MODULUS:016x}", *counted)


def _judge(connection: apsw.Connection, law: Law) -> Invariant:
    left_over: list[tuple[Any, ...]] = connection.execute(
        f"SELECT what, SUM(fen) AS off FROM ({law.posted} UNION ALL {law.stated}) GROUP BY what HAVING off <> 0"  # noqa: S608 - LAWS are ours
    ).fetchall()
    if not left_over:
        return Invariant(law.name, ok=True, detail="")
    what, off_fen = left_over[0]
    detail = f"{len(left_over)} off, first {what} by {off_fen} fen"
    return Invariant(law.name, ok=False, detail=detail, off_fen=sum(abs(int(fen)) for _, fen in left_over))
