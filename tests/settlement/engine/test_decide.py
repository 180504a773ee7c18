from typing import Any

import msgspec
import pytest

from settlement.engine.arrival import Door, Password
from settlement.engine.ledger.state import Message
from settlement.wire import codes
from settlement.wire.messages import QuerySettlement, RevokeDrugSale, SignIn, SignOut
from settlement.wire.names import institution_code
from settlement.wire.refusal import Refusal


def test_a_terminal_that_has_not_signed_in_is_told_to(teller: Any, visits: Any, worker: Any) -> None:
    stranger = teller(institution_code("P", "370100", 2))
    assert stranger.ask(visits.query(worker)).refusal == codes.SIGN_IN_REQUIRED.code


def test_a_new_sign_in_replaces_the_session(host: Any, pharmacy: Any, visits: Any, worker: Any) -> None:
    old = pharmacy.sign_no
    host.now_ms += 1
    pharmacy.sign_in()
    pharmacy.sign_no = old
    assert pharmacy.ask(visits.query(worker)).refusal == codes.SIGN_IN_REQUIRED.code


def test_a_captured_9001_does_not_open_a_session(host: Any, pharmacy: Any) -> None:
    request = pharmacy.request(SignIn("thief"))
    [decision] = host.decide(host.arrival(request, SignIn("thief")))
    assert decision.reply.refusal == codes.REPLAYED_COUNTER.code


def test_a_clock_of_the_far_future_signs_nobody_in(host: Any, pharmacy: Any) -> None:
    """It would be the terminal's last 9001: no later one could be later."""
    early = msgspec.structs.replace(pharmacy.request(SignIn("x")), counter=host.now_ms + 31 * 60 * 1000)
    [decision] = host.decide(host.arrival(early, SignIn("x")))
    assert decision.reply.refusal == codes.CLOCK_SKEW.code
    host.now_ms += 1
    assert pharmacy.sign_in().sign_no


def test_a_captured_frame_is_refused_and_posts_nothing(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    sale = visits.drug_sale(pharmacy, worker, drugs)
    assert pharmacy.ask(sale).approved
    balance = host.person(worker.psn_no).balance_fen
    [decision] = host.decide(host.arrival(pharmacy.last, sale))
    assert decision.reply.refusal == codes.REPLAYED_COUNTER.code
    assert host.person(worker.psn_no).balance_fen == balance


def test_a_repeated_msgid_is_answered_byte_for_byte_and_posts_nothing(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    sale = visits.drug_sale(pharmacy, worker, drugs)
    msgid = pharmacy.next_msgid()
    first = host.decide(host.arrival(pharmacy.request(sale, msgid=msgid), sale))[0]
    host.now_ms += 5_000
    again = host.decide(host.arrival(pharmacy.request(sale, msgid=msgid), sale))[0]
    assert again.reply_bytes == first.reply_bytes
    assert again.replayed
    assert not again.transfers
    assert host.store.audit_now().ledger["2102"].settled == 1


def test_a_repeat_under_a_new_session_is_answered_although_its_pin_block_differs(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    msgid = pharmacy.next_msgid()
    first = pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs), msgid=msgid)
    host.now_ms += 1
    pharmacy.sign_in()
    assert pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs), msgid=msgid) == first


def test_a_msgid_used_for_other_content_is_refused_and_posts_nothing(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    msgid = pharmacy.next_msgid()
    pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs), msgid=msgid)
    other = visits.drug_sale(pharmacy, worker, drugs[:1])
    assert pharmacy.ask(other, msgid=msgid).refusal == codes.DUP_MSGID_MISMATCH.code
    assert host.store.audit_now().ledger["2102"].settled == 1


def test_a_refusal_of_a_changing_message_is_kept_too(pharmacy: Any, visits: Any, worker: Any, drugs: Any) -> None:
    msgid = pharmacy.next_msgid()
    wrong = visits.drug_sale(pharmacy, worker, drugs, pin_block=pharmacy.pin_block(worker, "999999"))
    first = pharmacy.ask(wrong, msgid=msgid)
    assert first.refusal == codes.PIN_WRONG.code
    assert pharmacy.ask(wrong, msgid=msgid) == first


def test_two_copies_of_one_msgid_in_one_batch_post_once(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    sale = visits.drug_sale(pharmacy, worker, drugs)
    msgid = pharmacy.next_msgid()
    copies = [host.arrival(pharmacy.request(sale, msgid=msgid), sale) for _ in range(100)]
    decisions = host.decide(*copies)
    assert len({decision.reply_bytes for decision in decisions}) == 1
    assert [decision.replayed for decision in decisions] == [False] + [True] * 99
    assert not host.broken_laws()


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("mdtrtarea_admvs", "999999", codes.SIGN_IN_REQUIRED),
        ("insuplc_admdvs", "999999", codes.UNKNOWN_CITY),
        ("fixmedins_code", "P37010099999", codes.SIGN_IN_REQUIRED),
    ],
)
def test_an_unknown_place_is_refused(
    host: Any, pharmacy: Any, visits: Any, worker: Any, field: str, value: str, refusal: Refusal
) -> None:
    body = visits.query(worker)
    request = msgspec.structs.replace(pharmacy.request(body), **{field: value})
    assert host.decide(host.arrival(request, body))[0].reply.refusal == refusal.code


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("P99999900001", codes.UNKNOWN_CITY),
        ("P37010099999", codes.UNKNOWN_INSTITUTION),
        ("X37010000001", codes.UNKNOWN_INSTITUTION),
    ],
)
def test_nobody_signs_in_for_an_unknown_institution(teller: Any, code: str, refusal: Refusal) -> None:
    assert teller(code).ask(SignIn("x")).refusal == refusal.code


def test_nobody_signs_in_at_an_unknown_terminal(teller: Any) -> None:
    stranger = teller(institution_code("P", "370100", 1))
    stranger.dev_no = "P3701000000100"
    assert stranger.ask(SignIn("x")).refusal == codes.UNKNOWN_TERMINAL.code


def test_the_http_door_needs_no_counter_and_no_pin_pad(teller: Any, visits: Any, worker: Any, drugs: Any) -> None:
    counter = teller(institution_code("P", "370100", 1), Door.HTTP).sign_in()
    assert counter.ask(visits.drug_sale(counter, worker, drugs)).approved


def test_the_http_door_too_must_sign_in_first(teller: Any, visits: Any, worker: Any) -> None:
    counter = teller(institution_code("P", "370100", 1), Door.HTTP)
    assert counter.ask(visits.query(worker)).refusal == codes.SIGN_IN_REQUIRED.code


def test_a_question_is_not_kept(host: Any, pharmacy: Any, visits: Any, worker: Any) -> None:
    pharmacy.ask(visits.query(worker))
    key = (Message, ("370100", pharmacy.code, pharmacy.last.msgid))
    assert host.store.load_now((key,)).get(Message, *key[1]) is None


def test_every_decision_names_its_operator(host: Any, pharmacy: Any, visits: Any, worker: Any) -> None:
    body = visits.query(worker)
    assert host.decide(host.arrival(pharmacy.request(body), body))[0].opter_no == "tester"


def test_a_decision_says_what_became_of_the_password(
    host: Any, pharmacy: Any, hospital: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    def became(teller: Any, body: Any) -> Password:
        password = host.decide(host.arrival(teller.request(body), body))[0].password
        assert isinstance(password, Password)
        return password

    sale = visits.drug_sale(pharmacy, worker, drugs)
    wrong = visits.drug_sale(pharmacy, worker, drugs, pin_block=pharmacy.pin_block(worker, "111111"))
    assert became(pharmacy, visits.query(worker)) is Password.NOT_ASKED
    assert became(pharmacy, sale) is Password.RIGHT
    assert [became(pharmacy, wrong) for _ in range(7)] == [*[Password.WRONG] * 6, Password.LOCKED]
    assert became(hospital, visits.outpatient(hospital, worker, drugs)) is Password.NOT_ASKED


def test_a_password_sent_where_none_is_asked_is_neither_right_nor_wrong(
    host: Any, hospital: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    sale = msgspec.structs.replace(visits.outpatient(hospital, worker, drugs), pin_block=bytes(16))
    [decision] = host.decide(host.arrival(hospital.request(sale), sale))
    assert (decision.reply.approved, decision.password) == (True, Password.NOT_ASKED)


def test_a_repeat_is_no_try(host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any) -> None:
    sale, msgid = visits.drug_sale(pharmacy, worker, drugs), pharmacy.next_msgid()
    arrivals = [host.arrival(pharmacy.request(sale, msgid=msgid), sale) for _ in range(2)]
    assert [decision.password for decision in host.decide(*arrivals)] == [Password.RIGHT, Password.NOT_ASKED]


def test_a_refusal_carries_a_reference_for_support(pharmacy: Any) -> None:
    reply = pharmacy.ask(RevokeDrugSale("none", "none", "none"))
    assert reply.inf_refmsgid.startswith("370100202611")
    assert len(reply.inf_refmsgid) == 30


def test_a_settlement_is_found_by_the_msgid_that_asked_for_it(
    pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))
    found = pharmacy.told(QuerySettlement(worker.psn_no, "", "", settled.medins_setl_id))
    assert msgspec.structs.replace(found, treatment=None) == settled
    assert found.treatment.fixmedins_code == pharmacy.code


def test_another_institution_does_not_see_a_settlement(
    teller: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))
    other = teller(institution_code("P", "370100", 2)).sign_in()
    asked = QuerySettlement(worker.psn_no, settled.setl_id, settled.mdtrt_id)
    assert other.ask(asked).refusal == codes.NOT_OWNER.code


def test_who_has_signed_out_must_sign_in_again(host: Any, pharmacy: Any, visits: Any, worker: Any) -> None:
    session = pharmacy.sign_no
    assert pharmacy.ask(SignOut("another", "teller")).refusal == codes.SIGN_IN_REQUIRED.code
    assert pharmacy.ask(SignOut(session, "tester")).approved
    assert pharmacy.ask(visits.query(worker)).refusal == codes.SIGN_IN_REQUIRED.code
    pharmacy.sign_no = ""
    assert pharmacy.ask(visits.query(worker)).refusal == codes.SIGN_IN_REQUIRED.code
    host.now_ms += 1
    pharmacy.sign_in()
    assert pharmacy.ask(visits.query(worker)).approved


def test_at_the_http_door_too_a_session_that_was_ended_is_none(teller: Any, visits: Any, worker: Any) -> None:
    desk = teller(institution_code("P", "370100", 1), Door.HTTP).sign_in()
    session, desk.sign_no = desk.sign_no, ""
    assert desk.ask(visits.query(worker)).approved
    assert desk.ask(SignOut(session, "tester")).approved
    assert desk.ask(visits.query(worker)).refusal == codes.SIGN_IN_REQUIRED.code
