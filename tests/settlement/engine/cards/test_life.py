"""Loss with its seven days, release, sealing and cancelling: what they do to the card, and what they leave alone."""

from typing import Any

import msgspec
import pytest

from settlement.engine.ledger.cards import CardEvent
from settlement.wire import codes, service_codes
from settlement.wire.messages import QuerySettlement, ReissueCard
from settlement.wire.services import (
    CancelCard,
    EnableCard,
    HandInCard,
    LoseCard,
    LoseCardFormally,
    ReleaseCard,
    SealCard,
)
from tests.settlement.engine.cards.conftest import JINAN, JINING, SICHUAN, WEIFANG, card_sn

SECOND_MS = 1000
DAY_MS = 24 * 3600 * SECOND_MS
WEEK_MS = 7 * DAY_MS


def events(host: Any) -> list[CardEvent]:
    return [row for row in host.store._rows.values() if isinstance(row, CardEvent)]


def by_identity(visits: Any, teller: Any, person: Any, drugs: Any) -> Any:
    return visits.drug_sale(teller, person, drugs, mdtrt_cert_type="02", mdtrt_cert_no=person.certno, card_sn="")


@pytest.mark.rule("RA16")
@pytest.mark.parametrize("channel", ["PHONE", "WEB", "APP"])
def test_a_card_is_lost_for_a_while_by_telephone_and_on_line(
    desk: Any, of: Any, visits: Any, drugs: Any, channel: str
) -> None:
    person, pharmacy = of(JINAN), desk.teller(JINAN)
    assert desk.done(LoseCard, person, channel=channel, card_sn="").card_status == "LOST_TEMP"
    for asked in (visits.query(person), visits.drug_sale(pharmacy, person, drugs)):
        assert pharmacy.ask(asked).refusal == service_codes.CARD_LOST.code


@pytest.mark.rule("RA17")
def test_a_temporary_loss_ends_after_seven_days_to_the_second_and_a_formal_one_never(
    desk: Any, of: Any, visits: Any
) -> None:
    first, second = of(SICHUAN), next(desk.host.people(SICHUAN, psn_type="12"))
    hospital = desk.teller(SICHUAN, "H")
    for person in (first, second):
        told = desk.done(LoseCard, person, channel="PHONE")
    assert told.until == "2026-11-30 12:00:00"
    desk.host.now_ms += 6 * DAY_MS
    desk.done(LoseCardFormally, second)
    desk.host.now_ms += DAY_MS - SECOND_MS
    assert hospital.ask(visits.query(first)).refusal == service_codes.CARD_LOST.code
    desk.host.now_ms += SECOND_MS
    assert hospital.ask(visits.query(first)).approved
    desk.host.now_ms += 100 * WEEK_MS
    assert hospital.ask(visits.query(second)).refusal == service_codes.CARD_LOST.code


@pytest.mark.rule("RA18")
def test_a_temporary_loss_is_released_before_and_the_seventh_day_changes_nothing(
    desk: Any, of: Any, visits: Any
) -> None:
    person, hospital = of(JINAN), desk.teller(JINAN, "H")
    desk.done(LoseCard, person, channel="PHONE")
    desk.host.now_ms += 2 * DAY_MS
    assert desk.done(ReleaseCard, person, channel="COUNTER").card_status == "NORMAL"
    assert hospital.ask(visits.query(person)).approved
    desk.host.now_ms += DAY_MS
    desk.done(LoseCard, person, channel="PHONE")
    desk.host.now_ms += 5 * DAY_MS
    assert hospital.ask(visits.query(person)).refusal == service_codes.CARD_LOST.code


def test_a_temporary_loss_is_not_begun_anew_while_it_lasts(desk: Any, of: Any) -> None:
    person = of(JINAN)
    desk.done(LoseCard, person, channel="PHONE")
    desk.host.now_ms += 6 * DAY_MS
    assert desk.refused(LoseCard, person, channel="PHONE") == service_codes.CARD_LOST.code
    desk.host.now_ms += DAY_MS
    assert desk.done(LoseCard, person).card_status == "LOST_TEMP"


@pytest.mark.rule("RA19")
@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        ("ISSUED_UNENABLED", service_codes.CARD_NOT_ENABLED),
        ("CANCELLED", service_codes.CARD_CANCELLED),
        ("ALLOCATED", service_codes.NO_CARD_HERE),
        ("NONE", service_codes.NO_CARD_HERE),
    ],
)
def test_only_a_card_that_is_in_use_can_be_lost(desk: Any, of: Any, status: str, refusal: Any) -> None:
    person = desk.holds(of(JINAN), card_status=status)
    assert desk.refused(LoseCard, person) == refusal.code


@pytest.mark.rule("RA20")
def test_residents_and_employees_alike_report_a_loss(desk: Any, of: Any, resident: Any) -> None:
    for person in (of(JINAN), resident):
        assert desk.done(LoseCard, person).card_status == "LOST_TEMP"


@pytest.mark.rule("RA21")
def test_a_lost_card_tells_nobody_anything(desk: Any, of: Any, visits: Any) -> None:
    person = of(JINAN)
    desk.done(LoseCard, person)
    for terminal in (desk.teller(JINAN), desk.teller(JINAN, "H")):
        refused = terminal.ask(visits.query(person))
        assert bytes(refused.output) == b"\xc0"
        for told in (person.psn_name, person.certno, person.psn_no, str(person.balance_fen), person.bank_card_no):
            assert told not in refused.err_msg


@pytest.mark.rule("RA22")
def test_a_formal_loss_is_reported_in_person_with_the_identity_document_and_then_replaced(desk: Any, of: Any) -> None:
    person = of(SICHUAN)
    for channel in ("PHONE", "WEB", "APP"):
        assert desk.refused(LoseCardFormally, person, channel=channel) == service_codes.CHANNEL_NOT_ALLOWED.code
    assert desk.refused(LoseCardFormally, person, certno="") == service_codes.EVIDENCE_MISSING.code
    assert desk.done(LoseCardFormally, person).card_status == "LOST_FORMAL"
    assert desk.done(ReissueCard, person, lost=True, card_sn="").card_issue == 2


@pytest.mark.rule("RA23")
def test_a_lost_card_is_released_until_a_new_one_is_applied_for(desk: Any, of: Any) -> None:
    person = of(WEIFANG)
    desk.done(LoseCardFormally, person)
    assert desk.done(ReleaseCard, person).card_status == "NORMAL"
    desk.done(LoseCardFormally, person)
    desk.done(ReissueCard, person, lost=True, card_sn="")
    assert desk.refused(ReleaseCard, person) == service_codes.REISSUE_IN_PROGRESS.code


@pytest.mark.rule("RA13")
def test_a_sealed_card_is_enabled_again_for_its_social_zone_alone(desk: Any, of: Any, visits: Any, drugs: Any) -> None:
    person, pharmacy = of(WEIFANG), desk.teller(WEIFANG)
    desk.done(SealCard, person)
    assert pharmacy.ask(visits.drug_sale(pharmacy, person, drugs)).refusal == service_codes.CARD_SEALED.code
    account = desk.host.account(person.psn_no)
    assert desk.done(EnableCard, person, channel="PORTAL").card_status == "NORMAL"
    assert pharmacy.ask(visits.query(person)).approved
    assert desk.host.account(person.psn_no) == account


@pytest.mark.rule("RA26")
@pytest.mark.parametrize("reason", ["DEATH", "EMIGRATION", "MISSING"])
def test_a_cancelled_cards_reason_is_kept_and_a_death_ends_every_credential(
    desk: Any, of: Any, visits: Any, drugs: Any, reason: str
) -> None:
    person, pharmacy = of(SICHUAN), desk.teller(SICHUAN)
    before = {kind: pharmacy.token(kind, person) for kind in ("01", "91")}
    desk.done(CancelCard, person, reason=reason)
    assert [(event.service, event.reason) for event in events(desk.host)] == [("cancel", reason)]
    assert pharmacy.ask(visits.query(person)).refusal == service_codes.CARD_CANCELLED.code
    identity = pharmacy.ask(visits.query(person, mdtrt_cert_type="02", mdtrt_cert_no=person.certno, card_sn=""))
    assert identity.approved == (reason != "DEATH")
    for kind, token in before.items():
        shown = visits.query(person, mdtrt_cert_type=kind, mdtrt_cert_no=token, card_sn="")
        assert pharmacy.ask(shown).approved == (reason != "DEATH")
        assert pharmacy.ask(pharmacy.asks_token(kind, person, "000000")).approved == (reason != "DEATH")


@pytest.mark.rule("RC22")
def test_the_account_outlives_the_card(desk: Any, of: Any, visits: Any, drugs: Any) -> None:
    person, pharmacy = of(JINAN), desk.teller(JINAN)
    desk.done(CancelCard, person, reason="OTHER")
    assert pharmacy.told(by_identity(visits, pharmacy, person, drugs)).amounts.acct_pay_fen > 0
    left = desk.host.person(person.psn_no).balance_fen
    assert 0 < left < person.balance_fen
    desk.done(ReissueCard, person)
    renewed = desk.host.person(person.psn_no)
    assert pharmacy.told(visits.query(renewed)).insuinfo[0].balc_fen == renewed.balance_fen == left
    assert not desk.host.broken_laws()


@pytest.mark.rule("RA43")
def test_history_is_found_by_the_person_whatever_the_cards_number(desk: Any, of: Any, visits: Any, drugs: Any) -> None:
    person, pharmacy = of(JINAN), desk.teller(JINAN)
    settled = pharmacy.told(visits.drug_sale(pharmacy, person, drugs))
    desk.done(ReissueCard, person)
    renewed = desk.host.person(person.psn_no)
    assert card_sn(renewed) != card_sn(person)
    assert pharmacy.told(QuerySettlement(person.psn_no, settled.setl_id, "")).amounts == settled.amounts


@pytest.mark.rule("RA45")
def test_a_card_that_was_picked_up_is_told_and_nothing_changes(desk: Any, of: Any, visits: Any, drugs: Any) -> None:
    person, pharmacy = of(JINAN), desk.teller(JINAN)
    before = desk.host.person(person.psn_no)
    told = desk.done(HandInCard, person, applicant="FINDER", certno="", at=WEIFANG)
    assert told.card_status == "NORMAL"
    assert desk.host.person(person.psn_no) == before
    assert [event.service for event in events(desk.host)] == ["hand-in"]
    assert pharmacy.ask(visits.drug_sale(pharmacy, person, drugs)).approved


def test_a_service_is_done_once_under_one_msgid(desk: Any, of: Any) -> None:
    person, msgid = of(JINAN), desk.teller(JINAN).next_msgid()
    assert desk.ask(LoseCard, person, msgid=msgid) == desk.ask(LoseCard, person, msgid=msgid)
    assert len(events(desk.host)) == 1
    other = desk.ask(LoseCard, person, msgid=msgid, channel="PHONE")
    assert other.refusal == codes.DUP_MSGID_MISMATCH.code


def test_the_first_service_of_somebody_opens_their_account_in_the_books(desk: Any, of: Any) -> None:
    desk.done(LoseCard, of(JINING))
    assert not desk.host.broken_laws()
    assert msgspec.structs.asdict(events(desk.host)[0])["card_status"] == "LOST_TEMP"
