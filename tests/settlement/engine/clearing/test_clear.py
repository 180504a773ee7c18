"""The monthly clearing: what cities owe each other, what institutions are paid, and what joins the next month."""

from collections import Counter
from datetime import datetime
from typing import Any

import msgspec
import pytest

from settlement.engine.ledger.claims import Prefund, month_end_ms
from settlement.wire import codes, remote_codes
from settlement.wire.clearing import ClearMonth, MonthCleared
from settlement.wire.messages import Reverse, RevokeDrugSale
from settlement.wire.names import CHINA, institution_code

SAMPLE = "379900"
NOVEMBER, DECEMBER, JANUARY = 202611, 202612, 202701
PREFUND_FEN = 200_000_000


@pytest.fixture
def sell(pharmacy: Any, visits: Any, drugs: Any) -> Any:
    """Sell the three drugs (75 yuan) to somebody, at home or away from home."""

    def sold(person: Any) -> Any:
        remote = person.city != pharmacy.city
        sale = visits.drug_sale(pharmacy, person, drugs, chip_pin_verified=remote)
        return pharmacy.told(sale, insured=person.city if remote else "")

    return sold


@pytest.fixture
def clear(host: Any, agency: Any) -> Any:
    """Clear a month on the second day of the next."""

    def cleared(month: int) -> Any:
        host.now_ms = max(host.now_ms, month_end_ms(month) + 86_400_000)
        return agency().told(ClearMonth(month))

    return cleared


def balances(host: Any) -> Counter[str]:
    """Return each account of each set of books: debits less credits."""
    sums: Counter[str] = Counter()
    for transfer in host.store._transfers.values():
        sums[f"{transfer.books} {transfer.debit}"] += transfer.amount_fen
        sums[f"{transfer.books} {transfer.credit}"] -= transfer.amount_fen
    return sums


def prefund(host: Any, city: str) -> int:
    key = (Prefund, (city,))
    return host.store.load_now((key,)).get(*key[:1], *key[1]).balance_fen


@pytest.mark.parametrize(("month", "over"), [(202611, "2026-12-01"), (202612, "2027-01-01"), (202802, "2028-03-01")])
def test_a_month_is_over_at_midnight_in_china(month: int, over: str) -> None:
    assert datetime.fromtimestamp(month_end_ms(month) / 1000, CHINA).isoformat() == f"{over}T00:00:00+08:00"


def test_what_one_city_owes_another_is_paid_from_its_prefunding(host: Any, sell: Any, clear: Any, guest: Any) -> None:
    paid_fen = sell(guest).amounts.acct_pay_fen
    clear(NOVEMBER)
    assert prefund(host, SAMPLE) == PREFUND_FEN - paid_fen
    assert prefund(host, "370100") == PREFUND_FEN + paid_fen
    books = balances(host)
    assert books[f"AGENCY:{SAMPLE} CLR:{SAMPLE}:370100"] == 0
    assert books[f"AGENCY:370100 CLR:{SAMPLE}:370100"] == 0
    assert books[f"CENTRE PREFUND_HELD:{SAMPLE}"] == paid_fen - PREFUND_FEN
    assert not host.broken_laws()


def test_institutions_are_paid_by_their_agency_and_by_the_bank(
    host: Any, pharmacy: Any, sell: Any, visits: Any, card: Any, clear: Any, worker: Any, guest: Any
) -> None:
    insured_fen = sell(worker).amounts.acct_pay_fen + sell(guest).amounts.acct_pay_fen
    assert pharmacy.ask(visits.purchase(pharmacy, card, 1234)).approved
    clear(NOVEMBER)
    books, code = balances(host), pharmacy.code
    assert books[f"INST:{code} AT_BANK:{code}"] == insured_fen + 1234
    assert books["AGENCY:370100 AGENCY_CASH:370100"] == -insured_fen
    assert books["BANK:370100 BANK_CASH:370100"] == -1234
    assert not any(books[name] for name in books if "INST_MI" in name or "INST_BANK" in name)
    assert not host.broken_laws()


def test_a_month_is_cleared_once_and_asked_again_nothing_is_paid(host: Any, sell: Any, clear: Any, guest: Any) -> None:
    sell(guest)
    assert clear(NOVEMBER).claims == 2
    before = balances(host)
    assert clear(NOVEMBER) == MonthCleared(NOVEMBER, 0)
    assert balances(host) == before


def test_a_month_that_is_not_over_is_not_cleared(host: Any, agency: Any, sell: Any, guest: Any) -> None:
    sell(guest)
    reply = agency().ask(ClearMonth(NOVEMBER))
    assert reply.refusal == remote_codes.MONTH_NOT_OVER.code
    host.now_ms = month_end_ms(NOVEMBER)
    assert agency().ask(ClearMonth(NOVEMBER)).refusal == remote_codes.MONTH_NOT_OVER.code


def test_a_month_before_one_that_was_cleared_has_joined_it(agency: Any, sell: Any, clear: Any, guest: Any) -> None:
    sell(guest)
    clear(DECEMBER)
    assert agency().ask(ClearMonth(NOVEMBER)).refusal == remote_codes.MONTH_PASSED.code


def test_what_was_read_before_another_month_was_cleared_pays_nothing(
    host: Any, agency: Any, sell: Any, guest: Any
) -> None:
    sell(guest)
    host.now_ms = month_end_ms(DECEMBER) + 86_400_000
    office = agency()
    first, second = (
        host.arrival(office.request(ClearMonth(month)), ClearMonth(month), office.door)
        for month in (NOVEMBER, DECEMBER)
    )
    decided = host.decide(first, second)
    assert [decision.reply.refusal for decision in decided] == ["", remote_codes.CLEARED_MEANWHILE.code]
    assert not host.broken_laws()


def test_what_is_settled_after_a_months_end_belongs_to_the_next(
    host: Any, sell: Any, agency: Any, clear: Any, guest: Any
) -> None:
    sell(guest)
    host.now_ms = month_end_ms(NOVEMBER)
    later_fen = sell(guest).amounts.acct_pay_fen
    clear(NOVEMBER)
    assert balances(host)[f"AGENCY:{SAMPLE} CLR:{SAMPLE}:370100"] == -later_fen
    assert not host.broken_laws()
    clear(DECEMBER)
    assert balances(host)[f"AGENCY:{SAMPLE} CLR:{SAMPLE}:370100"] == 0


def test_a_revoke_after_clearing_is_paid_back_in_the_next_month(
    host: Any, pharmacy: Any, sell: Any, clear: Any, guest: Any
) -> None:
    settled = sell(guest)
    clear(NOVEMBER)
    revoke = RevokeDrugSale(settled.setl_id, settled.mdtrt_id, guest.psn_no)
    pharmacy.told(revoke, insured=SAMPLE)
    assert not host.broken_laws()
    clear(DECEMBER)
    assert prefund(host, SAMPLE) == prefund(host, "370100") == PREFUND_FEN
    assert balances(host)[f"INST:{pharmacy.code} AT_BANK:{pharmacy.code}"] == 0
    assert not host.broken_laws()


def test_a_reversal_joins_the_next_payment_with_what_was_settled_then(
    host: Any, pharmacy: Any, sell: Any, clear: Any, guest: Any
) -> None:
    first = sell(guest)
    clear(NOVEMBER)
    second_fen = sell(guest).amounts.acct_pay_fen
    pharmacy.told(Reverse(guest.psn_no, first.medins_setl_id, "2102"), insured=SAMPLE)
    clear(DECEMBER)
    [paid] = [
        row
        for row in host.store._rows.values()
        if getattr(row, "month", 0) == DECEMBER and row.key[1:2] == (f"CLR:{SAMPLE}:370100",)
    ]
    assert (paid.forward_fen, paid.reverse_fen, paid.net_fen) == (second_fen, first.amounts.acct_pay_fen, 0)


def test_a_settlement_undone_in_its_own_month_leaves_nothing_to_pay(
    host: Any, pharmacy: Any, sell: Any, clear: Any, guest: Any
) -> None:
    settled = sell(guest)
    pharmacy.told(RevokeDrugSale(settled.setl_id, settled.mdtrt_id, guest.psn_no), insured=SAMPLE)
    clear(NOVEMBER)
    assert prefund(host, SAMPLE) == PREFUND_FEN
    assert not host.broken_laws()


def test_two_cities_that_owe_each_other_are_paid_each_on_its_own_claim(
    host: Any, sell: Any, teller: Any, visits: Any, worker: Any, guest: Any, drugs: Any, clear: Any
) -> None:
    there = teller(institution_code("P", SAMPLE, 1)).sign_in()
    away = visits.drug_sale(there, worker, drugs, chip_pin_verified=True, pin_block=b"")
    back_fen = there.told(away, insured=worker.city).amounts.acct_pay_fen
    paid_fen = sell(guest).amounts.acct_pay_fen
    assert clear(NOVEMBER).claims == 4
    assert prefund(host, SAMPLE) == PREFUND_FEN - paid_fen + back_fen
    assert not host.broken_laws()


def paying_in(host: Any, city: str, prefund_fen: int) -> None:
    """Let a city's file say another prefunding, as after a restart of the engine."""
    there = host.world.cities[city]
    changed = msgspec.structs.replace(there.clearing, prefund_fen=prefund_fen)
    cities = {**host.world.cities, city: msgspec.structs.replace(there, clearing=changed)}
    host.world = msgspec.structs.replace(host.world, cities=cities)


def test_a_city_whose_prefunding_falls_short_pays_nobody_until_it_has_paid_in_more(
    host: Any, agency: Any, sell: Any, clear: Any, guest: Any
) -> None:
    owed_fen = sell(guest).amounts.acct_pay_fen
    paying_in(host, SAMPLE, 1)
    host.now_ms = month_end_ms(NOVEMBER) + 86_400_000
    before = balances(host)
    reply = agency().ask(ClearMonth(NOVEMBER))
    assert reply.refusal == remote_codes.PREFUND_SHORT.code
    assert f"{SAMPLE} lacks {owed_fen - 1} fen" in reply.err_msg
    assert balances(host) == before
    paying_in(host, SAMPLE, owed_fen)
    assert clear(NOVEMBER).claims == 2
    assert prefund(host, SAMPLE) == 0
    assert not host.broken_laws()


def test_a_raised_prefunding_is_paid_in_once_and_a_lowered_one_is_not_given_back(
    host: Any, sell: Any, clear: Any, guest: Any
) -> None:
    paid_fen = sell(guest).amounts.acct_pay_fen
    clear(NOVEMBER)
    host.now_ms = month_end_ms(NOVEMBER) + 86_400_000
    paid_fen += sell(guest).amounts.acct_pay_fen
    paying_in(host, SAMPLE, PREFUND_FEN + 500)
    clear(DECEMBER)
    assert prefund(host, SAMPLE) == PREFUND_FEN + 500 - paid_fen
    paid_fen += sell(guest).amounts.acct_pay_fen
    paying_in(host, SAMPLE, 1)
    clear(JANUARY)
    assert prefund(host, SAMPLE) == PREFUND_FEN + 500 - paid_fen
    assert not host.broken_laws()


def test_nobody_but_the_operators_port_clears(pharmacy: Any) -> None:
    assert pharmacy.ask(ClearMonth(NOVEMBER)).refusal == codes.WRONG_DOOR.code


def test_an_empty_month_is_cleared_of_nothing(host: Any, clear: Any) -> None:
    assert clear(NOVEMBER).claims == 0
    assert not host.broken_laws()
