"""Reissue: one good card a person, and everything else as it was."""

from typing import Any

import msgspec
import pytest

from cardsim.issuing.population import ISSUES_MAX
from settlement.engine.state import Person
from settlement.wire import codes
from settlement.wire.messages import ReissueCard
from settlement.wire.names import institution_code

OF_THE_CARD = {"card_number", "card_id", "card_issue", "bank_card_no"}


def asked_for(person: Any, **fields: str) -> ReissueCard:
    return ReissueCard(**{"psn_no": person.psn_no, "certno": person.certno, "psn_name": person.psn_name, **fields})


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


def test_a_card_is_given_back_once(host: Any, pharmacy: Any, worker: Any) -> None:
    asked = asked_for(worker, card_sn=worker.card_id.hex().upper())
    pharmacy.told(asked)
    assert pharmacy.ask(asked).refusal == codes.CARD_SUPERSEDED.code
    assert host.person(worker.psn_no).card_issue == 2


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
    host: Any, pharmacy: Any, worker: Any, change: dict[str, str], refusal: codes.Refusal
) -> None:
    assert pharmacy.ask(asked_for(worker, **change)).refusal == refusal.code
    assert host.person(worker.psn_no) == worker


def test_a_card_is_reissued_in_its_own_city_only(teller: Any, guest: Any) -> None:
    outlet = teller(institution_code("P", "370100", 1)).sign_in()
    assert outlet.ask(asked_for(guest), insured=guest.city).refusal == codes.REISSUE_REFUSED.code


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
