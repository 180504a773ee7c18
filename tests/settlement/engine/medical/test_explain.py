"""How a split came about, and that a change of policy touches neither its telling nor its undo."""

from typing import Any

import msgspec
import pytest

from settlement.engine.ledger.state import Accumulator, Settlement
from settlement.engine.medical.explain import explanation
from settlement.engine.rules.policy import Benefit, Dated, Policy
from settlement.wire.hospital import RevokeStay
from settlement.wire.messages import Reverse


def settlement_of(host: Any, setl_id: str) -> Settlement:
    [row] = [row for row in host.store._rows.values() if isinstance(row, Settlement) and row.setl_id == setl_id]
    return row


def changed(policy: Policy, **figures: Any) -> Policy:
    """A policy in which every benefit has other figures."""

    def other(benefit: Benefit) -> Benefit:
        return msgspec.structs.replace(benefit, **figures)

    rows = [msgspec.structs.replace(row, benefit=other(row.benefit)) for row in policy.rows]
    return Policy(policy.name, [row for row in rows if isinstance(row, Dated)])


@pytest.fixture
def servant(host: Any) -> Any:
    """A civil servant of Jinan."""
    return next(host.people(insutype="310", standing="civil-servant"))


def test_every_stage_is_told_with_its_source(host: Any, ward: Any, servant: Any) -> None:
    info = ward.whole_stay(servant, "30000", acct_used_flag="1")
    told = explanation(settlement_of(host, info.setl_id), host.world.policy("370100"))
    assert [row.code for row in told] == ["S001", "C001", "C002", "GB01", "TA01", "psn_cash_pay"][: len(told)]
    pool = [row for row in told if row.code in ("S001", "C001", "C002")]
    assert [(row.amount_fen, row.ratio_e4, row.paid_fen) for row in pool] == [
        (100_000, 0, 0),
        (1_000_000, 8500, 850_000),
        (1_900_000, 8800, 1_672_000),
    ]
    assert all(row.source and row.basis for row in told if row.fund_pay_type)
    assert sum(row.paid_fen for row in told) == info.amounts.medfee_sumamt_fen


def test_what_never_was_in_scope_comes_first(host: Any, ward: Any, worker: Any, drugs: Any) -> None:
    mdtrt_id = ward.admitted(worker)
    rows = (*ward.charged(worker, mdtrt_id, "900"), *ward.charged(worker, mdtrt_id, "100", item=drugs[2].med_list_codg))
    ward.discharged(worker, mdtrt_id)
    info = ward.settled(worker, mdtrt_id, sum(row.det_item_fee_sumamt_fen for row in rows))
    told = explanation(settlement_of(host, info.setl_id), host.world.policy("370100"))
    assert (told[0].code, told[0].amount_fen, told[0].paid_fen) == ("101", 10_000, 0)


def test_a_pharmacys_settlement_is_told_from_its_amounts(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    info = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))
    told = explanation(settlement_of(host, info.setl_id), host.world.policy("370100"))
    assert [row.code for row in told][-1] == "TA01"


@pytest.mark.parametrize("how", ["revoke", "reverse"])
def test_an_undo_across_a_change_of_policy_gives_back_what_the_old_one_took(
    host: Any, ward: Any, servant: Any, how: str
) -> None:
    info = ward.whole_stay(servant, "30000")
    before = explanation(settlement_of(host, info.setl_id), host.world.policy("370100"))
    old, name = host.world, host.world.cities["370100"].policy
    new = changed(old.policies[name], name="renamed", deductible_by_admission_fen=(), tiers=(), then=())
    host.world = ward.teller.host.world = msgspec.structs.replace(old, policies={**old.policies, name: new})
    undo = {
        "revoke": RevokeStay(info.setl_id, info.mdtrt_id, servant.psn_no),
        "reverse": Reverse(servant.psn_no, info.medins_setl_id, "2304"),
    }[how]
    ward.teller.told(undo)
    counters = [row for row in host.store._rows.values() if isinstance(row, Accumulator)]
    assert len(counters) == 2
    assert {(row.deductible_used_fen, row.fund_used_fen, row.base_used_fen) for row in counters} == {(0, 0, 0)}
    assert not host.broken_laws()
    assert explanation(settlement_of(host, info.setl_id), old.policies[name]) == before
