"""What a patient shows instead of a card: an identity card, or a telephone with a token. No command goes to any chip.

The telephone asks for its token (0047) when it is held to the scanner, after its holder has opened it by the password
of the app; it asks over this terminal's line, since the simulated one has none of its own. A token says whose it is, so
that 1101 needs nothing else; an identity card is read.
"""

from typing import Final, NamedTuple

from settlement.wire.codes import CREDENTIAL_IDENTITY_CARD
from settlement.wire.credentials import IssueToken, TokenIssued, pad_number
from settlement.wire.entitlement_codes import CREDENTIAL_ECARD, CREDENTIAL_VOUCHER
from terminals.kernel.card_dialogue import CardFacts
from terminals.kernel.effects import Steps, Unlock
from terminals.kernel.exchange import exchange, output_of, unanswered
from terminals.kernel.outcome import LOCAL, REMOTE, Event, Outcome
from terminals.kernel.terminal_codes import NO_SCANNER
from terminals.kernel.transaction import Transaction, card_refused

TOKENS: Final = frozenset({CREDENTIAL_VOUCHER, CREDENTIAL_ECARD})


FIRST_PASSWORD: Final = "000000"  # noqa: S105 - what an app asks until its holder changes it (assumed), no secret


class Papers(NamedTuple):
    """What is shown (mdtrt_cert_type 01, 02 or 91), by whom insured where, and the telephone's `password`."""

    mdtrt_cert_type: str
    city: str
    certno: str
    psn_name: str
    password: str = FIRST_PASSWORD


def read_papers(transaction: Transaction, papers: Papers) -> Steps[CardFacts | Outcome]:
    """Return what a terminal takes from papers, in the place of what it takes from a card, or how that ended."""
    transaction.route = LOCAL if papers.city == transaction.site.city else REMOTE
    if papers.mdtrt_cert_type == CREDENTIAL_IDENTITY_CARD:
        return CardFacts(b"", papers.city, 0, papers.certno, papers.certno, papers.psn_name, "")
    if not transaction.site.scans:
        return (yield from card_refused(transaction, NO_SCANNER))
    reply = yield from exchange(transaction, (yield from _asked(papers)), papers.city, anew=lambda: _asked(papers))
    issued = output_of(reply, TokenIssued)
    if issued is None:
        return (yield from unanswered(transaction, reply))
    transaction.events.append(Event.SCANNED)
    return CardFacts(b"", papers.city, 0, issued.mdtrt_cert_no, "", "", "")


def _asked(papers: Papers) -> Steps[IssueToken]:
    """Return what a telephone asks, enciphered under the session as it is now."""
    block: bytes = yield Unlock(pad_number(papers.certno), papers.password)
    return IssueToken(papers.mdtrt_cert_type, papers.certno, papers.psn_name, pin_block=block)
