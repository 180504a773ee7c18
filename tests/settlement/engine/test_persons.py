"""People at their first touch, their bank accounts and their cards."""

from typing import Any

import pytest

from cardsim.issuing.population import ISSUES_MAX


@pytest.mark.parametrize("city", ["370100", "370800", "379900"])
def test_a_bank_number_leads_back_to_its_holder(host: Any, city: str) -> None:
    someone = next(host.people(city))
    assert host.world.register.holder(someone.bank_card_no) == someone.psn_no


@pytest.mark.parametrize(
    "change",
    [
        lambda number: number[:-1] + str((int(number[-1]) + 1) % 10),
        lambda number: "6222020" + number[7:],
        lambda number: number[:7] + "99999999999" + number[-1],
        lambda number: number[:-3],
        lambda number: number[:10] + "x" + number[11:],
        lambda _: "",
    ],
)
def test_a_number_that_is_not_right_to_its_check_digit_is_nobodys(host: Any, worker: Any, change: Any) -> None:
    assert host.world.register.holder(change(worker.bank_card_no)) is None


@pytest.mark.parametrize("issue", [1, 2, ISSUES_MAX])
def test_each_card_of_a_person_leads_back_to_its_bearer(host: Any, worker: Any, issue: int) -> None:
    card = host.world.register.card("370100", worker.psn_no, issue)
    assert host.world.register.bearer(card.card_id.hex().upper()) == worker.psn_no


@pytest.mark.parametrize(
    "change",
    [
        lambda card_sn: card_sn[:-1] + ("0" if card_sn[-1] != "0" else "1"),
        lambda card_sn: card_sn.lower(),
        lambda card_sn: card_sn[:16] + "00" + card_sn[18:],
        lambda card_sn: card_sn[:16] + "2F" + card_sn[18:],
        lambda card_sn: card_sn[:16] + "31" + card_sn[18:],
        lambda card_sn: card_sn[:18] + "FFFFFF" + card_sn[24:],
        lambda card_sn: card_sn[:-2],
        lambda _: "\u0661" * 32,
        lambda _: "",
    ],
)
def test_a_card_identifier_that_is_not_right_to_its_mac_is_nobodys(host: Any, worker: Any, change: Any) -> None:
    changed = change(worker.card_id.hex().upper())
    assert host.world.register.bearer(changed) is None


def test_a_bank_account_opens_with_what_the_city_file_says(host: Any, worker: Any) -> None:
    account, bank = host.world.register.account("370100", worker.psn_no), host.world.cities["370100"].bank
    assert (account.balance_fen, account.pin_tries_left, account.counter) == (
        bank.balance_fen,
        bank.pin_tries_max,
        0,
    )
    assert account.pin_check == host.world.key.password_check(worker.bank_card_no, bank.pin_default)


@pytest.mark.parametrize(("city", "psn_no"), [("370800", "3701000000000000"), ("370100", "none")])
def test_who_is_not_insured_there_has_no_account_there(host: Any, city: str, psn_no: str) -> None:
    assert host.world.register.account(city, psn_no) is None
