"""How the bank zone stands, and that it stands apart from the social zone."""

import re
from pathlib import Path
from typing import Any

import pytest

import settlement.engine
from settlement.engine.ledger import bank_zone
from settlement.engine.ledger.bank_zone import handed_out
from settlement.engine.rules.directory import BANK_LANE
from settlement.wire import bank_codes, codes
from settlement.wire.bank import CashDeposit
from settlement.wire.names import terminal_number

JINAN, JINING, WEIFANG, LAIWU = "370100", "370800", "370700", "371200"
AFTER_EXPIRY_MS = 11 * 366 * 24 * 3_600_000


@pytest.fixture
def expired(host: Any, teller: Any, keep_person: Any) -> Any:
    """Make a card's last day lie behind, of a person of a city, as its issuing city made it; return who tries it."""

    def made(city: str, issuing_city: str = "") -> tuple[Any, Any]:
        insured = next(person for person in host.people(city, insutype="310") if person.balance_fen > 10_000)
        person = keep_person(insured, issuing_city=issuing_city)
        host.now_ms += AFTER_EXPIRY_MS
        return teller(f"P{city}00001").sign_in(), person

    return made


@pytest.mark.parametrize(
    ("status", "refused", "response_code"),
    [
        ("KYC_INCOMPLETE", bank_codes.BANK_KYC_INCOMPLETE, "64"),
        ("FROZEN", bank_codes.BANK_FROZEN, "57"),
        ("UNACTIVATED", bank_codes.BANK_NOT_ACTIVATED, "57"),
        ("LOST", bank_codes.BANK_LOST, "41"),
        ("STOLEN", bank_codes.BANK_STOLEN, "43"),
        ("CLOSED", bank_codes.BANK_CLOSED, "14"),
    ],
)
def test_an_account_that_is_not_active_pays_nothing(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any, keep: Any, refusal: Any, status: str, refused: Any,
    response_code: str,
) -> None:  # fmt: skip
    keep(worker, status=status)
    assert refusal(pharmacy.ask(visits.purchase(pharmacy, card, 100))) == (refused.code, response_code)
    assert host.account(worker.psn_no).balance_fen == 2_000_000
    assert not host.broken_laws()


@pytest.mark.rule("RC15")
def test_incomplete_information_stops_the_bank_leg_alone_and_leaves_no_half_state(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any, keep: Any, refusal: Any, drugs: Any
) -> None:
    keep(worker, status="KYC_INCOMPLETE")
    assert pharmacy.told(visits.query(worker)).psn_no == worker.psn_no
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs, acct_used_flag="0"))
    left_fen = settled.amounts.psn_cash_pay_fen
    reply = pharmacy.ask(visits.purchase(pharmacy, card, left_fen, setl_id=settled.setl_id))
    assert refusal(reply) == (bank_codes.BANK_KYC_INCOMPLETE.code, "64")
    sums = host.store.audit_now()
    assert (sums.ledger["2102"].settled, sums.bank.settled) == (1, 0)
    assert not host.broken_laws()


@pytest.mark.rule("RE03")
def test_each_zone_is_lost_by_itself(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any, keep: Any, keep_person: Any, drugs: Any, refusal: Any
) -> None:
    keep(worker, status=bank_zone.LOST)
    assert refusal(pharmacy.ask(visits.purchase(pharmacy, card, 100))) == (bank_codes.BANK_LOST.code, "41")
    pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))
    keep(worker, status=bank_zone.ACTIVE)
    keep_person(host.person(worker.psn_no), card_status="LOST_FORMAL")
    assert pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs)).refusal == "E2002"
    pharmacy.told(visits.purchase(pharmacy, card, 100))


@pytest.mark.rule("RA35")
def test_in_weifang_an_expired_card_pays_from_the_personal_account_and_not_from_the_bank(
    expired: Any, visits: Any, drugs: Any, debit_card: Any, refusal: Any
) -> None:
    teller, person = expired(WEIFANG)
    settled = teller.told(visits.drug_sale(teller, person, drugs))
    assert settled.amounts.acct_pay_fen > 0
    reply = teller.ask(visits.purchase(teller, debit_card(person), 100, pin="222222"))
    assert refusal(reply) == (bank_codes.CARD_EXPIRED_BANK.code, "54")


@pytest.mark.rule("RA37")
@pytest.mark.parametrize(
    ("city", "issuing_city", "pin", "debit", "deposit"),
    [
        pytest.param(WEIFANG, "", "222222", "54", "00", id="Weifang: social goes on, bank to be closed in time"),
        pytest.param(JINAN, "", "111111", "00", "00", id="Jinan: no effect"),
        pytest.param(JINAN, LAIWU, "111111", "54", "54", id="former Laiwu: the bank zone is dead"),
    ],
)
def test_three_places_know_three_effects_of_the_last_day(
    expired: Any, asks: Any, visits: Any, drugs: Any, debit_card: Any, refusal: Any,
    city: str, issuing_city: str, pin: str, debit: str, deposit: str,
) -> None:  # fmt: skip
    at, person = expired(city, issuing_city)
    assert at.told(visits.drug_sale(at, person, drugs)).amounts.acct_pay_fen > 0
    card = debit_card(person)
    assert refusal(at.ask(visits.purchase(at, card, 100, pin=pin)))[1] == debit
    at.dev_no = terminal_number(at.code, BANK_LANE)
    at.sign_in()
    assert refusal(at.ask(asks(CashDeposit, at, card, 100, pin=pin)))[1] == deposit


@pytest.mark.rule("RB17")
@pytest.mark.rule("RE02")
def test_an_account_of_ccb_pays_at_once_with_the_pin_of_its_envelope(
    host: Any, teller: Any, visits: Any, debit_card: Any, hand_out: Any
) -> None:
    at, person = teller("P37080000001").sign_in(), next(host.people(JINING, insutype="310"))
    assert hand_out(person, "CCB").status == bank_zone.ACTIVE
    at.told(visits.purchase(at, debit_card(person), 100, pin="000000"))


@pytest.mark.rule("RB18")
@pytest.mark.parametrize("bank", ["ICBC", "ABC", "BOC"])
def test_an_account_of_another_bank_pays_nothing_before_activation_and_a_new_pin(
    host: Any, teller: Any, visits: Any, debit_card: Any, hand_out: Any, at_bank: Any, refusal: Any, bank: str
) -> None:
    at, person = teller("P37080000001").sign_in(), next(host.people(JINING, insutype="310"))
    card = debit_card(person)
    hand_out(person, bank)

    def bought(pin: str) -> tuple[str, str]:
        return refusal(at.ask(visits.purchase(at, card, 100, pin=pin)))  # type: ignore[no-any-return]

    assert bought("000000") == (bank_codes.BANK_NOT_ACTIVATED.code, "57")
    at_bank(at, person, "ActivateBank", bank_code=bank)
    assert bought("000000") == (bank_codes.BANK_PIN_MUST_CHANGE.code, "57")
    at_bank(at, person, "ChangeBankPin", bank_code=bank, pins=("000000", "246802"))
    assert bought("246802") == ("", "00")


def test_a_city_says_which_of_its_banks_the_population_has(host: Any) -> None:
    for city in host.world.cities.values():
        assert city.bank.code in city.banks
        assert handed_out(host.account(next(host.people(city.code)).psn_no), "X", city.banks[city.bank.code]).bank_code


# --- taps -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("RG01")
@pytest.mark.rule("RG04")
def test_a_small_amount_is_tapped_without_a_pin_and_a_larger_one_with_it(
    pharmacy: Any, visits: Any, antenna_card: Any, refusal: Any
) -> None:
    pharmacy.told(visits.purchase(pharmacy, antenna_card, 100_000, pin=""))
    beyond = visits.purchase(pharmacy, antenna_card, 100_001, pin="")
    assert refusal(pharmacy.ask(beyond)) == (codes.BANK_SMALL_AMOUNT_EXCEEDED.code, "61")
    pharmacy.told(visits.purchase(pharmacy, antenna_card, 100_001, entry_mode="071"))


@pytest.mark.rule("RG01")
def test_a_tap_without_a_pin_has_a_limit_and_taps_together_have_one_until_the_pin_is_typed(
    pharmacy: Any, visits: Any, antenna_card: Any, refusal: Any
) -> None:
    larger = refusal(pharmacy.ask(visits.purchase(pharmacy, antenna_card, 100_001, pin="")))
    assert larger == (codes.BANK_SMALL_AMOUNT_EXCEEDED.code, "61")
    for _ in range(5):
        pharmacy.told(visits.purchase(pharmacy, antenna_card, 100_000, pin=""))
    beyond = refusal(pharmacy.ask(visits.purchase(pharmacy, antenna_card, 1, pin="")))
    assert beyond == (codes.BANK_SMALL_AMOUNT_EXCEEDED.code, "61")
    pharmacy.told(visits.purchase(pharmacy, antenna_card, 1))
    pharmacy.told(visits.purchase(pharmacy, antenna_card, 100_000, pin=""))


@pytest.mark.rule("RG01")
def test_taps_without_a_pin_are_counted_too(pharmacy: Any, visits: Any, antenna_card: Any, refusal: Any) -> None:
    for _ in range(10):
        pharmacy.told(visits.purchase(pharmacy, antenna_card, 1, pin=""))
    beyond = refusal(pharmacy.ask(visits.purchase(pharmacy, antenna_card, 1, pin="")))
    assert beyond == (bank_codes.BANK_TAPS_EXCEEDED.code, "65")


def test_a_tap_that_paid_nothing_is_not_counted(
    host: Any, pharmacy: Any, visits: Any, antenna_card: Any, keep: Any
) -> None:
    holder = next(host.people(card_generation=3))
    keep(holder, balance_fen=0)
    assert pharmacy.ask(visits.purchase(pharmacy, antenna_card, 1, pin="")).refusal == "E4011"
    assert host.account(holder.psn_no).taps == 0


@pytest.mark.rule("RE02")
def test_no_bank_is_named_in_the_engine(host: Any) -> None:
    named = {name for city in host.world.cities.values() for name in city.banks}
    engine = Path(settlement.engine.__file__).parent
    text = "\n".join(path.read_text("utf-8") for path in engine.rglob("*.py"))
    assert [name for name in named if re.search(rf"\b{name}\b", text)] == []
