"""Every card service by the name that people, HTTP calls and city files use, with the message that asks for it.

Which transaction it is and what it is called stands with its struct and in codes.KINDS; how to be allowed to do it is
the city's to say.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from settlement.wire import making, services
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

SERVICES: Final[Mapping[str, type[Struct]]] = {**CARD_LIFE, **MAKING}
