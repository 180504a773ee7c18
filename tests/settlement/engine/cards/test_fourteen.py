"""The fourteen services of an outlet of Jinan (RI01): each is asked once at a bank's or the city's own, and is done."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from settlement.engine.ledger.making import CollectedData
from settlement.engine.ledger.state import Person
from settlement.wire import service_codes
from settlement.wire.envelope import decode_output
from settlement.wire.making import ApplyByTable, ApplyForCard, MakeInstantly, QueryProgress, TryRemoteUse
from settlement.wire.messages import ReissueCard
from settlement.wire.service_catalogue import SERVICES
from settlement.wire.services import (
    CancelCard,
    ChangePassword,
    ChangePhone,
    EnableCard,
    EnableForeignCard,
    LoseCard,
    QueryCard,
    ReleaseCard,
    ResetPassword,
)
from tests.settlement.engine.cards.conftest import JINAN, WEIFANG

BANK: Final = {"channel": "BANK"}
COLUMNS: Final = "psn_no,certno,psn_name,psn_cert_type,phone,address"
NEW: Final = "135790"
REACHED: Final = {"phone": "13800000000", "address": "a street"}
WHITE_PHOTO: Final = (Path(__file__).parents[3] / "vectors" / "photos" / "white.jpg").read_bytes()


def card_after(desk: Any, person: Person) -> tuple[str, int]:
    """How the card stands, and which it is."""
    stored = desk.row(JINAN, person.psn_no)
    return stored.card_status, stored.card_issue


def lose(desk: Any, person: Person) -> bool:
    desk.done(LoseCard, person, **BANK)
    return card_after(desk, person) == ("LOST_TEMP", 1)


def release(desk: Any, person: Person) -> bool:
    desk.holds(person, card_status="LOST_TEMP", card_status_ms=desk.host.now_ms)
    desk.done(ReleaseCard, person, **BANK)
    return card_after(desk, person) == ("NORMAL", 1)


def enable(desk: Any, person: Person) -> bool:
    desk.holds(person, card_status="ISSUED_UNENABLED")
    desk.done(EnableCard, person, **BANK)
    return card_after(desk, person) == ("NORMAL", 1)


def cancel(desk: Any, person: Person) -> bool:
    desk.done(CancelCard, person, reason="OTHER", **BANK)
    return card_after(desk, person) == ("CANCELLED", 1)


def applied(desk: Any, person: Person, **how: Any) -> None:
    desk.holds(person, card_status="CANCELLED")
    own = {"psn_name": person.psn_name, "bank_code": "CCB", "card_sn": "", "photo": WHITE_PHOTO, **REACHED}
    desk.done(ApplyForCard, person, **own, **how)


def make(desk: Any, person: Person) -> bool:
    applied(desk, person, mode="INSTANT")
    desk.done(MakeInstantly, person, card_sn="", **BANK)
    return card_after(desk, person) == ("NORMAL", 2)


def reissue(desk: Any, person: Person) -> bool:
    desk.done(ReissueCard, person, **BANK)
    return card_after(desk, person) == ("NORMAL", 2)


def change_password(desk: Any, person: Person) -> bool:
    outlet = desk.teller(JINAN)
    old, new = outlet.pin_block(person, "000000"), outlet.pin_block(person, NEW)
    desk.done(ChangePassword, person, pin_block=old, new_pin_block=new, **BANK)
    check: bytes = desk.host.world.key.password_check(person.psn_no, NEW)
    return bool(desk.row(JINAN, person.psn_no).password_check == check)


def reset_password(desk: Any, person: Person) -> bool:
    desk.holds(person, password_tries_left=0)
    desk.done(ResetPassword, person, **BANK)
    return bool(desk.row(JINAN, person.psn_no).password_tries_left == 6)


def progress(desk: Any, person: Person) -> bool:
    applied(desk, person)
    told = desk.done(QueryProgress, person, card_sn="", **BANK)
    return bool((told.state, told.steps[0].step) == ("OPEN", "PHOTO"))


def status(desk: Any, person: Person) -> bool:
    desk.holds(person, card_status="LOST_FORMAL")
    return bool(desk.done(QueryCard, person, **BANK).card_status == "LOST_FORMAL")


def enable_foreign(desk: Any, person: Person) -> bool:
    """Somebody with a card of Weifang, who is insured in Jinan now."""
    mover = next(desk.host.people(WEIFANG, insutype="310", psn_type="11"))
    desk.holds(mover)
    here = desk.holds(mover, city=JINAN, card_status="NONE", balance_fen=0, issuing_city="")
    desk.done(EnableForeignCard, here, **BANK)
    stored = desk.row(JINAN, mover.psn_no)
    return (stored.card_status, stored.issuing_city, stored.card_id) == ("NORMAL", WEIFANG, mover.card_id)


def change_phone(desk: Any, person: Person) -> bool:
    desk.done(ChangePhone, person, phone="13800000000", **BANK)
    stored = desk.host.store._rows[CollectedData, (JINAN, person.psn_no)]
    return bool(stored.phone == "13800000000")


def unit_batch(desk: Any, person: Person) -> bool:
    desk.holds(person, card_status="CANCELLED")
    row = f"{person.psn_no},{person.certno},{person.psn_name},01,13800000000,a street"
    table = f"{COLUMNS}\r\n{row}".encode()
    reply = desk.teller(JINAN).ask(ApplyByTable(unit_no="U1", bank_code="CCB", channel="COUNTER", table=table))
    return bool(reply.approved and decode_output(reply).taken == 1)


def remote_use_test(desk: Any, person: Person) -> bool:
    """A card whose PIN still is the first one would not pay in another city."""
    usual = {"mdtrtarea_admvs": "379900", **BANK}
    good = desk.done(TryRemoteUse, person, **usual)
    unchanged = desk.done(TryRemoteUse, person, pin_changed=False, **usual)
    return bool(not good.refusal and unchanged.refusal)


FOURTEEN: Final[Mapping[str, Callable[[Any, Person], bool]]] = {
    "lose": lose,
    "release": release,
    "enable": enable,
    "cancel": cancel,
    "instant-make": make,
    "reissue": reissue,
    "change-password": change_password,
    "reset-password": reset_password,
    "progress": progress,
    "status": status,
    "enable-foreign": enable_foreign,
    "change-phone": change_phone,
    "apply-by-table": unit_batch,
    "remote-use-test": remote_use_test,
}


@pytest.mark.rule("RI01")
@pytest.mark.parametrize("service", FOURTEEN)
def test_an_outlet_of_jinan_does_each_of_the_fourteen_services(desk: Any, of: Any, service: str) -> None:
    assert len(FOURTEEN) == 14
    assert FOURTEEN[service](desk, of(JINAN, card_generation=2)), "the service has its effect"
    assert not desk.host.broken_laws()


@pytest.mark.rule("RI01")
@pytest.mark.parametrize("service", FOURTEEN)
def test_each_of_the_fourteen_refuses_a_channel_that_does_not_do_it(host: Any, pharmacy: Any, service: str) -> None:
    """A pharmacy's terminal changes passwords and does nothing else of them: its own channel is a contract as well."""
    offer = host.world.cities["370100"].services[service]
    assert ("PHARMACY" in offer.at) is (service == "change-password")
    fields = {field.name: "x" for field in msgspec.structs.fields(SERVICES[service]) if field.required}
    special = {"table": b"x", "mdtrtarea_admvs": "379900", "phone": "1380000", "channel": "PHARMACY"}
    fields |= {name: special[name] for name in special if name in fields or name == "channel"}
    body = SERVICES[service](**fields)
    refused = pharmacy.ask(body).refusal
    assert (refused == service_codes.CHANNEL_NOT_ALLOWED.code) is (service != "change-password")
