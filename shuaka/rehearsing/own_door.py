"""A load through our own engine's HTTP door: which terminals and patients it has there, and with whose credentials.

A load sends visits to pharmacies alone in the national form, of people at home who show a card or an identity card;
neither a bank nor a card office stands behind it, and whether a password was checked is the institution's word.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from loadtests.workload.door import Credential, NationalDoor
from settlement.wire.keys import NetworkKey
from settlement.wire.names import PHARMACY
from shuaka.rehearsing.order import OTHER_NAMES, Rehearsal, with_mix
from terminals.kernel.site import Site
from terminals.patients import Mix

AT_THE_DOOR: Final = frozenset(
    ("pharmacy", "wrong_slot", "tap", "saves_account", "identity_card", "lines_min", "lines_max")
)
"""What of a mix happens at this door; no other share of it can."""
AT_A_TARGET: Final = frozenset(("pharmacy", "lines_min", "lines_max"))
"""What of a mix happens with the owner's people: baskets alone, since their cards only show who comes."""
NOT_TESTED: Final = (
    "MAC, PIN pad and local password: the national interface has a signature, and the institution's word",
    "hospitals, remote patients, vouchers and bank accounts: pharmacy visits alone are sent in the national form",
)


def possible(mix: Mix, happens: frozenset[str] = AT_THE_DOOR) -> Mix:
    """Return what of a mix can happen: pharmacy visits, and nothing that is not named in `happens`."""
    nothing = dict.fromkeys(set(Mix.__struct_fields__) - happens, 0.0)
    return msgspec.structs.replace(mix, pharmacy=1.0, **nothing)


def impossible(mix: Mix, stated: Iterable[str]) -> list[str]:
    """Return those of the stated shares, by any of their names, that this mix has and the door cannot bring."""
    there = possible(mix)
    gone = {field for field in Mix.__struct_fields__ if getattr(mix, field) != getattr(there, field)}
    return [name for name in stated if gone.intersection(OTHER_NAMES.get(name, (name,)))]


def at_the_door(asked: Rehearsal, happens: frozenset[str] = AT_THE_DOOR) -> Rehearsal:
    """Return what can be asked of a run there, and say what it leaves out."""
    told = (*asked.not_tested, *NOT_TESTED)
    return msgspec.structs.replace(with_mix(asked, possible(asked.mix, happens)), not_tested=told)


def pharmacies(sites: tuple[Site, ...]) -> tuple[Site, ...]:
    """Return the terminals that have a form there."""
    return tuple(
        msgspec.structs.replace(site, password_asked=False, remote_cities=frozenset())
        for site in sites
        if site.kind == PHARMACY
    )


def own_door(key: NetworkKey, sites: tuple[Site, ...]) -> NationalDoor:
    """Return how the door is spoken to, with the credentials that follow from the network key."""
    codes = sorted({site.fixmedins_code for site in sites})
    return NationalDoor(
        institutions=dict.fromkeys(codes, "shuaka"),
        credentials=tuple(_credential(key, code) for code in codes),
        times=False,  # the host takes in and decides at one time, and states it twice
    )


def _credential(key: NetworkKey, code: str) -> Credential:
    access_key, secret_key = key.institution_key(code)
    return Credential(fixmedins_code=code, access_key=access_key, secret_key=secret_key)
