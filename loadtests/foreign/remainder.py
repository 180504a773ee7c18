"""Undoes what only a platform has of a run: a settlement refused to us, settled twice, or reversed and still standing.

After everything of our own books was undone, and by the platform's rows: 2103 where a row states its setl_id and visit,
else 2601 by the msgid that asked for it. The journal says beforehand under which msgid, so that the rows which follow
are told for ours.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from loadtests.evidence.history import SETTLEMENTS, Deed, History
from loadtests.evidence.proof import Finding, Kind
from loadtests.foreign.clerk import Clerk
from loadtests.foreign.undo import Undone, settlement_of
from settlement.wire import codes
from settlement.wire.envelope import Reply
from settlement.wire.messages import Reverse
from terminals.kernel.effects import NextMsgid, Record, Steps
from terminals.kernel.entries import Fate, Intent, Resolution
from terminals.kernel.exchange import exchange
from terminals.kernel.outcome import Outcome, Result
from terminals.kernel.revoke import revoke
from terminals.kernel.site import Site
from terminals.kernel.transaction import Transaction

STANDING: Final = frozenset({Kind.ONLY_THEIRS, Kind.DOUBLE, Kind.REVERSAL_LOST})
"""Findings that say: the platform holds more of a msgid than we know."""
GONE: Final = frozenset({Result.REVOKED, Result.REVERSED})


def undo_remainder(
    findings: Iterable[Finding], read: Callable[[], History], clerks: Mapping[str, Clerk]
) -> Iterator[Undone]:
    """Undo what a statement says to stand beyond our books; raise UndoError where a terminal cannot sign on.

    What of our own books still stands is left alone: a 2601 by its msgid could not choose between the two.
    """
    history = read()
    deeds = {deed.msgid: deed for deed in history.deeds if deed.infno in SETTLEMENTS}
    ours = {deed.msgid for deed in history.standing()}
    for finding in findings:
        deed = deeds.get(finding.msgid)
        if finding.kind not in STANDING or deed is None or deed.msgid in ours:
            continue
        clerk = clerks[deed.dev_no]
        outcome = clerk.run(_undone(clerk.site, deed, finding))
        yield Undone(deed.msgid, outcome.result, outcome.refusal, ok=outcome.result in GONE)


def _undone(site: Site, deed: Deed, finding: Finding) -> Steps[Outcome]:
    assert isinstance(deed.intent, Intent)
    if finding.setl_id and finding.mdtrt_id:
        info = settlement_of(deed.intent, finding.setl_id, finding.mdtrt_id)
        return revoke(site, info, deed.intent.insuplc_admdvs, of_stay=deed.of_stay)
    return _reversed(Transaction("recover", site), deed, deed.intent)


def _reversed(transaction: Transaction, deed: Deed, intent: Intent) -> Steps[Outcome]:
    msgid: str = yield NextMsgid()
    known = deed.resolution or Resolution(deed.msgid, Fate.REVERSED)
    fate = Fate.DONE if known.fate is Fate.DONE else Fate.REVERSED
    yield Record(replace(known, fate=fate, undone_by=msgid))
    body = Reverse(intent.psn_no, deed.msgid, intent.infno)
    reply = yield from exchange(transaction, body, intent.insuplc_admdvs, msgid=msgid)
    if isinstance(reply, Reply) and (reply.approved or reply.refusal == codes.ALREADY_UNDONE.code):
        return transaction.ended(Result.REVERSED)
    return transaction.ended(Result.IN_DOUBT, reply.refusal if isinstance(reply, Reply) else "")
