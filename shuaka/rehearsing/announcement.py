"""What a run at a platform that is not ours would do, in words: how fast, for how much money, and how it is undone."""

from itertools import islice
from typing import Final

from loadtests.foreign.ceilings import most_within
from loadtests.foreign.crowd import ForeignCrowd
from loadtests.foreign.target import Target
from settlement.engine.rules.money import yuan
from shuaka.rehearsing.foreign_plan import Foreign, due_times, moment, plan_of, refusals, visits_of
from shuaka.rehearsing.order import Rehearsal
from terminals.kernel.exchange import LOST_PAUSES_S

REFUSED: Final = "REFUSED  "
"""How a line begins that says why such a run would not be made."""


def announcement(asked: Rehearsal, foreign: Foreign, now_ms: int) -> list[str]:
    """Say what a run would do, how fast, for how much money, and how it is undone; nothing is sent."""
    found, arrivals = foreign.target, asked.arrivals
    settlements, fen = money(asked, foreign)
    visits = f"each at most {visits_of(found)} times"
    due_s = due_times(asked)
    pace = f"{len(due_s)} in {arrivals.duration_s:g} s, at most {most_within(due_s, 1.0)} within a second"
    return [
        f"target   {found.name}, {found.address}{found.path}, gateway {found.gateway}",
        *_approval(found),
        f"at       {len(found.institutions)} pharmacies of {found.city}, {len(found.sites())} terminals and operators",
        f"who      {len(foreign.people)} people of {found.people}, {visits}; {len(foreign.stock.items)} items",
        f"arrivals {arrivals.text}: {pace}, open; 1101, 2101 and 2102 for each",
        *(f"changed  {what}" for what in plan_of(asked, foreign).profile.overridden),
        f"money    {settlements} settlements, {yuan(fen)} yuan in all, by seed {asked.seed}; cash for what is left",
        *_limits(found),
        f"unknown  a lost reply is {_unknown(found)}",
        f"proof    {_proof(found)}",
        f"undo     shuaka undo {asked.run} --data {asked.data}: 2103 for each settlement, the newest first",
        "sent     nothing: this is a plan",
        *(f"{REFUSED}{why}" for why in refusals(asked, foreign, now_ms)),
    ]


def money(asked: Rehearsal, foreign: Foreign) -> tuple[int, int]:
    """Return how many settlements would be made and their fen, if everybody came and was served."""
    crowd = ForeignCrowd(plan_of(asked, foreign), 0)
    bills = [
        sum(line.det_item_fee_sumamt_fen for line in comer.patient.basket)
        for comer in islice(iter(crowd.next, None), len(due_times(asked)))
    ]
    return len(bills), sum(bills)


def _approval(found: Target) -> list[str]:
    if found.approval is None:
        return ["approval none needed: this is loopback"]
    reference = f", {found.approval.reference}" if found.approval.reference else ""
    window = found.window_ms
    hours = f"; window {moment(window[0])} to {moment(window[1])}" if window else ""
    return [f"approval {found.approval.by}, {found.approval.on} for {found.approval.host}{reference}{hours}"]


def _limits(found: Target) -> list[str]:
    ceilings, abort = found.ceilings, found.abort
    said = []
    if ceilings:
        said.append(
            f"ceilings {ceilings.rate_per_s:g} arrivals a second, {ceilings.settlements} settlements,"
            f" {yuan(ceilings.fen)} yuan: checked before each settlement leaves"
        )
    if abort:
        said.append(
            f"abort    at {abort.error_share:.0%} errors or p99 above {abort.p99_ms:g} ms over {abort.over} replies,"
            f" {abort.consecutive_errors} errors or {abort.busy} busy answers in a row"
        )
    return said


def _unknown(found: Target) -> str:
    again = f"asked for again up to {len(LOST_PAUSES_S)} times, then " if found.repeats_msgid else ""
    query = "looked for by 5203, then " if found.query_by_msgid else ""
    return f"{again}{query}reversed by 2601"


def _proof(found: Target) -> str:
    offered = [
        name for name, there in (("3201", found.proof.totals), ("3202 row by row", found.proof.details)) if there
    ]
    return f"our journal against {' and '.join(offered)}" if offered else "none is offered: it will say *not proved*"
