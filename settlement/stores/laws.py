"""The laws of the books, as data: one definition in SQL for every store.

A law has two sides that must agree name by name: `posted` is what the transfers say, `stated` what the rows say, with
the sign turned. Whatever is left over breaks the law. Accounts and books: engine/ledger/books.py. A settlement or
purchase is named by region and hash; what else moves money has a cause in letters, and clearing laws of its own.
"""

from typing import Final

from settlement.stores.clearing_laws import CLEARING_LAWS
from settlement.stores.hospital_laws import HOSPITAL_LAWS
from settlement.stores.law import Law

LAWS: Final = (
    Law(
        "personal accounts hold the balances of their persons",
        "SELECT account AS what, -fen AS fen FROM posting WHERE account GLOB 'ACCT:*' OR account GLOB 'ACCT_FROZEN:*'",
        "SELECT iif(account_status = 'FROZEN', 'ACCT_FROZEN:', 'ACCT:') || city || ':' || psn_no, -balance_fen"
        " FROM person",
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
        "SELECT 'FUND:' || substr(account, 6, 6) AS what, fen FROM posting WHERE account GLOB 'FUND:*'"
        " AND cause GLOB '[0-9]*'",
        "SELECT 'FUND:' || city, -fund_pay_sumamt_fen FROM settlement WHERE state = 'SETTLED'",
    ),
    Law(
        "personal accounts pay what settlements say",
        "SELECT account AS what, fen FROM posting WHERE account GLOB 'ACCT:*' AND cause GLOB '[0-9]*'",
        "SELECT 'ACCT:' || city || ':' || psn_no, acct_mulaid_pay_fen - acct_pay_fen FROM settlement"
        " WHERE state = 'SETTLED' UNION ALL SELECT 'ACCT:' || city || ':' || owner, -amount_fen FROM familydebit"
        " JOIN settlement USING (city, psn_no, setl_id) WHERE state = 'SETTLED'",
    ),
    Law(
        "what was used of a family's account is what settlements that stand took of it",
        "SELECT city || ' ' || psn_no || ' ' || owner AS what, used_fen AS fen FROM familyuse",
        "SELECT d.city || ' ' || d.psn_no || ' ' || d.owner, -d.amount_fen FROM familydebit AS d"
        " JOIN settlement AS t USING (city, psn_no, setl_id) WHERE t.state = 'SETTLED'",
    ),
    Law(
        "families pay of each settlement what it says",
        "SELECT setl_id AS what, acct_mulaid_pay_fen AS fen FROM settlement",
        "SELECT setl_id, -amount_fen FROM familydebit",
    ),
    Law(
        "allotments are paid once, into the account of their person",
        "SELECT substr(account, instr(account, ':') + 1) || ' ' || substr(cause, 7) AS what, -fen AS fen FROM posting"
        " WHERE cause GLOB 'ALLOT *' AND account GLOB 'ACCT*'",
        "SELECT city || ':' || psn_no || ' ' || month, -amount_fen FROM allotment",
    ),
    Law(
        "drawers hold what settlements say",
        "SELECT account AS what, fen FROM posting WHERE account GLOB 'CASH:*'",
        "SELECT 'CASH:' || dev_no, deposit_used_fen + deposit_refund_fen - psn_cash_pay_fen FROM settlement"
        " WHERE state = 'SETTLED' UNION ALL SELECT 'CASH:' || dev_no, -amount_fen FROM deposit"
        " UNION ALL SELECT 'CASH:' || drawer, amount_fen FROM banktrade WHERE state = 'SETTLED' AND setl_id <> ''",
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
        " WHERE state = 'SETTLED' UNION ALL SELECT s.city || ' ' || s.psn_no || ' ' || s.year || ' ' || s.benefit,"
        " -s.deductible_used_fen FROM share AS s JOIN settlement AS t USING (city, psn_no, setl_id)"
        " WHERE t.state = 'SETTLED'",
    ),
    Law(
        "caps are used up by what settlements say",
        "SELECT city || ' ' || psn_no || ' ' || year || ' ' || benefit AS what, fund_used_fen AS fen FROM accumulator",
        "SELECT city || ' ' || psn_no || ' ' || year || ' ' || benefit, -fund_pay_sumamt_fen FROM settlement"
        " WHERE state = 'SETTLED' UNION ALL SELECT s.city || ' ' || s.psn_no || ' ' || s.year || ' ' || s.benefit,"
        " -s.fund_used_fen FROM share AS s JOIN settlement AS t USING (city, psn_no, setl_id) WHERE t.state = 'SETTLED'"
        " UNION ALL SELECT t.city || ' ' || t.psn_no || ' ' || t.year || ' ' || t.benefit,"
        " s.fund_used_fen FROM share AS s JOIN settlement AS t USING (city, psn_no, setl_id) WHERE t.state = 'SETTLED'",
    ),
    Law(
        "tiers of supplements are walked as far as settlements say",
        "SELECT city || ' ' || psn_no || ' ' || year || ' ' || benefit AS what, base_used_fen AS fen FROM accumulator",
        "SELECT s.city || ' ' || s.psn_no || ' ' || s.year || ' ' || s.benefit, -s.base_used_fen FROM share AS s"
        " JOIN settlement AS t USING (city, psn_no, setl_id) WHERE t.state = 'SETTLED'",
    ),
    Law(
        "deposits are held for the stays that they were paid for",
        "SELECT account AS what, -fen AS fen FROM posting WHERE account GLOB 'DEPOSIT:*'",
        "SELECT 'DEPOSIT:' || fixmedins_code || ':' || mdtrt_id, -deposit_fen FROM stay",
    ),
    Law(
        "no deposit is below zero",
        "SELECT mdtrt_id AS what, deposit_fen AS fen FROM stay WHERE deposit_fen < 0",
    ),
    Law(
        "institutions bear what settlements say",
        "SELECT account AS what, fen FROM posting WHERE account GLOB 'INST_BURDEN:*'",
        "SELECT 'INST_BURDEN:' || fixmedins_code, -hosp_part_fen FROM settlement WHERE state = 'SETTLED'",
    ),
    *HOSPITAL_LAWS,
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
    Law(
        "bank accounts hold the balances of their holders",
        "SELECT account AS what, -fen AS fen FROM posting WHERE account GLOB 'BANK:*'",
        "SELECT 'BANK:' || city || ':' || psn_no, -balance_fen FROM bankaccount",
    ),
    Law(
        "no bank account is below zero",
        "SELECT 'BANK:' || city || ':' || psn_no AS what, balance_fen AS fen FROM bankaccount WHERE balance_fen < 0",
    ),
    Law(
        "what banks owe institutions is what institutions claim",
        "SELECT account AS what, -fen AS fen FROM posting WHERE account GLOB 'INST_BANK:*' AND books GLOB 'BANK:*'",
        "SELECT account, -fen FROM posting WHERE account GLOB 'INST_BANK:*' AND books NOT GLOB 'BANK:*'",
    ),
    Law(
        "each bank purchase that stands and each other movement is debited in full, no other is",
        "SELECT cause AS what, fen FROM posting WHERE account GLOB 'BANK:*' AND cause <> 'BANK_OPENING'",
        "SELECT trade_id, -amount_fen FROM banktrade WHERE state = 'SETTLED'"
        " UNION ALL SELECT movement_id, -debit_fen FROM bankmovement",
    ),
    Law(
        "banks owe each institution what its purchases say",
        "SELECT account AS what, -fen AS fen FROM posting WHERE account GLOB 'INST_BANK:*' AND books GLOB 'BANK:*'"
        " AND cause NOT GLOB 'CLEARED:*'",
        "SELECT 'INST_BANK:' || city || ':' || fixmedins_code, -amount_fen FROM banktrade WHERE state = 'SETTLED'",
    ),
    Law(
        "a reversed bank purchase leaves nothing behind",
        "SELECT cause || ' ' || books || ' ' || account AS what, fen FROM posting"
        " JOIN banktrade USING (city, psn_no) WHERE trade_id = cause AND state <> 'SETTLED'",
    ),
    Law(
        "income outside insurance is bank purchases that name no settlement",
        "SELECT account AS what, -fen AS fen FROM posting WHERE account GLOB 'INST_SALES:*'",
        "SELECT 'INST_SALES:' || fixmedins_code, -amount_fen FROM banktrade WHERE state = 'SETTLED' AND setl_id = ''",
    ),
    Law(
        "banks have paid of settlements what their purchases say",
        "SELECT setl_id AS what, bank_paid_fen AS fen FROM settlement",
        "SELECT setl_id, -amount_fen FROM banktrade WHERE state = 'SETTLED' AND setl_id <> ''",
    ),
    Law(
        "banks have paid no more of a settlement than it left to pay",
        "SELECT setl_id AS what, bank_paid_fen - psn_cash_pay_fen + deposit_used_fen AS fen FROM settlement"
        " WHERE bank_paid_fen NOT BETWEEN 0 AND psn_cash_pay_fen - deposit_used_fen",
    ),
    Law(
        "no bank purchase stands for a settlement that was undone",
        "SELECT t.trade_id AS what, t.amount_fen AS fen FROM banktrade AS t"
        " JOIN settlement AS s USING (city, psn_no, setl_id) WHERE t.state = 'SETTLED' AND s.state <> 'SETTLED'",
    ),
    Law(
        "banks earn the fees that movements say",
        "SELECT account AS what, -fen AS fen FROM posting WHERE account GLOB 'BANK_FEES:*'",
        "SELECT 'BANK_FEES:' || city, -fee_fen FROM bankmovement",
    ),
    Law(
        "a msgid buys once",
        "SELECT fixmedins_code || ' ' || msgid AS what, SUM(amount_fen) - MIN(amount_fen) AS fen"
        " FROM banktrade GROUP BY fixmedins_code, msgid HAVING COUNT(*) > 1",
    ),
    Law(
        "every bank purchase's msgid is remembered",
        "SELECT t.trade_id AS what, t.amount_fen AS fen FROM banktrade AS t LEFT JOIN message AS m"
        " ON m.city = t.treatment_city AND m.fixmedins_code = t.fixmedins_code AND m.msgid = t.msgid"
        " WHERE m.msgid IS NULL",
    ),
    *CLEARING_LAWS,
)
