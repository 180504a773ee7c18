"""A struct of ours as JSON by the names of its fields, for doors that are asked by people and scripts.

On the wire a struct is an array; here each has a twin that is an object: same fields, same bounds, same defaults, and
no other field. Units stay in the names (`balance_fen` is an integer of fen).
"""

from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Struct

from settlement.wire.envelope import MalformedError, without_value

S = TypeVar("S", bound=Struct)
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def read_named(content: bytes, kind: type[S]) -> S:
    """Return a struct from a JSON object of its fields; raise MalformedError that names the field.

    >>> from settlement.wire.messages import SignIn
    >>> read_named(b'{"opter_no": "clerk"}', SignIn)
    SignIn(opter_no='clerk')
    """
    try:
        return msgspec.convert(msgspec.json.decode(content, type=_twin(kind)), kind, from_attributes=True)
    except UNREADABLE as error:
        raise MalformedError(without_value(str(error))) from None


def named_json(value: Struct) -> bytes:
    """Return the JSON of a struct's fields.

    >>> from settlement.wire.messages import SignIn
    >>> named_json(SignIn("clerk"))
    b'{"opter_no":"clerk"}'
    """
    return msgspec.json.encode(msgspec.convert(value, _twin(type(value)), from_attributes=True))


def write_named(value: Struct) -> dict[str, Any]:
    """Return a struct as an object of its fields.

    >>> from settlement.wire.messages import SignedIn
    >>> write_named(SignedIn("1", "2026-11-21 12:00:00"))
    {'sign_no': '1', 'sign_time': '2026-11-21 12:00:00'}
    """
    named = msgspec.to_builtins(msgspec.convert(value, _twin(type(value)), from_attributes=True))
    assert isinstance(named, dict)
    return named


@cache
def _twin(kind: type[Struct]) -> type[Struct]:
    """Return the struct that is an object where `kind` is an array."""
    fields: list[tuple[str, Any, Any]] = []
    for field in msgspec.structs.fields(kind):
        default = field.default
        if field.default_factory is not NODEFAULT:
            default = msgspec.field(default_factory=field.default_factory)
        fields.append((field.name, _twinned(field.type), msgspec.field() if default is NODEFAULT else default))
    return msgspec.defstruct(kind.__name__, fields, frozen=True, forbid_unknown_fields=True, kw_only=True)


def _twinned(annotation: Any) -> Any:
    """Return a field's type with every struct in it replaced by its twin."""
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return _twin(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return Annotated[(_twinned(arguments[0]), *arguments[1:])]
    if origin is tuple:
        return tuple[tuple(each if each is Ellipsis else _twinned(each) for each in arguments)]  # type: ignore[misc]
    if origin is not None and Struct in {base for each in arguments for base in getattr(each, "__mro__", ())}:
        return _union(arguments)
    return annotation


def _union(arguments: tuple[Any, ...]) -> Any:
    union = _twinned(arguments[0])
    for each in arguments[1:]:
        union |= _twinned(each)
    return union
