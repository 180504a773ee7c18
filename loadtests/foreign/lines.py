"""The lines of one load process through the national door, all under one guard: composed here."""

import os
from collections.abc import Callable

from loadtests.evidence.platform_time import PlatformTimes
from loadtests.foreign.ceilings import Guard
from loadtests.foreign.connection import NationalConnection, Watch
from loadtests.foreign.gateway import Gateway
from loadtests.workload.door import NationalDoor
from loadtests.workload.plan import LoadPlan
from terminals.kernel.site import Site

ClockMs = Callable[[], int]


def lines(plan: LoadPlan, times: PlatformTimes, stop: Callable[[str], None], clock_ms: ClockMs) -> "Lines":
    """Return what opens the lines of a plan; `stop` is told once why its arrivals must end."""
    assert plan.national is not None
    guard = Guard(plan.national.limits, clock_ms, stop, times, plan.profile.warmup_s)
    return Lines((plan.host, plan.port), plan.national, plan.profile.reply_timeout_s, clock_ms, guard)


class Lines:
    """Opens a line for a terminal; raises CredentialError where its institution has no keys."""

    def __init__(
        self, address: tuple[str, int], door: NationalDoor, timeout_s: float, clock_ms: ClockMs, watch: Watch
    ) -> None:
        self._address = address
        self._door = door
        self._timeout_s = timeout_s
        self._clock_ms = clock_ms
        self._watch = watch

    def gateway(self, fixmedins_code: str) -> Gateway:
        """Return a connection of an institution that nothing was sent over."""
        credential = self._door.credential(fixmedins_code, os.environ)
        return Gateway(self._address, self._door, credential, self._timeout_s, self._clock_ms)

    def connection(self, site: Site) -> NationalConnection:
        """Return a terminal's line."""
        gateway = self.gateway(site.fixmedins_code)
        return NationalConnection(self._door, site, gateway.post, gateway.close, self._clock_ms, self._watch)
