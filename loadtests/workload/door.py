"""How the national interface is spoken to at one address: part of a load's plan, frozen. Data only.

Credentials of a platform that is not ours stand here by the names of environment variables alone; those of our own
engine are derived from its network key and travel in the plan as its terminals' keys do.
"""

from collections.abc import Mapping
from typing import Annotated, Final

from msgspec import Meta, Struct

from settlement.wire.national_fields import PATH

RATE_MAX: Final = 100_000.0
P99_MAX_MS: Final = 600_000.0
KEEP_ALIVE_MAX_S: Final = 3_600.0
Name = Annotated[str, Meta(min_length=1, max_length=100)]


class CredentialError(ValueError):
    """Credentials that are not there; one sentence for the user."""


class Credential(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The AK/SK of one institution: themselves, or the environment variables that hold them."""

    fixmedins_code: str
    access_key: str = ""
    secret_key: str = ""
    access_key_env: str = ""
    secret_key_env: str = ""

    def __repr__(self) -> str:
        return f"Credential({self.fixmedins_code})"

    def resolved(self, environ: Mapping[str, str]) -> "Credential":
        """Return it with both keys; raise CredentialError that names the variable and never its value."""
        if not self.access_key_env:
            return self
        return Credential(
            fixmedins_code=self.fixmedins_code,
            access_key=self._read(self.access_key_env, environ),
            secret_key=self._read(self.secret_key_env, environ),
        )

    def _read(self, name: str, environ: Mapping[str, str]) -> str:
        key = environ.get(name)
        if not key:
            raise CredentialError(f"the environment variable {name}, a key of {self.fixmedins_code}, is not set")
        if not (key.isascii() and key.isprintable()) or " " in key:
            what = "holds what no key does: printable ASCII without spaces is expected"
            raise CredentialError(f"the environment variable {name}, a key of {self.fixmedins_code}, {what}")
        return key


class Ceilings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a run may do at most: arrivals a second, settlements, their fen in all, and comings of one person.

    The rate holds for any second whatever, wherever it begins; below one a second, for any time that one may take.
    """

    rate_per_s: Annotated[float, Meta(gt=0, le=RATE_MAX)]
    settlements: Annotated[int, Meta(ge=1)]
    fen: Annotated[int, Meta(ge=1)]
    visits_per_person: Annotated[int, Meta(ge=1)] = 1

    @property
    def span_s(self) -> float:
        """Return the time within which the rate is counted."""
        return max(1.0, 1 / self.rate_per_s)

    @property
    def visits_per_span(self) -> int:
        """Return how many visits may begin within that time."""
        return max(1, int(self.rate_per_s))


class AbortRules(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What ends the arrivals at once.

    `error_share` of the last `over` replies, errors in a row, p99 of the last `over` replies, and refusals of a busy
    platform in a row. A reply that never came is an error, and so is every refusal.
    """

    error_share: Annotated[float, Meta(gt=0, le=1)]
    consecutive_errors: Annotated[int, Meta(ge=1)]
    p99_ms: Annotated[float, Meta(gt=0, le=P99_MAX_MS)]
    busy: Annotated[int, Meta(ge=1)]
    over: Annotated[int, Meta(ge=10, le=1_000)] = 100


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """What a run is held to; `until_ms` is when its window closes (Unix time)."""

    ceilings: Ceilings | None = None
    abort: AbortRules | None = None
    until_ms: int = 0


class NationalDoor(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The interface at the plan's host and port.

    `institutions`: their names by fixmedins_code. `opters`: who signs in, by terminal; the terminal itself where none
    is named. `queries_by_msgid`: whether 5203 finds a settlement by the msgid that asked for it. `times`: whether
    respond_time - refmsg_time is the platform's own time. `keep_alive_s`: a connection idle for longer is opened anew.
    `own_codes`: what an institution calls an item of the catalogue. `people_file`: the owner's people; none for our own
    population.
    """

    institutions: dict[str, Name]
    credentials: tuple[Credential, ...]
    opters: dict[str, str] = {}
    tls: bool = False
    path: str = PATH
    recer_sys_code: Annotated[str, Meta(min_length=1, max_length=10)] = "SHUAKA"
    infver: Annotated[str, Meta(min_length=1, max_length=6)] = "1.0.0"
    api_name: Name = "callService"
    api_version: Name = "1.0.0"
    queries_by_msgid: bool = True
    times: bool = True
    keep_alive_s: Annotated[float, Meta(gt=0, le=KEEP_ALIVE_MAX_S)] = 4.0
    limits: Limits = Limits()
    own_codes: dict[str, str] = {}
    people_file: str = ""

    def credential(self, fixmedins_code: str, environ: Mapping[str, str]) -> Credential:
        """Return an institution's keys; raise CredentialError."""
        for one in self.credentials:
            if one.fixmedins_code == fixmedins_code:
                return one.resolved(environ)
        raise CredentialError(f"there are no credentials of {fixmedins_code}")
