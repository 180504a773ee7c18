"""Family accounts: who pays for whom, in which order, and who gets it back."""

from itertools import islice
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.engine.credential import TokenFacts, token_of
from settlement.engine.ledger.accounts import Token
from settlement.stores.store import Changes
from settlement.wire import codes, entitlement_codes
from settlement.wire.family import BindFamily, UnbindFamily
from settlement.wire.messages import PresettleDrugSale, Reverse, RevokeDrugSale, SettleDrugSale
from tests.settlement.engine.medical.conftest import binding

FAMILY = {"acct_used_flag": "2"}
BILL = 7500


@pytest.fixture
def owners(host: Any, worker: Any) -> list[Any]:
    """Four employees of Jinan with 40 yuan each."""
    others = (person for person in host.people(insutype="310") if person.psn_no != worker.psn_no)
    poor = [msgspec.structs.replace(person, balance_fen=4000) for person in islice(others, 4)]
    for person in poor:
        host.put(person)
    return poor


@pytest.fixture
def patient(host: Any, worker: Any) -> Any:
    """Somebody with 10 yuan of his own."""
    poor = msgspec.structs.replace(worker, balance_fen=1000)
    host.put(poor)
    return poor


def bound(host: Any, teller: Any, patient: Any, *owners: Any, limit_fen: int = 0) -> Any:
    said = None
    for owner in owners:
        host.now_ms += 1
        said = teller.told(binding(patient, owner, limit_fen))
    return said


def balances(host: Any, people: list[Any]) -> list[int]:
    return [host.person(person.psn_no).balance_fen for person in people]


def test_the_own_account_pays_first_then_the_authorisers_in_the_order_of_binding(
    host: Any, pharmacy: Any, visits: Any, patient: Any, owners: list[Any], drugs: Any
) -> None:
    bound(host, pharmacy, patient, owners[1], owners[0])
    amounts = pharmacy.told(visits.drug_sale(pharmacy, patient, drugs, **FAMILY)).amounts
    assert (amounts.acct_pay_fen, amounts.acct_mulaid_pay_fen, amounts.psn_cash_pay_fen) == (BILL, 6500, 0)
    assert amounts.balc_fen == 0
    assert balances(host, [patient, *owners[:2]]) == [0, 1500, 0]
    assert not host.broken_laws()


def test_what_the_family_cannot_pay_is_cash(
    host: Any, pharmacy: Any, visits: Any, patient: Any, owners: list[Any], drugs: Any
) -> None:
    bound(host, pharmacy, patient, owners[0])
    amounts = pharmacy.told(visits.drug_sale(pharmacy, patient, drugs, **FAMILY)).amounts
    assert (amounts.acct_mulaid_pay_fen, amounts.psn_cash_pay_fen) == (4000, 2500)
    assert not host.broken_laws()


def test_a_trial_shows_the_familys_part_and_moves_nothing(
    host: Any, pharmacy: Any, visits: Any, patient: Any, owners: list[Any], drugs: Any
) -> None:
    bound(host, pharmacy, patient, owners[0])
    sale = visits.drug_sale(pharmacy, patient, drugs, **FAMILY)
    tried = PresettleDrugSale(**{name: getattr(sale, name) for name in PresettleDrugSale.__struct_fields__})
    assert pharmacy.told(tried).amounts.acct_mulaid_pay_fen == 4000
    assert balances(host, [patient, owners[0]]) == [1000, 4000]


def test_each_authoriser_has_a_row_of_his_own_in_the_books(
    host: Any, pharmacy: Any, visits: Any, patient: Any, owners: list[Any], drugs: Any
) -> None:
    bound(host, pharmacy, patient, *owners[:2])
    sale = visits.drug_sale(pharmacy, patient, drugs, **FAMILY)
    decision = host.decide(host.arrival(pharmacy.request(sale), sale))[0]
    debits = {row.debit[-16:]: row.amount_fen for row in decision.transfers if row.debit.startswith("ACCT:")}
    assert debits == {patient.psn_no: 1000, owners[0].psn_no: 4000, owners[1].psn_no: 2500}


@pytest.mark.parametrize("how", ["revoked", "reversed"])
def test_an_undo_gives_each_account_back_what_it_paid_the_last_one_first(
    host: Any, pharmacy: Any, visits: Any, patient: Any, owners: list[Any], drugs: Any, how: str
) -> None:
    bound(host, pharmacy, patient, *owners[:3], limit_fen=4000)
    settled = pharmacy.told(visits.drug_sale(pharmacy, patient, drugs, **FAMILY))
    undo = (
        RevokeDrugSale(settled.setl_id, settled.mdtrt_id, patient.psn_no)
        if how == "revoked"
        else Reverse(patient.psn_no, pharmacy.last.msgid, "2102")
    )
    decision = host.decide(host.arrival(pharmacy.request(undo), undo))[0]
    paid_back = [row.psn_no for row in decision.changes if type(row).__name__ == "Person"]
    assert paid_back == [patient.psn_no, owners[1].psn_no, owners[0].psn_no]
    assert balances(host, [patient, *owners[:3]]) == [1000, 4000, 4000, 4000]
    again = pharmacy.told(visits.drug_sale(pharmacy, patient, drugs, **FAMILY))
    assert again.amounts.acct_mulaid_pay_fen == 6500
    assert not host.broken_laws()


def test_a_limit_holds_over_all_that_is_used_of_an_account(
    host: Any, pharmacy: Any, visits: Any, patient: Any, owners: list[Any], drugs: Any
) -> None:
    bound(host, pharmacy, patient, owners[0], limit_fen=3000)
    first = pharmacy.told(visits.drug_sale(pharmacy, patient, drugs, **FAMILY)).amounts
    second = pharmacy.told(visits.drug_sale(pharmacy, patient, drugs, **FAMILY)).amounts
    assert (first.acct_mulaid_pay_fen, second.acct_mulaid_pay_fen) == (3000, 0)
    assert host.person(owners[0].psn_no).balance_fen == 1000


@pytest.mark.parametrize(
    "state", [{"account_status": "FROZEN"}, {"insutype": "390"}, {"psn_insu_stas": "2"}, {"balance_fen": 0}]
)
def test_an_authoriser_who_cannot_pay_any_more_is_passed_over(
    host: Any, pharmacy: Any, visits: Any, patient: Any, owners: list[Any], drugs: Any, state: Any
) -> None:
    bound(host, pharmacy, patient, *owners[:2])
    host.put(msgspec.structs.replace(owners[0], **state))
    assert pharmacy.told(visits.drug_sale(pharmacy, patient, drugs, **FAMILY)).amounts.acct_mulaid_pay_fen == 4000
    assert host.person(owners[1].psn_no).balance_fen == 0


def test_a_patient_shows_his_own_credential_and_not_the_authorisers(
    host: Any, pharmacy: Any, visits: Any, patient: Any, owners: list[Any], drugs: Any
) -> None:
    bound(host, pharmacy, patient, owners[0])
    card = {"mdtrt_cert_no": owners[0].card_number, "card_sn": owners[0].card_id.hex().upper()}
    sale = visits.drug_sale(pharmacy, patient, drugs, **FAMILY, **card)
    assert pharmacy.ask(sale).refusal == codes.CARD_UNKNOWN.code


def test_the_family_of_a_resident_pays_at_a_pharmacy_where_no_benefit_does(
    host: Any, pharmacy: Any, visits: Any, resident: Any, owners: list[Any], drugs: Any
) -> None:
    sale = visits.drug_sale(pharmacy, resident, drugs)
    assert pharmacy.ask(sale).refusal == codes.PHARMACY_NOT_ALLOWED.code
    bound(host, pharmacy, resident, *owners[:2])
    family = msgspec.structs.replace(sale, **FAMILY)
    assert pharmacy.told(family).amounts.acct_mulaid_pay_fen == BILL
    assert not host.broken_laws()


def test_a_hospital_settles_with_the_familys_accounts_as_well(
    host: Any, hospital: Any, visits: Any, patient: Any, owners: list[Any], drugs: Any
) -> None:
    bound(host, hospital, patient, *owners[:2])
    sale = msgspec.structs.replace(visits.outpatient(hospital, patient, drugs), **FAMILY)
    assert hospital.told(sale).amounts.acct_mulaid_pay_fen == 6500
    assert not host.broken_laws()


def test_without_a_binding_the_familys_account_is_refused(pharmacy: Any, visits: Any, worker: Any, drugs: Any) -> None:
    reply = pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs, **FAMILY))
    assert reply.refusal == entitlement_codes.NO_FAMILY_ACCOUNT.code


def test_at_most_three_are_bound_in_order_and_one_who_leaves_makes_room_at_the_end(
    host: Any, pharmacy: Any, patient: Any, owners: list[Any]
) -> None:
    bound(host, pharmacy, patient, *owners[:3])
    fourth = binding(patient, owners[3])
    assert pharmacy.ask(fourth).refusal == entitlement_codes.FAMILY_BIND_REFUSED.code
    host.now_ms += 1
    pharmacy.told(UnbindFamily(patient.psn_no, owners[0].psn_no))
    host.now_ms += 1
    said = pharmacy.told(fourth)
    assert [one.owner_psn_no for one in said.authorisers] == [owners[place].psn_no for place in (1, 2, 3)]


def test_a_binding_that_ended_pays_no_more_and_its_debits_are_still_given_back(
    host: Any, pharmacy: Any, visits: Any, patient: Any, owners: list[Any], drugs: Any
) -> None:
    bound(host, pharmacy, patient, owners[0])
    settled = pharmacy.told(visits.drug_sale(pharmacy, patient, drugs, **FAMILY))
    pharmacy.told(UnbindFamily(patient.psn_no, owners[0].psn_no))
    pharmacy.told(RevokeDrugSale(settled.setl_id, settled.mdtrt_id, patient.psn_no))
    assert balances(host, [patient, owners[0]]) == [1000, 4000]
    reply = pharmacy.ask(visits.drug_sale(pharmacy, patient, drugs, **FAMILY))
    assert reply.refusal == entitlement_codes.NO_FAMILY_ACCOUNT.code
    assert not host.broken_laws()


def test_who_cannot_let_anybody_use_an_account_is_refused_with_the_reason(
    host: Any, pharmacy: Any, patient: Any, resident: Any, owners: list[Any]
) -> None:
    bound(host, pharmacy, patient, owners[0])
    for owner, reason in ((patient, "own family"), (resident, "not as an employee"), (owners[0], "bound already")):
        reply = pharmacy.ask(binding(patient, owner))
        assert reply.refusal == entitlement_codes.FAMILY_BIND_REFUSED.code
        assert reason in reply.err_msg


def test_neither_nobody_nor_one_who_is_not_bound_can_be_bound_or_unbound(
    pharmacy: Any, patient: Any, owners: list[Any]
) -> None:
    nobody = "3701009999999999"
    for asked in (BindFamily(nobody, owners[0].psn_no), BindFamily(patient.psn_no, nobody)):
        assert pharmacy.ask(asked).refusal == codes.NO_INSURED_PERSON.code
    gone = pharmacy.ask(UnbindFamily(patient.psn_no, owners[0].psn_no))
    assert gone.refusal == entitlement_codes.FAMILY_BIND_REFUSED.code


@given(
    own=st.integers(0, 9_000),
    purses=st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 5_000)), min_size=1, max_size=3),
)
def test_own_account_family_and_cash_are_the_bill_and_nobody_goes_below_zero(
    families: Any, own: int, purses: list[tuple[int, int]]
) -> None:
    """With any balances and limits: I2, I4, the order, and the way back."""
    host, pharmacy, sale, undo, people = families(own, purses)
    before = balances(host, people)
    settled = pharmacy.told(sale)
    amounts, after = settled.amounts, balances(host, people)
    assert amounts.acct_pay_fen + amounts.psn_cash_pay_fen == BILL
    assert 0 <= amounts.acct_mulaid_pay_fen <= amounts.acct_pay_fen
    assert amounts.acct_mulaid_pay_fen == 0 or after[0] == 0
    assert sum(before) - sum(after) == amounts.acct_pay_fen
    assert min(after) >= 0
    pharmacy.told(undo(settled))
    assert balances(host, people) == before
    assert not host.broken_laws()


@pytest.fixture(scope="module")
def families(world: Any) -> Any:
    """Make a ledger with a patient and his family, and the sale that they pay."""
    from tests.settlement.engine.conftest import Host, Teller, Visits, bill  # noqa: PLC0415 - fixtures of a ledger of its own

    people = list(islice(Host(world).people(insutype="310"), 4))
    item = next(row for row in world.catalogue("370100").items if row.chrgitm_lv == "01" and row.to_day > 20300101)
    lines = bill((item.code, "75", 1))

    def made(own: int, purses: list[tuple[int, int]]) -> Any:
        host = Host(world)
        pharmacy = Teller(host, "P37010000001").sign_in()
        family = [
            msgspec.structs.replace(person, balance_fen=balance_fen)
            for person, balance_fen in zip(people, [own, *(fen for fen, _ in purses)], strict=False)
        ]
        for person in family:
            host.put(person)
        for owner, (_, limit_fen) in zip(family[1:], purses, strict=True):
            bound(host, pharmacy, family[0], owner, limit_fen=limit_fen)
        sale: SettleDrugSale = Visits().drug_sale(pharmacy, family[0], lines, **FAMILY)
        return host, pharmacy, sale, lambda done: RevokeDrugSale(done.setl_id, done.mdtrt_id, done.psn_no), family

    return made


def test_a_binding_takes_the_credentials_of_both(pharmacy: Any, patient: Any, owners: list[Any]) -> None:
    owner, other = owners[:2]
    for shown in (
        {"owner_cert_type": ""},
        {"owner_cert_no": other.card_number},
        {"owner_card_sn": other.card_id.hex().upper()},
        {"mdtrt_cert_type": ""},
        {"mdtrt_cert_no": owner.card_number},
    ):
        assert not pharmacy.ask(binding(patient, owner, **shown)).approved
    papers = {"owner_cert_type": "02", "owner_cert_no": owner.certno, "owner_card_sn": ""}
    assert pharmacy.ask(binding(patient, owner, **papers)).approved


def test_a_token_that_opened_an_account_to_the_family_opens_nothing_else(
    host: Any, pharmacy: Any, patient: Any, owners: list[Any]
) -> None:
    owner = owners[0]
    host.store.save_now(Changes((Token(owner.city, owner.psn_no, "01", host.now_ms, ""),), ()))
    token = token_of(host.world, TokenFacts(owner.psn_no, "01", host.now_ms))
    shown = {"owner_cert_type": "01", "owner_cert_no": token, "owner_card_sn": ""}
    pharmacy.told(binding(patient, owner, **shown))
    assert pharmacy.ask(binding(owners[1], owner, **shown)).refusal == entitlement_codes.TOKEN_USED.code


@pytest.mark.parametrize("fate", [{"died_ms": 1}, {"duplicate_of": "3701000000000009"}])
def test_an_authoriser_who_died_or_has_two_numbers_is_passed_over(
    host: Any, pharmacy: Any, visits: Any, patient: Any, owners: list[Any], drugs: Any, fate: dict[str, Any]
) -> None:
    bound(host, pharmacy, patient, *owners[:2])
    host.put(msgspec.structs.replace(host.person(owners[0].psn_no), **fate))
    pharmacy.told(visits.drug_sale(pharmacy, patient, drugs, **FAMILY))
    assert balances(host, owners[:2]) == [4000, 0]
    assert not pharmacy.ask(binding(owners[2], host.person(owners[0].psn_no))).approved


def test_what_was_used_counts_however_often_the_same_two_are_bound(
    host: Any, pharmacy: Any, visits: Any, patient: Any, owners: list[Any], drugs: Any
) -> None:
    def sold() -> Any:
        return pharmacy.told(visits.drug_sale(pharmacy, patient, drugs, **FAMILY))

    bound(host, pharmacy, patient, owners[0], limit_fen=3000)
    first = sold()
    pharmacy.told(UnbindFamily(patient.psn_no, owners[0].psn_no))
    told = bound(host, pharmacy, patient, owners[0], limit_fen=3000)
    assert told.authorisers[0].used_fen == 3000
    assert [first.amounts.acct_mulaid_pay_fen, sold().amounts.acct_mulaid_pay_fen] == [3000, 0]
    pharmacy.told(RevokeDrugSale(first.setl_id, first.mdtrt_id, patient.psn_no))
    assert sold().amounts.acct_mulaid_pay_fen == 3000
    assert not host.broken_laws()
