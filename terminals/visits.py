"""What a patient's coming turns into: errands on the way where the plan says so, then the flow of the place."""

from collections.abc import Callable
from typing import Final

import msgspec

from settlement.wire.names import HOSPITAL, PHARMACY
from terminals.kernel.effects import Steps
from terminals.kernel.outcome import Event, Outcome, Result
from terminals.kernel.outpatient import treat
from terminals.kernel.pharmacy import sell
from terminals.kernel.reissue import reissue
from terminals.kernel.remote_pin import change_pin
from terminals.kernel.site import AT_ONCE, Pace, Site
from terminals.patients import Patient

FLOWS: Final[dict[str, Callable[..., Steps[Outcome]]]] = {PHARMACY: sell, HOSPITAL: treat}
"""By kind of institution."""
GOES_ON: Final = frozenset({Result.DONE, Result.ABANDONED})
"""Ends of an errand after which people go on: who gives up at the kiosk may have changed the PIN on an earlier day."""


def visit(site: Site, patient: Patient, pace: Pace = AT_ONCE) -> Steps[Outcome]:
    """Return the one outcome of a patient's visit: the last flow's, with the trail of all of them.

    Whom a wrong security module was turned away by comes back, as often as the plan says, until the card is locked.
    """
    paced, trail = pace.times(patient.tempo), []
    for errand in _errands(site, patient, paced):
        trail.append((yield from errand))
        if trail[-1].result not in GOES_ON:
            return _as_one(trail)
    flow, slot, tender, account_used = FLOWS[site.kind], patient.slot, patient.tender, patient.account_used
    for _ in range(patient.comings):
        served = flow(site, patient.basket, paced, slot=slot, tender=tender, account_used=account_used)
        trail.append((yield from served))
        if trail[-1].result is Result.SETTLED or Event.KEY_LOCKED in trail[-1].events:
            break
    return trail[0] if len(trail) == 1 else _as_one(trail)


def _errands(site: Site, patient: Patient, pace: Pace) -> list[Steps[Outcome]]:
    wanted = (patient.reissue, reissue), (patient.kiosk is not None, change_pin)
    return [errand(site, pace, slot=patient.lies_in) for chosen, errand in wanted if chosen]


def _as_one(trail: list[Outcome]) -> Outcome:
    return msgspec.structs.replace(
        trail[-1],
        events=tuple(event for outcome in trail for event in outcome.events),
        messages=tuple(message for outcome in trail for message in outcome.messages),
    )
