from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settlement.wire.bank import Purchase
from settlement.wire.messages import Line
from terminals.kernel.bank_numbers import numbers_of
from terminals.kernel.effects import AskBankPin, Request, Slot
from terminals.kernel.entries import PurchaseIntent
from terminals.kernel.exchange import output_of
from terminals.kernel.outcome import Event, Outcome, Result, Tender
from terminals.kernel.outpatient import treat
from terminals.kernel.pharmacy import sell
from terminals.kernel.recover import recover
from terminals.kernel.site import Site
from terminals.patients import Item, line

PURCHASE = 4
"""The number of the request that carries 0200: after 1101, 2101 and 2102."""
RIGHT, WRONG = "111111", "999999"
PAID, LOST_TO_CASH = (600_000, "00"), (0, "")


def paid(outcome: Outcome) -> tuple[int, str]:
    assert outcome.result is Result.SETTLED
    return outcome.bank_fen, outcome.response_code


def bank(at: Any) -> Any:
    """The bank's side of the ledger, after every law was found to hold."""
    audit = at.host.store.audit_now()
    assert [law.name for law in audit.invariants if not law.ok] == []
    return audit.bank


def noted(at: Any, kind: Any) -> list[Any]:
    """What replies of one kind say from now on."""
    said: list[Any] = []
    exchange = at.exchange

    def exchanged(request: Request) -> Any:
        reply = exchange(request)
        said.extend(filter(None, [output_of(reply, kind)]))
        return reply

    at.exchange = exchanged
    return said


@pytest.mark.parametrize("profile", ["jinan", "new"])
@pytest.mark.parametrize(("kind", "flow", "lines"), [("P", sell, 10), ("H", treat, 25)])
def test_the_account_on_the_card_pays_what_the_settlement_leaves(
    booth: Callable[..., Any],
    site: Callable[..., Site],
    items: tuple[Item, ...],
    profile: str,
    kind: str,
    flow: Any,
    lines: int,
) -> None:
    at = booth(site(kind), profile, bank_pins=(RIGHT,))
    basket = tuple(line(str(number), items[0], 90) for number in range(lines))
    outcome = at.run(flow(at.site, basket, tender=Tender.BANK))
    assert outcome.amounts.psn_cash_pay_fen > 0
    assert paid(outcome) == (outcome.amounts.psn_cash_pay_fen, "00")
    assert outcome.messages[-1] == ("0200", "approved")
    assert outcome.events[-1] is Event.BANK_PAID
    assert (bank(at).settled, bank(at).amount_fen) == (1, outcome.bank_fen)
    assert outcome.purchase_msgids == (at.msgids[-1],)
    assert at.journal.pending(at.site.dev_no) == ()


def test_who_saves_the_personal_account_pays_by_bank_card(booth: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = booth(bank_pins=(RIGHT,))
    outcome = at.run(sell(at.site, basket, tender=Tender.BANK, account_used=False))
    assert outcome.amounts.acct_pay_fen == 0
    assert paid(outcome) == (outcome.amounts.medfee_sumamt_fen, "00")


def test_cash_never_touches_the_bank(booth: Callable[..., Any], dear: tuple[Line, ...]) -> None:
    at = booth(bank_pins=(RIGHT,))
    outcome = at.run(sell(at.site, dear))
    assert (paid(outcome), outcome.tender, outcome.events) == (LOST_TO_CASH, Tender.CASH, ())


def test_where_nothing_is_left_to_pay_no_bank_is_asked(booth: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = booth(bank_pins=(RIGHT,))
    outcome = at.run(sell(at.site, basket, tender=Tender.BANK))
    assert [infno for infno, _ in outcome.messages] == ["1101", "2101", "2102"]
    assert outcome.amounts.psn_cash_pay_fen == 0


def test_a_wrong_bank_pin_is_another_transaction_of_the_card_and_another_message(
    booth: Callable[..., Any], dear: tuple[Line, ...]
) -> None:
    at = booth(bank_pins=(WRONG, RIGHT))
    outcome = at.run(sell(at.site, dear, tender=Tender.BANK))
    assert paid(outcome) == PAID
    assert outcome.messages[-2:] == (("0200", "E4012"), ("0200", "approved"))
    assert outcome.events == (Event.BANK_PIN_WRONG, Event.BANK_PAID)
    assert at.shown == ["wrong bank PIN"]


@pytest.mark.parametrize(
    ("pins", "response_code", "events"),
    [
        ((WRONG,) * 9, "75", (*(Event.BANK_PIN_WRONG,) * 3, Event.BANK_PIN_LOCKED)),
        ((WRONG,), "55", (Event.BANK_PIN_WRONG, Event.BANK_UNAVAILABLE)),
        ((), "", (Event.BANK_UNAVAILABLE,)),
    ],
)
def test_who_cannot_pay_by_card_pays_cash(
    booth: Callable[..., Any], dear: tuple[Line, ...], pins: Any, response_code: str, events: tuple[Event, ...]
) -> None:
    at = booth(bank_pins=pins)
    outcome = at.run(sell(at.site, dear, tender=Tender.BANK))
    assert (paid(outcome), outcome.events) == ((0, response_code), events)
    assert at.shown[-1] == "6000.00 yuan in cash, please"
    assert bank(at).settled == 0


def test_a_decline_of_the_bank_is_shown_and_the_rest_is_cash(
    booth: Callable[..., Any], items: tuple[Item, ...]
) -> None:
    at = booth(bank_pins=(RIGHT,))
    fortune = tuple(line(str(number), items[0], 90) for number in range(1, 41))  # more than the account holds
    outcome = at.run(sell(at.site, fortune, tender=Tender.BANK))
    assert (paid(outcome), outcome.events) == ((0, "51"), (Event.BANK_DECLINED,))
    assert at.shown[0] == "the bank account holds too little"


@pytest.mark.parametrize(("profile", "tender"), [("old", Tender.BANK), ("old", Tender.TAP), ("jinan", Tender.TAP)])
def test_a_card_that_cannot_pay_so_is_not_even_asked(
    booth: Callable[..., Any], dear: tuple[Line, ...], profile: str, tender: Tender
) -> None:
    at = booth(None, profile, bank_pins=(RIGHT,))
    outcome = at.run(sell(at.site, dear, tender=tender))
    assert (paid(outcome), outcome.events) == (LOST_TO_CASH, (Event.BANK_UNAVAILABLE,))


def test_a_small_amount_is_tapped_without_a_pin(booth: Callable[..., Any], items: tuple[Item, ...]) -> None:
    at = booth(None, "new", bank_pins=())
    beyond = (line("1", items[0], 90), line("2", items[0], 90), line("3", items[0], 90), line("4", items[0], 40))
    outcome = at.run(sell(at.site, beyond, tender=Tender.TAP))
    assert 0 < outcome.amounts.psn_cash_pay_fen <= 100_000
    assert paid(outcome) == (outcome.amounts.psn_cash_pay_fen, "00")
    assert at.lies_in is Slot.TAP


def test_a_tap_of_more_than_the_small_amount_wants_the_pin(booth: Callable[..., Any], dear: tuple[Line, ...]) -> None:
    at = booth(None, "new", bank_pins=(RIGHT,))
    assert paid(at.run(sell(at.site, dear, tender=Tender.TAP))) == PAID
    at.host.now_ms += 1000
    empty = booth(None, "new", n=1, bank_pins=())
    assert paid(empty.run(sell(empty.site, dear, tender=Tender.TAP))) == LOST_TO_CASH


def test_a_tapped_sale_may_be_paid_over_the_contacts(booth: Callable[..., Any], dear: tuple[Line, ...]) -> None:
    at = booth(None, "new", bank_pins=(RIGHT,), lies_in=Slot.TAP)
    outcome = at.run(sell(at.site, dear, slot=Slot.TAP, tender=Tender.BANK))
    assert (paid(outcome), outcome.events) == (PAID, (Event.TAPPED, Event.BANK_PAID))
    assert at.lies_in is Slot.LOCAL


def test_a_holder_who_does_not_show_the_card_again_pays_cash(booth: Callable[..., Any], dear: Any) -> None:
    at = booth(None, "new", bank_pins=(RIGHT,))
    at.move = lambda _slot, _card: False
    assert paid(at.run(sell(at.site, dear, tender=Tender.TAP))) == LOST_TO_CASH


def test_a_purchase_whose_reply_is_lost_is_repeated_and_happens_once(booth: Callable[..., Any], dear: Any) -> None:
    at = booth(bank_pins=(RIGHT,))
    at.lose = {PURCHASE: "reply", PURCHASE + 1: "request"}
    outcome = at.run(sell(at.site, dear, tender=Tender.BANK))
    assert (paid(outcome), outcome.events) == (PAID, (Event.RETRIED, Event.RETRIED, Event.BANK_PAID))
    assert bank(at).settled == 1


@pytest.mark.parametrize(("lost", "made"), [("reply", 1), ("request", 0)])
def test_a_purchase_that_stays_unanswered_is_reversed_and_the_rest_is_cash(
    booth: Callable[..., Any], dear: tuple[Line, ...], lost: str, made: int
) -> None:
    at = booth(bank_pins=(RIGHT,))
    at.lose = dict.fromkeys(range(PURCHASE, PURCHASE + 4), lost)
    outcome = at.run(sell(at.site, dear, tender=Tender.BANK))
    assert (paid(outcome), outcome.events[-1]) == (LOST_TO_CASH, Event.BANK_REVERSED)
    assert outcome.messages[-1] == ("0400", "approved")
    assert (bank(at).settled, bank(at).reversed) == (0, made)
    assert at.journal.pending(at.site.dev_no) == ()
    assert at.shown[-1].endswith("in cash, please")


def test_a_reversal_is_repeated_under_its_own_msgid(booth: Callable[..., Any], dear: tuple[Line, ...]) -> None:
    at = booth(bank_pins=(RIGHT,))
    at.lose = dict.fromkeys(range(PURCHASE, PURCHASE + 6), "reply")
    outcome = at.run(sell(at.site, dear, tender=Tender.BANK))
    assert [end for infno, end in outcome.messages if infno == "0400"] == ["no reply", "no reply", "approved"]
    assert bank(at).reversed == 1


def test_a_reversal_that_cannot_be_delivered_waits_for_the_next_sign_on(booth: Callable[..., Any], dear: Any) -> None:
    at = booth(bank_pins=(RIGHT,))
    at.lose = dict.fromkeys(range(PURCHASE, 99), "reply")
    outcome = at.run(sell(at.site, dear, tender=Tender.BANK))
    assert (paid(outcome), outcome.events[-1]) == (LOST_TO_CASH, Event.BANK_IN_DOUBT)
    (intent,) = at.journal.pending(at.site.dev_no)
    assert isinstance(intent, PurchaseIntent)
    at.lose = {}
    recovered = at.run(recover(at.site, intent))
    assert (recovered.result, recovered.infno, recovered.events) == (Result.REVERSED, "0200", (Event.BANK_REVERSED,))
    assert (bank(at).settled, at.journal.pending(at.site.dev_no)) == (0, ())


def test_a_card_that_goes_before_it_hears_its_bank_has_not_paid(booth: Callable[..., Any], dear: Any) -> None:
    at = booth(bank_pins=(RIGHT,))
    exchange = at.exchange

    def exchanged(request: Request) -> Any:
        if isinstance(request.body, Purchase):
            at.card.power_off()
            at.chips, at.card = {}, None
        return exchange(request)

    at.exchange = exchanged
    outcome = at.run(sell(at.site, dear, tender=Tender.BANK))
    assert (paid(outcome), outcome.events) == ((0, "00"), (Event.BANK_REVERSED,))
    assert (bank(at).settled, bank(at).reversed) == (0, 1)


def test_a_card_that_disbelieves_its_bank_has_not_paid(booth: Callable[..., Any], dear: tuple[Line, ...]) -> None:
    at = booth(bank_pins=(RIGHT,))
    exchange = at.exchange

    def exchanged(request: Request) -> Any:
        reply = exchange(request)
        if not isinstance(request.body, Purchase):
            return reply
        forged = bytes(reply.output).replace(b"\x91\x0a", b"\x91\x0a\0", 1)[: len(bytes(reply.output))]
        return msgspec.structs.replace(reply, output=msgspec.Raw(forged))

    at.exchange = exchanged
    outcome = at.run(sell(at.site, dear, tender=Tender.BANK))
    assert outcome.events[-1] is Event.BANK_REVERSED
    assert bank(at).settled == 0


def test_a_bank_pin_is_enciphered_again_under_a_new_session(booth: Callable[..., Any], dear: tuple[Line, ...]) -> None:
    at = booth(bank_pins=(RIGHT,))
    exchange, perform, asked = at.exchange, at.perform, []

    def exchanged(request: Request) -> Any:
        if isinstance(request.body, Purchase) and not asked[1:]:
            type(at)(at.host, at.site).signed_on()  # somebody signs on as this terminal
        return exchange(request)

    def performed(effect: Any) -> Any:
        if isinstance(effect, AskBankPin):
            asked.append(effect.same)
        return perform(effect)

    at.exchange, at.perform = exchanged, performed
    outcome = at.run(sell(at.site, dear, tender=Tender.BANK))
    assert (paid(outcome), asked) == (PAID, [False, True])
    assert Event.SIGNED_ON_AGAIN in outcome.events


def test_the_intent_is_in_the_journal_before_the_purchase_leaves(booth: Callable[..., Any], dear: Any) -> None:
    at = booth(bank_pins=(RIGHT,))
    seen: list[Any] = []
    exchange = at.exchange

    def exchanged(request: Request) -> Any:
        if isinstance(request.body, Purchase):
            seen.extend(at.journal.pending(at.site.dev_no))
        return exchange(request)

    at.exchange = exchanged
    at.run(sell(at.site, dear, tender=Tender.BANK))
    (intent,) = seen
    assert (intent.amount_fen, len(intent.pan), intent.msgid) == (600_000, 19, at.msgids[-1])
    assert (intent.batch, intent.trace) == numbers_of(intent.msgid)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    losses=st.dictionaries(st.integers(1, 20), st.sampled_from(["request", "reply"]), max_size=20),
    tender=st.sampled_from([Tender.BANK, Tender.TAP]),
)
def test_whatever_is_lost_the_account_has_paid_what_the_outcome_says(
    host: Any, booth: Callable[..., Any], dear: tuple[Line, ...], losses: dict[int, str], tender: Tender
) -> None:
    host.now_ms += 60_000  # other msgids than the example before
    at = booth(None, "new", n=host.now_ms // 60_000 % 40, bank_pins=(RIGHT,))
    before = bank(at).amount_fen
    at.lose = losses
    outcome = at.run(sell(at.site, dear, tender=tender))
    at.lose = {}
    for intent in at.journal.pending(at.site.dev_no):
        at.run(recover(at.site, intent))
    assert bank(at).amount_fen - before == outcome.bank_fen
    assert at.journal.pending(at.site.dev_no) == ()
