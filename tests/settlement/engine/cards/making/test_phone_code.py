"""Cancelling by the code that a telephone received."""

import re
from typing import Any

import pytest

from settlement.batch import Judge, drive_now, judge_of, settle_batch
from settlement.engine.ledger.making import CollectedData, PhoneCode
from settlement.engine.ledger.state import Message
from settlement.stores.store import Changes
from settlement.wire import codes, making_codes
from settlement.wire.envelope import decode_output, encode
from settlement.wire.making import CancelByCode, ReadPhone, SendCode

PHONE = "13800005678"


def code_sent(office: Any, person: Any) -> str:
    office.host.store.save_now(Changes((CollectedData(person.city, person.psn_no, b"", PHONE, "a street", 1),), ()))
    office.told(SendCode, person, channel="WEB")
    return received(office, person)


def received(office: Any, person: Any) -> str:
    """The code that stands on the person's telephone, which the tester may look at."""
    reply = office.operate(person, ReadPhone(person.psn_no))
    assert reply.approved, reply.err_msg
    found = re.search(r"码 ([0-9]{6}),", decode_output(reply).sms)
    assert found
    return found[1]


def cancelled(office: Any, person: Any, code: str, **how: Any) -> Any:
    return office.ask(CancelByCode, person, channel="WEB", code=code, **how)


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.rule("RI05")
def test_the_right_code_cancels_the_card(office: Any, worker: Any) -> None:
    assert cancelled(office, worker, code_sent(office, worker)).approved
    assert office.person(worker).card_status == "CANCELLED"


@pytest.mark.rule("RI05")
def test_a_wrong_code_cancels_nothing_and_the_third_is_the_last(office: Any, worker: Any) -> None:
    code = code_sent(office, worker)
    for left in (2, 1, 0):
        refused = cancelled(office, worker, other(code))
        assert refused.refusal == making_codes.CODE_WRONG.code
        assert f"{left} tries left" in refused.err_msg
    assert cancelled(office, worker, code).refusal == making_codes.CODE_EXPIRED.code
    assert office.person(worker).card_status == "NORMAL"


@pytest.mark.rule("RI05")
def test_a_code_is_good_for_five_minutes(office: Any, worker: Any) -> None:
    code = code_sent(office, worker)
    office.host.now_ms += 300_001
    assert cancelled(office, worker, code).refusal == making_codes.CODE_EXPIRED.code
    assert office.person(worker).card_status == "NORMAL"
    code = code_sent(office, worker)
    office.host.now_ms += 300_000
    assert cancelled(office, worker, code).approved


@pytest.mark.rule("RI05")
def test_a_wrong_or_late_code_cancels_nothing_and_the_right_one_cancels_once(office: Any, worker: Any) -> None:
    late = code_sent(office, worker)
    office.host.now_ms += 300_001
    assert cancelled(office, worker, late).refusal == making_codes.CODE_EXPIRED.code
    code = code_sent(office, worker)
    assert cancelled(office, worker, other(code)).refusal == making_codes.CODE_WRONG.code
    assert office.person(worker).card_status == "NORMAL"
    assert cancelled(office, worker, code).approved
    once = office.person(worker)
    assert cancelled(office, worker, code).approved
    assert office.person(worker) == once
    assert once.card_status == "CANCELLED"


@pytest.mark.rule("RI05", "RJ16")
def test_a_code_that_is_sent_in_twice_cancels_once(office: Any, worker: Any) -> None:
    code = code_sent(office, worker)
    first = cancelled(office, worker, code)
    rows = dict(office.host.store._rows)
    again = cancelled(office, worker, code)
    assert again.approved
    assert again.output == first.output
    changed = {table for (table, key), row in office.host.store._rows.items() if rows.get((table, key)) != row}
    assert not changed & {type(worker), PhoneCode}


def test_a_newer_code_makes_the_older_worthless(office: Any, worker: Any) -> None:
    old, new = code_sent(office, worker), code_sent(office, worker)
    assert cancelled(office, worker, old).refusal == making_codes.CODE_WRONG.code
    assert cancelled(office, worker, new).approved


def test_a_used_code_does_not_cancel_the_next_card(office: Any, worker: Any) -> None:
    code = code_sent(office, worker)
    assert cancelled(office, worker, code).approved
    office.put(office.person(worker), card_status="NORMAL")
    assert cancelled(office, worker, code).refusal == making_codes.CODE_EXPIRED.code


def test_without_a_code_nothing_is_cancelled(office: Any, worker: Any) -> None:
    assert cancelled(office, worker, "000000").refusal == making_codes.CODE_EXPIRED.code


def test_the_code_goes_to_the_telephone_and_neither_to_the_asker_nor_into_the_ledger(office: Any, worker: Any) -> None:
    code = code_sent(office, worker)
    told = office.told(SendCode, worker, channel="WEB")
    assert told.phone == "*******5678"
    assert received(office, worker) not in str(told)
    kept = [row for (table, _), row in office.host.store._rows.items() if table in (PhoneCode, Message)]
    assert all(text.encode() not in encode(row) for row in kept for text in (code, received(office, worker)))


def test_without_a_telephone_no_code_is_sent(office: Any, worker: Any) -> None:
    assert office.ask(SendCode, worker, channel="WEB").refusal == making_codes.NO_PHONE.code
    assert office.operate(worker, ReadPhone(worker.psn_no)).refusal == making_codes.CODE_EXPIRED.code


def test_a_newer_code_gives_no_try_back_on_the_same_day(office: Any, worker: Any) -> None:
    for left in (2, 1, 0):
        refused = cancelled(office, worker, other(code_sent(office, worker)))
        assert f"{left} tries left" in refused.err_msg
    assert office.ask(SendCode, worker, channel="WEB").refusal == making_codes.CODES_SPENT.code
    office.wait(1)
    assert cancelled(office, worker, code_sent(office, worker)).approved


def test_a_telephone_receives_five_codes_a_day(office: Any, worker: Any) -> None:
    for _ in range(5):
        code_sent(office, worker)
    assert office.ask(SendCode, worker, channel="WEB").refusal == making_codes.CODES_SPENT.code
    office.wait(1)
    assert office.ask(SendCode, worker, channel="WEB").approved


@pytest.mark.rule("RJ16")
def test_a_page_that_failed_is_sent_again_under_the_same_msgid_and_cancels_once(office: Any, worker: Any) -> None:
    """A bug of ours is answered E9000, which decides nothing; the client sends the same request again."""
    code, msgid = code_sent(office, worker), office.teller.next_msgid()
    body = CancelByCode(psn_no=worker.psn_no, certno=worker.certno, channel="WEB", code=code)
    online = office.teller.outlet(body)
    arrival = office.host.arrival(online.request(body, msgid=msgid), body)
    [failed] = drive_now(settle_batch([arrival], failing(office.host.world)), office.host.store, lambda _: None)
    assert failed.reply.refusal == codes.UNKNOWN_ERROR.code
    assert office.person(worker).card_status == "NORMAL"
    first = office.teller.ask(body, msgid=msgid)
    assert first.approved
    assert office.teller.ask(body, msgid=msgid) == first
    assert office.person(worker).card_status == "CANCELLED"


def failing(world: Any) -> Judge:
    """The engine's judgement with a bug in it."""

    def fails(*_: object) -> Any:
        raise ArithmeticError

    return judge_of(world)._replace(decide=fails)
