"""A platform's answers as our replies: both shapes of numbers, every name of an amount, and its own time. Pure.

A real platform writes numbers both as numbers and as strings, and calls two amounts otherwise in some messages:
ALIASES. Rows of funds and of lines are not read: no flow needs them. What cannot be read is MalformedError, and never
guessed.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeVar

from msgspec import Struct

from settlement.wire import codes
from settlement.wire.envelope import Reply, raw
from settlement.wire.messages import (
    Amounts,
    Insurance,
    PersonFound,
    Reversed,
    SettlementInfo,
    SignedIn,
)
from settlement.wire.national_values import Json, decode_json, malformed, national_name, read_decimal
from terminals.kernel.effects import Request

REFUSED: Final = "infcode -1"
"""The refusal of a platform that has no codes of its own: the interface publishes none."""
QUERY: Final = "5203"
ALIASES: Final = {"psn_cash_pay": ("pdn_cash_pay", "cash_payamt"), "psn_part_amt": ("psn_pay",)}
"""What some messages call an amount (2208, 5203)."""
DIGITS: Final = 16
CODE: Final = re.compile(r"\[(E\d{4})\]")

_Kind = TypeVar("_Kind", bound=Struct)


class Answered(NamedTuple):
    """A reply, and what its platform says of its own time, None where it says nothing."""

    reply: Reply
    platform_us: int | None


class RefusedError(Exception):
    """The platform refuses what was asked; the text is its err_msg."""


def read_output(content: bytes) -> Json:
    """Return the output of an answer; raise RefusedError for infcode -1, MalformedError where it is none."""
    answer = decode_json(content, "an answer")
    if _infcode(answer):
        raise RefusedError(str(answer.get("err_msg") or "")[:200])
    return _object(answer, "output")


def read(content: bytes, request: Request) -> Answered:
    """Return a platform's answer to a request; raise MalformedError where it is none."""
    answer = decode_json(content, "an answer")
    infno = str(request.body.__struct_config__.tag)
    message = str(answer.get("err_msg") or "")
    refusal = _refusal(message, infno) if _infcode(answer) else ""
    output = None if refusal else READERS[infno](_object(answer, "output"))
    reply = Reply(
        msgid=request.msgid,
        infno=infno,
        refusal=refusal,
        err_msg=message[:200],
        inf_refmsgid=str(answer.get("inf_refmsgid") or ""),
        respond_time=str(answer.get("respond_time") or ""),
        output=raw(output),
    )
    return Answered(reply, _platform_us(answer))


def _infcode(answer: Json) -> int:
    infcode = answer.get("infcode")
    if isinstance(infcode, str) and infcode.lstrip("-").isdecimal():
        infcode = int(infcode)
    if not isinstance(infcode, int) or isinstance(infcode, bool):
        raise malformed("infcode", "0 or another number is expected")
    return infcode


def _refusal(message: str, infno: str) -> str:
    """Return the code that a refusal begins with, if it is one that is known; a query that fails has found nothing."""
    found = CODE.match(message)
    if found and found[1] in codes.REFUSALS:
        return found[1]
    return codes.ORIGINAL_UNKNOWN.code if infno == QUERY else REFUSED


def _platform_us(answer: Json) -> int | None:
    """Return respond_time - refmsg_time; None where one is missing, or the second is before the first."""
    try:
        began, ended = (_moment(str(answer[name])) for name in ("refmsg_time", "respond_time"))
    except (KeyError, ValueError):
        return None
    took = int((ended - began).total_seconds() * 1_000_000)
    return took if took >= 0 else None


def _moment(text: str) -> datetime:
    """Read yyyyMMddHHmmssSSS; raise ValueError."""
    if len(text) != 17:  # noqa: PLR2004 - c(17) of the interface
        raise ValueError(text)
    return datetime.strptime(text + "000", "%Y%m%d%H%M%S%f")  # noqa: DTZ007 - only a difference of two is used


def _object(given: Json, name: str) -> Json:
    found = given.get(name)
    if not isinstance(found, dict):
        raise malformed(name, "an object is required")
    return found


def _signed_in(output: Json) -> SignedIn:
    return _read(SignedIn, _object(output, "signinoutb"))


def _person(output: Json) -> PersonFound:
    rows = output.get("insuinfo")
    if not isinstance(rows, list):
        raise malformed("insuinfo", "a list is required")
    base = _object(output, "baseinfo")
    insured = tuple(_read(Insurance, row) for row in rows if isinstance(row, dict))
    return _read(PersonFound, base, insuinfo=insured, bank_card_no="")


def _settlement(output: Json) -> SettlementInfo:
    info = _object(output, "setlinfo")
    nothing = {"setldetail": (), "detlcutinfo": (), "patient": None, "treatment": None}
    return _read(SettlementInfo, info, amounts=_read(Amounts, info), **nothing)


def _reversed(_: Json) -> Reversed:
    return Reversed()


READERS: Final[Mapping[str, Callable[[Json], Struct]]] = {
    "9001": _signed_in,
    "1101": _person,
    "2101": _settlement,
    "2102": _settlement,
    "2103": _settlement,
    "2601": _reversed,
    QUERY: _settlement,
}
"""What an approved answer carries, by infno."""


def _read(kind: type[_Kind], given: Json, **known: Any) -> _Kind:
    """Return a struct of what the platform gave: an empty number is 0, an empty text is ""."""
    values = dict(known)
    for name in kind.__struct_fields__:
        if name not in known:
            said, scale = national_name(name)
            values[name] = _text(given.get(said)) if scale is None else _number(given, said, scale)
    return kind(**values)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _number(given: Json, name: str, scale: int) -> int:
    value = next((given[each] for each in (name, *ALIASES.get(name, ())) if given.get(each) not in (None, "")), 0)
    if isinstance(value, float):
        value = Decimal(str(value))
    return read_decimal(value, DIGITS + scale, scale, name)
