"""What is done around a card: certificates beside it, terminals that do not take it, an e-card that fails to bind."""

from typing import Any

import msgspec
import pytest

from settlement.engine.arrival import Door
from settlement.wire import entitlement_codes, making_codes
from settlement.wire.envelope import Request, decode_output, encode
from settlement.wire.making import CheckAcceptance, KeepCertificateCopy, TellEcardFault
from settlement.wire.messages import PresettleDrugSale
from settlement.wire.names import institution_code
from settlement.wire.services import BindEcard, QueryCard

MONDAY_2026_11_23 = 1_795_406_400_000
NEW_TERMINALS, OLD_TERMINALS = institution_code("P", "370100", 1), institution_code("P", "370100", 500)


@pytest.fixture(autouse=True)
def monday(host: Any) -> None:
    host.now_ms = MONDAY_2026_11_23


def shown(person: Any, channel: str = "APP", **fields: Any) -> dict[str, Any]:
    return {"psn_no": person.psn_no, "certno": person.certno, "channel": channel, **fields}


@pytest.mark.rule("RF08")
def test_a_copy_of_a_certificate_comes_back_as_it_was_handed_in(pharmacy: Any, worker: Any) -> None:
    copy = bytes(range(256))
    assert pharmacy.told(KeepCertificateCopy(**shown(worker), kind="MARRIAGE", content=copy)).content == copy
    assert pharmacy.told(KeepCertificateCopy(**shown(worker), kind="MARRIAGE")).content == copy
    refused = pharmacy.ask(KeepCertificateCopy(**shown(worker), kind="DRIVING"))
    assert refused.refusal == making_codes.NO_CERTIFICATE_COPY.code


@pytest.mark.rule("RJ25")
@pytest.mark.parametrize(
    ("generation", "interface", "code", "accepted"),
    [
        (2, "CONTACT", NEW_TERMINALS, True),
        (2, "CONTACT", OLD_TERMINALS, True),
        (2, "CONTACTLESS", NEW_TERMINALS, False),
        (3, "CONTACT", NEW_TERMINALS, True),
        (3, "CONTACTLESS", NEW_TERMINALS, True),
        (3, "CONTACT", OLD_TERMINALS, False),
        (3, "CONTACTLESS", OLD_TERMINALS, False),
    ],
)
def test_a_card_in_order_that_a_terminal_does_not_take_is_insurances_business(
    host: Any, pharmacy: Any, worker: Any, generation: int, interface: str, code: str, accepted: object
) -> None:
    host.put(msgspec.structs.replace(worker, card_generation=generation))
    told = pharmacy.told(CheckAcceptance(**shown(worker), fixmedins_code=code, interface=interface))
    assert told.accepted is accepted
    assert told.owner == ("" if accepted else "insurance")


def test_a_card_that_is_not_in_order_is_the_card_offices_business(host: Any, pharmacy: Any, worker: Any) -> None:
    host.put(msgspec.structs.replace(worker, card_status="LOST_FORMAL", card_generation=3))
    told = pharmacy.told(CheckAcceptance(**shown(worker), fixmedins_code=OLD_TERMINALS))
    assert (told.accepted, told.owner) == (False, "HRSS")


def operator(host: Any, teller: Any, body: Any, city: str = "370100") -> Any:
    request = Request(teller.next_msgid(), f"A{city}00000", "admin", city, "", "", 0, "", msgspec.Raw(encode(body)))
    return host.decide(host.arrival(request, body, Door.ADMIN))[0].reply


@pytest.mark.rule("RJ17")
def test_an_e_card_that_fails_to_bind_binds_after_its_repair(host: Any, pharmacy: Any, worker: Any) -> None:
    bind = BindEcard(**shown(worker), ecard_channel="APP")
    assert operator(host, pharmacy, TellEcardFault(worker.psn_no)).approved
    assert pharmacy.ask(bind).refusal == making_codes.ECARD_BIND_FAILED.code
    assert pharmacy.ask(bind).refusal == making_codes.ECARD_BIND_FAILED.code
    assert operator(host, pharmacy, TellEcardFault(worker.psn_no, repaired=True)).approved
    assert pharmacy.told(bind).bound == ("APP",)


def test_nobodys_e_card_is_out_of_order(host: Any, pharmacy: Any) -> None:
    assert not operator(host, pharmacy, TellEcardFault("3701009999999999")).approved


def sale(person: Any, lines: Any, **fields: Any) -> PresettleDrugSale:
    total = sum(line.det_item_fee_sumamt_fen for line in lines)
    usual = {
        "psn_no": person.psn_no,
        "mdtrt_cert_type": "02",
        "mdtrt_cert_no": person.certno,
        "card_sn": "",
        "insutype": person.insutype,
        "med_type": "41",
        "acct_used_flag": "1",
        "medfee_sumamt_fen": total,
        "drugdetail": lines,
    }
    return PresettleDrugSale(**{**usual, **fields})


@pytest.mark.rule("RJ15")
@pytest.mark.parametrize("allowed", [True, False])
def test_urgent_care_without_a_card_is_settled_by_identity_card_where_the_city_takes_it(
    host: Any, pharmacy: Any, worker: Any, drugs: Any, allowed: object
) -> None:
    host.put(msgspec.structs.replace(worker, card_status="LOST_FORMAL"))
    cities = dict(host.world.cities)
    taken = cities["370100"].credentials.accepted if allowed else frozenset({"01", "03", "91"})
    credentials = msgspec.structs.replace(cities["370100"].credentials, accepted=taken)
    cities["370100"] = msgspec.structs.replace(cities["370100"], credentials=credentials)
    host.world = msgspec.structs.replace(host.world, cities=cities)
    reply = pharmacy.ask(sale(worker, drugs))
    assert reply.approved is allowed, reply.err_msg


@pytest.mark.rule("RJ19")
def test_the_e_card_stands_in_for_the_card_for_medicine_and_for_business(
    host: Any, pharmacy: Any, worker: Any, drugs: Any
) -> None:
    assert entitlement_codes.CREDENTIAL_ECARD in host.world.cities["370100"].credentials.accepted
    token = pharmacy.token(entitlement_codes.CREDENTIAL_ECARD, worker)
    by_ecard = {"mdtrt_cert_type": entitlement_codes.CREDENTIAL_ECARD, "mdtrt_cert_no": token}
    assert pharmacy.ask(sale(worker, drugs, **by_ecard)).approved
    status = pharmacy.ask(QueryCard(**shown(worker, "APP")))
    assert decode_output(status).card_status == "NORMAL"
