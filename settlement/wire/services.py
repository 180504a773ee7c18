"""The services of an issued card, our own transactions (0002-0029): what each asks and what it answers.

Making a card has its services in making, a reissue (0001) stands in messages. Passwords travel as PIN blocks under the
session's key (ISO 9564-1 format 4 over the card's bank number); only the signed HTTP door, which has no pin pad, takes
`password` and `new_password`. Both are left out of what is kept of a message.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from settlement.wire.card_service import (
    CardService,
    OptionalRegion,
    Password,
    PinBlock,
    Region,
    Stated,
)

CancelReason = Literal["DEATH", "EMIGRATION", "MISSING", "SURPLUS", "INFORMATION", "OTHER"]
"""死亡, 出国（境）定居, 失踪, a card too many, wrong information on it."""
EcardChannel = Literal["APP", "ALIPAY", "WECHAT", "BANK", "GOVERNMENT"]
"""Where an e-card (电子社保卡) is bound: the city's app, two wallets, a bank's app, a government portal."""
Phone = Annotated[str, Meta(pattern="^[0-9]{5,15}$")]


class LoseCard(CardService, frozen=True, array_like=True, tag="0002"):
    """0002 临时挂失: for the days that the city gives, from now."""


class LoseCardFormally(CardService, frozen=True, array_like=True, tag="0003"):
    """0003 正式挂失: until it is released, or reissued."""


class ReleaseCard(CardService, frozen=True, array_like=True, tag="0004"):
    """0004 解挂: a lost card was found before a new one was applied for."""


class EnableCard(CardService, frozen=True, array_like=True, tag="0005"):
    """0005 启用: the social zone of a new or sealed card; the card before it is dead from then on."""


class SealCard(CardService, frozen=True, array_like=True, tag="0006"):
    """0006 封存: the social zone stands still until it is enabled again."""


class CancelCard(CardService, frozen=True, array_like=True, tag="0007", kw_only=True):
    """0007 注销: the social zone ends for good; the bank's account is closed at the bank afterwards."""

    reason: CancelReason


class QueryCard(CardService, frozen=True, array_like=True, tag="0008", kw_only=True):
    """0008 卡状态查询: of the card that is shown, or of the person's last; `moved_to`: where the person went."""

    moved_to: OptionalRegion = ""


class ChangePassword(CardService, frozen=True, array_like=True, tag="0009", kw_only=True):
    """0009 修改密码: the local password, by whoever knows it."""

    pin_block: PinBlock = b""
    new_pin_block: PinBlock = b""
    password: Password = ""
    new_password: Password = ""


class ResetPassword(CardService, frozen=True, array_like=True, tag="0010"):
    """0010 重置密码: the local password as it was handed out, and its tries."""


class ResetBankPassword(CardService, frozen=True, array_like=True, tag="0011"):
    """0011 重置银行密码: the bank's own; it must be changed before the next debit."""


class UnlockPin(CardService, frozen=True, array_like=True, tag="0012"):
    """0012 PIN码重置: may the terminal reset the remote PIN on this chip? A locked key stays locked."""


class EnableForeignCard(CardService, frozen=True, array_like=True, tag="0013"):
    """0013 启用异地卡: a card of another city of the province becomes the person's card here."""


class TransferHome(CardService, frozen=True, array_like=True, tag="0014", kw_only=True):
    """0014 参保地转移: the card is used where its holder is insured now; `from_admdvs` is where it was used."""

    from_admdvs: Region


class ChangePhone(CardService, frozen=True, array_like=True, tag="0015", kw_only=True):
    """0015 修改手机号: needs no new card."""

    phone: Phone


class ChangeName(CardService, frozen=True, array_like=True, tag="0016", kw_only=True):
    """0016 修改关键信息: what is printed and signed on a card, so that the card is cancelled before."""

    new_psn_name: Annotated[str, Meta(min_length=1, max_length=50)]


class HandInCard(CardService, frozen=True, array_like=True, tag="0017"):
    """0017 拾卡上交: somebody found the card; it is told, and nothing changes."""


class BindEcard(CardService, frozen=True, array_like=True, tag="0018", kw_only=True):
    """0018 电子社保卡绑定: at one channel."""

    ecard_channel: EcardChannel


class UnbindEcard(CardService, frozen=True, array_like=True, tag="0019", kw_only=True):
    """0019 电子社保卡解绑: at one channel; an e-card is not cancelled."""

    ecard_channel: EcardChannel


class SwitchEcardPlace(CardService, frozen=True, array_like=True, tag="0020", kw_only=True):
    """0020 切换参保地: where the e-card is used; its issuing place (`issuing_admdvs`) is not changed by anybody."""

    insuplc_admdvs: OptionalRegion = ""
    issuing_admdvs: OptionalRegion = ""


class ChangeEcardPassword(CardService, frozen=True, array_like=True, tag="0021", kw_only=True):
    """0021 电子社保卡密码: with the old one, or without where it was forgotten (忘记密码, in the app)."""

    pin_block: PinBlock = b""
    new_pin_block: PinBlock = b""
    password: Password = ""
    new_password: Password = ""
    forgotten: bool = False


class CardState(Struct, frozen=True, array_like=True, tag="cardstate"):
    """What every service of an issued card answers; nothing in it says who the holder is.

    `card_status` is the social zone's, `bank_status` the bank zone's (empty where it was not looked at). `until`: when
    a temporary loss ends by itself. `card_pending`: the issue that is made or waits to be enabled, 0 for none.
    """

    psn_no: str
    card_status: str
    since: str = ""
    until: str = ""
    card_issue: int = 0
    card_pending: int = 0
    bank_status: str = ""
    insuplc_admdvs: str = ""
    issuing_admdvs: str = ""
    advice: Stated = ""


class EcardState(Struct, frozen=True, array_like=True, tag="ecardstate"):
    """What the services of an e-card answer: where it is issued, used and bound."""

    psn_no: str
    issuing_admdvs: str
    insuplc_admdvs: str
    bound: tuple[str, ...]


CardLife = (
    LoseCard
    | LoseCardFormally
    | ReleaseCard
    | EnableCard
    | SealCard
    | CancelCard
    | QueryCard
    | ChangePassword
    | ResetPassword
    | ResetBankPassword
    | UnlockPin
    | EnableForeignCard
    | TransferHome
    | ChangePhone
    | ChangeName
    | HandInCard
    | BindEcard
    | UnbindEcard
    | SwitchEcardPlace
    | ChangeEcardPassword
)
CardLifeOutput = CardState | EcardState
