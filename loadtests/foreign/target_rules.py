"""What a well-formed target may not be: every rule a row of (key, what is wrong), in order of precedence. Pure."""

import re
from typing import Any, Final
from urllib.parse import urlsplit

from loadtests.foreign.target import PORTS, Target
from loadtests.openload.names import among
from settlement.wire.names import LANES

GATEWAYS: Final = {
    "aksk": "",
    "oauth": "B, OAuth with SM2 and SM4",
    "plain": "C, a front end without a signature",
    "tif": "D, a government gateway with x-tif headers",
}
"""Gateway variants by the name they have in a target; those that do not exist here yet, in words."""
SAFETY: Final = ("approval", "window", "ceilings", "abort")
"""What any address but loopback must have."""
ENVIRONMENT_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]*")
CODE: Final = re.compile(r"[HP][0-9A-Z]{11}")
REGION: Final = re.compile(r"\d{6}", re.ASCII)
OPERATORS_MAX: Final = LANES // 2
"""Of one institution: the other half of its lanes numbers what an undo sends."""


def problems(target: Target, raw: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what is wrong with a target, by key; `raw` is the file as it was parsed."""
    found = []
    if target.gateway not in GATEWAYS:
        found.append(("gateway", f"{target.gateway!r} is no gateway variant; {among(target.gateway, tuple(GATEWAYS))}"))
    elif GATEWAYS[target.gateway]:
        found.append(("gateway", f"variant {GATEWAYS[target.gateway]}, does not exist here yet; aksk (A) does"))
    if not _is_address(target.address):
        said = "http://HOST[:PORT] or https://HOST[:PORT] is expected, and nothing before or behind it"
        return [*found, ("address", said)]
    found += _unsendable(target)
    if not REGION.fullmatch(target.city):
        found.append(("city", "six digits are expected"))
    found += [*_institutions(target), *_window(target)]
    return found if target.loopback else [*found, *_unsafe(target, raw)]


def _is_address(text: str) -> bool:
    """Whether this is a host and a port and nothing else: a name and a password in it would be printed."""
    try:
        parts = urlsplit(text)
        known = parts.scheme in PORTS and bool(parts.hostname) and parts.port != 0
        return known and _plain(text) and not any((parts.path.strip("/"), *(mark in text for mark in "@?#")))
    except ValueError:  # an open bracket, a port that is no number
        return False


def _plain(text: str) -> bool:
    """Whether this is printable ASCII without spaces, as a header or a path must be."""
    return text.isascii() and text.isprintable() and " " not in text


def _unsendable(target: Target) -> list[tuple[str, str]]:
    """Say what cannot stand in a request's head, or be the name of a file."""
    heads, files = ("path", "api_name", "api_version"), ("people", "items")
    unsent = (name for name in heads if not _plain(getattr(target, name)))
    nameless = (name for name in files if not getattr(target, name).isprintable())
    return [
        *((name, "printable ASCII without spaces is expected") for name in unsent),
        *((name, "this is no name of a file") for name in nameless),
    ]


def _institutions(target: Target) -> list[tuple[str, str]]:
    found = []
    for place, one in enumerate(target.institutions):
        key = f"institutions[{place}]"
        if not CODE.fullmatch(one.code):
            found.append((f"{key}.code", "P and eleven digits or capital letters are expected"))
        if not all(map(ENVIRONMENT_NAME.fullmatch, (one.access_key_env, one.secret_key_env))):
            said = "the name of an environment variable is expected (A-Z, 0-9, _), never the key itself"
            found.append((f"{key}.access_key_env, secret_key_env", said))
        if one.code.startswith("H"):
            why = "a hospital: outpatient visits (2201, 2204, 2206, 2207) are not sent in the national form yet"
            found.append((f"{key}.code", f"{one.code} is {why}"))
        if len(one.operators) > OPERATORS_MAX or len(set(one.operators)) < len(one.operators):
            found.append((f"{key}.operators", f"at most {OPERATORS_MAX}, each named once"))
    if len({one.code for one in target.institutions}) < len(target.institutions):
        found.append(("institutions", "an institution stands here twice"))
    return found


def _window(target: Target) -> list[tuple[str, str]]:
    window = target.window_ms
    return [("window", "it ends before it begins")] if window and window[0] >= window[1] else []


def _unsafe(target: Target, raw: dict[str, Any]) -> list[tuple[str, str]]:
    """Say what is missing for an address that others can be reached by."""
    host = target.endpoint[0]
    missing = [name for name in SAFETY if name not in raw]
    if missing:
        named = f"required, since {host} is not this machine by an address like 127.0.0.1"
        return [(missing[0], f"{named}: {', '.join(SAFETY)} must be stated")]
    assert target.approval is not None
    if target.approval.host != host:
        return [("approval.host", f"{target.approval.host} was approved, and the address says {host}")]
    if not target.tls and not target.approval.plain_http:
        return [("address", f"people's data would travel to {host} in clear: use https, or have plain_http approved")]
    return []
