"""What a patient's coming turns into: errands on the way where the plan says so, then the flow of the place."""

from collections.abc import Callable
from typing import Final

import msgspec

from settlement.wire.names import HOSPITAL, PHARMACY
from terminals.kernel.card_keys import TRIES_CODES
from terminals.kernel.effects import Steps
from terminals.kernel.inpatient import FLOW as INPATIENT
from terminals.kernel.inpatient import stay
from terminals.kernel.outcome import Event, Outcome, Result
from terminals.kernel.outpatient import treat
from terminals.kernel.pharmacy import sell
from terminals.kernel.reissue import reissue
from terminals.kernel.remote_pin import change_pin
from terminals.kernel.reset_pin import reset_pin
from terminals.kernel.site import AT_ONCE, Pace, Site
from terminals.patients import Patient

FLOWS: Final[dict[str, Callable[..., Steps[Outcome]]]] = {PHARMACY: sell, HOSPITAL: treat}
"""By kind of institution."""
NAMES: Final = {PHARMACY: "pharmacy", HOSPITAL: "outpatient"}
"""What the outcomes of these flows are called; a stay in hospital is its own."""
GOES_ON: Final = frozenset({Result.DONE, Result.ABANDONED})
"""Ends of an errand after which people go on: who gives up at the kiosk may have changed the PIN on an earlier day."""


def visit(site: Site, patient: Patient, pace: Pace = AT_ONCE) -> Steps[Outcome]:
    """Return the one outcome of a patient's visit: the last flow's, with the trail of all of them.

    Whom a wrong security module was turned away by comes back, as often as the plan says, until the card is locked; who
    locked the PIN has it reset, where the plan says so, and comes back with the new one.
    """
    paced, trail = pace.times(patient.tempo), []
    for errand in _errands(site, patient, paced):
        trail.append((yield from errand))
        if trail[-1].result not in GOES_ON:
            return _as_one(trail)
    for _ in range(patient.comings):
        trail.append((yield from _served(site, patient, paced)))
        if trail[-1].refusal not in TRIES_CODES:
            break
    if patient.resets_pin and Event.PIN_LOCKED in trail[-1].events:
        trail.append((yield from reset_pin(site, paced, slot=patient.slot)))
        if trail[-1].result is Result.DONE:
            trail.append((yield from _served(site, patient, paced)))
    return trail[0] if len(trail) == 1 else _as_one(trail)


def name_of(patient: Patient) -> str:
    """Return what the outcome of a patient's flow is called."""
    return INPATIENT if patient.inpatient else NAMES[patient.kind]


def _served(site: Site, patient: Patient, pace: Pace) -> Steps[Outcome]:
    flow = stay if patient.inpatient else FLOWS[site.kind]
    return flow(
        site,
        patient.basket,
        pace,
        slot=patient.slot,
        tender=patient.tender,
        account_used=patient.account_used,
        papers=patient.papers,
    )


def _errands(site: Site, patient: Patient, pace: Pace) -> list[Steps[Outcome]]:
    wanted = (patient.reissue, reissue), (patient.kiosk is not None, change_pin)
    return [errand(site, pace, slot=patient.lies_in) for chosen, errand in wanted if chosen]


def _as_one(trail: list[Outcome]) -> Outcome:
    return msgspec.structs.replace(
        trail[-1],
        events=tuple(event for outcome in trail for event in outcome.events),
        messages=tuple(message for outcome in trail for message in outcome.messages),
    )
