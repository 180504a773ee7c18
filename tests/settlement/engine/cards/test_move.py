"""A card goes with its holder: enabled in another city of the province, transferred, and one card a province."""

import itertools
from pathlib import Path
from typing import Any

import msgspec
import pytest

from settlement.engine.ledger.state import Person
from settlement.wire import codes, making_codes, service_codes
from settlement.wire.making import ApplyForCard, MakeInstantly
from settlement.wire.messages import ReissueCard
from settlement.wire.services import CancelCard, EnableCard, EnableForeignCard, LoseCard, TransferHome
from tests.settlement.engine.cards.conftest import JINAN, JINING, PHOTO, SICHUAN, WEIFANG

WHITE_PHOTO = (Path(__file__).parents[3] / "vectors" / "photos" / "white.jpg").read_bytes()
NO_CARD = {
    "card_status": "NONE",
    "card_number": "",
    "card_id": b"",
    "card_issue": 0,
    "bank_card_no": "",
    "balance_fen": 0,
}


def newly_insured(desk: Any, person: Any, city: str = JINAN, **facts: Any) -> Person:
    """The person as a city insures them now, with no card of it."""
    return desk.holds(person, city=city, **(NO_CARD | facts))


def settled_with(desk: Any, visits: Any, person: Any, drugs: Any, **how: Any) -> Any:
    pharmacy = desk.teller(person.city)
    return pharmacy.ask(visits.drug_sale(pharmacy, person, drugs, **how))


@pytest.mark.rule("RD05")
def test_a_card_of_another_city_becomes_the_card_here_and_keeps_who_issued_it(
    desk: Any, of: Any, visits: Any, drugs: Any
) -> None:
    mover = of(WEIFANG)
    here = newly_insured(desk, mover)
    told = desk.done(EnableForeignCard, here)
    assert (told.card_status, told.insuplc_admdvs, told.issuing_admdvs) == ("NORMAL", JINAN, WEIFANG)
    here = desk.row(JINAN, mover.psn_no)
    assert (here.card_id, here.issuing_city) == (mover.card_id, WEIFANG)
    assert settled_with(desk, visits, here, drugs, acct_used_flag="0").approved
    assert settled_with(desk, visits, mover, drugs).refusal == service_codes.NO_CARD_HERE.code


@pytest.mark.rule("RD06")
def test_who_does_not_pay_in_has_no_foreign_card_enabled(desk: Any, of: Any) -> None:
    mover = of(WEIFANG)
    paused = newly_insured(desk, mover, psn_insu_stas="2")
    assert desk.refused(EnableForeignCard, paused) == service_codes.NOT_ENTITLED_HERE.code
    assert desk.done(EnableForeignCard, newly_insured(desk, mover)).card_status == "NORMAL"


@pytest.mark.rule("RD07")
def test_who_is_retired_has_no_foreign_card_enabled(desk: Any, of: Any) -> None:
    retired = newly_insured(desk, of(WEIFANG), psn_type="12")
    assert desk.refused(EnableForeignCard, retired) == service_codes.NOT_ENTITLED_HERE.code


@pytest.mark.rule("RD08")
def test_the_password_here_is_the_first_one_whatever_it_was_there(desk: Any, of: Any, visits: Any, drugs: Any) -> None:
    mover = of(WEIFANG)
    key = desk.host.world.key
    desk.holds(mover, password_check=key.password_check(mover.psn_no, "246801"))
    other = newly_insured(desk, mover, password_check=key.password_check(mover.psn_no, "246801"))
    desk.done(EnableForeignCard, other)
    here, pharmacy = desk.row(JINAN, mover.psn_no), desk.teller(JINAN)
    own = {"acct_used_flag": "0"}
    old = settled_with(desk, visits, here, drugs, pin_block=pharmacy.pin_block(here, "246801"), **own)
    assert old.refusal == codes.PIN_WRONG.code
    assert settled_with(desk, visits, here, drugs, pin_block=pharmacy.pin_block(here, "000000"), **own).approved


@pytest.mark.rule("RD09")
def test_two_causes_of_a_card_that_was_not_cancelled_are_told_apart(desk: Any, of: Any) -> None:
    mover = of(WEIFANG)
    making = desk.ask(EnableForeignCard, newly_insured(desk, mover, card_pending=1))
    desk.done(EnableForeignCard, newly_insured(desk, mover))
    enabled = desk.ask(EnableForeignCard, desk.row(JINAN, mover.psn_no))
    local = desk.ask(EnableForeignCard, of(JINAN))
    replies = making, enabled, local
    assert {reply.refusal for reply in replies} == {service_codes.ACTIVE_CARD_EXISTS.code}
    assert [reply.err_msg.partition(": ")[2] for reply in replies] == [
        "a card is being made here",
        "a card of 370700 is enabled here",
        "a card of this city",
    ]


@pytest.mark.rule("RD10")
def test_the_balance_stays_in_the_city_that_it_is_of(desk: Any, of: Any) -> None:
    mover = of(WEIFANG)
    desk.holds(mover)
    desk.done(EnableForeignCard, newly_insured(desk, mover))
    assert desk.row(JINAN, mover.psn_no).balance_fen == 0
    assert desk.row(WEIFANG, mover.psn_no).balance_fen == mover.balance_fen > 0


@pytest.mark.rule("RD11")
def test_who_goes_back_has_the_card_back_and_one_city_of_it(desk: Any, of: Any, visits: Any, drugs: Any) -> None:
    mover = of(WEIFANG)
    desk.done(EnableForeignCard, newly_insured(desk, mover))
    there = desk.row(WEIFANG, mover.psn_no)
    desk.done(TransferHome, msgspec.structs.replace(there, card_id=mover.card_id), from_admdvs=JINAN)
    statuses = {city: desk.row(city, mover.psn_no).card_status for city in (JINAN, WEIFANG)}
    assert statuses == {JINAN: "AWAY", WEIFANG: "NORMAL"}
    assert desk.row(WEIFANG, mover.psn_no).issuing_city == ""
    assert settled_with(desk, visits, desk.row(WEIFANG, mover.psn_no), drugs).approved


@pytest.mark.rule("RD12")
def test_a_foreign_card_is_replaced_where_it_was_issued_alone(desk: Any, of: Any) -> None:
    mover = of(WEIFANG)
    desk.done(EnableForeignCard, newly_insured(desk, mover))
    here = desk.row(JINAN, mover.psn_no)
    assert desk.refused(ReissueCard, here) == service_codes.WRONG_PLACE.code
    desk.done(TransferHome, msgspec.structs.replace(mover, card_status="AWAY"), from_admdvs=JINAN)
    assert desk.done(ReissueCard, desk.row(WEIFANG, mover.psn_no)).card_issue == 2


@pytest.mark.rule("RD17")
def test_a_visit_that_was_opened_goes_on_where_it_was_when_the_card_is_transferred(
    desk: Any, of: Any, visits: Any, drugs: Any
) -> None:
    assert desk.host.world.cities[SICHUAN].services["transfer-home"].where == "PROVINCE"
    person, hospital = of(WEIFANG), desk.teller(WEIFANG, "H")
    settlement = visits.outpatient(hospital, person, drugs)
    newly_insured(desk, person, JINING)
    shown = desk.row(JINING, person.psn_no)
    assert desk.refused(TransferHome, shown, from_admdvs=WEIFANG) == service_codes.EVIDENCE_MISSING.code
    desk.done(TransferHome, shown, from_admdvs=WEIFANG, card_sn=person.card_id.hex().upper())
    assert hospital.told(settlement).psn_no == person.psn_no
    assert desk.row(WEIFANG, person.psn_no).balance_fen < person.balance_fen
    assert hospital.ask(visits.registration(person)).refusal == service_codes.NO_CARD_HERE.code


LOST = {"lost": True, "card_sn": ""}
CANCELLED = {"card_status": "CANCELLED", "balance_fen": 0}


@pytest.mark.rule("RA01")
@pytest.mark.rule("RD18")
def test_a_card_in_use_stands_in_the_way_of_another_in_its_province_and_in_no_other(desk: Any, of: Any) -> None:
    jinan, chengdu = of(JINAN), of(SICHUAN)
    here, stranger = (desk.holds(one, city=WEIFANG, **CANCELLED) for one in (jinan, chengdu))
    blocked = desk.ask(ReissueCard, here, **LOST)
    assert blocked.refusal == service_codes.ACTIVE_CARD_EXISTS.code
    assert blocked.err_msg.endswith("a card is in use in 370100")
    assert desk.done(ReissueCard, stranger, **LOST).card_issue == 2
    desk.done(CancelCard, jinan, reason="SURPLUS")
    assert desk.done(ReissueCard, here, **LOST).card_issue == 2


@pytest.mark.rule("RA01")
def test_a_card_that_was_made_is_not_enabled_beside_another_of_the_province(desk: Any, of: Any) -> None:
    mover = of(WEIFANG)
    desk.done(EnableForeignCard, newly_insured(desk, mover))
    for facts in ({"card_status": "ISSUED_UNENABLED"}, {"card_status": "AWAY", "card_pending": 2}):
        waiting = desk.holds(desk.row(WEIFANG, mover.psn_no), **facts)
        assert desk.refused(EnableCard, waiting) == service_codes.ACTIVE_CARD_EXISTS.code
    assert desk.refused(ReissueCard, desk.holds(waiting, **CANCELLED, card_pending=0), **LOST) == (
        service_codes.ACTIVE_CARD_EXISTS.code
    )
    assert desk.row(JINAN, mover.psn_no).card_status == "NORMAL"


@pytest.mark.rule("RA01")
def test_a_card_that_was_applied_for_is_not_handed_over_beside_another_of_the_province(desk: Any, of: Any) -> None:
    person = of(JINAN)
    desk.done(CancelCard, person, reason="SURPLUS")
    applied = {"psn_name": person.psn_name, "bank_code": "CCB", "channel": "BANK", "mode": "INSTANT"}
    data = {"photo": PHOTO, "phone": "13", "address": "a street"}
    desk.done(ApplyForCard, person, **applied, **data)
    there = desk.holds(person, city=WEIFANG, balance_fen=0)
    assert desk.refused(MakeInstantly, person, channel="BANK") == service_codes.ACTIVE_CARD_EXISTS.code
    desk.holds(there, **CANCELLED)
    assert desk.done(MakeInstantly, person, channel="BANK").card_issue == 2


@pytest.mark.parametrize("move", [EnableForeignCard, TransferHome])
def test_a_card_goes_nowhere_while_the_next_one_is_made_where_it_is(desk: Any, of: Any, move: type) -> None:
    mover = of(WEIFANG)
    desk.done(ReissueCard, mover)
    here = newly_insured(desk, mover)
    how = {"from_admdvs": WEIFANG, "card_sn": mover.card_id.hex().upper()} if move is TransferHome else {}
    assert desk.refused(move, here, **how) == service_codes.REISSUE_IN_PROGRESS.code
    desk.done(EnableCard, mover)
    assert desk.row(JINAN, mover.psn_no).card_status == "NONE"


def test_a_lost_card_moves_nowhere(desk: Any, of: Any) -> None:
    mover = of(WEIFANG)
    desk.done(LoseCard, mover)
    assert desk.refused(EnableForeignCard, newly_insured(desk, mover)) == service_codes.CARD_LOST.code


def test_there_must_be_a_card_where_it_is_said_to_come_from(desk: Any, of: Any) -> None:
    mover = of(WEIFANG)
    shown = {"card_sn": mover.card_id.hex().upper()}
    here = newly_insured(desk, mover)
    assert desk.refused(TransferHome, here, from_admdvs=JINING, **shown) == service_codes.NO_CARD_HERE.code
    stranger = newly_insured(desk, of(SICHUAN))
    assert desk.refused(EnableForeignCard, stranger) == codes.CARD_UNKNOWN.code


@pytest.mark.rule("RJ23")
def test_a_card_of_the_province_is_enabled_here_or_cancelled_there_and_made_anew_here(desk: Any, of: Any) -> None:
    one, other = itertools.islice(desk.host.people(WEIFANG, psn_type="11"), 2)
    desk.done(EnableForeignCard, newly_insured(desk, one))
    assert desk.row(JINAN, one.psn_no).card_status == "NORMAL"
    here = newly_insured(desk, other)
    data = {"photo": WHITE_PHOTO, "phone": "13800000000", "address": "a street"}
    applied = {"psn_name": other.psn_name, "bank_code": "CCB", "card_sn": "", "mode": "INSTANT", "channel": "BANK"}
    assert desk.refused(ApplyForCard, here, **applied, **data) == making_codes.NOT_READY.code
    desk.done(CancelCard, other, reason="SURPLUS")
    assert desk.done(ApplyForCard, here, **applied, **data).state == "OPEN"
