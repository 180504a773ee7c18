"""What `targets/NAME.toml` says of a platform that is not ours: where, who approved what, how much at most. Frozen.

Anything but loopback needs all of it: the host by its name once more, a window, ceilings, abort rules, and whoever
approved them. Credentials stand here by the names of environment variables, never themselves. Everything that is wrong
ends in SettingsError: one sentence with file and key.
"""

import ipaddress
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from msgspec import Meta

from loadtests.foreign.items import Stock
from loadtests.workload.door import KEEP_ALIVE_MAX_S, AbortRules, Ceilings, Credential, Limits, NationalDoor
from loadtests.workload.settings import Row
from settlement.wire.codes import PHARMACY_MED_TYPE
from settlement.wire.names import CHINA, terminal_number
from settlement.wire.national_fields import PATH
from terminals.kernel.site import Site

PORTS: Final = {"http": 80, "https": 443}


Stated = Annotated[str, Meta(min_length=1, max_length=200)]


class Approval(Row, frozen=True):
    """Who approved this, on which day, for which host; `plain_http` that people's data may travel in clear there."""

    by: Stated
    on: date
    host: Stated
    reference: str = ""
    plain_http: bool = False


class Window(Row, frozen=True):
    """When a run may be under way; a time without a zone is China's."""

    begins: datetime
    ends: datetime


class Institution(Row, frozen=True):
    """A pharmacy: one terminal for each operator, and the names of the variables that hold its AK and SK."""

    code: Stated
    name: Annotated[str, Meta(min_length=1, max_length=20)]
    operators: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=20)], ...], Meta(min_length=1)]
    access_key_env: Stated
    secret_key_env: Stated

    @property
    def credential(self) -> Credential:
        """Return where its keys are found."""
        return Credential(
            fixmedins_code=self.code, access_key_env=self.access_key_env, secret_key_env=self.secret_key_env
        )


class ProofAsked(Row, frozen=True):
    """What this platform offers to be proved by: 3201 and 3202, and what they ask for."""

    totals: bool = True
    details: bool = True
    setl_optins: Annotated[str, Meta(max_length=6)] = ""
    clr_type: Annotated[str, Meta(min_length=1, max_length=6)] = PHARMACY_MED_TYPE


class Target(Row, frozen=True):
    """One platform that is not ours."""

    name: Stated
    address: Stated
    gateway: str
    city: Stated
    people: Stated
    items: Stated
    institutions: Annotated[tuple[Institution, ...], Meta(min_length=1)]
    path: Annotated[str, Meta(pattern="^/")] = PATH
    recer_sys_code: Annotated[str, Meta(min_length=1, max_length=10)] = "SHUAKA"
    infver: Annotated[str, Meta(min_length=1, max_length=6)] = "1.0.0"
    api_name: Stated = "callService"
    api_version: Stated = "1.0.0"
    query_by_msgid: bool = False
    repeats_msgid: bool = False
    timeout_s: Annotated[float, Meta(gt=0, le=120)] = 20.0
    keep_alive_s: Annotated[float, Meta(gt=0, le=KEEP_ALIVE_MAX_S)] = 4.0
    approval: Approval | None = None
    window: Window | None = None
    ceilings: Ceilings | None = None
    abort: AbortRules | None = None
    proof: ProofAsked = ProofAsked()

    @property
    def endpoint(self) -> tuple[str, int]:
        """Return host and port."""
        parts = urlsplit(self.address)
        return parts.hostname or "", parts.port or PORTS[parts.scheme]

    @property
    def tls(self) -> bool:
        """Whether it is spoken to over TLS."""
        return urlsplit(self.address).scheme == "https"

    @property
    def loopback(self) -> bool:
        """Whether it stands on this machine by the very address: a name, even localhost, may resolve to anything."""
        try:
            return ipaddress.ip_address(self.endpoint[0]).is_loopback
        except ValueError:
            return False

    @property
    def setl_optins(self) -> str:
        """Return the agency that settles with the institutions."""
        return self.proof.setl_optins or self.city

    @property
    def window_ms(self) -> tuple[int, int] | None:
        """Return the window in Unix time, if there is one."""
        if self.window is None:
            return None
        return _ms(self.window.begins), _ms(self.window.ends)

    def sites(self) -> tuple[Site, ...]:
        """Return a terminal for each operator."""
        return tuple(
            Site(
                dev_no=terminal_number(one.code, lane),
                fixmedins_code=one.code,
                city=self.city,
                kind=one.code[0],
                opter_no=operator,
                password_asked=False,
                repeats=self.repeats_msgid,
            )
            for one in self.institutions
            for lane, operator in enumerate(one.operators, 1)
        )

    def door(self, people: Path, stock: Stock) -> NationalDoor:
        """Return how a load process speaks to it."""
        return NationalDoor(
            institutions={one.code: one.name for one in self.institutions},
            credentials=tuple(one.credential for one in self.institutions),
            opters={site.dev_no: site.opter_no for site in self.sites()},
            tls=self.tls,
            path=self.path,
            recer_sys_code=self.recer_sys_code,
            infver=self.infver,
            api_name=self.api_name,
            api_version=self.api_version,
            queries_by_msgid=self.query_by_msgid,
            keep_alive_s=self.keep_alive_s,
            limits=Limits(self.ceilings, self.abort, self.window_ms[1] if self.window_ms else 0),
            own_codes=stock.own_codes,
            people_file=str(people),
        )


def _ms(moment: datetime) -> int:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=CHINA)
    return int(moment.timestamp() * 1000)
