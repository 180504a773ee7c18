"""Family accounts (家庭共济): who lets whom use a personal account, our own messages.

The interface has the amount that a family pays (acct_mulaid_pay) and no message that binds one.
"""

from typing import Annotated

from msgspec import Meta, Struct

from settlement.wire.fields import CardSn, Code, Identifier, Stated


class BindFamily(Struct, frozen=True, array_like=True, tag="0048"):
    """0048 共济绑定: the owner lets the beneficiary (`psn_no`) use the owner's personal account.

    `limit_fen`: the most that the beneficiary may spend of it in all; 0 is no limit. Both show a credential, the
    beneficiary under the interface's names (mdtrt_cert_type 01, 02, 03 or 91).
    """

    psn_no: Identifier
    owner_psn_no: Identifier
    limit_fen: Annotated[int, Meta(ge=0, le=9_999_999_999)] = 0
    mdtrt_cert_type: Code = ""
    mdtrt_cert_no: Stated = ""
    card_sn: CardSn = ""
    owner_cert_type: Code = ""
    owner_cert_no: Stated = ""
    owner_card_sn: CardSn = ""


class UnbindFamily(Struct, frozen=True, array_like=True, tag="0049"):
    """0049 共济解绑: the owner's account is not the beneficiary's (`psn_no`) to use any more."""

    psn_no: Identifier
    owner_psn_no: Identifier


class Authoriser(Struct, frozen=True, array_like=True):
    """One who lets another use a personal account."""

    owner_psn_no: str
    limit_fen: int
    used_fen: int


class FamilyBound(Struct, frozen=True, array_like=True, tag="familyinfo"):
    """0048's and 0049's output: whose accounts the beneficiary may use, in the order in which they pay."""

    psn_no: str
    authorisers: tuple[Authoriser, ...]
