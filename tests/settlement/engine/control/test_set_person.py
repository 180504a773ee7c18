"""A person set by hand: what is given changes, the books hold, and no institution can do it."""

from typing import Any

import msgspec
import pytest

from settlement.engine.arrival import Door
from settlement.wire import codes
from settlement.wire.control import SetPerson
from settlement.wire.envelope import Request, encode


@pytest.fixture
def setting(host: Any) -> Any:
    """Send a 0050 as the agency of Jinan."""

    def send(asked: SetPerson, msgid: str = "M1") -> Any:
        request = Request(msgid, "A37010000000", "admin", "370100", "370100", "", 0, "", msgspec.Raw(encode(asked)))
        return host.decide(host.arrival(request, asked, Door.ADMIN))[0].reply

    return send


@pytest.mark.parametrize(("balance_fen", "bank_fen"), [(0, 0), (1, 999_999), (500_000, 3_000_000)])
def test_balances_are_set_up_or_down_and_the_books_hold(
    host: Any, setting: Any, worker: Any, balance_fen: int, bank_fen: int
) -> None:
    assert setting(SetPerson(worker.psn_no, balance_fen, bank_fen)).approved
    assert host.person(worker.psn_no).balance_fen == balance_fen
    assert host.account(worker.psn_no).balance_fen == bank_fen
    assert host.broken_laws() == []


def test_what_is_not_given_stays(host: Any, setting: Any, worker: Any) -> None:
    before = host.person(worker.psn_no)
    assert setting(SetPerson(worker.psn_no, card_status="LOST_FORMAL", password_tries_left=0)).approved
    after = host.person(worker.psn_no)
    assert (after.card_status, after.card_status_ms, after.password_tries_left) == ("LOST_FORMAL", host.now_ms, 0)
    assert (after.balance_fen, after.psn_insu_stas) == (before.balance_fen, before.psn_insu_stas)


def test_by_what_and_as_whom_somebody_is_insured_is_set_and_a_standing_taken_away(
    host: Any, setting: Any, worker: Any
) -> None:
    assert setting(SetPerson(worker.psn_no, psn_type="12", standing="civil-servant enterprise")).approved
    assert setting(SetPerson(worker.psn_no, insutype="390"), "M2").approved
    changed = host.person(worker.psn_no)
    assert (changed.insutype, changed.psn_type, changed.standing) == ("390", "12", "civil-servant enterprise")
    assert setting(SetPerson(worker.psn_no, standing="none"), "M3").approved
    assert host.person(worker.psn_no).standing == ""


def test_set_twice_in_one_millisecond_both_are_booked(host: Any, setting: Any, worker: Any) -> None:
    assert all(setting(SetPerson(worker.psn_no, fen), f"M{fen}").approved for fen in (1, 2, 3))
    assert host.person(worker.psn_no).balance_fen == 3
    assert host.broken_laws() == []


def test_nobody_of_ours_is_nobody_to_set(setting: Any) -> None:
    assert setting(SetPerson("370100")).refusal == codes.NO_INSURED_PERSON.code


def test_no_terminal_sets_anybody(host: Any, pharmacy: Any, worker: Any) -> None:
    assert pharmacy.ask(SetPerson(worker.psn_no, 1)).refusal == codes.WRONG_DOOR.code
