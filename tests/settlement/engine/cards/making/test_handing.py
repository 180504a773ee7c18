"""From the bank to the holder's hands, and a card that is made while one waits."""

from typing import Any

import pytest

from settlement.engine.cards.making.pipeline import HAND_OUT
from settlement.engine.rules.calendar import china_day
from settlement.wire import making_codes, service_codes
from settlement.wire.making import CollectCard, HandOutCard, MakeInstantly, ReportMismatch

OUR_UNIT, NEW_UNIT = "U1", "U2"


def made_for_a_unit(office: Any, person: Any) -> None:
    office.apply(person, unit_no=OUR_UNIT, applicant="UNIT", channel="UNIT")
    office.until_ready(person)
    to_a_working_day(office)


def to_a_working_day(office: Any) -> None:
    calendar = office.host.world.calendar("370100")
    while not calendar.works(china_day(office.host.now_ms)):
        office.wait(1)


def collected_by(office: Any, person: Any, unit_no: str) -> Any:
    return office.ask(CollectCard, person, channel="BANK", applicant="UNIT", unit_no=unit_no)


@pytest.mark.rule("RJ10")
def test_the_unit_that_applied_collects_also_for_somebody_who_has_left_it(office: Any, cardless: Any) -> None:
    made_for_a_unit(office, cardless)
    refused = collected_by(office, cardless, NEW_UNIT)
    assert refused.refusal == making_codes.OTHER_UNIT.code
    assert OUR_UNIT in refused.err_msg
    assert collected_by(office, cardless, OUR_UNIT).approved
    assert office.row(cardless).collected_ms == office.host.now_ms


@pytest.mark.rule("RH16")
def test_a_collected_card_is_handed_out_within_ten_days_or_the_unit_is_reminded(office: Any, cardless: Any) -> None:
    made_for_a_unit(office, cardless)
    assert collected_by(office, cardless, OUR_UNIT).approved
    office.wait(10)
    assert office.progress(cardless).alert == ""
    office.wait(1)
    shown = office.progress(cardless)
    assert (shown.alert, shown.ask) == (HAND_OUT, "unit")
    card = office.told(HandOutCard, cardless, channel="UNIT", applicant="UNIT", unit_no=OUR_UNIT)
    assert card.card_status == "ISSUED_UNENABLED"
    assert office.progress(cardless).alert == ""


def test_a_card_that_nobody_collected_is_not_handed_out(office: Any, cardless: Any) -> None:
    made_for_a_unit(office, cardless)
    refused = office.ask(HandOutCard, cardless, channel="UNIT", applicant="UNIT", unit_no=OUR_UNIT)
    assert refused.refusal == making_codes.NOT_READY.code


def test_a_card_on_its_way_is_not_collected(office: Any, cardless: Any) -> None:
    office.apply(cardless)
    office.until(cardless, "SENT")
    to_a_working_day(office)
    assert office.collect(cardless, channel="BANK").refusal == making_codes.NOT_READY.code


def test_whoever_applied_in_person_has_the_card_on_collecting_it(office: Any, cardless: Any) -> None:
    office.apply(cardless)
    office.until_ready(cardless)
    to_a_working_day(office)
    card = office.told(CollectCard, cardless, channel="BANK")
    person = office.person(cardless)
    assert (person.card_issue, person.card_status) == (cardless.card_issue + 1, "ISSUED_UNENABLED")
    assert card.card_sn == person.card_id.hex().upper() != cardless.card_id.hex().upper()
    assert person.balance_fen == cardless.balance_fen
    assert office.row(cardless).state == "ISSUED"
    assert not office.host.broken_laws()


def test_somebody_who_never_had_a_card_gets_the_first_one(office: Any, worker: Any) -> None:
    office.put(worker, card_status="NONE")
    office.apply(worker, mode="INSTANT")
    assert office.told(MakeInstantly, worker, channel="BANK").card_issue == 1


@pytest.mark.rule("RJ05")
def test_an_instant_card_is_in_its_holders_hands_the_same_hour_with_both_zones_on(office: Any, cardless: Any) -> None:
    office.apply(cardless, mode="INSTANT", bank_code="ICBC")
    office.host.now_ms += 60_000
    card = office.told(MakeInstantly, cardless, channel="BANK")
    assert (card.card_status, card.bank_status) == ("NORMAL", "ACTIVE")
    assert office.host.account(cardless.psn_no).bank_code == "ICBC"
    assert not office.host.broken_laws()


@pytest.mark.rule("RJ05")
def test_nothing_is_made_at_the_counter_for_whom_a_batch_makes_a_card(office: Any, cardless: Any) -> None:
    assert office.ask(MakeInstantly, cardless, channel="BANK").refusal == making_codes.NO_APPLICATION.code
    office.apply(cardless)
    assert office.ask(MakeInstantly, cardless, channel="BANK").refusal == making_codes.APPLICATION_PENDING.code


def test_who_needs_a_card_before_the_new_one_is_collected_takes_an_instant_one(office: Any, worker: Any) -> None:
    office.put(worker, card_status="LOST_FORMAL")
    office.apply(worker, unit_no=OUR_UNIT)
    assert office.person(worker).card_status == "LOST_FORMAL"
    assert office.refused(worker, mode="INSTANT") == making_codes.APPLICATION_PENDING.code
    assert office.withdraw(worker).approved
    office.apply(worker, mode="INSTANT")
    assert office.told(MakeInstantly, worker, channel="BANK").card_status == "NORMAL"


@pytest.mark.rule("RA44")
@pytest.mark.parametrize(("status", "fee_fen"), [("LOST_FORMAL", 3000), ("CANCELLED", 0)])
def test_a_card_made_at_once_in_the_place_of_a_lost_one_costs_what_a_lost_one_costs(
    office_in: Any, host: Any, status: str, fee_fen: int
) -> None:
    office = office_in("370800")
    person = office.put(next(host.people("370800", insutype="310")), card_status=status)
    office.apply(person, mode="INSTANT", channel="BANK")
    office.told(MakeInstantly, person, channel="BANK")
    fees = [one for one in host.store._transfers.values() if one.cause.startswith("CARD_FEE")]
    assert sum(one.amount_fen for one in fees) == fee_fen
    assert not host.broken_laws()


@pytest.mark.rule("RH20")
@pytest.mark.parametrize("field", ["certno", "psn_name", "photo"])
def test_a_card_whose_print_is_anothers_dies_and_another_is_made(office: Any, worker: Any, field: str) -> None:
    office.collect_data(worker, photo=office.application(worker)["photo"], phone="13", address="a street")
    shown = office.told(ReportMismatch, worker, field=field, bank_code="CCB")
    assert office.person(worker).card_status == "ALLOCATED"
    assert shown.cause == ("无照片" if field == "photo" else "")
    if field == "photo":
        office.collect_data(worker, photo=office.application(worker)["photo"])
    office.until_ready(worker)
    to_a_working_day(office)
    assert office.told(CollectCard, worker, channel="BANK").card_issue == worker.card_issue + 1


def test_a_card_that_is_not_in_use_has_no_print_to_complain_of(office: Any, cardless: Any) -> None:
    refused = office.ask(ReportMismatch, cardless, field="photo", bank_code="CCB")
    assert refused.refusal == service_codes.STATE_FORBIDS.code
