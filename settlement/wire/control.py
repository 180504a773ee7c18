"""What a tester asks of an engine that was started with --control (0050, our own)."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from settlement.wire.fields import Identifier

UNSET: Final = -1
"""A balance or a count that stays as it is."""
BALANCE_MAX_FEN: Final = 9_999_999_999
Balance = Annotated[int, Meta(ge=UNSET, le=BALANCE_MAX_FEN)]
CardStatus = Literal["", "ISSUED_UNENABLED", "NORMAL", "LOST_TEMP", "LOST_FORMAL", "SEALED", "CANCELLED"]
BankStatus = Literal["", "UNACTIVATED", "ACTIVE", "FROZEN", "LOST", "KYC_INCOMPLETE", "CLOSED"]
InsuredAs = Literal["", "310", "390"]
"""insutype: employees and residents, whom policies are for."""
_WORD: Final = "(civil-servant|enterprise|aided)"
NO_STANDING: Final = "none"
"""Takes every standing away."""
StandingSet = Annotated[str, Meta(pattern=f"^({_WORD}( {_WORD})*|{NO_STANDING})?$")]
"""Words of rules.policy.Standing, divided by spaces."""


class SetPerson(Struct, frozen=True, array_like=True, tag="0050"):
    """0050: set a person of our own population; what is empty, or UNSET, stays as it is.

    `insutype` seals and opens no account, as a change of insurance (0060) does.
    """

    psn_no: Identifier
    balance_fen: Balance = UNSET
    bank_balance_fen: Balance = UNSET
    psn_insu_stas: Annotated[str, Meta(pattern="^[0-4]?$")] = ""
    card_status: CardStatus = ""
    bank_status: BankStatus = ""
    password_tries_left: Annotated[int, Meta(ge=UNSET, le=99)] = UNSET
    insutype: InsuredAs = ""
    psn_type: Annotated[str, Meta(pattern="^([0-9]{2,6})?$")] = ""
    standing: StandingSet = ""


class PersonSet(Struct, frozen=True, array_like=True, tag="personset"):
    """0050's output: how the person stands now."""

    psn_no: str
    balance_fen: int
    bank_balance_fen: int
    card_status: str
    psn_insu_stas: str
