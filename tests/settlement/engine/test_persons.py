"""People at their first touch, their bank accounts and their cards."""

from typing import Any

import pytest


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
