from collections.abc import Callable
from typing import Any

import pytest

from settlement.engine.ledger.stays import CANCELLED, Stay
from settlement.wire import codes
from settlement.wire.messages import Line, SettlementInfo
from terminals.kernel.entries import Intent
from terminals.kernel.inpatient import stay
from terminals.kernel.outcome import Event, Result, Tender
from terminals.kernel.recover import recover
from terminals.kernel.revoke import revoke
from terminals.kernel.site import Site

STEPS = ["1101", "2401", "2301", "2402", "2303", "2304"]
SAMPLE = "379900"


def test_a_stay_is_admitted_charged_discharged_and_settled(
    booth: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...]
) -> None:
    at = booth(site("H"), passwords=())
    outcome = at.run(stay(at.site, basket))
    assert (outcome.flow, outcome.result, outcome.infno) == ("inpatient", Result.SETTLED, "2304")
    assert [infno for infno, _ in outcome.messages] == STEPS
    assert at.host.ledger["2304"].medfee_sumamt_fen == outcome.amounts.medfee_sumamt_fen
    assert at.journal.pending(at.site.dev_no) == ()


def test_settled_in_between_a_stay_has_both_settlements_in_its_outcome(
    booth: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...]
) -> None:
    at = booth(site("H"))
    outcome = at.run(stay(at.site, basket, interim=True))
    assert [infno for infno, _ in outcome.messages] == [
        *("1101", "2401", "2301", "2303", "2304"),
        *("2301", "2402", "2303", "2304"),
    ]
    books = at.host.ledger["2304"]
    assert len(outcome.setl_ids) == books.settled == 2
    assert outcome.amounts.medfee_sumamt_fen == books.medfee_sumamt_fen
    assert outcome.amounts.psn_cash_pay_fen == books.psn_cash_pay_fen


def test_the_rest_of_a_stay_is_paid_from_the_bank_account(
    booth: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...]
) -> None:
    at = booth(site("H"), bank_pins=("111111",))
    outcome = at.run(stay(at.site, basket, tender=Tender.BANK, account_used=False))
    assert (outcome.result, outcome.events) == (Result.SETTLED, (Event.BANK_PAID,))
    assert outcome.bank_fen == outcome.amounts.psn_cash_pay_fen


def test_replies_lost_at_every_step_of_a_stay_cost_repeats_and_nothing_else(
    booth: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...]
) -> None:
    at = booth(site("H"))
    at.lose = dict.fromkeys(range(1, 12, 2), "reply")
    outcome = at.run(stay(at.site, basket))
    assert (outcome.result, outcome.events) == (Result.SETTLED, (Event.RETRIED,) * 6)
    assert at.host.ledger["2304"].settled == 1


def test_a_settlement_of_a_stay_whose_replies_are_lost_is_found_by_query(
    booth: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...]
) -> None:
    at = booth(site("H"))
    at.lose = dict.fromkeys(range(6, 10), "reply")
    outcome = at.run(stay(at.site, basket))
    assert (outcome.result, outcome.infno) == (Result.SETTLED, "2304")
    assert Event.FOUND_BY_QUERY in outcome.events


@pytest.mark.parametrize("lost", ["request", "reply"])
def test_an_admission_that_nobody_knows_of_is_undone(
    booth: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...], lost: str
) -> None:
    at = booth(site("H"))
    at.lose = dict.fromkeys(range(2, 6), lost)
    outcome = at.run(stay(at.site, basket))
    assert (outcome.result, outcome.events[-1]) == (Result.REVERSED, Event.UNDONE_BY_REVERSAL)
    stays = [row for row in at.host.store._rows.values() if isinstance(row, Stay)]
    assert {row.state for row in stays} <= {CANCELLED}
    at.lose = {}
    assert at.run(stay(at.site, basket)).result is Result.SETTLED


def test_an_open_admission_of_the_journal_is_undone_at_the_next_sign_on(
    booth: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...]
) -> None:
    at = booth(site("H"))
    at.lose = dict.fromkeys(range(2, 99), "reply")
    assert at.run(stay(at.site, basket)).result is Result.IN_DOUBT
    [intent] = at.journal.pending(at.site.dev_no)
    assert isinstance(intent, Intent)
    assert (intent.infno, intent.amount_fen) == ("2401", 0)
    at.lose = {}
    assert at.run(recover(at.site, intent)).result is Result.REVERSED
    assert at.journal.pending(at.site.dev_no) == ()


def test_somebody_in_hospital_is_not_admitted_again(
    booth: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...]
) -> None:
    at = booth(site("H"))
    at.lose = dict.fromkeys(range(3, 99), "request")
    assert at.run(stay(at.site, basket)).result is Result.NO_ANSWER
    at.lose = {}
    outcome = at.run(stay(at.site, basket))
    assert (outcome.result, outcome.refusal) == (Result.DECLINED, "E3111")


def test_a_stays_settlement_is_revoked_by_its_setl_id(
    booth: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...]
) -> None:
    at = booth(site("H"))
    settled = at.run(stay(at.site, basket))
    [row] = [row for row in at.host.store._rows.values() if type(row).__name__ == "Settlement"]
    info = SettlementInfo(
        row.setl_id, row.mdtrt_id, row.psn_no, row.insutype, row.med_type, "", row.msgid, "0", settled.amounts
    )
    undone = at.run(revoke(at.site, info, row.city, of_stay=True))
    assert (undone.result, undone.infno) == (Result.REVOKED, "2305")
    assert at.host.ledger["2304"].voided == 1


def test_a_refused_admission_ends_the_visit_and_leaves_nothing_open(
    booth: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...]
) -> None:
    at = booth(site("P"))
    outcome = at.run(stay(at.site, basket))
    assert (outcome.result, outcome.refusal) == (Result.DECLINED, codes.WRONG_KIND_OF_INSTITUTION.code)
    assert at.journal.pending(at.site.dev_no) == ()
