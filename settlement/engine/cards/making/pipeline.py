"""The nine steps of a card made in a batch, computed: stored moments, a plan and a calendar in, where it stands out.

No step is a job and none is stored. Each begins when the one before it has ended and ends as its plan says, unless the
application's log tells otherwise. Order is kept by construction: a step that has not begun has no entry here.
"""

from datetime import timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from settlement.engine.ledger.making import DONE, CardApplication, Event
from settlement.engine.rules.calendar import DAY_MS, Calendar, china_day
from settlement.engine.rules.outlets import STEPS, Outlets, Plan

CALENDAR_DAYS: Final = frozenset({"SENT"})
"""Steps whose plan counts calendar days: a parcel travels on Sundays."""


class Run(NamedTuple):
    """One step that has begun; `ended_ms` is 0 where nothing says when it ends, `cause` why it failed, if it did."""

    step: str
    began_ms: int
    ended_ms: int
    cause: str = ""

    def ended(self, now_ms: int) -> bool:
        """Return whether the step is over."""
        return 0 < self.ended_ms <= now_ms


class Making(NamedTuple):
    """An application with the rules that it goes by."""

    application: CardApplication
    outlets: Outlets
    calendar: Calendar

    def runs(self) -> tuple[Run, ...]:
        """Return the steps in their order, as far as it is known when they begin."""
        found: list[Run] = []
        began_ms, events = self.application.applied_ms, self.application.events
        for step in STEPS:
            run = self._run(step, began_ms, tuple(event for event in events if event.step == step))
            found.append(run)
            if not run.ended_ms:
                break
            began_ms = run.ended_ms
        return tuple(found)

    def current(self, now_ms: int) -> Run | None:
        """Return the step that is under way; None once all nine are over."""
        return next((run for run in self.runs() if not run.ended(now_ms)), None)

    def ready_ms(self) -> int:
        """Return when the card lies ready at the bank by what is known now; 0 where a step stands still."""
        runs = self.runs()
        return runs[-1].ended_ms if len(runs) == len(STEPS) else 0

    def began_ms(self, step: str, now_ms: int) -> int:
        """Return when a step began; 0 if it has not."""
        return next((run.began_ms for run in self.runs() if run.step == step and run.began_ms <= now_ms), 0)

    def reached(self, step: str, now_ms: int) -> bool:
        """Return whether a step is over."""
        return any(run.step == step and run.ended(now_ms) for run in self.runs())

    def _run(self, step: str, began_ms: int, events: tuple[Event, ...]) -> Run:
        """Return one step: the last that was told of it counts, else its plan."""
        if not events:
            return Run(step, began_ms, self._planned_ms(step, began_ms))
        last = events[-1]
        if last.outcome == DONE:
            return Run(step, began_ms, max(began_ms, last.at_ms))
        return Run(step, began_ms, 0, last.cause)

    def _planned_ms(self, step: str, began_ms: int) -> int:
        days = planned_days(self.outlets.plan, step, self.application.draw, newborn=bool(self.application.newborn))
        if step in CALENDAR_DAYS:
            return began_ms + days * DAY_MS
        return self.calendar.later_ms(began_ms, days)


def planned_days(plan: Plan, step: str, draw: bytes, *, newborn: bool) -> int:
    """Return how long a step of one application takes: each number of days between the least and the most alike."""
    least, most = plan.of(step, newborn=newborn)
    chance = int.from_bytes(sha256(draw + step.encode()).digest()[:8], "big")
    return least + chance % (most - least + 1)


ON_TIME: Final = ""
OVERDUE: Final = "OVERDUE"
ESCALATE: Final = "ESCALATE"
ASK_BANK: Final = "ASK_BANK"
HAND_OUT: Final = "HAND_OUT"
"""What somebody must be told: a step takes longer than it may, the centre is asked (two weeks after sending without
arrival), the bank is asked (15 working days after sending without a card), the unit hands out."""


def alert(making: Making, now_ms: int) -> str:
    """Return what is overdue at a moment: the most urgent, or nothing."""
    limits, calendar, today = making.outlets.limits, making.calendar, china_day(now_ms)
    collected_ms = making.application.collected_ms
    if collected_ms:
        return HAND_OUT if now_ms - collected_ms > limits.hand_out_calendar * DAY_MS else ON_TIME
    sent_ms = making.began_ms("SENT", now_ms)
    if sent_ms and not making.reached("AT_BANK", now_ms) and _passed(calendar, sent_ms, now_ms) > limits.ask_bank:
        return ASK_BANK
    if sent_ms and not making.began_ms("AT_BANK", now_ms):
        if today - china_day(sent_ms) > timedelta(days=limits.escalate_calendar):
            return ESCALATE
        return OVERDUE if today - china_day(sent_ms) > timedelta(days=limits.sent_calendar) else ON_TIME
    run = making.current(now_ms)
    limit = {"BANK_OPEN": limits.bank_open, "AT_BANK": limits.at_bank}.get(run.step) if run else None
    if run is None or limit is None:
        return ON_TIME
    return OVERDUE if _passed(calendar, run.began_ms, now_ms) > limit else ON_TIME


def _passed(calendar: Calendar, began_ms: int, now_ms: int) -> int:
    return calendar.passed(china_day(began_ms), china_day(now_ms))
