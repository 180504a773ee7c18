from typing import Any

import pytest

from settlement.engine.footprint import follows, touches
from settlement.engine.judges import JUDGES
from settlement.engine.ledger.bank_zone import BankBatch, BankTrace
from settlement.engine.ledger.state import Accumulator, BankAccount, Message, Person, Settlement, Terminal
from settlement.wire.codes import KINDS
from settlement.wire.messages import RevokeDrugSale


def test_every_transaction_but_the_sign_in_has_a_judge() -> None:
    assert JUDGES.keys() == KINDS.keys() - {"9001", "9002"}


def test_only_what_changes_something_names_its_msgid(host: Any, pharmacy: Any, visits: Any, worker: Any) -> None:
    arrival = host.arrival(pharmacy.request(visits.query(worker)), visits.query(worker))
    assert [table for table, _ in touches(arrival, host.world)] == [Terminal, Person]


def test_a_sale_names_its_terminal_its_msgid_and_its_patient(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    sale = visits.drug_sale(pharmacy, worker, drugs)
    request = pharmacy.request(sale)
    assert touches(host.arrival(request, sale), host.world) == (
        (Terminal, ("370100", pharmacy.dev_no)),
        (Message, ("370100", pharmacy.code, request.msgid)),
        (Person, ("370100", worker.psn_no)),
    )


def test_a_purchase_names_its_holders_account_and_the_settlement_that_it_pays(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any
) -> None:
    asked = visits.purchase(pharmacy, card, 100, setl_id="S")
    named = touches(host.arrival(pharmacy.request(asked), asked), host.world)
    assert named[2:] == (
        (BankBatch, ("370100", pharmacy.dev_no)),
        (Person, ("370100", worker.psn_no)),
        (BankAccount, ("370100", worker.psn_no)),
        (BankTrace, ("370100", pharmacy.dev_no, asked.batch, asked.trace, worker.psn_no)),
        (Settlement, ("370100", worker.psn_no, "S")),
    )


@pytest.mark.parametrize("pan", ["6222020200000000000", "6299990000000000000"])
def test_a_card_of_nobody_names_nobody(host: Any, pharmacy: Any, visits: Any, card: Any, pan: str) -> None:
    asked = visits.purchase(pharmacy, card, 100, pan=pan)
    undo = visits.reversal(asked, "M")
    assert [table for table, _ in touches(host.arrival(pharmacy.request(asked), asked), host.world)] == [
        Terminal, Message, BankBatch
    ]  # fmt: skip
    assert [table for table, _ in touches(host.arrival(pharmacy.request(undo), undo), host.world)] == [
        Terminal, Message, BankBatch, Message
    ]  # fmt: skip


def test_a_benefit_that_pays_nothing_has_no_accumulator(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    sale = visits.drug_sale(pharmacy, worker, drugs)
    arrival = host.arrival(pharmacy.request(sale), sale)
    assert follows(arrival, host.store.load_now(touches(arrival, host.world)), 0, host.world) == ()


def test_a_benefit_that_pays_names_its_accumulator_once_the_patient_is_known(
    host: Any, hospital: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    sale = visits.outpatient(hospital, worker, drugs)
    arrival = host.arrival(hospital.request(sale), sale)
    state = host.store.load_now(touches(arrival, host.world))
    [(table, key)] = follows(arrival, state, 0, host.world)
    assert (table, key[:3]) == (Accumulator, ("370100", worker.psn_no, 2026))


def test_undoing_what_counted_nothing_leaves_no_accumulator(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))
    pharmacy.told(RevokeDrugSale(settled.setl_id, settled.mdtrt_id, worker.psn_no))
    key = (Accumulator, ("370100", worker.psn_no, 2026, "employee-pharmacy"))
    assert host.store.load_now((key,)).get(Accumulator, *key[1]) is None
