"""Reissue: one good card a person, and everything else as it was."""

from typing import Any

import msgspec
import pytest

from cardsim.issuing.population import ISSUES_MAX
from settlement.engine.ledger.state import Message, Person, Terminal
from settlement.wire import codes, service_codes
from settlement.wire.envelope import decode_output
from settlement.wire.messages import ReissueCard
from settlement.wire.names import institution_code
from settlement.wire.refusal import Refusal

OF_THE_CARD = {"card_number", "card_id", "card_issue", "bank_card_no", "card_status_ms"}


SECOND_MS, DAY_MS = 1_000, 86_400_000


def asked_for(person: Any, **fields: Any) -> ReissueCard:
    """The person's card given back, unless it is lost or another."""
    named = {"psn_no": person.psn_no, "certno": person.certno, "psn_name": person.psn_name}
    given_back = "" if fields.get("lost") else card_sn(person)
    return ReissueCard(**{**named, "card_sn": given_back, **fields})


def card_sn(person: Any) -> str:
    return person.card_id.hex().upper()


def test_a_reissue_changes_the_card_and_nothing_else_of_the_person(host: Any, pharmacy: Any, worker: Any) -> None:
    issued = pharmacy.told(asked_for(worker))
    person = host.person(worker.psn_no)
    assert (issued.card_issue, issued.card_sn) == (2, person.card_id.hex().upper())
    assert person.card_id != worker.card_id
    for name in set(Person.__struct_fields__) - OF_THE_CARD:
        assert getattr(person, name) == getattr(worker, name)
    assert not host.broken_laws()


@pytest.mark.parametrize("door", ["1101", "2102", "2201"])
def test_the_old_card_is_refused_everywhere_and_the_new_one_taken(
    host: Any, pharmacy: Any, hospital: Any, visits: Any, worker: Any, drugs: Any, door: str
) -> None:
    pharmacy.told(asked_for(worker))
    ask = {
        "1101": lambda person: pharmacy.ask(visits.query(person)),
        "2102": lambda person: pharmacy.ask(visits.drug_sale(pharmacy, person, drugs)),
        "2201": lambda person: hospital.ask(visits.registration(person)),
    }[door]
    refused = ask(worker)
    assert refused.refusal == codes.CARD_SUPERSEDED.code
    assert codes.CARD_SUPERSEDED.zh in refused.err_msg
    assert codes.CARD_SUPERSEDED.en in refused.err_msg
    assert ask(host.person(worker.psn_no)).approved


def test_the_bank_refuses_the_old_card_and_counts_the_new_one_from_its_first_transaction(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any, debit_card: Any
) -> None:
    card.counter = 50
    pharmacy.told(visits.purchase(pharmacy, card, 100))
    pharmacy.told(asked_for(worker))
    assert pharmacy.ask(visits.purchase(pharmacy, card, 100)).refusal == codes.CARD_SUPERSEDED.code
    renewed = debit_card(host.person(worker.psn_no))
    pharmacy.told(visits.purchase(pharmacy, renewed, 100))
    assert (renewed.issue, host.account(worker.psn_no).counter) == (2, 1)
    assert host.account(worker.psn_no).balance_fen == 2_000_000 - 200
    assert not host.broken_laws()


def test_the_old_chips_cryptogram_does_not_pass_for_the_new_ones(
    pharmacy: Any, visits: Any, worker: Any, card: Any
) -> None:
    pharmacy.told(asked_for(worker))
    asked = visits.purchase(pharmacy, card, 100, card_sequence=2)
    assert pharmacy.ask(asked).refusal == codes.BANK_CRYPTOGRAM_WRONG.code


def test_a_repeated_reissue_makes_one_card(host: Any, pharmacy: Any, worker: Any) -> None:
    asked, msgid = asked_for(worker), pharmacy.next_msgid()
    assert pharmacy.ask(asked, msgid=msgid) == pharmacy.ask(asked, msgid=msgid)
    assert host.person(worker.psn_no).card_issue == 2


def test_a_card_is_given_back_once(host: Any, pharmacy: Any, hospital: Any, teller: Any, worker: Any) -> None:
    asked = asked_for(worker)
    pharmacy.told(asked)
    host.now_ms += SECOND_MS
    for again in (pharmacy, hospital, teller(pharmacy.code).sign_in("another")):
        again.ask(asked)
        assert host.person(worker.psn_no).card_issue == 2


def test_a_reissue_whose_reply_was_lost_is_finished_under_a_new_msgid(host: Any, pharmacy: Any, worker: Any) -> None:
    issued = pharmacy.told(asked_for(worker))
    stored = dict(host.store._rows)
    host.now_ms += DAY_MS
    assert pharmacy.told(asked_for(worker)) == issued
    assert host.person(worker.psn_no).card_issue == 2
    changed = {table for (table, key), row in host.store._rows.items() if stored.get((table, key)) != row}
    assert changed == {Terminal, Message}


def test_two_that_give_the_same_card_back_in_one_batch_get_one_card(host: Any, pharmacy: Any, worker: Any) -> None:
    asked = asked_for(worker)
    arrivals = [host.arrival(pharmacy.request(asked), asked) for _ in range(2)]
    told = [decode_output(decision.reply) for decision in host.decide(*arrivals)]
    assert [issued.card_issue for issued in told] == [2, 2]


def test_nobody_else_is_told_of_a_new_card_for_the_old_one(
    host: Any, pharmacy: Any, hospital: Any, teller: Any, worker: Any
) -> None:
    pharmacy.told(asked_for(worker))
    host.now_ms += SECOND_MS
    for other in (hospital, teller(pharmacy.code).sign_in("another")):
        assert other.ask(asked_for(worker)).refusal == codes.CARD_SUPERSEDED.code


def test_only_the_card_just_before_leads_to_the_current_one(host: Any, pharmacy: Any, worker: Any) -> None:
    for _ in range(2):
        pharmacy.told(asked_for(host.person(worker.psn_no)))
    assert pharmacy.ask(asked_for(worker)).refusal == codes.CARD_SUPERSEDED.code
    assert host.person(worker.psn_no).card_issue == 3


def test_a_lost_card_that_is_found_does_not_lead_to_the_one_issued_for_it(pharmacy: Any, worker: Any) -> None:
    pharmacy.told(asked_for(worker, lost=True))
    assert pharmacy.ask(asked_for(worker)).refusal == codes.CARD_SUPERSEDED.code


def test_a_card_is_lost_once_a_day(host: Any, pharmacy: Any, worker: Any) -> None:
    pharmacy.told(asked_for(worker, lost=True))
    assert pharmacy.ask(asked_for(worker, lost=True)).refusal == codes.REISSUE_REFUSED.code
    pharmacy.told(asked_for(host.person(worker.psn_no)))
    assert pharmacy.ask(asked_for(worker, lost=True)).refusal == codes.REISSUE_REFUSED.code
    host.now_ms += DAY_MS
    pharmacy.told(asked_for(worker, lost=True))
    assert host.person(worker.psn_no).card_issue == 4


@pytest.mark.parametrize("lost", [False, True])
def test_a_card_is_either_given_back_or_lost(host: Any, pharmacy: Any, worker: Any, lost: object) -> None:
    asked = asked_for(worker, lost=lost, card_sn=card_sn(worker) if lost else "")
    assert pharmacy.ask(asked).refusal == codes.REISSUE_REFUSED.code
    assert host.person(worker.psn_no).card_issue == 1


def test_a_card_that_shows_no_more_than_its_number_can_be_given_back(host: Any, pharmacy: Any, worker: Any) -> None:
    for _ in range(2):
        issued = pharmacy.told(ReissueCard("", "", "", card_sn(worker)))
        assert (issued.psn_no, issued.card_issue) == (worker.psn_no, 2)
    assert [row.psn_no for row in host.store._rows.values() if isinstance(row, Message)] == [worker.psn_no] * 2
    assert not host.broken_laws()


@pytest.mark.parametrize(
    "change",
    [
        {"card_sn": ""},
        {"card_sn": "", "lost": True},
        {"card_sn": "00" * 16},
        {"card_sn": "x" * 32},
        {"certno": "none"},
        {"psn_name": "none"},
    ],
)
def test_who_is_neither_named_whole_nor_shows_a_card_gets_none(
    host: Any, pharmacy: Any, worker: Any, change: dict[str, Any]
) -> None:
    asked = ReissueCard(**{"psn_no": "", "certno": "", "psn_name": "", "card_sn": card_sn(worker), **change})
    assert pharmacy.ask(asked).refusal == codes.NO_INSURED_PERSON.code
    assert host.person(worker.psn_no) == worker


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"psn_no": "none"}, codes.NO_INSURED_PERSON),
        ({"certno": "none"}, codes.NO_INSURED_PERSON),
        ({"psn_name": "none"}, codes.NO_INSURED_PERSON),
        ({"card_sn": "00"}, codes.CARD_UNKNOWN),
    ],
)
def test_nobody_gets_anothers_card(
    host: Any, pharmacy: Any, worker: Any, change: dict[str, Any], refusal: Refusal
) -> None:
    assert pharmacy.ask(asked_for(worker, **change)).refusal == refusal.code
    assert host.person(worker.psn_no) == worker


def test_a_card_is_reissued_in_its_own_city_only(teller: Any, guest: Any) -> None:
    outlet = teller(institution_code("P", "370100", 1)).sign_in()
    assert outlet.ask(asked_for(guest), insured=guest.city).refusal == service_codes.WRONG_PLACE.code


def test_a_locked_password_stays_locked(host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any) -> None:
    wrong = pharmacy.pin_block(worker, "111111")
    for _ in range(6):
        pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs, pin_block=wrong))
    pharmacy.told(asked_for(worker))
    sale = visits.drug_sale(pharmacy, host.person(worker.psn_no), drugs)
    assert pharmacy.ask(sale).refusal == codes.PIN_LOCKED.code


def test_there_is_an_end_to_cards(host: Any, pharmacy: Any, worker: Any) -> None:
    last = msgspec.structs.replace(worker, card_issue=ISSUES_MAX)
    host.store._rows[Person, worker.key] = last
    assert pharmacy.ask(asked_for(worker)).refusal == codes.REISSUE_REFUSED.code


def test_no_two_issues_of_a_card_are_alike(host: Any, worker: Any) -> None:
    cards = [host.world.register.card("370100", worker.psn_no, issue) for issue in range(1, ISSUES_MAX + 1)]
    assert len({card.card_id for card in cards}) == ISSUES_MAX
    assert cards[0].card_id == worker.card_id
