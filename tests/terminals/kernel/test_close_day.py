from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from settlement.wire.bank import BatchClose, BatchLine
from settlement.wire.messages import Line
from terminals.kernel.close_day import close_day, open_batch, standing_of
from terminals.kernel.effects import Record
from terminals.kernel.outcome import Result, Tender
from terminals.kernel.pharmacy import sell


@pytest.fixture
def till(booth: Callable[..., Any]) -> Any:
    """A booth that has signed in at the bank, and keeps its entries."""
    at = booth(bank_pins=("111111",) * 9)
    opened = at.run(open_batch(at.site))
    assert (opened.outcome.result, opened.batch) == (Result.DONE, 1)
    at.site = msgspec.structs.replace(at.site, bank_batch=opened.batch)
    at.entries = []
    perform = at.perform

    def noted(effect: Any) -> Any:
        if isinstance(effect, Record):
            at.entries.append(effect.entry)
        return perform(effect)

    at.perform = noted
    return at


def close(at: Any, **otherwise: Any) -> Any:
    standing = otherwise.get("standing", standing_of(at.entries, at.site.bank_batch))
    return at.run(close_day(at.site, at.site.bank_batch, standing))


def test_a_day_is_closed_equal_and_the_next_batch_is_another(till: Any, dear: tuple[Line, ...]) -> None:
    sold = till.run(sell(till.site, dear, tender=Tender.BANK))
    assert sold.bank_fen > 0
    closed = close(till)
    assert (closed.outcome.result, closed.differs, closed.bank_has_fen) == (Result.DONE, (), 0)
    assert [infno for infno, _ in closed.outcome.messages] == ["0500"]
    assert till.run(open_batch(till.site)).batch == 2


def test_a_closed_batch_sells_nothing_more_by_card(till: Any, dear: tuple[Line, ...]) -> None:
    close(till)
    sold = till.run(sell(till.site, dear, tender=Tender.BANK))
    assert (sold.result, sold.response_code, sold.bank_fen) == (Result.SETTLED, "77", 0)


@pytest.mark.parametrize("lost", ["request", "reply"])
def test_a_close_that_is_lost_is_repeated_and_closes_once(till: Any, dear: tuple[Line, ...], lost: str) -> None:
    till.run(sell(till.site, dear, tender=Tender.BANK))
    till.lose = {till.requests + 1: lost, till.requests + 2: lost}
    assert close(till).outcome.result is Result.DONE
    assert till.run(open_batch(till.site)).batch == 2


def test_an_unequal_day_is_told_line_by_line_and_says_what_differs(till: Any, dear: tuple[Line, ...]) -> None:
    till.run(sell(till.site, dear, tender=Tender.BANK))
    (purchase,) = standing_of(till.entries, 1)
    wrong = msgspec.structs.replace(purchase, amount_fen=purchase.amount_fen - 100)
    closed = close(till, standing=(wrong,))
    assert (closed.differs, closed.bank_has_fen) == ((purchase.msgid,), 100)
    sent = [BatchClose, BatchLine, BatchClose]
    assert [infno for infno, _ in closed.outcome.messages] == [kind.__struct_config__.tag for kind in sent]
    assert till.run(open_batch(till.site)).batch == 2


def test_a_purchase_that_the_terminal_has_forgotten_shows_in_the_sum(till: Any, dear: tuple[Line, ...]) -> None:
    sold = till.run(sell(till.site, dear, tender=Tender.BANK))
    closed = close(till, standing=())
    assert (closed.differs, closed.bank_has_fen) == ((), sold.bank_fen)


def test_a_reversed_purchase_is_in_no_batch(till: Any, dear: tuple[Line, ...]) -> None:
    till.lose = dict.fromkeys(range(till.requests + 4, till.requests + 8), "reply")
    sold = till.run(sell(till.site, dear, tender=Tender.BANK))
    assert sold.bank_fen == 0
    assert standing_of(till.entries, 1) == ()
    assert close(till).outcome.messages == (("0500", "approved"),)


def test_a_host_that_is_silent_closes_nothing(till: Any) -> None:
    till.lose = dict.fromkeys(range(1, 99), "request")
    closed = close(till)
    assert closed.outcome.result is Result.NO_ANSWER
    failed = till.run(open_batch(till.site))
    assert (failed.outcome.result, failed.batch) == (Result.NO_ANSWER, 0)
