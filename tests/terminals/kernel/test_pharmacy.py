from collections.abc import Callable
from typing import Any

import pytest

from settlement.wire.messages import Line
from terminals.kernel.entries import Intent
from terminals.kernel.outcome import Event, Result
from terminals.kernel.outpatient import treat
from terminals.kernel.pharmacy import sell
from terminals.kernel.site import Pace

MINUTES = Pace(card_s=60, counter_s=120, entry_s=180, pay_s=240)


def test_a_local_sale_is_settled_in_three_messages(booth: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = booth()
    outcome = at.run(sell(at.site, basket))
    assert outcome.result is Result.SETTLED
    assert outcome.messages == (("1101", "approved"), ("2101", "approved"), ("2102", "approved"))
    assert (outcome.infno, outcome.route, len(outcome.setl_ids)) == ("2102", "local", 1)
    assert outcome.amounts.medfee_sumamt_fen == sum(line.det_item_fee_sumamt_fen for line in basket)
    ledger = at.host.ledger["2102"]
    assert (ledger.settled, ledger.medfee_sumamt_fen) == (1, outcome.amounts.medfee_sumamt_fen)
    assert at.journal.pending(at.site.dev_no) == ()


def test_a_generation_1_card_pays_at_home(booth: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = booth(profile="old")
    assert at.run(sell(at.site, basket)).result is Result.SETTLED


def test_a_wrong_password_is_a_new_message_and_then_settled(booth: Callable[..., Any], basket: Any) -> None:
    at = booth(passwords=("111111", "000000"))
    outcome = at.run(sell(at.site, basket))
    assert outcome.result is Result.SETTLED
    assert outcome.events == (Event.PASSWORD_WRONG,)
    assert outcome.messages[-2:] == (("2102", "E2102"), ("2102", "approved"))
    assert len(set(at.msgids)) == 4


def test_wrong_passwords_lock_at_the_host(booth: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = booth(passwords=("111111",) * 9)
    outcome = at.run(sell(at.site, basket))
    assert (outcome.result, outcome.refusal) == (Result.DECLINED, "E2103")
    assert outcome.events == (Event.PASSWORD_WRONG,) * 6 + (Event.PASSWORD_LOCKED,)
    assert at.host.ledger.get("2102") is None or at.host.ledger["2102"].settled == 0


def test_who_gives_up_at_the_pin_pad_leaves_nothing_behind(booth: Callable[..., Any], basket: Any) -> None:
    at = booth(passwords=())
    outcome = at.run(sell(at.site, basket))
    assert outcome.result is Result.ABANDONED
    assert [infno for infno, _ in outcome.messages] == ["1101", "2101"]


def test_a_refusal_of_the_host_is_shown_and_ends_the_sale(booth: Callable[..., Any]) -> None:
    at = booth()
    outcome = at.run(sell(at.site, (Line("1", "NO-SUCH-ITEM", 1_000_000, 10_000, 100),)))
    assert (outcome.result, outcome.refusal) == (Result.DECLINED, "E3012")
    assert at.shown == ["this item is not in the catalogue"]


def test_the_intent_is_in_the_journal_before_the_settlement_leaves(booth: Callable[..., Any], basket: Any) -> None:
    at = booth()
    seen: list[Any] = []
    at_exchange = at.exchange

    def exchange(request: Any) -> Any:
        if request.body.__struct_config__.tag == "2102":
            seen.append(at.journal.pending(at.site.dev_no))
        return at_exchange(request)

    at.exchange = exchange
    at.run(sell(at.site, basket))
    ((intent,),) = seen
    assert isinstance(intent, Intent)
    assert (intent.infno, intent.msgid) == ("2102", at.msgids[-1])


@pytest.mark.rule("RB10")
def test_a_hospital_is_quicker_than_a_pharmacy_by_the_entry_of_a_password(
    booth: Callable[..., Any], site: Callable[..., Any], basket: tuple[Line, ...]
) -> None:
    pharmacy, hospital = booth(), booth(site("H"))
    pharmacy.run(sell(pharmacy.site, basket, MINUTES))
    hospital.run(treat(hospital.site, basket, MINUTES))
    taken = [sum(seconds for seconds, _ in at.paused) for at in (pharmacy, hospital)]
    assert taken[0] - taken[1] == MINUTES.entry_s


def test_people_take_their_time_at_every_step(booth: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = booth()
    at.run(sell(at.site, basket, MINUTES))
    assert at.paused == [(60, "card"), (120, "counter"), (180, "entry"), (240, "pay")]


def test_a_card_torn_out_ends_the_sale_before_any_message(booth: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = booth()
    at.card = None
    outcome = at.run(sell(at.site, basket))
    assert (outcome.result, outcome.refusal, outcome.messages) == (Result.CARD_REFUSED, "-2", ())
