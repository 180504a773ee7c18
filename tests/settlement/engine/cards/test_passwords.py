"""The local password, the bank's and the e-card's: whose each is, what resets it, and what a reset leaves alone."""

from typing import Any

import pytest

from settlement.engine.arrival import Door
from settlement.engine.ledger.cards import Ecard
from settlement.wire import codes, service_codes
from settlement.wire.bank_services import ChangeBankPin
from settlement.wire.envelope import digest_of
from settlement.wire.names import institution_code
from settlement.wire.services import (
    ChangeEcardPassword,
    ChangePassword,
    LoseCard,
    ResetBankPassword,
    ResetPassword,
    UnlockPin,
)
from tests.settlement.engine.cards.conftest import JINAN, JINING, SICHUAN, WEIFANG

NEW = "135790"
PROXY = {"applicant": "PROXY", "agent_certno": "a document of one's own"}


def change(desk: Any, person: Any, old: str = "000000", new: str = NEW, **fields: Any) -> dict[str, Any]:
    """The two PIN blocks of a change, as the outlet's pin pad makes them."""
    teller = desk.teller(fields.get("at") or person.city)
    return {"pin_block": teller.pin_block(person, old), "new_pin_block": teller.pin_block(person, new), **fields}


def pays_with(desk: Any, visits: Any, person: Any, drugs: Any, password: str) -> Any:
    pharmacy = desk.teller(person.city)
    return pharmacy.ask(visits.drug_sale(pharmacy, person, drugs, pin_block=pharmacy.pin_block(person, password)))


def lock(desk: Any, visits: Any, person: Any, drugs: Any) -> None:
    while desk.host.person(person.psn_no).password_tries_left:
        assert pays_with(desk, visits, person, drugs, "999999").refusal == codes.PIN_WRONG.code


def secrets(host: Any, person: Any) -> tuple[bytes, bytes, bytes]:
    """What is kept of the three passwords."""
    ecards = [row.password_check for row in host.store._rows.values() if isinstance(row, Ecard)]
    local, bank = host.person(person.psn_no).password_check, host.account(person.psn_no).pin_check
    return local, bank, ecards[0] if ecards else b""


@pytest.mark.rule("RB01")
def test_to_reset_one_password_leaves_the_two_others(desk: Any, of: Any) -> None:
    person = of(WEIFANG)
    app = desk.teller(WEIFANG)
    first = {"forgotten": True, "new_pin_block": app.pin_block(person, NEW)}
    desk.done(ChangeEcardPassword, person, **first)
    desk.done(ChangePassword, person, **change(desk, person))
    steps = (
        (0, ResetPassword, {}),
        (1, ResetBankPassword, {}),
        (2, ChangeEcardPassword, {"forgotten": True, "new_pin_block": app.pin_block(person, "246801")}),
    )
    for place, kind, how in steps:
        before = secrets(desk.host, person)
        desk.done(kind, person, **how)
        after = secrets(desk.host, person)
        others = [number for number in range(3) if number != place]
        assert [after[number] for number in others] == [before[number] for number in others]
        assert place == 1 or after[place] != before[place]


@pytest.mark.rule("RB02")
def test_one_password_serves_both_accounts_in_jining_and_two_elsewhere(desk: Any, of: Any) -> None:
    for city, shared in ((JINING, True), (WEIFANG, False), (JINAN, False)):
        person = of(city)
        _, bank, _ = secrets(desk.host, person)
        desk.done(ChangePassword, person, **change(desk, person))
        _, after, _ = secrets(desk.host, person)
        assert (after != bank) == shared
        if shared:
            assert after == desk.host.world.key.password_check(person.bank_card_no, NEW)


def at_the_bank(desk: Any, visits: Any, person: Any, card: Any, password: str) -> str:
    """Pay one yuan from the bank account; return the refusal, empty where it pays."""
    pharmacy = desk.teller(person.city)
    return str(pharmacy.ask(visits.purchase(pharmacy, card, 100, password)).refusal)


@pytest.mark.rule("RB02")
def test_jinings_password_is_changed_at_either_and_reset_at_either_for_both(
    desk: Any, of: Any, visits: Any, drugs: Any, debit_card: Any
) -> None:
    person = of(JINING)
    card, bank = debit_card(person), {"channel": "BANK", "bank_code": "CCB"}
    desk.done(ChangeBankPin, person, **change(desk, person), **bank)
    assert pays_with(desk, visits, person, drugs, NEW).approved
    assert at_the_bank(desk, visits, person, card, NEW) == ""
    desk.done(ChangePassword, person, **change(desk, person, old=NEW, new="246801"))
    assert at_the_bank(desk, visits, person, card, "246801") == ""
    assert at_the_bank(desk, visits, person, card, NEW) == codes.BANK_PIN_WRONG.code
    desk.done(ResetBankPassword, person)
    assert pays_with(desk, visits, person, drugs, "000000").approved
    desk.done(ChangeBankPin, person, **change(desk, person), **bank)
    assert at_the_bank(desk, visits, person, card, NEW) == ""
    assert not desk.host.broken_laws()


@pytest.mark.rule("RB02")
def test_jinings_wrong_passwords_are_counted_together_and_a_right_one_gives_them_back(
    desk: Any, of: Any, visits: Any, drugs: Any, debit_card: Any
) -> None:
    person = of(JINING)
    card = debit_card(person)
    for _ in range(2):
        assert at_the_bank(desk, visits, person, card, "999999") == codes.BANK_PIN_WRONG.code
    assert at_the_bank(desk, visits, person, card, "000000") == ""
    assert pays_with(desk, visits, person, drugs, "999999").refusal == codes.PIN_WRONG.code
    for _ in range(2):
        assert at_the_bank(desk, visits, person, card, "999999") == codes.BANK_PIN_WRONG.code
    assert at_the_bank(desk, visits, person, card, "000000") == codes.BANK_PIN_LOCKED.code
    assert pays_with(desk, visits, person, drugs, "000000").refusal == codes.PIN_LOCKED.code
    assert not desk.host.broken_laws()


@pytest.mark.rule("RB03")
def test_jinings_third_wrong_password_locks_and_is_cured_at_the_bank_for_nothing(
    desk: Any, of: Any, visits: Any, drugs: Any
) -> None:
    person = of(JINING)
    assert desk.host.person(person.psn_no).password_tries_left == 3
    lock(desk, visits, person, drugs)
    assert pays_with(desk, visits, person, drugs, "000000").refusal == codes.PIN_LOCKED.code
    assert desk.refused(ResetPassword, person, channel="COUNTER") == service_codes.CHANNEL_NOT_ALLOWED.code
    asked = desk.done(ResetPassword, person, channel="BANK")
    assert asked.card_status == "NORMAL"
    assert desk.host.account(person.psn_no).balance_fen == 2_000_000
    assert pays_with(desk, visits, person, drugs, "000000").approved


@pytest.mark.rule("RB12")
def test_a_password_is_reset_first_and_changed_then_and_a_city_says_whether_it_settles_between(
    desk: Any, of: Any, visits: Any, drugs: Any
) -> None:
    for city, settles in ((JINAN, False), (WEIFANG, True)):
        person = of(city)
        lock(desk, visits, person, drugs)
        desk.done(ResetPassword, person)
        between = pays_with(desk, visits, person, drugs, "000000")
        assert between.refusal == ("" if settles else service_codes.PIN_MUST_CHANGE.code)
        assert desk.host.person(person.psn_no).password_tries_left > 1
        desk.done(ChangePassword, person, **change(desk, person))
        assert pays_with(desk, visits, person, drugs, NEW).approved


@pytest.mark.rule("RB13")
def test_a_password_is_reset_anywhere_in_the_province(desk: Any, of: Any) -> None:
    person = of(JINAN)
    assert desk.done(ResetPassword, person, at=WEIFANG).card_status == "NORMAL"
    assert desk.done(UnlockPin, person, at=WEIFANG).card_status == "NORMAL"
    assert desk.refused(ResetPassword, person, at=SICHUAN) == service_codes.WRONG_PLACE.code


@pytest.mark.rule("RB14")
def test_an_other_citys_card_is_reset_here_and_its_banks_password_at_its_bank(
    desk: Any, guest: Any, visits: Any
) -> None:
    local, bank, _ = secrets(desk.host, guest)
    desk.holds(guest, password_tries_left=0)
    desk.done(ResetPassword, guest, at=JINAN, channel="KIOSK")
    assert desk.host.person(guest.psn_no).password_tries_left == 6
    assert secrets(desk.host, guest)[:2] == (local, bank)
    assert desk.refused(ResetBankPassword, guest, at=JINAN) == service_codes.WRONG_PLACE.code
    assert desk.refused(ResetBankPassword, guest, channel="KIOSK") == service_codes.CHANNEL_NOT_ALLOWED.code
    desk.done(ResetBankPassword, guest)
    assert desk.host.account(guest.psn_no).pin_must_change == 1


@pytest.mark.rule("RB15")
def test_a_known_password_is_changed_a_forgotten_one_reset_and_a_wrong_old_one_counts(
    desk: Any, of: Any, visits: Any, drugs: Any
) -> None:
    person = of(SICHUAN)
    tries = person.password_tries_left
    assert desk.refused(ChangePassword, person, **change(desk, person, old="111111")) == codes.PIN_WRONG.code
    assert desk.host.person(person.psn_no).password_tries_left == tries - 1
    desk.done(ChangePassword, person, **change(desk, person))
    assert desk.host.person(person.psn_no).password_tries_left == tries
    lock(desk, visits, person, drugs)
    locked = change(desk, person, old=NEW, new="246801")
    assert desk.refused(ChangePassword, person, **locked) == codes.PIN_LOCKED.code
    assert desk.refused(ResetPassword, person, certno="") == service_codes.EVIDENCE_MISSING.code
    assert desk.refused(ResetPassword, person, card_sn="") == service_codes.EVIDENCE_MISSING.code
    desk.done(ResetPassword, person)
    assert pays_with(desk, visits, person, drugs, "000000").approved


@pytest.mark.rule("RB16")
def test_a_proxy_shows_both_documents_and_the_card(desk: Any, of: Any) -> None:
    person = of(JINAN)
    for missing in ({"agent_certno": ""}, {"certno": ""}, {"card_sn": ""}, {"agent_certno": person.certno}):
        assert desk.refused(UnlockPin, person, **(PROXY | missing)) == service_codes.EVIDENCE_MISSING.code
    assert desk.done(UnlockPin, person, **PROXY).card_status == "NORMAL"
    assert desk.done(ResetPassword, person, **PROXY).card_status == "NORMAL"


@pytest.mark.rule("RB20")
def test_a_wrong_password_of_the_e_card_costs_the_card_no_try(desk: Any, of: Any) -> None:
    person = of(WEIFANG)
    app = desk.teller(WEIFANG)
    desk.done(ChangeEcardPassword, person, forgotten=True, new_pin_block=app.pin_block(person, NEW))
    before = desk.host.person(person.psn_no), desk.host.account(person.psn_no)
    wrong = change(desk, person, old="999999", new="246801")
    for _ in range(6):
        assert desk.refused(ChangeEcardPassword, person, **wrong) == codes.PIN_WRONG.code
    assert desk.refused(ChangeEcardPassword, person, **change(desk, person, old=NEW)) == codes.PIN_LOCKED.code
    assert (desk.host.person(person.psn_no), desk.host.account(person.psn_no)) == before


@pytest.mark.rule("RF07")
def test_a_forgotten_password_of_the_e_card_is_set_anew_in_the_app(desk: Any, of: Any) -> None:
    person = of(WEIFANG)
    new = {"new_pin_block": desk.teller(WEIFANG).pin_block(person, NEW)}
    assert desk.refused(ChangeEcardPassword, person, **new) == codes.PIN_REQUIRED.code
    assert desk.refused(ChangeEcardPassword, person, channel="PHONE", **new) == service_codes.CHANNEL_NOT_ALLOWED.code
    desk.done(ChangeEcardPassword, person, forgotten=True, **new)


@pytest.mark.rule("RB23")
def test_an_old_card_has_its_password_changed_at_the_hall_alone(desk: Any, of: Any) -> None:
    old, newer = of(JINAN, card_generation=1), of(JINAN, card_generation=2)
    for kind, how in ((ResetPassword, {}), (ChangePassword, change(desk, old))):
        assert desk.refused(kind, old, channel="APP", **how) == service_codes.CHANNEL_NOT_ALLOWED.code
    assert desk.done(ResetPassword, newer, channel="APP").card_status == "NORMAL"
    assert desk.done(ResetPassword, old, channel="COUNTER").card_status == "NORMAL"


def test_a_lost_card_has_no_password_set(desk: Any, of: Any) -> None:
    person = of(JINAN)
    desk.done(LoseCard, person)
    for kind, how in ((ResetPassword, {}), (UnlockPin, {}), (ChangePassword, change(desk, person))):
        assert desk.refused(kind, person, **how) == service_codes.CARD_LOST.code


@pytest.mark.parametrize(
    ("how", "refusal"),
    [
        ({"pin_block": b""}, codes.PIN_REQUIRED),
        ({"new_pin_block": b""}, codes.PIN_REQUIRED),
        ({"pin_block": bytes(16)}, codes.PIN_UNREADABLE),
    ],
)
def test_a_change_wants_both_passwords_as_the_pin_pad_enciphers_them(
    desk: Any, of: Any, how: dict[str, bytes], refusal: Any
) -> None:
    person = of(JINAN)
    assert desk.refused(ChangePassword, person, **change(desk, person) | how) == refusal.code


def test_the_old_password_is_no_new_one(desk: Any, of: Any) -> None:
    person = of(JINAN)
    same = change(desk, person, new="000000")
    assert desk.refused(ChangePassword, person, **same) == service_codes.PASSWORD_UNUSABLE.code


def test_the_http_door_sends_digits_and_a_terminal_does_not(desk: Any, of: Any, teller: Any) -> None:
    person, digits = of(JINAN), {"password": "000000", "new_password": NEW}
    assert desk.refused(ChangePassword, person, **digits) == codes.PIN_REQUIRED.code
    window = teller(institution_code("P", JINAN, 2), Door.HTTP).sign_in()
    card_sn = person.card_id.hex().upper()
    asked = ChangePassword(person.psn_no, "COUNTER", card_sn=card_sn, **digits)
    assert window.ask(asked).approved
    assert desk.host.person(person.psn_no).password_check == desk.host.world.key.password_check(person.psn_no, NEW)


def test_nothing_of_a_password_is_in_what_a_repeat_must_share() -> None:
    plain = ChangePassword("1", "APP")
    secret = ChangePassword("1", "APP", pin_block=b"1", new_pin_block=b"2", password="123456", new_password="654321")
    assert digest_of(secret, "") == digest_of(plain, "")
    assert digest_of(ChangePassword("2", "APP"), "") != digest_of(plain, "")
