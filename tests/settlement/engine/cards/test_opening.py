"""What a service point does on which day, and for whom a visiting clerk stands."""

from typing import Any

import msgspec
import pytest

from settlement.engine.ledger.cards import CardEvent
from settlement.engine.ledger.state import BankAccount
from settlement.stores.store import Changes
from settlement.wire import codes, making_codes, service_codes
from settlement.wire.bank_services import ActivateBank
from settlement.wire.making import CollectData, QueryProgress
from settlement.wire.messages import ReissueCard
from settlement.wire.names import institution_code
from settlement.wire.services import EnableCard, LoseCardFormally, ResetPassword

DAY_MS = 86_400_000
FRIDAY_2026_11_20 = 1_795_147_200_000
SATURDAY_2026_11_21 = FRIDAY_2026_11_20 + DAY_MS
NATIONAL_DAY_2026 = 1_790_827_200_000
MADE_UP_SATURDAY_2026_10_10 = NATIONAL_DAY_2026 + 9 * DAY_MS
JINAN, WEIFANG, JINING = "370100", "370700", "370800"


def shown(person: Any, channel: str, **fields: Any) -> dict[str, Any]:
    usual = {"psn_no": person.psn_no, "certno": person.certno, "channel": channel}
    return {**usual, "card_sn": person.card_id.hex().upper(), **fields}


def reissue(person: Any, channel: str) -> ReissueCard:
    return ReissueCard(person.psn_no, person.certno, person.psn_name, lost=True, channel=channel, reason="LOST")


@pytest.fixture
def at(host: Any, teller: Any) -> Any:
    """Asks at an outlet of a city at a moment."""

    signed_in: dict[str, Any] = {}

    def ask(now_ms: int, body: Any, city: str = JINAN, insured: str = "") -> Any:
        host.now_ms = now_ms
        if city not in signed_in:
            signed_in[city] = teller(institution_code("P", city, 1)).sign_in()
        return signed_in[city].ask(body, insured=insured)

    return ask


@pytest.mark.rule("RE10")
@pytest.mark.parametrize(
    ("now_ms", "done"),
    [
        (FRIDAY_2026_11_20, True),
        (SATURDAY_2026_11_21, False),
        (NATIONAL_DAY_2026, False),
        (MADE_UP_SATURDAY_2026_10_10, True),
    ],
)
@pytest.mark.parametrize("channel", ["HALL", "BANK"])
def test_bank_work_rests_on_weekends_and_holidays(
    at: Any, worker: Any, now_ms: int, done: object, channel: str
) -> None:
    for body in (reissue(worker, channel), LoseCardFormally(**shown(worker, channel))):
        reply = at(now_ms, body)
        assert (reply.refusal != making_codes.CLOSED_TODAY.code) is done


@pytest.mark.rule("RE10")
def test_on_a_saturday_a_reissue_is_refused_and_a_reset_of_the_password_is_not(at: Any, worker: Any) -> None:
    assert at(SATURDAY_2026_11_21, reissue(worker, "HALL")).refusal == making_codes.CLOSED_TODAY.code
    assert at(SATURDAY_2026_11_21 + 60_000, ResetPassword(**shown(worker, "HALL"))).approved


WEEKEND_SERVICES = {
    "reset-password": ResetPassword,
    "progress": QueryProgress,
    "collect-data": CollectData,
}


@pytest.mark.rule("RE11")
@pytest.mark.parametrize("service", WEEKEND_SERVICES)
@pytest.mark.parametrize(("now_ms", "opened"), [(SATURDAY_2026_11_21, True), (NATIONAL_DAY_2026, False)])
def test_weekend_windows_reset_passwords_tell_progress_and_collect_data(
    at: Any, worker: Any, service: str, now_ms: int, opened: object
) -> None:
    reply = at(now_ms, WEEKEND_SERVICES[service](**shown(worker, "COUNTER")))
    assert (reply.refusal != making_codes.CLOSED_TODAY.code) is opened


@pytest.mark.rule("RE11")
@pytest.mark.parametrize("channel", ["COUNTER", "HALL", "BANK"])
def test_the_matrix_of_jinans_weekend(host: Any, channel: str) -> None:
    opening = host.world.outlets[JINAN].opening[channel]
    assert {"reset-password", "change-password", "progress"} <= opening.weekend
    assert not {"reissue", "lose-formally", "cancel", "apply", "instant-make"} & opening.weekend


def test_other_channels_and_other_cities_are_open_every_day(at: Any, host: Any, worker: Any) -> None:
    assert at(NATIONAL_DAY_2026, EnableCard(**shown(worker, "APP"))).refusal != making_codes.CLOSED_TODAY.code
    other = next(host.people(JINING))
    reply = at(SATURDAY_2026_11_21, LoseCardFormally(**shown(other, "COUNTER")), JINING)
    assert reply.approved, reply.err_msg


@pytest.mark.rule("RJ03")
def test_a_clerk_at_somebodys_home_does_what_the_counter_does(at: Any, host: Any, worker: Any) -> None:
    results = []
    for number, channel in enumerate(("COUNTER", "HOME")):
        body = LoseCardFormally(**shown(worker, channel))
        host.put(worker)
        reply = at(FRIDAY_2026_11_20 + number * 60_000, body)
        assert reply.approved, reply.err_msg
        results.append(host.person(worker.psn_no).card_status)
    assert results == ["LOST_FORMAL", "LOST_FORMAL"]
    channels = [row.channel for (table, _), row in host.store._rows.items() if table is CardEvent]
    assert channels == ["COUNTER", "HOME"]


@pytest.mark.rule("RJ03")
def test_what_the_counter_does_not_do_is_not_done_at_home(at: Any, worker: Any) -> None:
    replies = [at(FRIDAY_2026_11_20 + n * 60_000, reissue(worker, how)) for n, how in enumerate(("COUNTER", "HOME"))]
    assert {reply.refusal for reply in replies} == {service_codes.CHANNEL_NOT_ALLOWED.code}


def put_account(host: Any, person: Any, **facts: Any) -> None:
    """Let the bank keep the account so; its first balance comes with the first message."""
    host.store.save_now(Changes((msgspec.structs.replace(host.account(person.psn_no), **facts),), ()))


@pytest.mark.rule("RB19")
@pytest.mark.parametrize("channel", ["BANK", "MOBILE_POS"])
def test_a_mobile_pos_at_home_activates_the_bank_zone_as_the_branch_does(
    at: Any, host: Any, worker: Any, channel: str
) -> None:
    put_account(host, worker, status="UNACTIVATED")
    body = ActivateBank(**shown(worker, channel), bank_code=host.world.cities[JINAN].bank.code)
    assert at(FRIDAY_2026_11_20, body).approved
    assert host.account(worker.psn_no).status == "ACTIVE"


@pytest.mark.rule("RJ04")
@pytest.mark.parametrize("bank_code", ["CCB", "ICBC"])
def test_a_bank_window_does_both_zones_as_two_commits_and_the_first_stays(
    at: Any, host: Any, worker: Any, bank_code: str
) -> None:
    host.put(msgspec.structs.replace(worker, card_status="ISSUED_UNENABLED"))
    put_account(host, worker, status="UNACTIVATED", bank_code="CCB")
    first = at(FRIDAY_2026_11_20, EnableCard(**shown(worker, "BANK")))
    second = at(FRIDAY_2026_11_20 + 1_000, ActivateBank(**shown(worker, "BANK"), bank_code=bank_code))
    assert first.approved
    assert second.approved is (bank_code == "CCB")
    account = next(row for (table, _), row in host.store._rows.items() if table is BankAccount)
    assert (host.person(worker.psn_no).card_status, account.status) == (
        "NORMAL",
        "ACTIVE" if second.approved else "UNACTIVATED",
    )


@pytest.mark.rule("RD13")
def test_jinan_reissues_for_its_own_city_alone(at: Any, host: Any, worker: Any) -> None:
    refused = at(FRIDAY_2026_11_20, reissue(worker, "BANK"), WEIFANG, insured=JINAN)
    assert refused.refusal == service_codes.WRONG_PLACE.code


@pytest.mark.rule("RD14")
@pytest.mark.parametrize("channel", ["APP", "PORTAL"])
def test_weifang_reissues_on_line_from_anywhere_and_jinan_does_not(at: Any, host: Any, channel: str) -> None:
    person = next(host.people(WEIFANG))
    reply = at(FRIDAY_2026_11_20, reissue(person, channel), JINAN, insured=WEIFANG)
    assert reply.approved, reply.err_msg
    jinans = at(FRIDAY_2026_11_20 + 1_000, reissue(next(host.people(JINAN)), channel), WEIFANG, insured=JINAN)
    assert jinans.refusal in {service_codes.CHANNEL_NOT_ALLOWED.code, service_codes.WRONG_PLACE.code}


OTHERS = {
    "E2006": "bank",  # the bank zone of an expired card
    "E2012": "insurance",  # which credentials are taken
    "E2059": "insurance",  # which terminals there are (RJ25)
    "E2091": "insurance",
    "E2092": "insurance",
    "E2093": "insurance",
    "E2094": "insurance",  # tokens of the 医保电子凭证
    "E3008": "HRSS",  # the card's generation
    "E3009": "HRSS",  # the e-card
    "E3020": "HRSS",  # the batch that enables cards
}
"""Whose business it is where the range of a code says another's."""


@pytest.mark.rule("RI09")
@pytest.mark.parametrize("code", codes.REFUSALS)
def test_each_refusal_has_one_owner_who_can_cure_it(code: str) -> None:
    """E2: HRSS keeps cards in order; E3: insurance; E4: the bank; a wrong message is the institution's everywhere."""
    by_range = {"E2": "HRSS", "E4": "bank"}.get(code[:2], "insurance")
    owner = str(codes.REFUSALS[code].owner)
    assert owner == OTHERS.get(code, by_range) or (owner == "institution" and code not in OTHERS)


@pytest.mark.rule("RI09", "RJ25")
def test_what_a_terminal_cannot_read_is_not_the_card_offices_business() -> None:
    assert making_codes.TERMINAL_WITHOUT_GENERATION.owner == "insurance"
    assert service_codes.CARD_NOT_ENABLED.owner == "HRSS"
