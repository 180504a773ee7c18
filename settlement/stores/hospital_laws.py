"""The laws of visits and stays: what was charged is settled once, and a stay's row says what its settlements say."""

from typing import Final

from settlement.stores.law import Law

HOSPITAL_LAWS: Final = (
    Law(
        "charges are held by the settlement that stands of them, and are its bill",
        "SELECT setl_id AS what, medfee_sumamt_fen AS fen FROM settlement"
        " WHERE state = 'SETTLED' AND infno IN ('2207', '2304')",
        "SELECT setl_id, -medfee_sumamt_fen FROM feebatch WHERE setl_id <> ''",
    ),
    Law(
        "stays have used what their settlements say",
        "SELECT mdtrt_id AS what, deductible_used_fen AS fen FROM stay",
        "SELECT mdtrt_id, -act_pay_dedc_fen FROM settlement WHERE state = 'SETTLED' AND mid_setl_flag <> ''",
    ),
    Law(
        "stays have walked the tiers as far as their settlements say",
        "SELECT mdtrt_id AS what, base_used_fen AS fen FROM stay",
        "SELECT mdtrt_id, -base_fen FROM settlement WHERE state = 'SETTLED' AND mid_setl_flag <> ''",
    ),
    Law(
        "stays list the settlements of theirs that stand",  # by a space after each; what stands is found in the list
        "SELECT mdtrt_id AS what, length(settled) + (settled <> '') AS fen FROM stay",
        "SELECT t.mdtrt_id, -1 - length(t.setl_id) * (instr(s.settled, t.setl_id) > 0) FROM settlement AS t"
        " JOIN stay AS s USING (city, psn_no, mdtrt_id) WHERE t.state = 'SETTLED' AND t.mid_setl_flag <> ''",
    ),
    Law(
        "admissions of the year are the stays that stand",
        "SELECT city || ' ' || psn_no AS what, count AS fen FROM admissions",
        "SELECT s.city || ' ' || s.psn_no, -1 FROM stay AS s JOIN admissions AS a USING (city, psn_no)"
        " WHERE s.state <> 'CANCELLED'"
        " AND CAST(strftime('%Y', s.admitted_ms / 1000 + 28800, 'unixepoch') AS INTEGER) = a.year",
    ),
)
"""A benefit year is China Standard Time's: 28800 s before Greenwich's."""
