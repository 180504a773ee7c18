"""Vouchers, e-cards, identity cards and cards: one person, four things to show."""

from typing import Any

import msgspec
import pytest

from settlement.engine.arrival import Door
from settlement.engine.ledger.accounts import Token
from settlement.stores.memory import MemoryStore
from settlement.wire import codes, entitlement_codes, remote_codes, service_codes
from settlement.wire.credentials import IssueToken
from settlement.wire.messages import PresettleDrugSale, PresettleOutpatient, ReissueCard, SettleOutpatient, UploadFees
from settlement.wire.names import institution_code
from settlement.wire.services import UnbindEcard
from shuaka.compose import specimens

VOUCHER, IDENTITY, CARD, ECARD = "01", "02", "03", "91"
VALID_MS = 300_000


def issued(teller: Any, person: Any, kind: str = VOUCHER, **how: str) -> str:
    token: str = teller.token(kind, person, **how)
    return token


def shown(token: str, kind: str = VOUCHER) -> dict[str, str]:
    return {"mdtrt_cert_type": kind, "mdtrt_cert_no": token, "card_sn": ""}


def identity(person: Any) -> dict[str, str]:
    return {"mdtrt_cert_type": IDENTITY, "mdtrt_cert_no": person.certno, "card_sn": ""}


@pytest.mark.rule("RF09")
@pytest.mark.parametrize("kind", [VOUCHER, ECARD])
def test_both_kinds_of_token_lead_to_the_person_whose_card_it_stands_in_for(
    pharmacy: Any, visits: Any, worker: Any, kind: str
) -> None:
    token = issued(pharmacy, worker, kind)
    found = pharmacy.told(visits.query(worker, **shown(token, kind), certno="", psn_name=""))
    assert (found.psn_no, found.bank_card_no) == (worker.psn_no, worker.bank_card_no)


@pytest.mark.parametrize("kind", [VOUCHER, ECARD])
def test_a_token_pays_at_a_pharmacy_without_the_local_password(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any, kind: str
) -> None:
    token = issued(pharmacy, worker, kind)
    sale = visits.drug_sale(pharmacy, worker, drugs, **shown(token, kind), pin_block=b"")
    pharmacy.told(sale)
    assert host.person(worker.psn_no).balance_fen == worker.balance_fen - 7500
    assert not host.broken_laws()


def test_an_identity_card_pays_with_the_local_password(pharmacy: Any, visits: Any, worker: Any, drugs: Any) -> None:
    sale = visits.drug_sale(pharmacy, worker, drugs, **identity(worker))
    assert pharmacy.ask(msgspec.structs.replace(sale, pin_block=b"")).refusal == codes.PIN_REQUIRED.code
    assert pharmacy.told(sale).setl_id


def test_trying_a_sale_does_not_use_a_token_up(pharmacy: Any, visits: Any, worker: Any, drugs: Any) -> None:
    sale = visits.drug_sale(pharmacy, worker, drugs, **shown(issued(pharmacy, worker)))
    pharmacy.told(PresettleDrugSale(**{name: getattr(sale, name) for name in PresettleDrugSale.__struct_fields__}))
    assert pharmacy.told(sale).setl_id


def test_a_token_is_good_once(pharmacy: Any, visits: Any, worker: Any, drugs: Any) -> None:
    sale = visits.drug_sale(pharmacy, worker, drugs, **shown(issued(pharmacy, worker)))
    pharmacy.told(sale)
    assert pharmacy.ask(sale).refusal == entitlement_codes.TOKEN_USED.code


def test_a_refused_sale_leaves_its_token_good(pharmacy: Any, visits: Any, worker: Any, drugs: Any) -> None:
    sale = visits.drug_sale(pharmacy, worker, drugs, **shown(issued(pharmacy, worker)))
    wrong = msgspec.structs.replace(sale, medfee_sumamt_fen=sale.medfee_sumamt_fen + 1)
    assert pharmacy.ask(wrong).refusal == codes.AMOUNT_MISMATCH.code
    assert pharmacy.told(sale).setl_id


def test_a_newer_token_replaces_the_one_before_it_at_once(pharmacy: Any, visits: Any, worker: Any, drugs: Any) -> None:
    first, second = issued(pharmacy, worker), issued(pharmacy, worker)
    sale = visits.drug_sale(pharmacy, worker, drugs, **shown(first))
    assert pharmacy.ask(sale).refusal == entitlement_codes.TOKEN_REPLACED.code
    assert pharmacy.told(msgspec.structs.replace(sale, mdtrt_cert_no=second)).setl_id


@pytest.mark.parametrize(("late_ms", "refusal"), [(0, ""), (1, entitlement_codes.TOKEN_EXPIRED.code)])
def test_a_token_expires_after_its_time(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any, late_ms: int, refusal: str
) -> None:
    sale = visits.drug_sale(pharmacy, worker, drugs, **shown(issued(pharmacy, worker)))
    host.now_ms += VALID_MS + late_ms
    assert pharmacy.ask(sale).refusal == refusal


@pytest.mark.parametrize("place", [0, 6, 15, 17, 20, 30, 47])
def test_a_token_that_was_changed_anywhere_is_nobodys(
    pharmacy: Any, visits: Any, worker: Any, drugs: Any, place: int
) -> None:
    token = issued(pharmacy, worker)
    other = token[:place] + ("1" if token[place] != "1" else "2") + token[place + 1 :]
    sale = visits.drug_sale(pharmacy, worker, drugs, **shown(other))
    assert pharmacy.ask(sale).refusal == entitlement_codes.TOKEN_UNKNOWN.code
    unnamed = visits.query(worker, **shown(other), certno="", psn_name="")
    assert pharmacy.ask(unnamed).refusal == codes.NO_INSURED_PERSON.code


def test_a_token_tells_nobody_whose_it_is(pharmacy: Any, worker: Any) -> None:
    token = issued(pharmacy, worker)
    assert len(token) <= 50
    number = int(worker.psn_no).to_bytes(7, "big").hex()
    assert not any(part in token for part in (worker.psn_no, worker.certno, number))
    assert issued(pharmacy, worker)[:14] != token[:14], "nor that two are the same person's"


@pytest.mark.parametrize("token", ["", "x" * 48, "0" * 47, "0" * 50, "00 " * 16, "０" * 48, "0" * 48])
def test_what_is_no_token_is_nobodys(pharmacy: Any, visits: Any, worker: Any, drugs: Any, token: str) -> None:
    sale = visits.drug_sale(pharmacy, worker, drugs, **shown(token))
    assert pharmacy.ask(sale).refusal == entitlement_codes.TOKEN_UNKNOWN.code


@pytest.mark.parametrize("kind", [VOUCHER, ECARD])
def test_a_telephone_shows_nothing_until_its_holder_types_the_password(pharmacy: Any, worker: Any, kind: str) -> None:
    assert pharmacy.ask(pharmacy.asks_token(kind, worker, "")).refusal == codes.PIN_REQUIRED.code
    block = pharmacy.pin_block(worker)
    foreign = msgspec.structs.replace(pharmacy.asks_token(kind, worker), pin_block=block)
    assert pharmacy.ask(foreign).refusal in (codes.PIN_UNREADABLE.code, codes.PIN_WRONG.code)


@pytest.mark.parametrize("kind", [VOUCHER, ECARD])
def test_wrong_passwords_of_a_telephone_are_counted_and_lock_it_for_both_tokens(
    pharmacy: Any, worker: Any, kind: str
) -> None:
    for left in (5, 4, 3, 2, 1, 0):
        refused = pharmacy.ask(pharmacy.asks_token(kind, worker, "111111"))
        assert (refused.refusal, f"{left} left" in refused.err_msg) == (codes.PIN_WRONG.code, True)
    for shows in (VOUCHER, ECARD):
        assert pharmacy.ask(pharmacy.asks_token(shows, worker)).refusal == codes.PIN_LOCKED.code


def test_an_e_card_is_shown_where_it_is_bound_and_used_and_a_voucher_without(
    host: Any, pharmacy: Any, worker: Any
) -> None:
    bound = UnbindEcard(worker.psn_no, "APP", certno=worker.certno, ecard_channel="APP")
    assert pharmacy.ask(bound).approved
    assert pharmacy.ask(pharmacy.asks_token(ECARD, worker)).refusal == service_codes.STATE_FORBIDS.code
    assert issued(pharmacy, worker)


def test_the_dead_show_no_telephone(host: Any, pharmacy: Any, worker: Any) -> None:
    host.put(msgspec.structs.replace(worker, card_status="CANCELLED", died_ms=1))
    assert pharmacy.ask(pharmacy.asks_token(VOUCHER, worker)).refusal == service_codes.CARD_CANCELLED.code


def test_anothers_token_and_one_of_the_other_kind_are_refused(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    other = next(person for person in host.people() if person.psn_no != worker.psn_no)
    for token, kind in ((issued(pharmacy, other), VOUCHER), (issued(pharmacy, worker), ECARD)):
        sale = visits.drug_sale(pharmacy, worker, drugs, **shown(token, kind))
        assert pharmacy.ask(sale).refusal == entitlement_codes.TOKEN_UNKNOWN.code


def test_a_token_that_the_ledger_does_not_know_is_refused(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    token = issued(pharmacy, worker)
    host.store = MemoryStore()  # as after a reset
    pharmacy.sign_in()
    sale = visits.drug_sale(pharmacy, worker, drugs, **shown(token))
    assert pharmacy.ask(sale).refusal == entitlement_codes.TOKEN_UNKNOWN.code


def test_nothing_of_a_token_is_stored_but_one_row_that_is_used_again(host: Any, pharmacy: Any, worker: Any) -> None:
    issued(pharmacy, worker)
    issued(pharmacy, worker)
    key = (Token, ("370100", worker.psn_no, VOUCHER))
    row = host.store.load_now((key,)).get(Token, *key[1])
    assert (row.issued_ms, row.used_by) == (host.now_ms + 1, "")


def test_a_token_is_issued_to_the_person_of_the_identity_number_alone(pharmacy: Any, worker: Any) -> None:
    for certno, name in (("370100190001010000", worker.psn_name), (worker.certno, "某人")):
        assert pharmacy.ask(IssueToken(VOUCHER, certno, name)).refusal == codes.NO_INSURED_PERSON.code


def test_a_hospital_takes_a_token_for_the_whole_of_one_visit(
    hospital: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    token = issued(hospital, worker)
    visit = hospital.told(visits.registration(worker, **shown(token)))
    hospital.told(UploadFees(worker.psn_no, visit.mdtrt_id, "B1", drugs))
    asked = worker.psn_no, visit.mdtrt_id, "B1", worker.insutype, "11", "1", 7500
    amounts = hospital.told(PresettleOutpatient(*asked)).amounts
    parts = (
        amounts.fulamt_ownpay_amt_fen,
        amounts.overlmt_selfpay_fen,
        amounts.preselfpay_amt_fen,
        amounts.inscp_scp_amt_fen,
    )
    assert hospital.told(SettleOutpatient(*asked, *parts, **shown(token))).setl_id
    again = hospital.ask(visits.registration(worker, **shown(token)))
    assert again.refusal == entitlement_codes.TOKEN_USED.code


@pytest.mark.parametrize("kind", [VOUCHER, ECARD])
def test_a_token_that_is_first_shown_at_the_till_is_used_up_there(
    hospital: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any, kind: str
) -> None:
    sale = visits.outpatient(hospital, worker, drugs)
    token = issued(hospital, worker, kind)
    assert hospital.told(msgspec.structs.replace(sale, **shown(token, kind))).setl_id
    again = pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs, **shown(token, kind)))
    assert again.refusal == entitlement_codes.TOKEN_USED.code


def test_2207_with_anothers_card_is_refused(host: Any, hospital: Any, visits: Any, worker: Any, drugs: Any) -> None:
    other = next(person for person in host.people() if person.psn_no != worker.psn_no)
    sale = msgspec.structs.replace(visits.outpatient(hospital, worker, drugs), **identity(other))
    assert hospital.ask(sale).refusal == codes.CARD_UNKNOWN.code


@pytest.mark.parametrize("kind", ["", "04", "99"])
def test_a_credential_that_nobody_knows_is_refused(
    pharmacy: Any, visits: Any, worker: Any, drugs: Any, kind: str
) -> None:
    sale = visits.drug_sale(pharmacy, worker, drugs, mdtrt_cert_type=kind)
    assert pharmacy.ask(sale).refusal == codes.CREDENTIAL_NOT_SUPPORTED.code


def test_what_a_city_does_not_accept_is_neither_issued_nor_taken(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    token = issued(pharmacy, worker)
    jinan = host.world.cities["370100"]
    cards_only = msgspec.structs.replace(jinan.credentials, accepted=frozenset({CARD}))
    cities = {**host.world.cities, "370100": msgspec.structs.replace(jinan, credentials=cards_only)}
    host.world = msgspec.structs.replace(host.world, cities=cities)
    sale = visits.drug_sale(pharmacy, worker, drugs, **shown(token))
    assert pharmacy.ask(sale).refusal == codes.CREDENTIAL_NOT_SUPPORTED.code
    asked = pharmacy.asks_token(VOUCHER, worker)
    assert pharmacy.ask(asked).refusal == codes.CREDENTIAL_NOT_SUPPORTED.code


@pytest.mark.rule("RD20")
def test_an_e_card_is_good_away_from_home_where_its_city_says_so(
    host: Any, teller: Any, visits: Any, guest: Any, worker: Any, drugs: Any
) -> None:
    """The e-card of the sample city is, that of Jinan is not (RD20)."""
    away = teller(institution_code("P", "379900", 1)).sign_in()
    at_jinan = teller(institution_code("P", "370100", 1)).sign_in()
    refused = visits.drug_sale(away, worker, drugs, **shown(issued(away, worker, ECARD, insured="370100"), ECARD))
    assert away.ask(refused, insured="370100").refusal == remote_codes.ECARD_REMOTE_OFF.code
    taken = visits.drug_sale(at_jinan, guest, drugs, **shown(issued(at_jinan, guest, ECARD, insured="379900"), ECARD))
    assert at_jinan.told(taken, insured="379900").setl_id


def test_a_voucher_is_good_away_from_home_without_a_pin(teller: Any, visits: Any, worker: Any, drugs: Any) -> None:
    away = teller(institution_code("P", "379900", 1)).sign_in()
    sale = visits.drug_sale(away, worker, drugs, **shown(issued(away, worker, insured="370100")), pin_block=b"")
    assert away.told(sale, insured="370100").amounts.acct_pay_fen > 0


@pytest.mark.rule("RB21")
@pytest.mark.parametrize(
    ("change", "status", "refusal"),
    [
        ({"card_sn": "00" * 16}, "NORMAL", codes.CARD_UNKNOWN),
        ({"pin_block": b""}, "NORMAL", codes.PIN_REQUIRED),
        ({}, "LOST_FORMAL", service_codes.CARD_LOST),
    ],
)
def test_holder_password_and_loss_are_three_checks_that_fail_alone_each_with_its_own_code(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any, change: Any, status: str, refusal: Any
) -> None:
    host.put(msgspec.structs.replace(worker, card_status=status))
    assert pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs, **change)).refusal == refusal.code


def test_a_lost_card_leaves_voucher_and_identity_card_good(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    host.put(msgspec.structs.replace(worker, card_status="LOST_FORMAL"))
    by_token = visits.drug_sale(pharmacy, worker, drugs, **shown(issued(pharmacy, worker)))
    assert pharmacy.told(by_token).setl_id
    assert pharmacy.told(visits.drug_sale(pharmacy, worker, drugs, **identity(worker))).setl_id


@pytest.mark.rule("RA47")
def test_a_retired_cadre_has_no_card_and_is_known_by_identity(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    host.put(msgspec.structs.replace(worker, psn_type="13"))
    cadre = host.person(worker.psn_no)
    by_card = pharmacy.ask(visits.drug_sale(pharmacy, cadre, drugs))
    assert by_card.refusal == entitlement_codes.NO_CARD_FOR_CADRES.code
    assert pharmacy.told(visits.query(cadre, **identity(cadre))).insuinfo[0].psn_type == "13"


@pytest.mark.rule("RA50")
def test_a_converted_card_without_a_person_is_cured_by_a_reissue(
    host: Any, pharmacy: Any, visits: Any, drugs: Any
) -> None:
    converted = host.specimen(next(one for one in specimens() if one.name == "converted"))
    sale = visits.drug_sale(pharmacy, converted, drugs)
    assert pharmacy.ask(sale).refusal == entitlement_codes.PERSON_NOT_LINKED.code
    assert host.person(converted.psn_no).card_status == "NORMAL"
    pharmacy.told(ReissueCard("", "", "", converted.card_id.hex().upper()))
    assert pharmacy.told(visits.drug_sale(pharmacy, host.person(converted.psn_no), drugs)).setl_id


def test_the_http_door_knows_a_locked_password_although_it_asks_for_none(
    host: Any, teller: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    clerk = teller(institution_code("P", "370100", 1), Door.HTTP).sign_in()
    host.put(msgspec.structs.replace(worker, password_tries_left=0))
    assert clerk.ask(visits.drug_sale(clerk, worker, drugs)).refusal == codes.PIN_LOCKED.code
