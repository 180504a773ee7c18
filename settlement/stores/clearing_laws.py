"""The laws of clearing and prefunding, as laws.py has those of settlements: what is paid, by whom, and out of what."""

from typing import Final

from settlement.stores.law import Law

CLEARING_LAWS: Final = (
    Law(
        "every transfer moves money from one account to another",
        "SELECT cause AS what, 1 AS fen FROM main.transfer WHERE amount_fen <= 0 OR debit = credit",
    ),
    Law(
        "nothing is owed of a month that was cleared",
        "SELECT claim || ' of ' || owing AS what, fen FROM owed WHERE paying"
        " OR booked_ms < (SELECT MAX(until_ms) FROM cleared)",
    ),
    Law(
        "claims are paid as clearing says",
        "SELECT cause || ' ' || claim || ' of ' || owing AS what, -fen AS fen FROM owed WHERE paying",
        "SELECT 'CLEARED:' || month || ' ' || claim || ' of ' || city, -net_fen FROM paidclaim",
    ),
    Law(
        "what clearing pays is what was booked less what was undone",
        "SELECT claim || ' ' || month AS what, net_fen - forward_fen + reverse_fen AS fen FROM paidclaim",
    ),
    Law(
        "prefunding holds the balances of its cities",
        "SELECT account AS what, fen FROM posting WHERE account GLOB 'PREFUND:*'",
        "SELECT 'PREFUND:' || city, -balance_fen FROM prefund",
    ),
    Law(
        "no prefunding is below zero",
        "SELECT 'PREFUND:' || city AS what, balance_fen AS fen FROM prefund WHERE balance_fen < 0",
    ),
    Law(
        "the clearing centre holds what cities have there",
        "SELECT substr(account, -6) AS what, fen FROM posting WHERE account GLOB 'PREFUND:*' AND books GLOB 'AGENCY:*'",
        "SELECT substr(account, -6), fen FROM posting WHERE account GLOB 'PREFUND_HELD:*' AND books = 'CENTRE'",
    ),
    Law(
        "clearing moves prefunding between cities and makes none",
        "SELECT 'PREFUND' AS what, fen FROM posting WHERE account GLOB 'PREFUND:*' AND cause <> 'PREFUNDING'",
    ),
    Law(
        "institutions are paid what agencies and banks paid them",
        "SELECT account AS what, fen FROM posting WHERE account GLOB 'AT_BANK:*'",
        "SELECT 'AT_BANK:' || substr(claim, instr(claim, ':') + 8), -net_fen FROM paidclaim WHERE claim GLOB 'INST_*'",
    ),
)
"""`posting` and `owed` are law.POSTINGS'; 'CLEARED:', 'PREFUNDING' and 'CENTRE' those of engine/ledger/claims.py."""
