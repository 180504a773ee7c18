"""What the door checks of a signature (wire.signature): complete, in time, by a known key, and right. Pure."""

from collections.abc import Mapping
from hmac import compare_digest
from typing import Final

from settlement.data_directory import InstitutionKey
from settlement.gateways.keyring import Keyring
from settlement.wire.signature import CONTENT_SIGNATURE, SIGNATURE, SIGNED, sign, sign_content

WINDOW_MS: Final = 30 * 60 * 1000
"""How far the sender's clock may be from ours, either way."""

MISSING: Final = "缺少网关请求头 / a gateway header is missing"
EXPIRED: Final = "时间戳已过期 / the timestamp is out of its window"
UNKNOWN_USER: Final = "用户不存在 / unknown access key"
MISMATCH: Final = "签名不匹配 / the signature does not fit"


def key_of(headers: Mapping[str, str], keys: Keyring, now_ms: int) -> InstitutionKey | str:
    """Return whose request it is, or why a gateway refuses these headers."""
    given = {name: headers.get(name, "") for name in (*SIGNED, SIGNATURE)}  # each look into an HTTP head is a search
    if not all(given.values()):
        return MISSING
    timestamp = given["_api_timestamp"]
    if len(timestamp) != 13 or not (timestamp.isascii() and timestamp.isdigit()):  # noqa: PLR2004 - Unix time in ms
        return EXPIRED
    if abs(now_ms - int(timestamp)) > WINDOW_MS:
        return EXPIRED
    key = keys.get(given["_api_access_key"])
    if key is None:
        return UNKNOWN_USER
    if not compare_digest(sign(key.secret_key, given).encode(), given[SIGNATURE].encode()):
        return MISMATCH
    return key


def fits_content(headers: Mapping[str, str], key: InstitutionKey, target: str, content: bytes) -> bool:
    """Tell whether a request whose headers are right was signed with this path and body."""
    wanted = sign_content(key.secret_key, headers["_api_timestamp"], target, content)
    return compare_digest(wanted.encode(), headers.get(CONTENT_SIGNATURE, "").encode())
