"""The remote-use test: the verdict of a real remote sale, and nothing posted."""

from typing import Any

import msgspec
import pytest

from settlement.engine.ledger.state import Terminal
from settlement.wire import codes, making_codes, service_codes
from settlement.wire.making import TryRemoteUse
from settlement.wire.messages import Line, PresettleDrugSale
from settlement.wire.names import institution_code

SAMPLE = "379900"
PILOT, NO_PILOT = institution_code("P", SAMPLE, 1), institution_code("P", "370100", 400)
MONDAY_2026_11_23 = 1_795_406_400_000


@pytest.fixture
def traveller(host: Any) -> Any:
    """An employee of Jinan with a card of generation 2 and money in the account."""
    host.now_ms = MONDAY_2026_11_23
    return next(host.people(insutype="310", psn_type="11", card_generation=2))


def tried(pharmacy: Any, person: Any, **fields: Any) -> Any:
    usual = {
        "psn_no": person.psn_no,
        "channel": "COUNTER",
        "certno": person.certno,
        "card_sn": person.card_id.hex().upper(),
        "mdtrtarea_admvs": SAMPLE,
    }
    return pharmacy.told(TryRemoteUse(**{**usual, **fields}))


def sold(teller: Any, person: Any, code: str) -> Any:
    """What a pharmacy there is answered to a 2101 of one yuan."""
    there = teller(code).sign_in()
    item = there.host.world.catalogue(there.city).on(20261123)[0]
    sale = PresettleDrugSale(
        psn_no=person.psn_no,
        mdtrt_cert_type="03",
        mdtrt_cert_no=person.card_number,
        card_sn=person.card_id.hex().upper(),
        insutype=person.insutype,
        med_type="41",
        acct_used_flag="1",
        medfee_sumamt_fen=100,
        drugdetail=(Line("1", item.code, 1_000_000, 10_000, 100),),
    )
    return there.ask(sale, insured=person.city)


STATES: dict[str, tuple[dict[str, Any], str]] = {
    "good": ({}, PILOT),
    "lost": ({"card_status": "LOST_FORMAL"}, PILOT),
    "cancelled": ({"card_status": "CANCELLED"}, PILOT),
    "generation 1": ({"card_generation": 1}, PILOT),
    "insurance paused": ({"psn_insu_stas": "2"}, PILOT),
    "resident": ({"insutype": "390", "psn_type": "15"}, PILOT),
    "account sealed": ({"account_status": "FROZEN"}, PILOT),
}


@pytest.mark.rule("RI02")
@pytest.mark.parametrize("state", STATES)
def test_the_verdict_is_that_of_a_real_remote_sale_and_nothing_is_posted(
    host: Any, pharmacy: Any, teller: Any, traveller: Any, state: str
) -> None:
    facts, code = STATES[state]
    host.put(msgspec.structs.replace(traveller, **facts))
    before = {key: row for key, row in host.store._rows.items() if key[0] is not Terminal}
    told = tried(pharmacy, traveller, fixmedins_code=code)
    assert before == {key: row for key, row in host.store._rows.items() if key[0] is not Terminal}
    assert not host.broken_laws()
    real = sold(teller, host.person(traveller.psn_no), code)
    assert told.refusal == real.refusal
    assert told.err_msg == real.err_msg
    assert bool(told.owner) is not real.approved


@pytest.mark.rule("RI02")
def test_an_institution_that_is_no_pilot_is_told(host: Any, teller: Any, guest: Any) -> None:
    host.now_ms = MONDAY_2026_11_23
    at_home = teller(institution_code("P", SAMPLE, 1)).sign_in()
    told = tried(at_home, guest, mdtrtarea_admvs="370100", fixmedins_code=NO_PILOT)
    assert told.refusal == sold(teller, guest, NO_PILOT).refusal == codes.REMOTE_NOT_OFFERED.code


@pytest.mark.rule("RI02")
def test_the_states_differ_in_their_verdicts(host: Any, pharmacy: Any, traveller: Any) -> None:
    seen = set()
    for facts, code in STATES.values():
        host.put(msgspec.structs.replace(traveller, **facts))
        seen.add(tried(pharmacy, traveller, fixmedins_code=code).refusal)
    assert codes.APPROVED in seen
    assert len(seen) >= 5


@pytest.mark.rule("RI02")
def test_nothing_is_posted(host: Any, pharmacy: Any, traveller: Any) -> None:
    before = {key: row for key, row in host.store._rows.items() if key[0] is not Terminal}
    assert tried(pharmacy, traveller).refusal == codes.APPROVED
    assert before == {key: row for key, row in host.store._rows.items() if key[0] is not Terminal}


@pytest.mark.rule("RI02")
@pytest.mark.parametrize(
    ("chip", "refusal"),
    [({"pin_changed": False}, service_codes.PIN_MUST_CHANGE), ({"key_locked": True}, making_codes.KEY_LOCKED_REMOTE)],
)
def test_what_the_chip_would_refuse_is_told(pharmacy: Any, traveller: Any, chip: Any, refusal: Any) -> None:
    told = tried(pharmacy, traveller, **chip)
    assert (told.refusal, told.owner) == (refusal.code, "HRSS")


def test_at_home_there_is_nothing_remote_to_test(pharmacy: Any, traveller: Any) -> None:
    asked = TryRemoteUse(
        psn_no=traveller.psn_no,
        channel="COUNTER",
        certno=traveller.certno,
        card_sn=traveller.card_id.hex().upper(),
        mdtrtarea_admvs="370100",
    )
    assert pharmacy.ask(asked).refusal == service_codes.WRONG_PLACE.code


@pytest.mark.parametrize("place", ["999999", "370800"])
def test_an_unknown_place_or_one_without_remote_use_is_told(pharmacy: Any, traveller: Any, place: str) -> None:
    told = tried(pharmacy, traveller, mdtrtarea_admvs=place)
    assert told.refusal in {codes.UNKNOWN_CITY.code, codes.REMOTE_NOT_OFFERED.code}
