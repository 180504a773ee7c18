"""One call as the journal keeps it: who asked, the verdict and on what it stands, the split, the postings. Pure."""

import re
from typing import Final, NamedTuple

import msgspec
from msgspec import Raw, Struct

from settlement.engine.ledger.state import Transfer
from settlement.journal.masking import Mask
from settlement.journal.refusal_rules import RULES
from settlement.wire.codes import REFUSALS
from settlement.wire.envelope import Reply, Request, decode_output
from settlement.wire.messages import Body
from settlement.wire.named import named_json
from settlement.wire.names import local_time

APPROVED: Final = "approved"
REPLAYED: Final = "replayed"
REFUSED: Final = "refused"
TURNED_AWAY: Final = "turned away"
"""By the HTTP gateway, before there was a message: its own JSON without infcode."""
BODY_KEPT_MAX: Final = 64 * 1024
"""Bytes of a body that are kept; of a longer one the length is."""
NOTHING: Final = b"null"
FIELD: Final = re.compile(r": (?P<field>(?:input|[a-z]\w*)[\w.\[\]]*): ")


class Noted(NamedTuple):
    """A call that was answered, as its gateway and the service saw it.

    `content` is a body as it came (JSON of the HTTP door); without it `body` is told. `status` is the HTTP gateway's
    own refusal, which has no reply.
    """

    gateway: str
    at_ms: int
    seconds: float
    infno: str = ""
    request: Request | None = None
    body: Body | None = None
    content: bytes = b""
    reply: Reply | None = None
    transfers: tuple[Transfer, ...] = ()
    replayed: bool = False
    status: int = 0
    message: str = ""


class Posting(Struct, frozen=True):
    """One transfer of a decision."""

    books: str
    debit: str
    credit: str
    amount_fen: int


class Entry(Struct, frozen=True, omit_defaults=True):
    """A call as kept; `asked` and `answered` are masked. `dropped` counts calls before it that the journal lost."""

    number: int
    at: str
    gateway: str
    infno: str
    verdict: str
    ms: float
    msgid: str = ""
    fixmedins_code: str = ""
    opter: str = ""
    insuplc_admdvs: str = ""
    refusal: str = ""
    owner: str = ""
    basis: str = ""
    field: str = ""
    rules: tuple[str, ...] = ()
    err_msg: str = ""
    asked: Raw = Raw(b"null")
    answered: Raw = Raw(b"null")
    postings: tuple[Posting, ...] = ()
    dropped: int = 0


def entry_of(noted: Noted, number: int, mask: Mask, dropped: int = 0) -> Entry:
    """Return a call as it is kept."""
    seen: dict[str, str] = {}
    asked = Raw(mask.text(_asked(noted), seen))
    answered = Raw(mask.text(_answered(noted), seen))
    request, refusal = noted.request, noted.reply.refusal if noted.reply else str(noted.status)
    known = REFUSALS.get(refusal)
    said = noted.reply.err_msg if noted.reply else noted.message
    return Entry(
        number=number,
        at=f"{local_time(noted.at_ms)}.{noted.at_ms % 1000:03d}",
        gateway=noted.gateway,
        infno=noted.infno,
        verdict=_verdict(noted),
        ms=round(noted.seconds * 1000, 3),
        msgid=mask.plain(request.msgid, seen) if request else "",
        fixmedins_code=request.fixmedins_code if request else "",
        opter=mask.plain(request.dev_no, seen) if request else "",
        insuplc_admdvs=request.insuplc_admdvs if request else "",
        refusal=refusal,
        owner=known.owner if known else "",
        basis=known.basis if known else "observed" if noted.status else "",
        field=_field(said),
        rules=RULES.get(refusal, ()),
        err_msg=mask.sentence(said, seen),
        asked=asked,
        answered=answered,
        postings=tuple(
            Posting(made.books, mask.account(made.debit, seen), mask.account(made.credit, seen), made.amount_fen)
            for made in noted.transfers
        ),
        dropped=dropped,
    )


def _verdict(noted: Noted) -> str:
    if noted.reply is None:
        return TURNED_AWAY
    if noted.replayed:
        return REPLAYED
    return APPROVED if noted.reply.approved else REFUSED


def _asked(noted: Noted) -> bytes:
    """Return the JSON of what came: as it came, or of the struct that it was; of what is too long its length."""
    if not noted.content:
        return named_json(noted.body) if noted.body is not None else NOTHING
    if len(noted.content) > BODY_KEPT_MAX or (noted.request is None and not _is_json(noted.content)):
        return b'{"bytes":%d}' % len(noted.content)
    return noted.content


def _answered(noted: Noted) -> bytes:
    output = decode_output(noted.reply) if noted.reply else None
    written = NOTHING if output is None else named_json(output)
    return written if len(written) <= BODY_KEPT_MAX else b'{"bytes":%d}' % len(written)


def _is_json(content: bytes) -> bool:
    try:
        msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _field(said: str) -> str:
    found = FIELD.search(said)
    return found["field"] if found else ""
