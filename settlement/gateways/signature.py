"""The AK/SK signature of the national interface's gateways, as deployed in Hunan and elsewhere. Pure.

_api_signature = Base64(HMAC-SHA1(SK, the other four headers as k=v, joined by & in the order of their keys)). It covers
no body: that is the real gateway's form, and the reason why the msgid, not the signature, makes a request single.
"""

from base64 import b64encode
from collections.abc import Mapping
from hmac import compare_digest, digest
from typing import Final

from settlement.data_directory import InstitutionKey

SIGNED: Final = ("_api_access_key", "_api_name", "_api_timestamp", "_api_version")
"""The headers that are signed, in the order of their names."""
SIGNATURE: Final = "_api_signature"
WINDOW_MS: Final = 30 * 60 * 1000
"""How far the sender's clock may be from ours, either way."""

MISSING: Final = "缺少网关请求头 / a gateway header is missing"
EXPIRED: Final = "时间戳已过期 / the timestamp is out of its window"
UNKNOWN_USER: Final = "用户不存在 / unknown access key"
MISMATCH: Final = "签名不匹配 / the signature does not fit"


def sign(secret_key: str, headers: Mapping[str, str]) -> str:
    """Return the signature of the four signed headers.

    >>> sign("SK", dict.fromkeys(SIGNED, "1"))
    '9NRPLFuyuy43UlqB/TbG8SIB1pk='
    """
    text = "&".join(f"{name}={headers[name]}" for name in SIGNED)
    return b64encode(digest(secret_key.encode(), text.encode(), "sha1")).decode()


def refusal_of(headers: Mapping[str, str], keys: Mapping[str, InstitutionKey], now_ms: int) -> str | None:
    """Return why a gateway refuses these headers, or None; `keys` are by access key."""
    if not all(headers.get(name) for name in (*SIGNED, SIGNATURE)):
        return MISSING
    timestamp = headers["_api_timestamp"]
    if len(timestamp) != 13 or not (timestamp.isascii() and timestamp.isdigit()):  # noqa: PLR2004 - Unix time in ms
        return EXPIRED
    if abs(now_ms - int(timestamp)) > WINDOW_MS:
        return EXPIRED
    key = keys.get(headers["_api_access_key"])
    if key is None:
        return UNKNOWN_USER
    if not compare_digest(sign(key.secret_key, headers).encode(), headers[SIGNATURE].encode()):
        return MISMATCH
    return None
