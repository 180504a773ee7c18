"""A card comes into force: by whom, when, and what becomes of the one before it."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from settlement.engine.ledger.books import bank_opening, opening
from settlement.engine.ledger.cards import CardEvent, Ecard
from settlement.engine.ledger.state import BankAccount, Person
from settlement.stores.sqlite import SqliteStore
from settlement.stores.store import Changes, LedgerAudit, Origin, StoreError
from settlement.wire import codes, service_codes
from settlement.wire.bank_services import ActivateBank
from settlement.wire.envelope import decode_output
from settlement.wire.insurance import Allot
from settlement.wire.messages import ReissueCard
from settlement.wire.services import CancelCard, ChangePassword, EnableCard, QueryCard
from tests.settlement.engine.cards.conftest import JINAN, JINING, SICHUAN, WEIFANG, card_sn

YEAR_MS = 365 * 24 * 3600 * 1000
UNENABLED = {"card_status": "ISSUED_UNENABLED"}


def reissued(desk: Any, person: Person, **how: Any) -> Person:
    """The person with the numbers of a card that waits."""
    told = desk.done(ReissueCard, person, mode="WAITING", **how)
    return msgspec.structs.replace(
        desk.host.person(person.psn_no), card_id=bytes.fromhex(told.card_sn), card_issue=told.card_issue
    )


def bank_pin(desk: Any, city: str) -> str:
    found: str = desk.host.world.cities[city].bank.pin_default
    return found


def with_account(desk: Any, person: Person, **facts: Any) -> None:
    """Have the bank hold a person's account with other facts."""
    account = msgspec.structs.replace(desk.host.account(person.psn_no), **facts)
    first = desk.host.store.load_now(((BankAccount, account.key),)).get(BankAccount, *account.key) is None
    desk.host.store.save_now(Changes((account,), bank_opening(account, desk.host.now_ms) if first else ()))


@pytest.mark.rule("RA03")
def test_a_card_that_was_not_enabled_is_of_no_use(desk: Any, of: Any, visits: Any, drugs: Any) -> None:
    person, pharmacy = desk.holds(of(SICHUAN), **UNENABLED), desk.teller(SICHUAN)
    assert pharmacy.ask(visits.drug_sale(pharmacy, person, drugs)).refusal == service_codes.CARD_NOT_ENABLED.code
    hospital = desk.teller(SICHUAN, "H")
    assert hospital.ask(visits.registration(person)).refusal == service_codes.CARD_NOT_ENABLED.code
    desk.done(EnableCard, person)
    assert pharmacy.ask(visits.drug_sale(pharmacy, person, drugs)).approved


@pytest.mark.rule("RA04")
@pytest.mark.parametrize("social", ["NORMAL", "ISSUED_UNENABLED"])
@pytest.mark.parametrize("bank", ["ACTIVE", "UNACTIVATED"])
def test_each_zone_pays_by_itself(
    desk: Any, of: Any, visits: Any, drugs: Any, debit_card: Any, social: str, bank: str
) -> None:
    person, pharmacy = desk.holds(of(WEIFANG), card_status=social), desk.teller(WEIFANG)
    with_account(desk, person, status=bank, pin_must_change=0)
    assert pharmacy.ask(visits.drug_sale(pharmacy, person, drugs)).approved == (social == "NORMAL")
    bought = pharmacy.ask(visits.purchase(pharmacy, debit_card(person), 100, bank_pin(desk, WEIFANG)))
    assert bought.approved == (bank == "ACTIVE"), bought.err_msg


@pytest.mark.rule("RA05")
def test_the_first_change_of_a_password_at_a_pharmacy_enables_the_card_for_the_sale_after_it(
    desk: Any, of: Any, visits: Any, drugs: Any
) -> None:
    for city, enabled in ((JINAN, True), (WEIFANG, False)):
        person, pharmacy = desk.holds(of(city), **UNENABLED), desk.teller(city)
        change = {"pin_block": pharmacy.pin_block(person), "new_pin_block": pharmacy.pin_block(person, "135790")}
        told = desk.done(ChangePassword, person, channel="PHARMACY", certno="", **change)
        assert (told.card_status == "NORMAL") == enabled
        sale = visits.drug_sale(pharmacy, person, drugs, pin_block=pharmacy.pin_block(person, "135790"))
        assert pharmacy.ask(sale).approved == enabled


@pytest.mark.rule("RA06")
def test_the_first_read_at_an_institution_enables_the_card_once_however_many_read_it(
    desk: Any, of: Any, visits: Any
) -> None:
    host, jinan = desk.host, desk.holds(of(JINAN), **UNENABLED)
    hospital = desk.teller(JINAN, "H")
    asked = visits.query(jinan)
    decisions = host.decide(*(host.arrival(hospital.request(asked), asked) for _ in range(4)))
    assert [decode_output(one.reply).insuinfo[0].balc_fen for one in decisions] == [jinan.balance_fen] * 4
    assert sum(isinstance(row, Person) for one in decisions for row in one.changes) == 1
    assert host.person(jinan.psn_no).card_status == "NORMAL"
    weifang = desk.holds(of(WEIFANG), **UNENABLED)
    desk.teller(WEIFANG).ask(visits.query(weifang))
    assert host.person(weifang.psn_no).card_status == "ISSUED_UNENABLED"


def test_who_is_read_for_the_first_time_and_enabled_has_an_opening_in_the_books(
    desk: Any, of: Any, visits: Any, drugs: Any
) -> None:
    person, pharmacy = of(JINAN), desk.teller(JINAN)
    waiting = reissued(desk, person)
    pharmacy.told(visits.query(waiting))
    assert desk.host.person(person.psn_no).card_issue == 2
    assert not desk.host.broken_laws()


@pytest.mark.rule("RA07")
def test_an_instant_card_works_at_once_in_both_zones(
    desk: Any, of: Any, visits: Any, drugs: Any, debit_card: Any
) -> None:
    person, pharmacy = of(JINAN), desk.teller(JINAN)
    told = desk.done(ReissueCard, person)
    renewed = desk.host.person(person.psn_no)
    assert card_sn(renewed) == told.card_sn
    sale = pharmacy.told(visits.drug_sale(pharmacy, renewed, drugs))
    assert sale.amounts.acct_pay_fen
    assert pharmacy.ask(visits.purchase(pharmacy, debit_card(renewed), 100)).approved


@pytest.mark.rule("RA08")
def test_a_card_can_be_enabled_after_any_time(desk: Any, of: Any) -> None:
    person = desk.holds(of(JINAN), **UNENABLED)
    desk.host.now_ms += 10 * YEAR_MS
    assert desk.done(EnableCard, person, channel="WEB").card_status == "NORMAL"


@pytest.mark.rule("RA11")
def test_after_a_reissue_each_zone_is_switched_on_by_itself(
    desk: Any, of: Any, visits: Any, drugs: Any, debit_card: Any
) -> None:
    person, pharmacy = of(WEIFANG), desk.teller(WEIFANG)
    told = desk.done(ReissueCard, person)
    assert desk.host.person(person.psn_no).card_pending == told.card_issue == 2
    waiting = msgspec.structs.replace(person, card_id=bytes.fromhex(told.card_sn), card_issue=2)
    assert pharmacy.ask(visits.drug_sale(pharmacy, waiting, drugs)).refusal == service_codes.CARD_NOT_ENABLED.code
    assert desk.host.account(person.psn_no).status == "UNACTIVATED"
    desk.done(EnableCard, waiting)
    assert pharmacy.ask(visits.drug_sale(pharmacy, waiting, drugs)).approved
    card, pin = debit_card(waiting), bank_pin(desk, WEIFANG)
    assert not pharmacy.ask(visits.purchase(pharmacy, card, 100, pin)).approved
    desk.done(ActivateBank, waiting, channel="BANK", bank_code="CCB")
    assert pharmacy.ask(visits.purchase(pharmacy, card, 100, pin)).approved


@pytest.mark.rule("RA12")
def test_every_channel_that_enables_leads_to_the_same_card_and_is_kept(desk: Any, of: Any) -> None:
    offered = desk.host.world.cities[WEIFANG].services["enable"].at
    assert {"COUNTER", "BANK", "APP", "PORTAL", "PHONE"} <= offered
    person = of(WEIFANG)
    after = set()
    for channel in sorted(offered):
        desk.holds(person, **UNENABLED)
        desk.done(EnableCard, person, channel=channel)
        after.add(desk.host.person(person.psn_no))
    assert len(after) == 1
    kept = [row.channel for row in desk.host.store._rows.values() if isinstance(row, CardEvent)]
    assert sorted(kept) == sorted(offered)


@pytest.mark.rule("RA30")
def test_the_balance_is_reached_by_the_new_card_in_the_decision_that_kills_the_old_one(
    desk: Any, of: Any, visits: Any
) -> None:
    person, pharmacy = of(JINAN), desk.teller(JINAN)
    waiting = reissued(desk, person)
    asked = EnableCard(person.psn_no, "COUNTER", certno=person.certno)
    decision = desk.host.decide(desk.host.arrival(desk.teller(JINAN, "S").request(asked), asked))[0]
    after = [row for row in decision.changes if isinstance(row, Person)]
    assert [(row.card_id, row.balance_fen) for row in after] == [(waiting.card_id, person.balance_fen)]
    assert decision.transfers == ()
    assert pharmacy.ask(visits.query(person)).refusal == codes.CARD_SUPERSEDED.code
    assert pharmacy.told(visits.query(waiting)).insuinfo[0].balc_fen == person.balance_fen
    assert not desk.host.broken_laws()


@pytest.mark.rule("RA30")
def test_a_crash_while_the_new_card_comes_into_force_leaves_all_of_before_or_all_of_after(
    desk: Any, of: Any, tmp_path: Path
) -> None:
    person, outlet = of(JINAN), desk.teller(JINAN, "S")
    waiting = reissued(desk, person)
    before = desk.host.person(person.psn_no)
    asked = EnableCard(person.psn_no, "COUNTER", certno=person.certno)
    decision = desk.host.decide(desk.host.arrival(outlet.request(asked), asked))[0]
    assert decision.reply.approved, decision.reply.err_msg
    origin = Origin(1, 1000, "ABCDEF")

    async def recovered() -> tuple[Person, LedgerAudit]:
        store = SqliteStore(tmp_path, origin)
        state = await store.load(((Person, before.key),))
        found, audit = state.get(Person, *before.key), await store.audit()
        await store.close()
        assert found
        return found, audit

    async def cut_short() -> None:
        store = SqliteStore(tmp_path, origin)
        await store.save(Changes((before,), opening(before, desk.host.now_ms)))
        store._connection.execute(
            "CREATE TRIGGER cut BEFORE INSERT ON cardevent BEGIN SELECT RAISE(ABORT, 'a power cut'); END"
        )
        with pytest.raises(StoreError, match="a power cut"):
            await store.save(Changes(decision.changes, decision.transfers))
        store._connection.execute("DROP TRIGGER cut")
        await store.close()

    async def again() -> None:
        store = SqliteStore(tmp_path, origin)
        await store.save(Changes(decision.changes, decision.transfers))
        await store.close()

    asyncio.run(cut_short())
    found, audit = asyncio.run(recovered())
    assert found == before
    assert all(law.ok for law in audit.invariants)
    asyncio.run(again())
    found, audit = asyncio.run(recovered())
    assert (found.card_id, found.balance_fen) == (waiting.card_id, person.balance_fen)
    assert all(law.ok for law in audit.invariants)


@pytest.mark.rule("RA31")
def test_the_old_card_pays_until_the_new_one_is_enabled_and_not_from_then_on(
    desk: Any, of: Any, visits: Any, drugs: Any
) -> None:
    person, pharmacy = of(JINAN), desk.teller(JINAN)
    waiting = reissued(desk, person)
    assert pharmacy.ask(visits.drug_sale(pharmacy, waiting, drugs)).refusal == service_codes.CARD_NOT_ENABLED.code
    assert pharmacy.ask(visits.drug_sale(pharmacy, person, drugs)).approved
    desk.done(EnableCard, person)
    assert pharmacy.ask(visits.drug_sale(pharmacy, person, drugs)).refusal == codes.CARD_SUPERSEDED.code
    assert pharmacy.ask(visits.drug_sale(pharmacy, waiting, drugs)).approved


@pytest.mark.rule("RA32")
def test_in_a_long_transition_two_cards_reach_one_account_and_overdraw_nothing(
    desk: Any, of: Any, visits: Any, lines_of: Any
) -> None:
    for city, both in ((JINING, True), (SICHUAN, False)):
        person = of(city)
        waiting = reissued(desk, person, reason="UPGRADE")
        desk.done(EnableCard, person)
        pharmacy = desk.teller(city)
        item = desk.host.world.catalogue(city).items[0].code
        lines = lines_of((item, f"{person.balance_fen * 6 // 1000}.00", 1))
        sales = [visits.drug_sale(pharmacy, card, lines) for card in (person, waiting)]
        replies = [one.reply for one in desk.host.decide(*(desk.host.arrival(pharmacy.request(s), s) for s in sales))]
        assert replies[0].approved == both
        paid = sum(decode_output(reply).amounts.acct_pay_fen for reply in replies if reply.approved)
        assert paid <= person.balance_fen
        assert desk.host.person(person.psn_no).balance_fen == person.balance_fen - paid
    assert not desk.host.broken_laws()


@pytest.mark.rule("RA34")
def test_generation_3_replaces_generation_2_once_both_zones_are_on(desk: Any, of: Any, visits: Any, drugs: Any) -> None:
    person, pharmacy = of(JINAN, card_generation=2), desk.teller(JINAN)
    waiting = reissued(desk, person, reason="UPGRADE", generation=3)
    told = desk.done(EnableCard, person)
    assert (told.card_issue, told.card_pending) == (1, 2)
    assert pharmacy.ask(visits.drug_sale(pharmacy, person, drugs)).approved
    desk.done(ActivateBank, person, channel="BANK", bank_code="CCB")
    assert desk.host.person(person.psn_no).card_generation == 3
    assert pharmacy.ask(visits.query(person)).refusal == codes.CARD_SUPERSEDED.code
    assert pharmacy.ask(visits.query(waiting)).approved


@pytest.mark.rule("RF02")
def test_an_e_card_comes_with_the_card_and_there_is_one(desk: Any, of: Any) -> None:
    person = of(JINAN)
    for _ in range(2):
        desk.done(ReissueCard, desk.host.person(person.psn_no))
    ecards = [row for row in desk.host.store._rows.values() if isinstance(row, Ecard)]
    assert [(row.issuing_city, row.insured_city) for row in ecards] == [(JINAN, JINAN)]


@pytest.mark.rule("RA02")
def test_of_all_the_cards_of_a_person_one_is_good(desk: Any, of: Any, visits: Any) -> None:
    person, hospital = of(JINAN), desk.teller(JINAN, "H")
    cards = [person]
    for step in ("INSTANT", "WAITING", "ENABLE", "CANCEL", "INSTANT"):
        now = desk.host.person(person.psn_no)
        if step == "ENABLE":
            desk.done(EnableCard, now)
        elif step == "CANCEL":
            desk.done(CancelCard, now, reason="OTHER")
        else:
            told = desk.done(ReissueCard, now, mode=step)
            cards.append(msgspec.structs.replace(person, card_id=bytes.fromhex(told.card_sn)))
        good = [card for card in cards if hospital.ask(visits.registration(card)).approved]
        assert len(good) == (0 if step == "CANCEL" else 1), step


def test_a_card_that_waits_tells_so_when_its_status_is_asked_for(desk: Any, of: Any) -> None:
    person = of(JINAN)
    waiting = reissued(desk, person)
    assert desk.done(QueryCard, person, card_sn=card_sn(waiting)).card_status == "ISSUED_UNENABLED"


@pytest.mark.rule("RA33")
def test_what_the_fund_pays_in_is_reached_by_the_new_card(desk: Any, of: Any, visits: Any, agency: Any) -> None:
    person = of(JINING)
    desk.done(ReissueCard, person, reason="UPGRADE")
    renewed = desk.host.person(person.psn_no)
    agency(JINING).told(Allot(person.psn_no, 202611, 12_300))
    pharmacy = desk.teller(JINING)
    assert pharmacy.told(visits.query(renewed)).insuinfo[0].balc_fen == person.balance_fen + 12_300
    assert not desk.host.broken_laws()
