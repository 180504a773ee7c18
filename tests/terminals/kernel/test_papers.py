"""A patient without a card: a telephone's token or an identity card, at pharmacy and hospital, at home and away."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
import pytest

from terminals.kernel.effects import Request, Transmit
from terminals.kernel.outcome import Event, Result
from terminals.kernel.outpatient import treat
from terminals.kernel.papers import Papers
from terminals.kernel.pharmacy import sell

VOUCHER, IDENTITY, ECARD = "01", "02", "91"
JINAN, SAMPLE = "370100", "379900"


@pytest.fixture
def papers(people: Any, adult: Callable[..., int]) -> Callable[..., Papers]:
    """What somebody shows who has a card of a kind at home."""

    def made(kind: str, profile: str = "jinan") -> Papers:
        index = adult(profile)
        person = people.person(index)
        return Papers(kind, people.profile(index).city, person.certno, person.name)

    return made


@pytest.mark.parametrize("kind", [VOUCHER, ECARD])
def test_a_telephone_pays_at_a_pharmacy_in_four_messages_and_no_password(
    booth: Callable[..., Any], basket: Any, papers: Any, kind: str
) -> None:
    at = booth(passwords=())
    outcome = at.run(sell(at.site, basket, papers=papers(kind)))
    assert outcome.result is Result.SETTLED
    assert [infno for infno, _ in outcome.messages] == ["0047", "1101", "2101", "2102"]
    assert outcome.events == (Event.SCANNED,)


def test_an_identity_card_pays_with_the_local_password(booth: Callable[..., Any], basket: Any, papers: Any) -> None:
    at = booth(passwords=("111111", "000000"))
    outcome = at.run(sell(at.site, basket, papers=papers(IDENTITY)))
    assert outcome.result is Result.SETTLED
    assert outcome.events == (Event.PASSWORD_WRONG,)


@pytest.mark.parametrize("kind", [VOUCHER, IDENTITY, ECARD])
def test_a_hospital_takes_the_same(
    booth: Callable[..., Any], site: Callable[..., Any], basket: Any, papers: Any, kind: str
) -> None:
    at = booth(site("H"))
    assert at.run(treat(at.site, basket, papers=papers(kind))).result is Result.SETTLED


@pytest.mark.parametrize("kind", [VOUCHER, IDENTITY, ECARD])
def test_no_command_goes_to_any_chip(booth: Callable[..., Any], basket: Any, papers: Any, kind: str) -> None:
    at = booth()
    sent: list[Any] = []
    flow = sell(at.site, basket, papers=papers(kind))
    with suppress(StopIteration):
        effect = flow.send(None)
        while True:
            sent.append(effect)
            effect = flow.send(at.perform(effect))
    assert [effect for effect in sent if isinstance(effect, Request)]
    assert not [effect for effect in sent if isinstance(effect, Transmit)]


@pytest.mark.rule("RF01")
@pytest.mark.parametrize("kind", [VOUCHER, ECARD])
def test_a_terminal_without_a_scanner_refuses_a_telephone_before_any_message(
    booth: Callable[..., Any], site: Callable[..., Any], basket: Any, papers: Any, kind: str
) -> None:
    at = booth(msgspec.structs.replace(site(), scans=False))
    outcome = at.run(sell(at.site, basket, papers=papers(kind)))
    assert (outcome.result, outcome.refusal, outcome.messages) == (Result.CARD_REFUSED, "-41", ())


def test_away_from_home_a_voucher_needs_no_chip_and_an_identity_card_is_refused(
    booth: Callable[..., Any], site: Callable[..., Any], basket: Any, papers: Any
) -> None:
    at = booth(site("P", SAMPLE))
    voucher = at.run(sell(at.site, basket, papers=papers(VOUCHER)))
    assert (voucher.result, voucher.route) == (Result.SETTLED, "remote")
    at = booth(site("P", SAMPLE))
    identity = at.run(sell(at.site, basket, papers=papers(IDENTITY)))
    assert (identity.result, identity.refusal) == (Result.DECLINED, "E2101")


def test_a_telephone_of_nobody_has_no_token(booth: Callable[..., Any], basket: Any) -> None:
    at = booth()
    outcome = at.run(sell(at.site, basket, papers=Papers(VOUCHER, JINAN, "370100190001010000", "某人")))
    assert (outcome.result, outcome.refusal) == (Result.DECLINED, "E3001")
    assert [infno for infno, _ in outcome.messages] == ["0047"]


def test_lost_replies_cost_repeats_and_nothing_else(booth: Callable[..., Any], basket: Any, papers: Any) -> None:
    at = booth()
    at.lose = {at.requests + place: how for place, how in ((1, "reply"), (3, "request"), (6, "reply"))}
    outcome = at.run(sell(at.site, basket, papers=papers(VOUCHER)))
    assert outcome.result is Result.SETTLED
    assert outcome.events.count(Event.RETRIED) == 3
    assert at.host.ledger["2102"].settled == 1
