"""Stays in a hospital of another city: the list there, the policy at home, and two agencies that share the books."""

from typing import Any

import msgspec
import pytest

from settlement.engine.clearing.filings import DAY_MS
from settlement.engine.ledger.claims import month_end_ms
from settlement.wire import codes
from settlement.wire.clearing import ClearMonth, FileElsewhere
from settlement.wire.hospital import RevokeStay
from settlement.wire.names import institution_code

SAMPLE, JINING = "379900", "370800"


class From:
    """A hospital's terminal that names where its patient is insured in every message."""

    def __init__(self, teller: Any, city: str) -> None:
        self._teller, self._city = teller, city

    def told(self, body: Any) -> Any:
        return self._teller.told(body, insured=self._city)

    def ask(self, body: Any) -> Any:
        return self._teller.ask(body, insured=self._city)


@pytest.fixture
def away(ward: Any) -> Any:
    """The ward in Jinan, for the sample city's insured."""
    return type(ward)(ward.host, From(ward.teller, SAMPLE), ward.item)


@pytest.fixture
def filed(agency: Any, host: Any, guest: Any) -> Any:
    told = agency(SAMPLE).told(FileElsewhere(guest.psn_no, "370100"))
    host.now_ms += 7 * DAY_MS
    return told


def owed_fen(host: Any) -> int:
    """Return what the sample city owes Jinan, as Jinan has it."""
    claim = f"CLR:{SAMPLE}:370100"
    return sum(
        transfer.amount_fen * ((transfer.debit == claim) - (transfer.credit == claim))
        for transfer in host.store._transfers.values()
        if transfer.books == "AGENCY:370100"
    )


def test_a_filed_patients_stay_is_paid_by_the_fund_at_home_through_the_agency_of_the_place(
    host: Any, away: Any, guest: Any, filed: Any
) -> None:
    info = away.whole_stay(guest, "30000", acct_used_flag="1", chip_pin_verified=True)
    home = host.world.policy(SAMPLE).benefit(
        insutype="310", psn_type=guest.psn_type, med_type="21", level=3, route="local", day=20261201
    )
    assert info.amounts.pool_prop_selfpay_e4 == home.tiers[0].ratio_e4
    assert info.amounts.fund_pay_sumamt_fen > 0
    assert owed_fen(host) == info.amounts.fund_pay_sumamt_fen + info.amounts.acct_pay_fen
    assert not host.broken_laws()


def test_an_unfiled_patients_stay_takes_the_personal_account_only(
    host: Any, teller: Any, ward: Any, guest: Any
) -> None:
    assert host.world.cities["370100"].remote.pilots_only
    pilot = type(ward)(host, From(teller(institution_code("H", "370100", 1)).sign_in(), SAMPLE), ward.item)
    info = pilot.whole_stay(guest, "30000", acct_used_flag="1", chip_pin_verified=True)
    assert info.amounts.fund_pay_sumamt_fen == 0
    assert info.amounts.acct_pay_fen == guest.balance_fen
    assert owed_fen(host) == guest.balance_fen


def test_a_stay_that_is_revoked_after_clearing_is_owed_back_in_the_next_month(
    host: Any, agency: Any, away: Any, guest: Any, filed: Any
) -> None:
    info = away.whole_stay(guest, "30000", chip_pin_verified=True)
    host.now_ms = month_end_ms(202611) + DAY_MS
    agency(SAMPLE).told(ClearMonth(202611))
    assert owed_fen(host) == 0
    away.teller.told(RevokeStay(info.setl_id, info.mdtrt_id, guest.psn_no))
    assert owed_fen(host) == -info.amounts.fund_pay_sumamt_fen
    assert not host.broken_laws()


@pytest.mark.rule("RJ27")
def test_in_jining_a_stay_is_settled_by_card_and_treatment_elsewhere_is_a_plan_that_city_data_carry_out(
    host: Any, teller: Any, ward: Any, visits: Any, drugs: Any
) -> None:
    someone = next(person for person in host.people(JINING, insutype="310") if person.card_generation > 1)
    level_three = institution_code("H", JINING, sum(host.world.cities[JINING].institutions.hospitals))
    at_home = type(ward)(host, teller(level_three).sign_in(), ward.item)
    assert at_home.whole_stay(someone, "30000").amounts.fund_pay_sumamt_fen > 0
    shop = teller(institution_code("P", "370100", 1)).sign_in()
    sale = visits.drug_sale(shop, someone, drugs, chip_pin_verified=True)
    assert shop.ask(sale, insured=JINING).refusal == codes.REMOTE_NOT_OFFERED.code
    jining = host.world.cities[JINING]
    offered = msgspec.structs.replace(jining.remote, offered=True)
    planned = msgspec.structs.replace(jining, remote=offered, policy="sample-jinan")
    host.world = msgspec.structs.replace(host.world, cities={**host.world.cities, JINING: planned})
    assert shop.ask(sale, insured=JINING).approved
