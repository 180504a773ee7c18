"""The card services at the signed door: by name, as JSON, once under one msgid."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from settlement.engine.ledger.books import opening
from settlement.engine.ledger.state import Message, Person
from settlement.gateways.entrance import FULL
from settlement.gateways.faults import Order
from settlement.gateways.http_server import LOST
from settlement.gateways.national import national_app
from settlement.gateways.services import BODY_MAX
from settlement.journal.files import read
from settlement.journal.writer import Journal
from settlement.stores.store import Changes
from settlement.wire import codes, service_codes
from settlement.wire.service_catalogue import CALLS
from settlement.wire.signature import sign_content


async def ask(desk: Any, name: str, fields: Any, query: str = "opter=clerk", **how: Any) -> Any:
    return await desk.serve(name, fields, query, **how)


@pytest.fixture
def loss(shoppers: list[Person]) -> dict[str, str]:
    person = shoppers[0]
    return {"psn_no": person.psn_no, "channel": "PHONE", "certno": person.certno}


def test_a_service_is_asked_for_by_its_name_and_answered_in_words(at_desk: Any, loss: dict[str, str]) -> None:
    async def test(desk: Any) -> None:
        answer = await ask(desk, "lose", loss)
        told = answer.json
        assert (answer.status, told["infcode"], told["output"]["card_status"]) == (200, 0, "LOST_TEMP")
        again = (await ask(desk, "lose", loss)).json
        assert (again["infcode"], again["refusal"], again["output"]) == (-1, service_codes.CARD_LOST.code, None)

    at_desk(test)


def test_a_repeat_of_a_msgid_is_told_the_same_and_another_message_under_it_is_refused(
    at_desk: Any, loss: dict[str, str]
) -> None:
    async def test(desk: Any) -> None:
        query = "opter=clerk&msgid=same"
        first, again = [(await ask(desk, "lose", loss, query)).json for _ in range(2)]
        assert again == first
        other = (await ask(desk, "lose", loss | {"applicant": "PROXY"}, query)).json
        assert other["refusal"] == codes.DUP_MSGID_MISMATCH.code

    at_desk(test)


def test_a_password_comes_as_digits_and_none_of_it_is_kept(at_desk: Any, shoppers: list[Person]) -> None:
    person = shoppers[0]
    change = {
        "psn_no": person.psn_no,
        "channel": "APP",
        "password": "000000",
        "new_password": "135790",
    }

    async def test(desk: Any) -> None:
        assert (await ask(desk, "change-password", change)).json["infcode"] == 0
        kept = [row for row in desk.store._rows.values() if isinstance(row, Message)]
        assert all(b"135790" not in row.reply for row in kept)
        same = await ask(desk, "change-password", change | {"password": "135790", "new_password": "135790"})
        assert same.json["refusal"] == service_codes.PASSWORD_UNUSABLE.code

    at_desk(test)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "psn_no"),
        ({"psn_no": "1"}, "channel"),
        ({"psn_no": "1", "channel": "PIGEON"}, "lose: channel: not in its code table"),
        ({"psn_no": "1", "channel": "PHONE", "color": "red"}, "color"),
        (b"no JSON", "JSON"),
    ],
)
def test_what_is_wrong_with_a_call_is_said_by_its_field(at_desk: Any, fields: Any, said: str) -> None:
    async def test(desk: Any) -> None:
        answer = await ask(desk, "lose", fields)
        assert answer.status == 400
        assert said in answer.json["message"]

    at_desk(test)


@pytest.mark.parametrize("query", ["", "opter=clerk&insuplc_admdvs=jinan", f"opter=clerk&msgid={'x' * 31}"])
def test_an_envelope_that_is_none_is_refused_before_the_engine(at_desk: Any, loss: dict[str, str], query: str) -> None:
    async def test(desk: Any) -> None:
        assert (await ask(desk, "lose", loss, query)).status == 400

    at_desk(test)


def test_nobody_is_served_without_a_session_a_signature_or_a_service(at_desk: Any, loss: dict[str, str]) -> None:
    async def test(desk: Any) -> None:
        stranger = (await ask(desk, "lose", loss, "opter=stranger")).json
        assert stranger["refusal"] == codes.SIGN_IN_REQUIRED.code
        unsigned = await desk.asked(desk.app, "POST", "/services/lose", body=msgspec.json.encode(loss))
        assert (unsigned.status, unsigned.json["code"]) == (401, 401)
        assert (await ask(desk, "fly", loss)).status == 404
        assert (await ask(desk, "lose", b"x" * (BODY_MAX + 1))).status == 413

    at_desk(test)


def test_a_service_that_is_lost_on_order_is_met_at_this_door_too_and_its_repeat_is_served(
    at_desk: Any, loss: dict[str, str]
) -> None:
    async def test(desk: Any) -> None:
        desk.faults.order(Order("0002", "lose-request"))
        desk.faults.order(Order("0002", "gateway-401", nth=2))
        assert [(await ask(desk, "lose", loss)).status for _ in range(3)] == [LOST, 401, 200]
        assert desk.faults.waiting == ()

    at_desk(test)


def test_both_doors_share_one_room(at_desk: Any, loss: dict[str, str], sale: dict[str, Any]) -> None:
    async def test(desk: Any) -> None:
        desk.app = national_app(desk.service, desk.keys, desk.clock, calls_max=1)
        inside = asyncio.create_task(desk.post(b"half", stalls=True))
        await asyncio.sleep(0)
        answer = await ask(desk, "lose", loss)
        assert (answer.status, answer.json) == (503, {"code": 503, "message": FULL})
        inside.cancel()
        await asyncio.wait([inside])

    at_desk(test)


def test_who_is_turned_away_stands_in_the_journal(at_desk: Any, tmp_path: Path) -> None:
    async def test(desk: Any) -> None:
        journal = Journal(tmp_path, b"k" * 16)
        desk.app = national_app(desk.service, desk.keys, desk.clock, journal=journal)
        assert (await desk.asked(desk.app, "POST", "/services/lose")).status == 401
        journal.close()

    at_desk(test)
    [kept] = read(tmp_path, 10)
    assert (kept.gateway, kept.verdict) == ("services", "turned away")


def test_the_catalogue_names_every_service_and_its_fields(at_desk: Any) -> None:
    async def test(desk: Any) -> None:
        told = (await desk.asked(desk.app, "GET", "/services")).json["services"]
        assert [row["name"] for row in told] == list(CALLS)
        cancel = next(row for row in told if row["name"] == "cancel")
        assert (cancel["infno"], cancel["required"]) == ("0007", ["psn_no", "channel", "reason"])

    at_desk(test)


def test_the_bank_zone_is_served_by_name_as_well(at_desk: Any, shoppers: list[Person]) -> None:
    async def test(desk: Any) -> None:
        holder = shoppers[0]
        said = {"psn_no": holder.psn_no, "channel": "PHONE", "certno": holder.certno, "bank_code": "CCB"}
        lost = (await ask(desk, "lose-bank", said)).json
        assert (lost["infcode"], lost["output"]["status"]) == (0, "LOST")
        card = {"card_sn": holder.card_id.hex().upper(), "channel": "BANK"}
        released = (await ask(desk, "release-bank", said | card)).json
        assert released["output"]["status"] == "ACTIVE"

    at_desk(test)


@pytest.mark.rule("RJ04")
def test_a_bank_window_opens_both_zones_and_the_first_stays_open_where_the_second_is_refused(
    at_desk: Any, shoppers: list[Person]
) -> None:
    person = msgspec.structs.replace(shoppers[0], card_status="ISSUED_UNENABLED")
    visit = {"psn_no": person.psn_no, "certno": person.certno, "channel": "PORTAL", "bank_code": "no bank"}

    async def test(desk: Any) -> None:
        desk.store.save_now(Changes((person,), opening(person, desk.now_ms)))
        answer = await ask(desk, "open-both-zones", visit, "opter=clerk&msgid=both")
        told = answer.json
        assert (answer.status, told["infcode"]) == (200, -1)
        assert told["parts"]["enable"]["output"]["card_status"] == "NORMAL"
        assert told["parts"]["activate-bank"]["infcode"] == -1
        assert told["parts"]["enable"]["msgid"] != told["parts"]["activate-bank"]["msgid"]
        assert (await ask(desk, "open-both-zones", visit, "opter=clerk&msgid=both")).json == told

    at_desk(test)


@pytest.mark.parametrize(("fields", "said"), [({"color": "red"}, "color"), (b"no JSON", "JSON"), ({}, "psn_no")])
def test_a_visit_that_is_malformed_is_told_in_words(at_desk: Any, fields: Any, said: str) -> None:
    async def test(desk: Any) -> None:
        answer = await ask(desk, "open-both-zones", fields)
        assert answer.status == 400
        assert said in answer.json["message"]

    at_desk(test)


def test_an_institution_speaks_for_its_own_channels_alone(at_desk: Any, loss: dict[str, str]) -> None:
    async def test(desk: Any) -> None:
        for claimed in ("APP", "BANK", "COUNTER", "KIOSK"):
            told = (await ask(desk, "reset-password", loss | {"channel": claimed}, at="P")).json
            assert (told["infcode"], told["refusal"]) == (-1, service_codes.CHANNEL_NOT_SPOKEN_FOR.code)
        assert (await ask(desk, "lose", loss, at="E")).json["refusal"] == service_codes.CHANNEL_NOT_SPOKEN_FOR.code
        assert (await ask(desk, "lose", loss, at="S")).json["infcode"] == 0

    at_desk(test)


def test_what_was_signed_with_one_request_lets_no_other_in(at_desk: Any, loss: dict[str, str]) -> None:
    """The headers of a question under another path or around another body, and without the second signature."""

    async def test(desk: Any) -> None:
        seen = sign_content("SKS", str(desk.now_ms), "/services/status?opter=clerk", msgspec.json.encode(loss))
        for name, fields, header in (("lose", loss, seen), ("status", loss | {"certno": ""}, seen), ("lose", loss, "")):
            assert (await ask(desk, name, fields, later_ms=0, _api_content_signature=header)).status == 401
        assert (await ask(desk, "status", loss, later_ms=0, _api_content_signature=seen)).status == 200

    at_desk(test)


def test_a_request_that_was_seen_and_is_sent_again_is_told_what_it_was_told(at_desk: Any, loss: dict[str, str]) -> None:
    async def test(desk: Any) -> None:
        first = (await ask(desk, "lose", loss)).json
        assert (await ask(desk, "lose", loss, later_ms=0)).json == first
        assert (await ask(desk, "lose", loss)).json["refusal"] == service_codes.CARD_LOST.code

    at_desk(test)


def test_a_token_is_the_apps_to_ask_for_and_its_holders_to_open(at_desk: Any, shoppers: list[Person]) -> None:
    person = shoppers[0]
    asked = {"mdtrt_cert_type": "01", "certno": person.certno, "psn_name": person.psn_name}

    async def test(desk: Any) -> None:
        refused = (await ask(desk, "issue-token", asked | {"password": "000000"}, at="P")).json
        assert refused["refusal"] == service_codes.CHANNEL_NOT_SPOKEN_FOR.code
        assert (await ask(desk, "issue-token", asked, at="E")).json["refusal"] == codes.PIN_REQUIRED.code
        wrong = (await ask(desk, "issue-token", asked | {"password": "111111"}, at="E")).json
        assert wrong["refusal"] == codes.PIN_WRONG.code
        told = (await ask(desk, "issue-token", asked | {"password": "000000"}, at="E")).json
        assert told["output"]["mdtrt_cert_no"]

    at_desk(test)


def test_a_deposit_is_asked_for_by_the_institution_itself_without_a_channel(at_desk: Any, shoppers: Any) -> None:
    paid = {"psn_no": shoppers[0].psn_no, "mdtrt_id": "3701000000000001", "amount_fen": 50_000}

    async def test(desk: Any) -> None:
        told = (await ask(desk, "deposit", paid, at="P")).json
        assert told["refusal"] == codes.VISIT_UNKNOWN.code
        assert "amount_fen" in (await ask(desk, "deposit", paid | {"amount_fen": "5.00"}, at="P")).json["message"]

    at_desk(test)
