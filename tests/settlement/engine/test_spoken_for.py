"""Who speaks for which channel: looked at before the desk, whatever the city offers."""

from typing import Any

import msgspec
import pytest

from settlement.engine.arrival import Door
from settlement.wire import codes, service_codes
from settlement.wire.card_service import Channel
from settlement.wire.credentials import IssueToken
from settlement.wire.family import UnbindFamily
from settlement.wire.messages import ReissueCard
from settlement.wire.names import institution_code
from settlement.wire.outlet_channels import CHANNELS
from settlement.wire.services import ChangePassword, LoseCard, QueryCard, ResetPassword

NOT_THEIRS = service_codes.CHANNEL_NOT_SPOKEN_FOR.code
EVERY = Channel.__args__  # type: ignore[attr-defined]  # a Literal's
MONDAY_2026_11_23 = 1_795_406_400_000


@pytest.fixture(autouse=True)
def monday(host: Any) -> None:
    host.now_ms = MONDAY_2026_11_23


@pytest.mark.parametrize("kind", CHANNELS)
@pytest.mark.parametrize("channel", EVERY)
def test_an_institution_speaks_for_its_own_channels_at_the_signed_door(
    teller: Any, worker: Any, kind: str, channel: str
) -> None:
    at = teller(institution_code(kind, "370100", 1), Door.HTTP).sign_in()
    refusal = at.ask_here(QueryCard(worker.psn_no, channel)).refusal  # type: ignore[arg-type]  # each is one
    assert (refusal == NOT_THEIRS) is (channel not in CHANNELS[kind])


def test_every_channel_is_somebodys() -> None:
    assert frozenset().union(*CHANNELS.values()) == set(EVERY)


@pytest.mark.parametrize("kind", ["P", "H"])
def test_nobody_resets_a_strangers_password_by_calling_himself_the_app(
    host: Any, teller: Any, worker: Any, kind: str
) -> None:
    host.put(msgspec.structs.replace(worker, password_tries_left=0))
    asked = ResetPassword(worker.psn_no, "APP", certno=worker.certno)
    for door in (Door.TERMINAL, Door.HTTP):
        at = teller(institution_code(kind, "370100", 1), door).sign_in()
        assert at.ask_here(asked, msgid=door.value).refusal == NOT_THEIRS
    assert host.person(worker.psn_no).password_tries_left == 0


def test_a_terminal_is_a_kiosk_and_the_software_of_its_institution_is_none(teller: Any, worker: Any) -> None:
    card_sn = worker.card_id.hex().upper()
    asked = ReissueCard(worker.psn_no, worker.certno, worker.psn_name, card_sn, channel="KIOSK")
    code = institution_code("P", "370100", 1)
    assert teller(code, Door.HTTP).sign_in().ask_here(asked, msgid="software").refusal == NOT_THEIRS
    assert teller(code).sign_in().ask_here(asked).approved


def test_a_pharmacy_changes_a_password_at_its_counter(pharmacy: Any, worker: Any) -> None:
    blocks = {"pin_block": pharmacy.pin_block(worker), "new_pin_block": pharmacy.pin_block(worker, "135790")}
    asked = ChangePassword(worker.psn_no, "PHARMACY", card_sn=worker.card_id.hex().upper(), **blocks)
    assert pharmacy.ask_here(asked).approved


def test_who_does_not_speak_for_a_channel_is_not_told_what_the_city_offers_there(teller: Any, worker: Any) -> None:
    at = teller(institution_code("H", "370100", 1)).sign_in()
    nobody = LoseCard("nobody", "WEB")
    assert at.ask_here(nobody).refusal == NOT_THEIRS


@pytest.mark.parametrize("kind", ["P", "H", "S", "B"])
def test_what_a_telephone_asks_comes_from_the_app(teller: Any, worker: Any, kind: str) -> None:
    at = teller(institution_code(kind, "370100", 1), Door.HTTP).sign_in()
    token = IssueToken("01", worker.certno, worker.psn_name, password="000000")
    for asked in (token, UnbindFamily(worker.psn_no, worker.psn_no)):
        assert at.ask_here(asked).refusal == NOT_THEIRS
    app = teller(institution_code("E", "370100", 1), Door.HTTP).sign_in()
    assert app.ask_here(token).approved


@pytest.mark.parametrize("kind", ["S", "B", "E"])
def test_an_outlet_treats_nobody(teller: Any, visits: Any, worker: Any, drugs: Any, kind: str) -> None:
    at = teller(institution_code(kind, "370100", 1)).sign_in()
    for asked in (visits.drug_sale(at, worker, drugs), visits.query(worker)):
        assert at.ask_here(asked).refusal == codes.UNKNOWN_INSTITUTION.code


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("S37010000001", True),
        ("S37010000078", True),
        ("S37010000079", False),
        ("S37010000000", False),
        ("B37080000001", True),
        ("B37080000002", False),
        ("E99999900001", False),
        ("A37010000001", False),
        ("S370100٠٠٠٠1", False),
    ],
)
def test_each_kind_of_outlet_has_as_many_as_its_city_says(host: Any, code: str, known: object) -> None:
    """Jinan has 78 (003 RI01), a city that says nothing one."""
    assert (host.world.directory.outlet(code) is not None) is known
    assert host.world.directory.institution(code) is None
