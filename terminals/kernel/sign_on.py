"""Sign on (9001): the first flow of a terminal's day, and after its session was lost."""

from terminals.kernel.effects import NoReply, Steps
from terminals.kernel.exchange import signed_on, unanswered
from terminals.kernel.outcome import Outcome, Result
from terminals.kernel.site import Site
from terminals.kernel.transaction import Transaction


def sign_on(site: Site) -> Steps[Outcome]:
    """Open a session; DONE, DECLINED or NO_ANSWER."""
    transaction = Transaction("sign_on", site)
    reply = yield from signed_on(transaction)
    if isinstance(reply, NoReply) or not reply.approved:
        return (yield from unanswered(transaction, reply))
    return transaction.ended(Result.DONE)
