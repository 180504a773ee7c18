"""What a telephone asks before its holder shows it: a token of the person (展码), our own message.

The national voucher is issued by a platform that no institution speaks to, and an 电子社保卡 by another; here both ask
the engine, over any door. A token says whose it is and when it was issued, and is good once and for a short time.
"""

from typing import Annotated

from msgspec import Meta, Struct

from settlement.wire.fields import Text

Kind = Annotated[str, Meta(pattern="^(01|91)$")]


class IssueToken(Struct, frozen=True, array_like=True, tag="0047"):
    """0047 展码: a new token for the person of an identity number; the last one is replaced.

    `mdtrt_cert_type`: 01 医保电子凭证, 91 电子社保卡. The telephone has asked its holder who they are.
    """

    mdtrt_cert_type: Kind
    certno: Text
    psn_name: Text


class TokenIssued(Struct, frozen=True, array_like=True, tag="token"):
    """0047's output: what to show as mdtrt_cert_no, and until when it is good."""

    mdtrt_cert_no: str
    expires: str
