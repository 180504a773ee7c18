"""Every specimen card comes out as its row says."""

from typing import Any

import pytest

from settlement.config import load_rulebook
from settlement.engine.rules.specimens import Specimen, read_specimens
from settlement.wire.envelope import decode_output
from settlement.wire.messages import PresettleDrugSale
from settlement.wire.names import institution_code
from shuaka.compose import specimens

AT_THE_HOST = [one for one in specimens() if one.step != "terminal"]


@pytest.fixture
def shown(host: Any, teller: Any, visits: Any, lines_of: Any, drugs: Any, debit_card: Any) -> Any:
    """Take a specimen through its step; return the reply that its row speaks of, and the person."""

    def taken(specimen: Specimen, *, paid: str = "1", count: int = 1) -> Any:
        person = host.specimen(specimen)
        insured = {"insured": specimen.city} if specimen.city != specimen.at else {}
        kind = "H" if specimen.step == "2207" else "P"
        counter = teller(institution_code(kind, specimen.at, 1)).sign_in()
        lines = lines_of((drugs[0].med_list_codg, "75", count))
        if specimen.step == "1101":
            return counter.ask(visits.query(host.shown(specimen)), **insured), person
        if specimen.step == "2207" and specimen.refusal:
            return counter.ask(visits.registration(person), **insured), person
        if specimen.step == "2207":
            sale = visits.outpatient(counter, person, lines, **insured)
            return counter.ask(sale), person
        remote = {"chip_pin_verified": True, "pin_block": b""} if insured else {}
        sale = visits.drug_sale(counter, person, lines, acct_used_flag=paid, **remote)
        if specimen.step == "2101":
            fields = PresettleDrugSale.__struct_fields__
            return counter.ask(PresettleDrugSale(**{name: getattr(sale, name) for name in fields})), person
        if specimen.step == "2102":
            return counter.ask(sale, **insured), person
        settled = counter.told(sale)
        rest_fen = settled.amounts.psn_cash_pay_fen
        bought = visits.purchase(counter, debit_card(person), rest_fen, setl_id=settled.setl_id)
        return counter.ask(bought), person

    return taken


@pytest.mark.parametrize("specimen", AT_THE_HOST, ids=lambda one: one.name)
def test_a_specimen_comes_out_as_its_row_says(shown: Any, host: Any, specimen: Specimen) -> None:
    reply, _ = shown(specimen, paid="0" if specimen.step == "0200" else "1")
    assert reply.refusal == specimen.refusal, reply.err_msg
    assert not host.broken_laws()


def test_a_specimen_is_in_a_state_that_the_cards_of_its_city_know() -> None:
    cities = load_rulebook().cities
    public = {"LOST_FORMAL": "LOST", "ISSUED_UNENABLED": "NORMAL"}
    unknown = [
        one.name
        for one in specimens()
        if public.get(one.card_status, one.card_status) not in cities[one.city].card.statuses
    ]
    assert unknown == []


@pytest.mark.parametrize("name", ["enabled", "other-city", "timeout"])
def test_the_personal_account_pays_of_a_good_card(shown: Any, amounts_of: Any, named: Any, name: str) -> None:
    amounts = amounts_of(shown(named(name))[0])
    assert (amounts.acct_pay_fen, amounts.fund_pay_sumamt_fen, amounts.psn_cash_pay_fen) == (7500, 0, 0)


def test_an_empty_account_leaves_all_of_it_to_cash(shown: Any, amounts_of: Any, named: Any) -> None:
    amounts = amounts_of(shown(named("account-empty"))[0])
    assert (amounts.acct_pay_fen, amounts.psn_cash_pay_fen) == (0, 7500)


@pytest.mark.parametrize(("count", "pays"), [(1, False), (30, True)])
def test_below_the_deductible_the_fund_pays_nothing_and_above_it_does(
    shown: Any, amounts_of: Any, named: Any, count: int, *, pays: bool
) -> None:
    amounts = amounts_of(shown(named("deductible-unmet"), count=count)[0])
    assert (amounts.fund_pay_sumamt_fen > 0, amounts.act_pay_dedc_fen == 7500) == (pays, not pays)


def test_at_the_cap_the_fund_pays_nothing_above_the_deductible(shown: Any, amounts_of: Any, named: Any) -> None:
    amounts = amounts_of(shown(named("cap-reached"), count=30)[0])
    assert amounts.act_pay_dedc_fen < amounts.inscp_scp_amt_fen
    assert amounts.fund_pay_sumamt_fen == 0


def test_a_resident_who_is_refused_at_a_pharmacy_is_settled_at_a_hospital(
    host: Any, hospital: Any, visits: Any, named: Any, drugs: Any
) -> None:
    assert hospital.told(visits.outpatient(hospital, host.specimen(named("resident")), drugs)).setl_id


def test_specimens_stand_beyond_every_population_and_are_leased_to_nobody(host: Any) -> None:
    size = len({one.index for one in specimens()})
    assert size == len(specimens()) == 23
    assert min(one.index for one in specimens()) > 1_000_000


ROW = '[[specimen]]\nname = "{}"\nindex = {}\nzh = "甲"\nen = "a"\nstep = "2102"\noutcome = "b"\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (ROW.format("a", 16_777_000) + ROW.format("b", 16_777_000), "specimen[1].index: 16777000 is another's"),
        (ROW.format("a", 16_777_000) + ROW.format("a", 16_777_001), "specimen[1].name: a is another's"),
        (ROW.format("a", 16_777_000) + 'twin = "b"', "specimen[0].twin: there is no specimen 'b'"),
        (ROW.format("a", 5), "specimen[0].index: Expected"),
        (ROW.format("a", 16_777_000) + 'colour = "red"', "colour: unknown key"),
    ],
)
def test_a_file_that_cannot_be_is_refused_by_its_key(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=r"x\.toml") as refused:
        read_specimens(text, "x.toml")
    assert problem in str(refused.value)


@pytest.fixture
def named() -> Any:
    return lambda name: next(one for one in specimens() if one.name == name)


@pytest.fixture
def amounts_of() -> Any:
    def amounts(reply: Any) -> Any:
        assert reply.approved, reply.err_msg
        return decode_output(reply).amounts

    return amounts
