"""A town in one process: what is done at one visit is there at the next, at the chip and in the books."""

import doctest

from shuaka import town
from shuaka.town import Town
from terminals.kernel.outcome import Event, Result
from terminals.kernel.terminal_codes import PIN_IS_LOCKED
from terminals.patients import Mix

VISITORS = 50


def test_a_pin_that_was_locked_at_one_visit_is_locked_at_the_next() -> None:
    made = Town(mix=Mix(default_pin=0, local_password_as_pin=1, resets_pin=0))
    index = next(index for index in range(VISITORS) if Event.PIN_LOCKED in made.visit(index).outcome.events)
    again = made.visit(index).outcome
    assert (again.result, again.refusal) == (Result.CARD_REFUSED, PIN_IS_LOCKED.code)
    assert Event.PIN_WRONG not in again.events


def test_what_the_account_pays_is_missing_from_its_balance() -> None:
    made = Town()
    index = next(index for index in range(VISITORS) if made.visit(index).outcome.amounts.acct_pay_fen)
    paid_before = made.insured(index).balance_fen
    visit = made.visit(index)
    assert visit.outcome.result is Result.SETTLED
    assert made.insured(index).balance_fen == paid_before - visit.outcome.amounts.acct_pay_fen


def test_the_examples_in_the_docstrings_are_true() -> None:
    outcome = doctest.testmod(town)
    assert outcome.attempted > 0
    assert outcome.failed == 0
