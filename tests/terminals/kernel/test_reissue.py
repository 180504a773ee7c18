from collections.abc import Callable
from typing import Any

import pytest

from settlement.wire.messages import Line
from terminals.kernel.effects import Slot
from terminals.kernel.outcome import Event, Result, Tender
from terminals.kernel.pharmacy import sell
from terminals.kernel.reissue import reissue
from terminals.kernel.site import Site


@pytest.mark.parametrize("profile", ["old", "jinan", "new"])
def test_a_new_card_takes_the_place_of_the_old_one_and_pays(
    booth: Callable[..., Any], basket: tuple[Line, ...], profile: str
) -> None:
    at = booth(None, profile)
    outcome = at.run(reissue(at.site))
    assert (outcome.result, outcome.flow, outcome.events) == (Result.DONE, "reissue", (Event.REISSUED,))
    assert outcome.messages == (("1101", "approved"), ("0001", "approved"))
    assert at.run(sell(at.site, basket)).result is Result.SETTLED


def test_the_new_card_pays_from_the_same_bank_account(booth: Callable[..., Any], dear: tuple[Line, ...]) -> None:
    at = booth(bank_pins=("111111",))
    at.run(reissue(at.site))
    assert at.run(sell(at.site, dear, tender=Tender.BANK)).response_code == "00"


def test_a_second_reissue_counts_on(booth: Callable[..., Any]) -> None:
    at = booth()
    issues: list[int] = []
    next_card = at.next_card
    at.next_card = lambda issue: issues.append(issue) or next_card(issue)
    at.run(reissue(at.site))
    at.run(reissue(at.site))
    assert issues == [2, 3]


def test_away_from_home_nobody_reissues(booth: Callable[..., Any], site: Callable[..., Site]) -> None:
    at = booth(site("P", "379900"))
    outcome = at.run(reissue(at.site))
    assert (outcome.result, outcome.refusal) == (Result.DECLINED, "E2013")


def test_a_card_that_cannot_be_read_is_not_reissued_here(booth: Callable[..., Any]) -> None:
    at = booth(None, "new")
    at.sam = None
    assert at.run(reissue(at.site)).refusal == "-2201"
    at.card = None
    assert at.run(reissue(at.site)).refusal == "-2"


def test_a_person_whom_the_host_does_not_find_gets_no_card(booth: Callable[..., Any]) -> None:
    at = booth()
    at.lose = dict.fromkeys(range(1, 9), "request")
    assert at.run(reissue(at.site)).result is Result.NO_ANSWER


def test_whoever_does_not_take_the_new_card_has_none(booth: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = booth()
    old = at.card
    at.next_card = lambda _: None
    assert at.run(reissue(at.site)).refusal == "-2"
    at.move(Slot.LOCAL, old)
    assert at.run(sell(at.site, basket)).refusal == "E2004"
