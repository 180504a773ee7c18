"""The shares of a mix by the names that people use, and those of visits that no load has.

A share has two ends (pharmacy and outpatient, remote and local); either may be stated, and both if they make one whole.
What cannot happen here may be stated as 0, and is refused above it with the reason. Pure.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, get_type_hints

import msgspec

from loadtests.openload.names import nearest
from loadtests.workload.settings import in_words
from terminals.patients import Mix, Share

_WHOLE: Final = 1.0
_ROUNDING: Final = 1e-9


class Division(NamedTuple):
    """A field of Mix as a part of a whole: what it is called, and what the rest is, where that has a name."""

    field: str
    name: str
    rest: str = ""


DIVISIONS: Final = (
    Division("pharmacy", "pharmacy", "outpatient"),
    Division("remote", "remote", "local"),
    Division("tap", "contactless", "contact"),
    Division("saves_account", "saves_account", "account"),
    Division("voucher", "credential_01"),
    Division("identity_card", "credential_02"),
)
MISSING: Final = {
    "kiosk": "no visit of a load is to a kiosk for its own sake, it is met on the way only (default_pin, resets_pin)",
}
"""What terminals can do (shuaka terminal --errand) and no visit of a load does: as a share, 0 alone is allowed."""
CARD: Final = "credential_03"
"""The social security card: what everybody shows who shows neither a telephone nor an identity card."""
FIELDS: Final = tuple(name for name, kind in get_type_hints(Mix, include_extras=True).items() if kind == Share)
"""The fields of a mix that are shares."""
COUNTS: Final = tuple(name for name in Mix.__struct_fields__ if name not in FIELDS)
"""The others: lines of a basket."""
NAMES: Final = tuple(dict.fromkeys((*FIELDS, *(name for one in DIVISIONS for name in one[1:] if name), CARD, *MISSING)))
"""Every share that can be named."""


class ShareError(ValueError):
    """Shares that make no mix; one sentence."""


def check_name(name: str) -> None:
    """Raise ShareError for a name that is none, with the nearest, if one is near."""
    if name not in NAMES:
        near = nearest(name, NAMES)
        meant = f"is {near!r} meant? All" if near else "all"
        raise ShareError(f"{name!r} is no share of the mix; {meant}: {', '.join(NAMES)}")


def mixed(mix: Mix, shares: Mapping[str, float]) -> Mix:
    """Return a mix with these shares, by any of their names; raise ShareError.

    >>> mixed(Mix(), {"outpatient": 0.4, "kiosk": 0}).pharmacy
    0.6
    """
    fields: dict[str, float] = {}
    for name, share in shares.items():
        check_name(name)
        if name in MISSING and share > 0:
            raise ShareError(f"{name} cannot be asked for: {MISSING[name]}; leave it out or state 0")
        if name in FIELDS:
            fields[name] = share
    for division in DIVISIONS:
        fields |= _field(division, shares)
    try:
        made = msgspec.convert({**msgspec.to_builtins(mix), **fields}, Mix)
    except msgspec.ValidationError as error:
        raise ShareError(": ".join(filter(None, in_words(str(error), Mix)))) from None
    cards = _WHOLE - made.voucher - made.identity_card
    if abs(shares.get(CARD, cards) - cards) > _ROUNDING:
        raise ShareError(f"{CARD} is what credential_01 and credential_02 leave: {cards:g} here; or leave it out")
    return made


def _field(division: Division, shares: Mapping[str, float]) -> dict[str, float]:
    """Return the field that the parts of a division state, if they state one."""
    stated = [shares[name] for name in dict.fromkeys((division.field, division.name)) if name in shares]
    rest = shares.get(division.rest)
    if len(set(stated)) > 1 or (stated and rest is not None and abs(stated[0] + rest - _WHOLE) > _ROUNDING):
        raise ShareError(f"{division.name} and {division.rest} are the two parts of one whole: 1 together")
    if stated:
        return {division.field: stated[0]}
    return {} if rest is None else {division.field: round(_WHOLE - rest, 9)}
