"""Looking a card up by identity number: one sentence outside, the cause at the counter."""

from typing import Any

import pytest

from settlement.engine.cards.making.lookup import NotFound
from settlement.wire import making_codes
from settlement.wire.envelope import decode_output
from settlement.wire.making import LookUpCard

NOBODYS = "110101190001010000"


def looked_up(office: Any, certno: str, channel: str = "WEB", **fields: Any) -> Any:
    return office.teller.ask(LookUpCard(certno=certno, channel=channel, **fields))


def said(office: Any, certno: str, channel: str, **fields: Any) -> str:
    reply = looked_up(office, certno, channel, **fields)
    assert reply.refusal == making_codes.NOT_FOUND.code
    return str(reply.err_msg)


FOUR = {
    "NONE": NotFound.NEVER_MADE,
    "ISSUED_UNENABLED": NotFound.NOT_ENABLED,
    "CANCELLED": NotFound.CANCELLED,
}


@pytest.mark.rule("RI04", "RJ13")
@pytest.mark.parametrize("channel", ["PHONE", "WEB", "APP", "PORTAL"])
def test_four_causes_have_one_sentence_outside(office: Any, worker: Any, channel: str) -> None:
    told = {said(office, NOBODYS, channel)}
    for status in FOUR:
        office.put(worker, card_status=status)
        told.add(said(office, worker.certno, channel))
    assert told == {making_codes.NOT_FOUND.text()}


@pytest.mark.rule("RI04")
@pytest.mark.parametrize(("status", "cause"), FOUR.items())
def test_the_clerk_at_the_counter_is_told_which_cause(office: Any, worker: Any, status: str, cause: str) -> None:
    office.put(worker, card_status=status)
    assert cause in said(office, worker.certno, "COUNTER")
    assert NotFound.WRONG_NUMBER in said(office, NOBODYS, "COUNTER")


@pytest.mark.rule("RJ12")
def test_a_unit_finds_nobody_who_has_a_card_here_or_elsewhere(office: Any, worker: Any) -> None:
    assert NotFound.CARD_HERE in said(office, worker.certno, "COUNTER", purpose="APPLICANT")
    office.put(worker, issuing_city="379900")
    assert NotFound.CARD_ELSEWHERE in said(office, worker.certno, "COUNTER", purpose="APPLICANT")
    office.put(worker, card_status="CANCELLED", issuing_city="")
    assert looked_up(office, worker.certno, purpose="APPLICANT").approved
    office.apply(worker)
    assert NotFound.CARD_HERE in said(office, worker.certno, "COUNTER", purpose="APPLICANT")


@pytest.mark.rule("RJ14")
def test_the_voice_line_does_not_know_who_is_no_paying_employee_here(office: Any, worker: Any, resident: Any) -> None:
    assert looked_up(office, worker.certno, "PHONE").approved
    assert said(office, resident.certno, "PHONE") == making_codes.NOT_FOUND.text()
    assert looked_up(office, resident.certno, "WEB").approved
    office.put(worker, psn_insu_stas="2")
    assert said(office, worker.certno, "PHONE") == making_codes.NOT_FOUND.text()


@pytest.mark.rule("RI03")
def test_every_channel_tells_the_same_of_a_card(office: Any, worker: Any) -> None:
    office.put(worker, card_status="LOST_TEMP", card_status_ms=office.host.now_ms)
    told = {decode_output(looked_up(office, worker.certno, channel)) for channel in ("PHONE", "WEB", "APP", "KIOSK")}
    assert [found.card_status for found in told] == ["LOST"]


@pytest.mark.rule("RI03")
def test_queries_among_a_batch_of_changes_see_the_last_one(office: Any, worker: Any) -> None:
    body = LookUpCard(certno=worker.certno, channel="WEB")
    arrivals = [office.host.arrival(office.teller.request(body), body) for _ in range(20)]
    told = {decode_output(decision.reply) for decision in office.host.decide(*arrivals)}
    assert len(told) == 1


@pytest.mark.rule("RI06")
@pytest.mark.parametrize(
    ("status", "shown"), [("NORMAL", "NORMAL"), ("LOST_TEMP", "LOST"), ("LOST_FORMAL", "LOST"), ("SEALED", "SEALED")]
)
def test_the_public_sees_a_status_in_the_citys_words(office: Any, worker: Any, status: str, shown: str) -> None:
    office.put(worker, card_status=status, card_status_ms=office.host.now_ms)
    assert decode_output(looked_up(office, worker.certno)).card_status == shown


@pytest.mark.rule("RJ24")
def test_whoever_went_over_to_the_provinces_scheme_is_sent_there(office: Any, worker: Any) -> None:
    refused = looked_up(office, worker.certno, insuplc_admdvs="370000")
    assert refused.refusal == making_codes.PROVINCE_DIRECT.code
    assert looked_up(office, worker.certno, insuplc_admdvs="370100").approved
