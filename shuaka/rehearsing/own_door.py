"""A load through our own engine's HTTP door: which terminals and patients it has there, and with whose credentials.

Pharmacies alone are served in the national form, and neither a bank nor a card office stands behind it; whether a
password was checked is the institution's word.
"""

from typing import Final

import msgspec

from loadtests.workload.door import Credential, NationalDoor
from settlement.wire.keys import NetworkKey
from settlement.wire.names import PHARMACY
from shuaka.rehearsing.order import Rehearsal
from terminals.kernel.site import Site
from terminals.patients import Mix

NOT_AT_THE_DOOR: Final = ("remote", "wrong_password", "foreign_module", "reissue", "bank", "wrong_bank_pin")
"""Shares of a mix that nothing can happen of at this door."""
NOT_TESTED: Final = (
    "MAC, PIN pad and local password: the national interface has a signature, and the institution's word",
    "hospitals, remote patients and bank accounts: pharmacy visits alone are sent in the national form",
)


def door_mix(mix: Mix) -> Mix:
    """Return what of a mix can happen at the HTTP door."""
    return msgspec.structs.replace(mix, pharmacy=1.0, **dict.fromkeys(NOT_AT_THE_DOOR, 0.0))


def at_the_door(asked: Rehearsal) -> Rehearsal:
    """Return what can be asked of a run there, and say what it leaves out."""
    assumed = tuple(line for line in asked.assumed if not line.startswith("mix "))
    return msgspec.structs.replace(
        asked, mix=door_mix(asked.mix), assumed=assumed, not_tested=(*asked.not_tested, *NOT_TESTED)
    )


def target_mix(mix: Mix) -> Mix:
    """Return what of a mix can happen with the owner's people: baskets alone, since their cards only show who comes."""
    shares = [name for name in Mix.__struct_fields__ if name not in ("pharmacy", "lines_min", "lines_max")]
    return msgspec.structs.replace(mix, pharmacy=1.0, **dict.fromkeys(shares, 0.0))


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
