"""The services around a card's making and its outlets, our own transactions (0030-0045, 0080, 0089, 0090).

What all services ask stands in card_service. Pictures and tables travel as bytes within the size of a frame.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from settlement.wire.card_service import CardService, Channel, Identifier, OptionalRegion, Region, Stated

PICTURE_MAX: Final = 128 * 1024
"""A little more than the largest photo, so that one that is too large is refused by name and not by its frame."""
TABLE_MAX: Final = 48 * 1024
"""A unit's table; with the header of a frame it stays below a frame's 64 KiB."""

Mode = Literal["BATCH", "INSTANT"]
"""Made by the province in a batch, or at a bank's counter while its holder waits."""
BankCode = Annotated[str, Meta(max_length=10)]
UnitNumber = Annotated[str, Meta(max_length=20)]
CertificateType = Annotated[str, Meta(pattern="^[0-9]{2,6}$")]
Picture = Annotated[bytes, Meta(max_length=PICTURE_MAX)]
Generation = Annotated[int, Meta(ge=0, le=3)]
Step = Literal["PHOTO", "COLLECT", "PREINIT", "BANK_OPEN", "PROV_BATCH", "VENDOR_DATA", "MAKING", "SENT", "AT_BANK"]
StepOutcome = Literal["DONE", "FAILED", "HELD"]
CodePurpose = Literal["CANCEL"]


class ApplyForCard(CardService, frozen=True, array_like=True, tag="0030", kw_only=True):
    """0030 申领: one person's card. `psn_name` and `certno` as on the document; `agent_certno`: the guardian's.

    `generation` 0 leaves it to the rule of the day.
    """

    psn_name: Stated
    psn_cert_type: CertificateType = "01"
    mode: Mode = "BATCH"
    bank_code: BankCode
    unit_no: UnitNumber = ""
    generation: Generation = 0
    photo: Picture = b""
    phone: Stated = ""
    address: Stated = ""


class ApplyByTable(Struct, frozen=True, array_like=True, tag="0031"):
    """0031 单位批量申领: a unit's people in one CSV table (UTF-8), taken whole or not at all.

    Columns: psn_no, certno, psn_name, psn_cert_type, phone, address. `approval`: the number of the permission to
    change the unit's bank.
    """

    unit_no: Annotated[str, Meta(min_length=1, max_length=20)]
    bank_code: BankCode
    channel: Channel
    table: Annotated[bytes, Meta(min_length=1, max_length=TABLE_MAX)]
    approval: Stated = ""


class CollectData(CardService, frozen=True, array_like=True, tag="0032", kw_only=True):
    """0032 个人制卡信息采集: photo, telephone and address; what is empty is left as it was."""

    photo: Picture = b""
    phone: Stated = ""
    address: Stated = ""


class WithdrawApplication(CardService, frozen=True, array_like=True, tag="0033"):
    """0033 撤销申领: through the channel by which it was applied for, where it was an instant card."""


class QueryProgress(CardService, frozen=True, array_like=True, tag="0034"):
    """0034 制卡进度查询."""


class CollectCard(CardService, frozen=True, array_like=True, tag="0035", kw_only=True):
    """0035 领卡: the unit that applied, or the person who did, takes the card over at the bank."""

    unit_no: UnitNumber = ""


class HandOutCard(CardService, frozen=True, array_like=True, tag="0036", kw_only=True):
    """0036 发放: the unit hands a collected card to its holder."""

    unit_no: UnitNumber = ""


class UpdateBankData(CardService, frozen=True, array_like=True, tag="0037"):
    """0037 银行信息更新: the person, with the identity document, at any branch of the bank that makes the card."""


class SendCode(CardService, frozen=True, array_like=True, tag="0038", kw_only=True):
    """0038 短信验证码: to the telephone that was collected."""

    purpose: CodePurpose = "CANCEL"


class CancelByCode(CardService, frozen=True, array_like=True, tag="0039", kw_only=True):
    """0039 验证码注销: with the code that the telephone received."""

    code: Annotated[str, Meta(pattern="^[0-9]{6}$")]


class MakeInstantly(CardService, frozen=True, array_like=True, tag="0040"):
    """0040 即时制卡: the card that was applied for as INSTANT, made while its holder waits."""


class TryRemoteUse(CardService, frozen=True, array_like=True, tag="0041", kw_only=True):
    """0041 异地消费检测: would this card pay at a pharmacy of another city? Posts nothing.

    `fixmedins_code`: the pharmacy; empty: the first of the place. `pin_changed` and `key_locked`: what the outlet's
    reader found on the chip, which refuses a remote terminal before any host is asked.
    """

    mdtrtarea_admvs: Region
    fixmedins_code: Annotated[str, Meta(max_length=12)] = ""
    pin_changed: bool = True
    key_locked: bool = False


class ReportMismatch(CardService, frozen=True, array_like=True, tag="0042", kw_only=True):
    """0042 卡面信息不符: what is printed on a card is not the holder's; it dies, and another is made by `bank_code`."""

    field: Literal["certno", "psn_name", "photo"]
    bank_code: BankCode


class LookUpCard(Struct, frozen=True, array_like=True, tag="0043"):
    """0043 社保卡查询: by identity number alone, without whoever asks having shown a document.

    `purpose`: CARD asks how a card stands, APPLICANT whom a unit may apply for. `insuplc_admdvs`: where the person says
    to be insured; empty: in the city.
    """

    certno: Annotated[str, Meta(min_length=1, max_length=50)]
    channel: Channel
    purpose: Literal["CARD", "APPLICANT"] = "CARD"
    insuplc_admdvs: OptionalRegion = ""


class KeepCertificateCopy(CardService, frozen=True, array_like=True, tag="0044", kw_only=True):
    """0044 电子证照副本: keeps an opaque copy of an electronic certificate; without one, tells it."""

    kind: Annotated[str, Meta(min_length=1, max_length=20)]
    content: Annotated[bytes, Meta(max_length=8_192)] = b""


class CheckAcceptance(CardService, frozen=True, array_like=True, tag="0045", kw_only=True):
    """0045 用卡检测: the card is in order and an institution does not take it: whom to ask."""

    fixmedins_code: Annotated[str, Meta(min_length=12, max_length=12)]
    interface: Literal["CONTACT", "CONTACTLESS"] = "CONTACT"


class ReadPhone(Struct, frozen=True, array_like=True, tag="0090"):
    """0090 短信查看, the tester's: what a person's telephone received; this network has no telephones."""

    psn_no: Identifier
    purpose: CodePurpose = "CANCEL"


class TellStep(Struct, frozen=True, array_like=True, tag="0080"):
    """0080 制卡环节登记, the operator's: a step ended, failed for a cause, or does not end by itself."""

    psn_no: Identifier
    step: Step
    outcome: StepOutcome
    cause: Annotated[str, Meta(max_length=30)] = ""


class TellEcardFault(Struct, frozen=True, array_like=True, tag="0089"):
    """0089 电子社保卡故障登记, the operator's: somebody's e-card cannot be bound, or was repaired."""

    psn_no: Identifier
    repaired: bool = False


class StepShown(Struct, frozen=True, array_like=True):
    """One step as it is shown: `state` in the words of its screen, `ended` empty while it is under way."""

    number: int
    step: Step
    state: str
    began: str
    ended: str


class Progress(Struct, frozen=True, array_like=True, tag="makinginfo"):
    """Where an application stands.

    `card_status` as the public sees it: 放号 is ALLOCATED. `alert` names what is overdue and `ask` who is asked then.
    `cause` and `cure`: why it stands still, and what to do. `expected`: the day on which the card lies at the bank.
    """

    psn_no: str
    number: int
    mode: str
    state: str
    card_status: str
    bank_code: str
    unit_no: str
    generation: int
    steps: tuple[StepShown, ...] = ()
    expected: str = ""
    cause: str = ""
    cure: str = ""
    alert: str = ""
    ask: str = ""
    ecard_push: str = ""


class TableTaken(Struct, frozen=True, array_like=True, tag="tableinfo"):
    """0031's output: how many were taken, and the bank of the unit from now on."""

    unit_no: str
    bank_code: str
    taken: int


class DataCollected(Struct, frozen=True, array_like=True, tag="collectinfo"):
    """0032's output: what is there now."""

    psn_no: str
    photo: bool
    phone: bool
    address: bool


class CodeSent(Struct, frozen=True, array_like=True, tag="codeinfo"):
    """0038's output: until when the code is good, and the last digits of the telephone that it went to."""

    psn_no: str
    valid_until: str
    phone: str


class PhoneMessage(Struct, frozen=True, array_like=True, tag="phoneinfo"):
    """0090's output: what stands on the telephone, with the code."""

    psn_no: str
    phone: str
    sms: str


class CardMade(Struct, frozen=True, array_like=True, tag="madeinfo"):
    """A card in its holder's hands: its numbers and the states of its zones."""

    psn_no: str
    card_number: str
    card_sn: str
    card_issue: int
    bank_card_no: str
    generation: int
    card_status: str
    bank_status: str


class RemoteUse(Struct, frozen=True, array_like=True, tag="remoteuse"):
    """0041's output: what a pharmacy there would be answered; `refusal` is empty where it would be carried out.

    `owner` is who can cure it.
    """

    psn_no: str
    fixmedins_code: str
    refusal: str
    err_msg: str
    owner: str


class CardFound(Struct, frozen=True, array_like=True, tag="lookupinfo"):
    """0043's output: the card's status in the city's public words; nothing of who its holder is."""

    psn_no: str
    card_status: str


class CertificateCopyKept(Struct, frozen=True, array_like=True, tag="certificateinfo"):
    """0044's output: what is kept, as it was handed in."""

    psn_no: str
    kind: str
    content: bytes


class Acceptance(Struct, frozen=True, array_like=True, tag="acceptinfo"):
    """0045's output: `owner` is asked where the card is not taken; empty where it is."""

    psn_no: str
    generation: int
    accepted: bool
    owner: str
    err_msg: str


class EcardFaultTold(Struct, frozen=True, array_like=True, tag="ecardfault"):
    """0089's output."""

    psn_no: str
    repaired: bool


MakingMessage = (
    ApplyForCard
    | ApplyByTable
    | CollectData
    | WithdrawApplication
    | QueryProgress
    | CollectCard
    | HandOutCard
    | UpdateBankData
    | SendCode
    | CancelByCode
    | MakeInstantly
    | TryRemoteUse
    | ReportMismatch
    | LookUpCard
    | KeepCertificateCopy
    | CheckAcceptance
    | TellStep
    | ReadPhone
    | TellEcardFault
)
MakingOutput = (
    Progress
    | TableTaken
    | DataCollected
    | CodeSent
    | PhoneMessage
    | CardMade
    | RemoteUse
    | CardFound
    | CertificateCopyKept
    | Acceptance
    | EcardFaultTold
)
