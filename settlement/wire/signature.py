"""The AK/SK signature of the national interface's gateways, as deployed in Hunan and elsewhere. Pure.

_api_signature = Base64(HMAC-SHA1(SK, the other four headers as k=v, joined by & in the order of their keys)). It covers
no body: that is the real gateway's form, and the reason why the msgid, not the signature, makes a request single.
"""

from base64 import b64encode
from collections.abc import Mapping
from hmac import digest
from typing import Final

SIGNED: Final = ("_api_access_key", "_api_name", "_api_timestamp", "_api_version")
"""The headers that are signed, in the order of their names."""
SIGNATURE: Final = "_api_signature"


def sign(secret_key: str, headers: Mapping[str, str]) -> str:
    """Return the signature of the four signed headers.

    >>> sign("SK", dict.fromkeys(SIGNED, "1"))
    '9NRPLFuyuy43UlqB/TbG8SIB1pk='
    """
    text = "&".join(f"{name}={headers[name]}" for name in SIGNED)
    return b64encode(digest(secret_key.encode(), text.encode(), "sha1")).decode()
