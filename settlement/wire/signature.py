"""The AK/SK signature of the national interface's gateways, as deployed in Hunan and elsewhere. Pure.

_api_signature = Base64(HMAC-SHA1(SK, the other four headers as k=v, joined by & in the order of their keys)). It covers
no body: that is the real gateway's form, and the reason why the msgid, not the signature, makes a request single.

Our own card services, whose form is ours, ask one header more, over path, time and body: whoever saw a request can send
that one again within its window, and no other.
"""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from hmac import digest
from typing import Final

SIGNED: Final = ("_api_access_key", "_api_name", "_api_timestamp", "_api_version")
"""The headers that are signed, in the order of their names."""
SIGNATURE: Final = "_api_signature"
CONTENT_SIGNATURE: Final = "_api_content_signature"


def sign(secret_key: str, headers: Mapping[str, str]) -> str:
    """Return the signature of the four signed headers.

    >>> sign("SK", dict.fromkeys(SIGNED, "1"))
    '9NRPLFuyuy43UlqB/TbG8SIB1pk='
    """
    text = "&".join(f"{name}={headers[name]}" for name in SIGNED)
    return b64encode(digest(secret_key.encode(), text.encode(), "sha1")).decode()


def sign_content(secret_key: str, timestamp: str, target: str, content: bytes) -> str:
    """Return the signature of a request to our own services; `target` is its path with the query as it is sent.

    >>> sign_content("SK", "1795233600000", "/services/status?opter=clerk", b"{}")
    'Su5TpTgRP8ZAb/LNhVRS7xSki+kAnBjVD9ZRxnzQC5Y='
    """
    text = "\n".join((timestamp, target, sha256(content).hexdigest()))
    return b64encode(digest(secret_key.encode(), text.encode(), "sha256")).decode()
