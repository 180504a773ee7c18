"""Who may speak for a channel: looked at before the desk, for every card service.

The channel that a request names must be one of its institution's kind (wire.outlet_channels); then the city says what
that channel may do. A terminal is a kiosk too, and carries what a telephone at its scanner asks (0047), which the
holder's password opens.
"""

from functools import partial

from settlement.engine.arrival import Door
from settlement.engine.case import Case, Refused, Verdict
from settlement.engine.judge import Judge
from settlement.wire import service_codes
from settlement.wire.credentials import IssueToken
from settlement.wire.outlet_channels import CHANNELS, KIOSK, TELEPHONE


def guarded(judge: Judge) -> Judge:
    """Return the judge of a service that looks first at who asks."""
    return judge._replace(decide=partial(_decided, judge))


def not_spoken_for(case: Case) -> Refused | None:
    """Return why an institution does not speak for the channel of its request, or None."""
    asked = case.arrival.body
    channel = getattr(asked, "channel", TELEPHONE)
    at_a_terminal = case.arrival.door is Door.TERMINAL and (channel == KIOSK or isinstance(asked, IssueToken))
    if at_a_terminal or channel in CHANNELS[case.institution.kind]:
        return None
    return Refused(service_codes.CHANNEL_NOT_SPOKEN_FOR, f"{case.institution.code} by {channel}")


def _decided(judge: Judge, case: Case) -> Verdict:
    return not_spoken_for(case) or judge.decide(case)
