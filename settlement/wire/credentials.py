"""What a telephone asks before its holder shows it: a token of the person (展码), our own message.

The national voucher is issued by a platform that no institution speaks to, and an 电子社保卡 by another; here both ask
the engine: from the app, or over the line of the terminal whose scanner the telephone is held to. What opens it is the
holder's password in the app, one for both (assumed), as a PIN block over the identity number's digits; the signed HTTP
door, which has no pad, takes the digits. A token is good once and for a short time.
"""

from typing import Annotated

from msgspec import Meta, Struct

from settlement.wire.card_service import Password, PinBlock
from settlement.wire.fields import Text

Kind = Annotated[str, Meta(pattern="^(01|91)$")]


class IssueToken(Struct, frozen=True, array_like=True, tag="0047"):
    """0047 展码: a new token for the person of an identity number; the last one is replaced.

    `mdtrt_cert_type`: 01 医保电子凭证, 91 电子社保卡.
    """

    mdtrt_cert_type: Kind
    certno: Text
    psn_name: Text
    pin_block: PinBlock = b""
    password: Password = ""


def pad_number(certno: str) -> str:
    """Return the digits that a telephone's PIN block is bound to: an identity number without its check character.

    >>> pad_number("11010119900307751X")
    '11010119900307751'
    """
    return certno[:17]


class TokenIssued(Struct, frozen=True, array_like=True, tag="token"):
    """0047's output: what to show as mdtrt_cert_no, and until when it is good."""

    mdtrt_cert_no: str
    expires: str
