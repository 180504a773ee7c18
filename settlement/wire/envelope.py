"""What stands around a message on the wire, and the errors of decoding in words.

A request is the header of the national envelope plus the session's counter, with the message in it; a reply answers by
msgid. Decoding is where bad input meets us first: the error names the field.
"""

import re
from hashlib import sha256
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Raw, Struct

from settlement.wire import codes
from settlement.wire.card_service import SECRETS, CardService
from settlement.wire.fields import Identifier, OptionalIdentifier, Region
from settlement.wire.messages import Body, Line, Output
from settlement.wire.names import compact_time
from settlement.wire.refusal import Refusal

Counter = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]


class Request(Struct, frozen=True, array_like=True):
    """The envelope of a request; `body` is one encoded message.

    `msgid` (institution 12, yyyyMMddHHmmss, sequence) is the key of idempotency and of reversal. `counter` rises with
    every frame of a session (in 9001: the terminal's clock in ms); a repeat is the same msgid under a new counter.
    `insuplc_admdvs` empty means insured where treated.
    """

    msgid: Identifier
    fixmedins_code: Annotated[str, Meta(min_length=1, max_length=12)]
    dev_no: Annotated[str, Meta(min_length=1, max_length=20)]
    mdtrtarea_admvs: Region
    insuplc_admdvs: Annotated[str, Meta(pattern="^([0-9]{6})?$")]
    sign_no: OptionalIdentifier
    counter: Counter
    inf_time: Annotated[str, Meta(max_length=19)]
    body: Raw


class Reply(Struct, frozen=True, array_like=True):
    """The envelope of a reply; `refusal` is empty (infcode 0) or a code of codes.REFUSALS (infcode -1).

    A refusal has no output, but for the bank's: its DE 39 and its answer to the card (wire.bank).
    """

    msgid: str
    infno: str
    refusal: str
    err_msg: str
    inf_refmsgid: str
    respond_time: str
    output: Raw = Raw(b"\xc0")

    @property
    def approved(self) -> bool:
        """Whether what was asked was carried out."""
        return self.refusal == codes.APPROVED


class MalformedError(ValueError):
    """A message that cannot be understood; the text names the field. `refusal` says which refusal answers it."""

    def __init__(self, text: str, refusal: Refusal = codes.BAD_ENVELOPE, msgid: str = "") -> None:
        super().__init__(text)
        self.refusal = refusal
        self.msgid = msgid


UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What a decoder raises for bytes that are no message: of another shape, no UTF-8, or nested without end."""

_encode = msgspec.msgpack.Encoder().encode
_decode_request = msgspec.msgpack.Decoder(Request).decode
_decode_body: Any = msgspec.msgpack.Decoder(Body).decode
_decode_reply = msgspec.msgpack.Decoder(Reply).decode
_decode_output: Any = msgspec.msgpack.Decoder(Output | None).decode
_decode_tag = msgspec.msgpack.Decoder(list[Any]).decode

BODY_TYPES: Final[dict[str, type[Struct]]] = {kind.__struct_config__.tag: kind for kind in Body.__args__}
"""Each message's struct by its infno."""


def encode(value: Struct) -> bytes:
    """Encode a message, a reply or a request as MessagePack."""
    return _encode(value)


def encode_lines(lines: tuple[Line, ...]) -> bytes:
    """Encode the lines of a bill."""
    return _encode(lines)


def encode_rows(rows: tuple[Struct, ...]) -> bytes:
    """Encode rows of one kind, to be kept in a field."""
    return _encode(rows)


def raw(value: Struct | None) -> Raw:
    """Return a value ready to stand in an envelope; None stands for a refusal's empty output."""
    return Raw(_encode(value))


def decode_request(frame: bytes) -> Request:
    """Decode a request's envelope; raise MalformedError that names the field."""
    try:
        return _decode_request(frame)
    except UNREADABLE as error:
        raise MalformedError(_in_words(error, Request)) from None


def decode_body(request: Request) -> Body:
    """Decode the message in a request; raise MalformedError that names the field, or the unknown infno."""
    try:
        body: Body = _decode_body(request.body)
    except UNREADABLE as error:
        infno = infno_of(request.body)
        if infno not in BODY_TYPES:
            raise MalformedError(f"infno {infno!r}", codes.UNKNOWN_MESSAGE, request.msgid) from None
        raise MalformedError(_in_words(error, BODY_TYPES[infno]), msgid=request.msgid) from None
    return body


def decode_reply(payload: bytes) -> Reply:
    """Decode a reply's envelope; raise MalformedError."""
    try:
        return _decode_reply(payload)
    except UNREADABLE as error:
        raise MalformedError(_in_words(error, Reply)) from None


def decode_output(reply: Reply) -> Output | None:
    """Decode what a reply carries; None for a refusal, unless the bank refused what it was asked."""
    try:
        output: Output | None = _decode_output(reply.output)
    except UNREADABLE as error:
        raise MalformedError(f"output: {error}") from None
    if output is None and reply.approved:
        raise MalformedError("output: an approval has one")
    return output


def refused(refusal: Refusal, detail: str, *, msgid: str, infno: str, region: str, now_ms: int, nonce: bytes) -> Reply:
    """Return the reply to a request that no judge answers; it tells nothing of what went wrong inside."""
    moment = compact_time(now_ms)
    return Reply(
        msgid=msgid,
        infno=infno,
        refusal=refusal.code,
        err_msg=refusal.text(detail),
        inf_refmsgid=f"{region}{moment}{int.from_bytes(nonce[:8], 'big') % 10**10:010d}",
        respond_time=f"{moment}{now_ms % 1000:03d}",
    )


def infno_of(body: bytes | Raw) -> str:
    """Return the infno of an encoded message, or what stands in its place, cut to 20 characters."""
    try:
        return str(_decode_tag(body)[0])[:20]
    except (*UNREADABLE, IndexError):
        return ""


def digest_of(body: Body, insuplc_admdvs: str) -> bytes:
    """Return what a repeat of a msgid must share: SHA-256 of the message and the place of insurance.

    A PIN block does not count: a repeat after a new 9001 carries it under the new session's key; nor do the digits that
    stand in its place at the HTTP door, of which nothing is kept.
    """
    if isinstance(body, CardService):
        body = msgspec.structs.replace(
            body, **{name: type(getattr(body, name))() for name in SECRETS if hasattr(body, name)}
        )
    elif getattr(body, "pin_block", b""):
        body = msgspec.structs.replace(body, pin_block=b"")
    return sha256(insuplc_admdvs.encode() + _encode(body)).digest()


ALLOWED: Final = {
    "^[0-9]{6}$": "six digits",
    "^([0-9]{6})?$": "six digits or nothing",
    "^[01]$": "0 or 1",
    r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)?$": "yyyy-MM-dd HH:mm:ss or nothing",
    "^([0-9]{4}(0[1-9]|1[0-2]))?$": "a month, yyyyMM, or nothing",
    "^[012]$": "0, 1 or 2",
    "^[!-~]+$": "letters, digits and signs of ASCII, no spaces",
    "^(0[12])?$": "01, 02 or nothing",
    "^[0-9]{16,19}$": "16 to 19 digits",
    "^0[57][12]$": "051, 052, 071 or 072",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "yyyy-MM-dd",
    "^[01]?$": "0, 1 or nothing",
    "^[0-4]?$": "0 to 4 or nothing",
    "^20[17]$": "201 or 207",
    "^[0-9]{2,6}$": "2 to 6 digits",
    "^[0-9]{4}(0[1-9]|1[0-2])$": "yyyyMM",
    "^[0-9]{5,15}$": "5 to 15 digits",
    "^(01|91)$": "01 or 91",
    "^([0-9]{2,6})?$": "2 to 6 digits or nothing",
    "^((civil-servant|enterprise|aided)( (civil-servant|enterprise|aided))*|none)?$": (
        "civil-servant, enterprise and aided, divided by spaces, or none, or nothing"
    ),
}
"""What the patterns of our fields let in, in words."""
_PATH = re.compile(r"(?<=`)\$((?:\[[^\]]*\]|\.\w+)*)")
_UNCODED = re.compile(r"Invalid enum value .+ - at `(?P<field>[^`]+)`", re.DOTALL)
_PATTERN = re.compile(r"Expected `str` matching regex '(?P<pattern>.+)' - at `(?P<field>.+)`")


def _in_words(error: Exception, kind: type[Struct]) -> str:
    """Turn msgspec's `$[3]` into the name of the field at that place, and a pattern into what it lets in."""
    text = _PATH.sub(lambda match: _named(match.group(1), kind), str(error))
    unmatched = _PATTERN.fullmatch(text)
    return f"{unmatched['field']}: must be {ALLOWED[unmatched['pattern']]}" if unmatched else without_value(text)


def without_value(text: str) -> str:
    """Return what is said of a code that is none without the code itself, which may be anything.

    >>> without_value("Invalid enum value '370102...' - at `$.channel`")
    'channel: not in its code table'
    """
    uncoded = _UNCODED.fullmatch(text)
    return f"{uncoded['field'].removeprefix('$.')}: not in its code table" if uncoded else text


def _named(path: str, kind: type[Struct]) -> str:
    fields = kind.__struct_fields__
    offset = 0 if kind.__struct_config__.tag is None else 1
    place = re.match(r"\[(\d+)\](.*)", path)
    if not place or int(place.group(1)) - offset not in range(len(fields)):
        return kind.__name__ + path
    return fields[int(place.group(1)) - offset] + place.group(2)
