"""Revokes or reverses everything that a run settled, at any door: one at a time, the newest first, resumable.

First what is unknown is found out, by 5203 or 2601; then each settlement that stands is revoked, and a bank's purchase
with it. Newest first, since deductibles and caps were counted in the order of settling. Every step is written to a
journal of its own before it is asked for, so that an undo which was killed goes on where it was.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from loadtests.evidence.history import Deed, History
from loadtests.foreign.clerk import Clerk
from settlement.wire.messages import Amounts, QuerySettlement, SettlementInfo
from terminals.kernel.effects import Record, Steps
from terminals.kernel.entries import Fate, Intent, OpenIntent, Resolution
from terminals.kernel.exchange import exchange, output_of
from terminals.kernel.outcome import Outcome, Result
from terminals.kernel.recover import UNDONE, recover
from terminals.kernel.revoke import revoke
from terminals.kernel.site import Site
from terminals.kernel.transaction import Transaction

UNDECIDED: Final = frozenset({Result.IN_DOUBT, Result.NO_ANSWER})


class Undone(Struct, frozen=True):
    """What one step came to; `ok` unless something of it may still stand."""

    msgid: str
    result: Result
    refusal: str
    ok: bool


def undo(read: Callable[[], History], clerks: Mapping[str, Clerk]) -> Iterator[Undone]:
    """Undo what may stand, by clerks of its terminals; `read` gives the history so far, this undo's journal included.

    Raise UndoError where a terminal cannot sign on.
    """
    yield from find_out(read(), clerks)
    history = read()
    oldest_first = sorted(history.standing(), key=_when)
    for deed in oldest_first[::-1]:
        clerk = clerks[deed.dev_no]
        outcome = clerk.run(_revoke(clerk.site, deed, history))
        yield Undone(deed.msgid, outcome.result, outcome.refusal, ok=outcome.result is Result.REVOKED)


def find_out(history: History, clerks: Mapping[str, Clerk]) -> Iterator[Undone]:
    """Find out, by 5203 or 2601, what became of everything whose outcome is unknown; raise UndoError."""
    for deed in history.open():
        clerk = clerks[deed.dev_no]
        outcome = clerk.run(_found_out(clerk.site, deed.intent))
        yield Undone(deed.msgid, outcome.result, outcome.refusal, ok=outcome.result not in UNDECIDED)


def left(history: History) -> int:
    """Return how many steps an undo of a history has to take."""
    return len(history.open()) + len(history.standing())


def _when(deed: Deed) -> str:
    settled = deed.resolution.settled if deed.resolution else None
    return settled.setl_time if settled else ""


def _found_out(site: Site, intent: OpenIntent) -> Steps[Outcome]:
    """Find out what became of an intent; a revoke's by its settlement, where the host knows no repeat for one."""
    if isinstance(intent, Intent) and intent.setl_id and not site.repeats:
        return _asked(site, intent)
    return recover(site, intent)


def _asked(site: Site, intent: Intent) -> Steps[Outcome]:
    """Ask by 5203 whether a revoke was carried out; if not, it never was, and is made anew."""
    transaction = Transaction("recover", site)
    query = QuerySettlement(intent.psn_no, intent.setl_id, intent.mdtrt_id)
    reply = yield from exchange(transaction, query, intent.insuplc_admdvs)
    info = output_of(reply, SettlementInfo)
    if info is None:
        return transaction.ended(Result.IN_DOUBT)
    carried_out = info.refd_setl_flag == UNDONE
    yield Record(Resolution(intent.msgid, Fate.DONE if carried_out else Fate.REFUSED))
    return transaction.ended(Result.REVOKED if carried_out else Result.DECLINED)


def settlement_of(intent: Intent, setl_id: str, mdtrt_id: str) -> SettlementInfo:
    """Return of a settlement what its revoke must name."""
    return SettlementInfo(
        setl_id=setl_id,
        mdtrt_id=mdtrt_id,
        psn_no=intent.psn_no,
        insutype="",
        med_type="",
        setl_time="",
        medins_setl_id=intent.msgid,
        refd_setl_flag="0",
        amounts=Amounts(medfee_sumamt_fen=intent.amount_fen),
    )


def _revoke(site: Site, deed: Deed, history: History) -> Steps[Outcome]:
    assert isinstance(deed.intent, Intent)
    assert deed.resolution is not None
    intent, resolution = deed.intent, deed.resolution
    mdtrt_id = resolution.settled.mdtrt_id if resolution.settled else ""
    info = settlement_of(intent, resolution.setl_id, mdtrt_id)
    purchase = history.purchase_of(resolution.setl_id)
    return revoke(site, info, intent.insuplc_admdvs, purchase, of_stay=deed.of_stay)
