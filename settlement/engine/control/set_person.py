"""Set a person as a test needs one (0050): balances, standing of card and insurance, tries left. Our own.

What a balance gains or loses is booked against OPENING, where every first balance comes from, so that the books hold.
"""

from typing import Final

import msgspec

from settlement.engine.arrival import Arrival
from settlement.engine.case import Case, Granted, Refused, Verdict, World
from settlement.engine.judge import Judge, Keys
from settlement.engine.ledger.books import BANK_OPENING, OPENING, account_of, agency, bank
from settlement.engine.ledger.state import BankAccount, Person, Transfer
from settlement.wire import codes
from settlement.wire.control import NO_STANDING, UNSET, PersonSet, SetPerson


def set_person(case: Case) -> Verdict:
    """0050: change what is given, and leave the rest."""
    asked = case.arrival.body
    assert isinstance(asked, SetPerson)
    person, account = case.person(asked.psn_no), case.account(asked.psn_no)
    if person is None or account is None:
        return Refused(codes.NO_INSURED_PERSON, asked.psn_no)
    changed = _person(case, asked, person)
    banked = msgspec.structs.replace(
        account,
        balance_fen=account.balance_fen if asked.bank_balance_fen == UNSET else asked.bank_balance_fen,
        status=asked.bank_status or account.status,
    )
    output = PersonSet(
        person.psn_no, changed.balance_fen, banked.balance_fen, changed.card_status, changed.psn_insu_stas
    )
    return Granted(output, (changed, banked), _booked(case, person, changed, account, banked))


def _person(case: Case, asked: SetPerson, person: Person) -> Person:
    return msgspec.structs.replace(
        person,
        balance_fen=person.balance_fen if asked.balance_fen == UNSET else asked.balance_fen,
        psn_insu_stas=asked.psn_insu_stas or person.psn_insu_stas,
        card_status=asked.card_status or person.card_status,
        card_status_ms=case.now_ms if asked.card_status else person.card_status_ms,
        password_tries_left=(
            person.password_tries_left if asked.password_tries_left == UNSET else asked.password_tries_left
        ),
        insutype=asked.insutype or person.insutype,
        psn_type=asked.psn_type or person.psn_type,
        standing="" if asked.standing == NO_STANDING else asked.standing or person.standing,
    )


def _booked(
    case: Case, before: Person, after: Person, account: BankAccount, banked: BankAccount
) -> tuple[Transfer, ...]:
    city, psn_no = before.city, before.psn_no
    nowhere_else = f"OPENING:{city}"
    gained = (
        (OPENING, agency(city), account_of(before), after.balance_fen - before.balance_fen),
        (BANK_OPENING, bank(city), f"BANK:{city}:{psn_no}", banked.balance_fen - account.balance_fen),
    )
    number = 1 + int.from_bytes(case.arrival.nonce[-7:], "big")  # 0 is the opening; by chance no two are alike
    return tuple(
        Transfer(
            city, psn_no, cause, 0, number, books,
            nowhere_else if fen > 0 else held, held if fen > 0 else nowhere_else, abs(fen), case.now_ms,
        )
        for cause, books, held, fen in gained
        if fen
    )  # fmt: skip


def _named(arrival: Arrival, _world: World) -> Keys:
    asked = arrival.body
    assert isinstance(asked, SetPerson)
    return (Person, (arrival.home, asked.psn_no)), (BankAccount, (arrival.home, asked.psn_no))


JUDGES: Final = {"0050": Judge(set_person, _named)}
