"""The services of a card's bank zone (0081-0088), our own: what a branch, a hotline or an agency asks.

Who comes, with what and by which channel is said as for a card service; `bank_code` is the bank whose branch it is, by
its short name, `branch_admvs` the branch's region, empty where it is the place of treatment.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from settlement.wire.card_service import CardService, Identifier, OptionalRegion, Password, PinBlock

BankCode = Annotated[str, Meta(max_length=11)]
BankStatus = Literal["UNACTIVATED", "ACTIVE", "FROZEN", "LOST", "STOLEN", "KYC_INCOMPLETE"]


class BankService(CardService, frozen=True, array_like=True, kw_only=True):
    """What all of them ask."""

    bank_code: BankCode = ""
    branch_admvs: OptionalRegion = ""


class ActivateBank(BankService, frozen=True, array_like=True, tag="0081", kw_only=True):
    """0081 金融账户激活: in person, at any branch of the card's own bank."""


class ChangeBankPin(BankService, frozen=True, array_like=True, tag="0082", kw_only=True):
    """0082 修改银行密码: by whoever knows it."""

    pin_block: PinBlock = b""
    new_pin_block: PinBlock = b""
    password: Password = ""
    new_password: Password = ""


class ReportBankLoss(BankService, frozen=True, array_like=True, tag="0083", kw_only=True):
    """0083 金融账户挂失: the bank's own loss; the social zone is not touched."""

    stolen: bool = False


class ReleaseBank(BankService, frozen=True, array_like=True, tag="0084", kw_only=True):
    """0084 解冻、解挂: a frozen account, or one reported lost, serves again."""


class CloseBank(BankService, frozen=True, array_like=True, tag="0085", kw_only=True):
    """0085 银行账户注销: after the social function; what is left is paid out, and no PIN is asked."""


class CompleteInformation(BankService, frozen=True, array_like=True, tag="0086", kw_only=True):
    """0086 完善信息: what the bank must know of its customer is complete now."""


class OrderBank(Struct, frozen=True, array_like=True, tag="0087"):
    """0087 代收代付, the agency's: PAY pays a benefit in, COLLECT takes a premium."""

    psn_no: Identifier
    order: Literal["PAY", "COLLECT"]
    amount_fen: Annotated[int, Meta(ge=1, le=999_999_999_999)]


class SetBankStatus(Struct, frozen=True, array_like=True, tag="0088"):
    """0088, for tests: how the bank zone stands."""

    psn_no: Identifier
    status: BankStatus


class BankZoneState(Struct, frozen=True, array_like=True, tag="bankstate"):
    """What each of them answers; `paid_out_fen`: what a closed account still held."""

    psn_no: str
    bank_code: str
    status: str
    paid_out_fen: int = 0


BankZoneMessage = (
    ActivateBank
    | ChangeBankPin
    | ReportBankLoss
    | ReleaseBank
    | CloseBank
    | CompleteInformation
    | OrderBank
    | SetBankStatus
)
BankZoneOutput = BankZoneState
