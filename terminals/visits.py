"""What a patient's coming turns into: a kiosk on the way where the plan says so, then the flow of the place."""

from collections.abc import Callable
from typing import Final

import msgspec

from settlement.wire.messages import Line
from settlement.wire.names import HOSPITAL, PHARMACY
from terminals.kernel.effects import Steps
from terminals.kernel.outcome import Outcome, Result
from terminals.kernel.outpatient import treat
from terminals.kernel.pharmacy import sell
from terminals.kernel.remote_pin import change_pin
from terminals.kernel.site import AT_ONCE, Pace, Site
from terminals.patients import Patient

FLOWS: Final[dict[str, Callable[[Site, tuple[Line, ...], Pace], Steps[Outcome]]]] = {PHARMACY: sell, HOSPITAL: treat}
"""By kind of institution."""


def visit(site: Site, patient: Patient, pace: Pace = AT_ONCE) -> Steps[Outcome]:
    """Return the one outcome of a patient's visit; the events of a PIN change on the way come first.

    Whoever gives up at the kiosk, as one does who changed the PIN on an earlier day, goes on to the place all the same.
    """
    paced = pace.times(patient.tempo)
    if patient.kiosk is None:
        return (yield from FLOWS[site.kind](site, patient.basket, paced))
    changed = yield from change_pin(site, paced)
    if changed.result is Result.CARD_REFUSED:
        return changed
    outcome = yield from FLOWS[site.kind](site, patient.basket, paced)
    return msgspec.structs.replace(outcome, events=changed.events + outcome.events)
