"""One conversation at a terminal: all the state a flow has, and how it becomes an outcome.

A transaction collects what happened, in order; flows are functions that carry it along. It decides nothing.
"""

from msgspec import Struct

from settlement.wire import codes
from settlement.wire.messages import Amounts, SettlementInfo
from terminals.kernel.effects import Pause, Show, Slot, Steps
from terminals.kernel.outcome import LOCAL, Event, Outcome, Result, Tender
from terminals.kernel.site import AT_ONCE, Pace, Site
from terminals.kernel.terminal_codes import TerminalCode


class Transaction(Struct):
    """The site and pace it runs at, where the card lies, how its rest is to be paid, and the trail it leaves.

    `route` and `generation` are known once the card was read.
    """

    flow: str
    site: Site
    pace: Pace = AT_ONCE
    slot: Slot = Slot.LOCAL
    tender: Tender = Tender.CASH
    route: str = LOCAL
    generation: int = 0
    events: list[Event] = []
    messages: list[tuple[str, str]] = []

    def ended(
        self, result: Result, refusal: str = "", *, info: SettlementInfo | None = None, infno: str = ""
    ) -> Outcome:
        """Return the outcome; `info` is the settlement that it is about, `infno` the message that made it."""
        return Outcome(
            flow=self.flow,
            result=result,
            refusal=refusal,
            route=self.route,
            setl_ids=(info.setl_id,) if info else (),
            amounts=info.amounts if info else Amounts(),
            events=tuple(self.events),
            messages=tuple(self.messages),
            infno=infno,
            generation=self.generation,
            tender=self.tender,
        )


def said(code: TerminalCode, zh: str = "", en: str = "") -> Show:
    """Return a terminal's code as the display has it, for people to quote; `zh` and `en` add to its text.

    >>> said(TerminalCode("-1", "甲", "a"), "乙", "b").en
    'ab (-1)'
    """
    return Show(f"{code.zh}{zh}（{code.code}）", f"{code.en}{en} ({code.code})")


def cash_due(amount_fen: int) -> Show:
    """Return the request for what nothing but cash can pay now.

    >>> cash_due(1205).en
    '12.05 yuan in cash, please'
    """
    yuan = f"{amount_fen // 100}.{amount_fen % 100:02d}"
    return Show(f"请付现金{yuan}元", f"{yuan} yuan in cash, please")


def card_refused(transaction: Transaction, code: TerminalCode) -> Steps[Outcome]:
    """Tell people why the terminal stops, and end."""
    yield said(code)
    return transaction.ended(Result.CARD_REFUSED, code.code)


def declined(transaction: Transaction, refusal: str) -> Steps[Outcome]:
    """Tell people why the host refused, and end; an unknown code is shown as it is."""
    known = codes.REFUSALS.get(refusal)
    yield Show(known.zh, known.en) if known else Show(refusal, refusal)
    return transaction.ended(Result.DECLINED, refusal)


def pause(seconds: float, step: str) -> Steps[None]:
    """Let people think; nothing at all where the pace has no time for it."""
    if seconds:
        yield Pause(seconds, step)
