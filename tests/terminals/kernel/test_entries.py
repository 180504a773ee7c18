"""What a journal keeps of a settlement: enough for reconciliation and undo, and nobody's identity."""

import msgspec

from settlement.wire.messages import Amounts, Patient, SettlementInfo
from terminals.kernel.entries import Entry, Fate, Resolution, standing

AMOUNTS = Amounts(medfee_sumamt_fen=1000, fund_pay_sumamt_fen=500, acct_pay_fen=300, psn_cash_pay_fen=200)
PATIENT = Patient("王一", "370102195102110011", "1", "1951-02-11", "11")
INFO = SettlementInfo("T1", "V1", "N1", "310", "41", "2026-11-21 12:00:00", "M1", "0", AMOUNTS, patient=PATIENT)


def test_a_settlements_resolution_has_its_visit_its_kind_and_its_sums() -> None:
    settled = standing(INFO)
    assert (settled.mdtrt_id, settled.setl_time, settled.insutype, settled.med_type) == (
        "V1", "2026-11-21 12:00:00", "310", "41",
    )  # fmt: skip
    assert (settled.medfee_sumamt_fen, settled.fund_pay_sumamt_fen, settled.acct_pay_fen) == (1000, 500, 300)


def test_nobodys_name_or_number_is_kept_of_it() -> None:
    written = msgspec.json.encode(Resolution("M1", Fate.DONE, "T1", settled=standing(INFO))).decode()
    assert "王一" not in written
    assert "370102195102110011" not in written


def test_a_line_of_an_older_journal_is_understood() -> None:
    old = b'{"type":"resolution","msgid":"M1","fate":"DONE","setl_id":"T1","refusal":""}'
    assert msgspec.json.decode(old, type=Entry) == Resolution("M1", Fate.DONE, "T1")
