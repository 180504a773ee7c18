"""Every card service by the name that people, HTTP calls and city files use, with the message that asks for it.

Which transaction it is and what it is called stands with its struct and in codes.KINDS; how to be allowed to do it is
the city's to say.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from settlement.wire import bank_services, credentials, family, hospital, making, services
from settlement.wire.messages import ReissueCard

CARD_LIFE: Final[Mapping[str, type[Struct]]] = {
    "reissue": ReissueCard,
    "lose": services.LoseCard,
    "lose-formally": services.LoseCardFormally,
    "release": services.ReleaseCard,
    "enable": services.EnableCard,
    "seal": services.SealCard,
    "cancel": services.CancelCard,
    "status": services.QueryCard,
    "change-password": services.ChangePassword,
    "reset-password": services.ResetPassword,
    "reset-bank-password": services.ResetBankPassword,
    "unlock-pin": services.UnlockPin,
    "enable-foreign": services.EnableForeignCard,
    "transfer-home": services.TransferHome,
    "change-phone": services.ChangePhone,
    "change-name": services.ChangeName,
    "hand-in": services.HandInCard,
    "bind-ecard": services.BindEcard,
    "unbind-ecard": services.UnbindEcard,
    "ecard-place": services.SwitchEcardPlace,
    "ecard-password": services.ChangeEcardPassword,
}

MAKING: Final[Mapping[str, type[Struct]]] = {
    "apply": making.ApplyForCard,
    "apply-by-table": making.ApplyByTable,
    "collect-data": making.CollectData,
    "withdraw": making.WithdrawApplication,
    "progress": making.QueryProgress,
    "collect-card": making.CollectCard,
    "hand-out": making.HandOutCard,
    "update-bank-data": making.UpdateBankData,
    "send-code": making.SendCode,
    "cancel-by-code": making.CancelByCode,
    "instant-make": making.MakeInstantly,
    "remote-use-test": making.TryRemoteUse,
    "report-mismatch": making.ReportMismatch,
    "lookup": making.LookUpCard,
    "certificate-copy": making.KeepCertificateCopy,
    "acceptance": making.CheckAcceptance,
}

BANK_ZONE: Final[Mapping[str, type[Struct]]] = {
    "activate-bank": bank_services.ActivateBank,
    "change-bank-pin": bank_services.ChangeBankPin,
    "lose-bank": bank_services.ReportBankLoss,
    "release-bank": bank_services.ReleaseBank,
    "close-bank": bank_services.CloseBank,
    "complete-bank": bank_services.CompleteInformation,
}

TELEPHONE: Final[Mapping[str, type[Struct]]] = {
    "issue-token": credentials.IssueToken,
    "bind-family": family.BindFamily,
    "unbind-family": family.UnbindFamily,
}
"""What the holder's telephone asks of insurance: a token to show, and whose accounts the family may use."""

VISITS: Final[Mapping[str, tuple[str, ...]]] = {"open-both-zones": ("enable", "activate-bank")}
"""What a bank's window does at one visit (RJ04): services one after the other, each a message with its own commit."""

SERVICES: Final[Mapping[str, type[Struct]]] = {**CARD_LIFE, **MAKING, **BANK_ZONE, **TELEPHONE}

TILL: Final[Mapping[str, type[Struct]]] = {"deposit": hospital.PayDeposit}
"""What an institution asks for itself and the interface has no message for: it has no channel, and no city's offer."""

CALLS: Final[Mapping[str, type[Struct]]] = {**SERVICES, **TILL}
"""Everything that is asked by name at the signed door."""
