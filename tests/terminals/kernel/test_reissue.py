from collections.abc import Callable
from typing import Any

import pytest

from settlement.wire.messages import Line
from terminals.kernel.card_dialogue import SELECT_SSSE
from terminals.kernel.effects import Slot
from terminals.kernel.entries import ReissueIntent
from terminals.kernel.outcome import Event, Result, Tender
from terminals.kernel.pharmacy import sell
from terminals.kernel.recover import recover
from terminals.kernel.reissue import reissue
from terminals.kernel.sam import EXTERNAL_AUTHENTICATE, GET_CHALLENGE, READ_HOLDER, CardKey
from terminals.kernel.site import Site


def lock(card: Any, key: CardKey) -> None:
    """Present what proves nothing until the card says that the key is locked."""
    card.power_on()
    card.transmit(SELECT_SSSE)
    proof = EXTERNAL_AUTHENTICATE + bytes((key.identifier, 16)) + bytes(16)
    answers = [(card.transmit(GET_CHALLENGE), card.transmit(proof))[1].hex() for _ in range(4)]
    assert answers == ["63c2", "63c1", "63c0", "6983"]
    card.power_off()


@pytest.mark.parametrize("profile", ["old", "jinan", "new"])
def test_a_new_card_takes_the_place_of_the_old_one_and_pays(
    booth: Callable[..., Any], basket: tuple[Line, ...], profile: str
) -> None:
    at = booth(None, profile)
    outcome = at.run(reissue(at.site))
    assert (outcome.result, outcome.flow, outcome.events) == (Result.DONE, "reissue", (Event.REISSUED,))
    assert outcome.messages == (("0001", "approved"),)
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
    assert (outcome.result, outcome.refusal) == (Result.DECLINED, "E2024")


def test_a_card_that_does_not_answer_is_not_reissued_here(booth: Callable[..., Any]) -> None:
    at = booth(None, "new")
    at.card = None
    assert at.run(reissue(at.site)).refusal == "-2"


def test_a_card_whose_holder_cannot_be_read_is_reissued_by_what_anybody_may_read(
    booth: Callable[..., Any], basket: tuple[Line, ...]
) -> None:
    at = booth(None, "new")
    module, at.sam = at.sam, None
    assert at.run(reissue(at.site)).result is Result.DONE
    at.sam = module
    assert at.run(sell(at.site, basket)).result is Result.SETTLED


def test_a_lock_of_the_holders_key_is_told_as_what_it_is_and_cured_by_a_new_card(
    booth: Callable[..., Any], basket: tuple[Line, ...]
) -> None:
    at = booth(None, "new")
    lock(at.card, READ_HOLDER)
    outcome = at.run(sell(at.site, basket))
    assert (outcome.refusal, outcome.events) == ("-27011", (Event.KEY_LOCKED,))
    assert at.shown[-1] == (
        "the key to the holder's data is locked: the card can be read nowhere any more, only a new card helps (-27011)"
    )
    assert at.run(reissue(at.site)).result is Result.DONE
    assert at.run(sell(at.site, basket)).result is Result.SETTLED


@pytest.mark.parametrize("lost", ["request", "reply"])
def test_a_reissue_whose_reply_is_lost_is_finished_at_the_next_sign_on_and_with_the_old_card(
    booth: Callable[..., Any], basket: tuple[Line, ...], lost: str
) -> None:
    at = booth()
    issues: list[int] = []
    next_card = at.next_card
    at.next_card = lambda issue: issues.append(issue) or next_card(issue)
    at.lose = dict.fromkeys(range(1, 9), lost)
    assert at.run(reissue(at.site)).result is Result.IN_DOUBT
    assert at.shown == ["the reissue is not confirmed yet, come again with the old card"]
    at.lose = {}
    (intent,) = at.journal.pending(at.site.dev_no)
    recovered = at.run(recover(at.site, intent))
    assert (recovered.result, recovered.infno, issues) == (Result.DONE, "0001", [])
    assert at.journal.pending(at.site.dev_no) == ()
    assert at.run(reissue(at.site)).result is Result.DONE
    assert issues == [2]
    assert at.run(sell(at.site, basket)).result is Result.SETTLED


def test_a_reissue_whose_reply_is_lost_can_be_finished_before_any_recovery(booth: Callable[..., Any]) -> None:
    at = booth()
    at.lose = dict.fromkeys(range(1, 5), "reply")
    assert at.run(reissue(at.site)).result is Result.IN_DOUBT
    assert at.run(reissue(at.site)).result is Result.DONE
    assert [at.run(recover(at.site, intent)).result for intent in at.journal.pending(at.site.dev_no)] == [Result.DONE]


def test_a_reissue_that_recovery_cannot_confirm_stays_open(booth: Callable[..., Any]) -> None:
    at = booth()
    at.lose = dict.fromkeys(range(1, 99), "reply")
    at.run(reissue(at.site))
    (intent,) = at.journal.pending(at.site.dev_no)
    assert at.run(recover(at.site, intent)).result is Result.IN_DOUBT
    assert at.journal.pending(at.site.dev_no) == (intent,)


def test_the_journal_knows_the_card_of_a_reissue_and_nobodys_identity(booth: Callable[..., Any]) -> None:
    at = booth()
    at.lose = dict.fromkeys(range(1, 9), "reply")
    at.run(reissue(at.site))
    (intent,) = at.journal.pending(at.site.dev_no)
    assert intent == ReissueIntent(at.msgids[0], "370100", intent.card_sn)
    assert len(intent.card_sn) == 32


def test_a_new_card_that_was_not_taken_is_handed_out_to_the_old_one_again(
    booth: Callable[..., Any], basket: tuple[Line, ...]
) -> None:
    at = booth()
    old, next_card, issues = at.card, at.next_card, []
    at.next_card = lambda _: None
    assert at.run(reissue(at.site)).refusal == "-2"
    at.move(Slot.LOCAL, old)
    assert at.run(sell(at.site, basket)).refusal == "E2004"
    at.next_card = lambda issue: issues.append(issue) or next_card(issue)
    assert at.run(reissue(at.site)).result is Result.DONE
    assert issues == [2]
    assert at.run(sell(at.site, basket)).result is Result.SETTLED
