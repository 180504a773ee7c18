"""What a request and its reply say: one struct a transaction, in the national interface's own field names.

Amounts keep the interface's name and meaning and end in `_fen`: integers, where the interface writes yuan with two
decimals. A unit price has six decimals there (n(16,6)) and is an integer of 10^-6 yuan here (`pric_e6`); a count has
four (n(16,4)) and is an integer of 10^-4 (`cnt_e4`). The struct's tag is the infno. New fields go at the end, with a
default, so that older terminals stay understood.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from settlement.wire.bank import BankMessage, BankOutput
from settlement.wire.bank_services import BankZoneMessage, BankZoneOutput
from settlement.wire.card_service import Applicant, Channel, ReissueReason
from settlement.wire.clearing import ClearingMessage, ClearingOutput
from settlement.wire.control import PersonSet, SetPerson
from settlement.wire.credentials import IssueToken, TokenIssued
from settlement.wire.family import BindFamily, FamilyBound, UnbindFamily
from settlement.wire.fields import (
    AccountUse,
    BatchName,
    CardSn,
    Code,
    CountE4,
    Fen,
    Identifier,
    ItemCode,
    OptionalIdentifier,
    PriceE6,
    Stated,
    Text,
)
from settlement.wire.hospital import HospitalMessage, HospitalOutput
from settlement.wire.insurance import (
    AccumulatedTotals,
    Allot,
    BenefitsFound,
    ChangeInsurance,
    CheckBenefit,
    InsuranceChanged,
    MergePersons,
    QueryAccumulated,
)
from settlement.wire.making import MakingMessage, MakingOutput
from settlement.wire.reconciliation import ReconciliationMessage, ReconciliationOutput
from settlement.wire.remote import RemoteMessage, RemoteOutput
from settlement.wire.services import CardLife, CardLifeOutput

LINES_MAX: Final = 500
"""Lines of one bill; the interface states none, its longest published sample has 100."""


class Line(Struct, frozen=True, array_like=True):
    """One line of a bill (drugdetail, feedetail)."""

    feedetl_sn: Identifier
    med_list_codg: ItemCode
    pric_e6: PriceE6
    cnt_e4: CountE4
    det_item_fee_sumamt_fen: Fen
    hosp_appr_flag: Annotated[str, Meta(max_length=3)] = ""
    """Of a limited item: 1 the hospital approved its use, 2 it did not (0, empty: nothing to approve)."""
    medins_list_codg: Annotated[str, Meta(max_length=150)] = ""
    """The institution's own code of the item, which it has matched (对照) to med_list_codg."""


Lines = Annotated[tuple[Line, ...], Meta(min_length=1, max_length=LINES_MAX)]


class SignIn(Struct, frozen=True, array_like=True, tag="9001"):
    """9001 签到: names the operator on whose word the terminal works from here on."""

    opter_no: Annotated[str, Meta(min_length=1, max_length=20)]


class SignOut(Struct, frozen=True, array_like=True, tag="9002"):
    """9002 签退: ends the session that it names; what comes after needs a new 9001."""

    sign_no: Identifier
    opter_no: Annotated[str, Meta(min_length=1, max_length=20)]


class QueryPerson(Struct, frozen=True, array_like=True, tag="1101"):
    """1101 人员信息获取: by credential; a social security card (03) gives its card_sn (卡识别码, hex).

    `certno` and `psn_name` may be empty where a token is shown, which says by itself whose it is.
    """

    mdtrt_cert_type: Code
    mdtrt_cert_no: Text
    card_sn: Annotated[str, Meta(max_length=32)]
    psn_cert_type: Code
    certno: Stated
    psn_name: Stated


class DrugSale(Struct, frozen=True, array_like=True):
    """What 2101 and 2102 have in common (druginfo and drugdetail)."""

    psn_no: Identifier
    mdtrt_cert_type: Code
    mdtrt_cert_no: Text
    card_sn: Annotated[str, Meta(max_length=32)]
    insutype: Code
    med_type: Code
    acct_used_flag: AccountUse
    medfee_sumamt_fen: Fen
    drugdetail: Lines


class PresettleDrugSale(DrugSale, frozen=True, array_like=True, tag="2101"):
    """2101 药店预结算: the split of this sale if it were settled now; posts nothing.

    `certno`, `psn_name`, `psn_type`: as in 2102.
    """

    certno: Stated = ""
    psn_name: Stated = ""
    psn_type: Code = ""


class SettleDrugSale(DrugSale, frozen=True, array_like=True, tag="2102"):
    """2102 药店结算.

    `chip_pin_verified`: the chip accepted the remote PIN (VERIFY answered 9000) in this conversation. `pin_block`: the
    local password as an ISO 9564 format 4 block over the card's bank number, empty where none is asked. `certno`,
    `psn_name`, `psn_type`: who the sender says that the patient is; empty from a terminal, which read the chip.
    """

    chip_pin_verified: bool = False
    pin_block: Annotated[bytes, Meta(max_length=16)] = b""
    certno: Stated = ""
    psn_name: Stated = ""
    psn_type: Code = ""


class Revocation(Struct, frozen=True, array_like=True):
    """What 2103 and 2208 have in common: undo of a settlement whose outcome is known."""

    setl_id: Identifier
    mdtrt_id: Identifier
    psn_no: Identifier


class RevokeDrugSale(Revocation, frozen=True, array_like=True, tag="2103"):
    """2103 药店结算撤销."""


class RegisterOutpatient(Struct, frozen=True, array_like=True, tag="2201"):
    """2201 门诊挂号: opens a visit; `ipt_otp_no` is the hospital's own number of it.

    `certno`, `psn_name`, `psn_type`: as in 2102.
    """

    psn_no: Identifier
    insutype: Code
    mdtrt_cert_type: Code
    mdtrt_cert_no: Text
    card_sn: Annotated[str, Meta(max_length=32)]
    ipt_otp_no: Identifier
    dept_code: Identifier
    certno: Stated = ""
    psn_name: Stated = ""
    psn_type: Code = ""


class UploadFees(Struct, frozen=True, array_like=True, tag="2204"):
    """2204 门诊费用明细信息上传: one charge batch, whole, in one message."""

    psn_no: Identifier
    mdtrt_id: Identifier
    chrg_bchno: BatchName
    feedetail: Lines


class OutpatientSale(Struct, frozen=True, array_like=True):
    """What 2206 and 2207 have in common: a charge batch, and what pays it."""

    psn_no: Identifier
    mdtrt_id: Identifier
    chrg_bchno: BatchName
    insutype: Code
    med_type: Code
    acct_used_flag: AccountUse
    medfee_sumamt_fen: Fen


class PresettleOutpatient(OutpatientSale, frozen=True, array_like=True, tag="2206"):
    """2206 门诊预结算: the split of a charge batch if it were settled now; posts nothing.

    `certno`, `psn_name`, `psn_type`: as in 2102.
    """

    certno: Stated = ""
    psn_name: Stated = ""
    psn_type: Code = ""


class SettleOutpatient(OutpatientSale, frozen=True, array_like=True, tag="2207"):
    """2207 门诊结算: sends the four parts of 2206 back; the host compares them and refuses a difference (I13).

    `mdtrt_cert_type`: what is shown at the till; empty where 2201 was shown it and nobody asks again. `certno`: as in
    2102; the interface states no more of the patient here.
    """

    fulamt_ownpay_amt_fen: Fen
    overlmt_selfpay_fen: Fen
    preselfpay_amt_fen: Fen
    inscp_scp_amt_fen: Fen
    chip_pin_verified: bool = False
    pin_block: Annotated[bytes, Meta(max_length=16)] = b""
    mdtrt_cert_type: Code = ""
    mdtrt_cert_no: Stated = ""
    card_sn: CardSn = ""
    certno: Stated = ""


class RevokeOutpatient(Revocation, frozen=True, array_like=True, tag="2208"):
    """2208 门诊结算撤销."""


class Reverse(Struct, frozen=True, array_like=True, tag="2601"):
    """2601 冲正交易: undo of an unknown outcome, by the original's msgid and infno."""

    psn_no: Identifier
    omsgid: Identifier
    oinfno: Code


class QuerySettlement(Struct, frozen=True, array_like=True, tag="5203"):
    """5203 结算信息查询: by setl_id, or by `medins_setl_id` (the original's msgid) where the reply was lost."""

    psn_no: Identifier
    setl_id: OptionalIdentifier
    mdtrt_id: OptionalIdentifier
    medins_setl_id: OptionalIdentifier = ""


class ReissueCard(Struct, frozen=True, array_like=True, tag="0001"):
    """0001 补换卡, our own: a new card for a person; the old one is refused from when the new one is in force.

    `card_sn`: the card that is given back (hex); empty where it is `lost`, and only then. `psn_no`, `certno` and
    `psn_name` are all the person's; all are empty where a card that is given back shows no more than its number.
    `reason` empty: lost, or damaged. `mode` empty: as the city has it. `bank_code`: whose branch asks. `generation` 0:
    as the one before.
    """

    psn_no: OptionalIdentifier
    certno: Stated
    psn_name: Stated
    card_sn: Annotated[str, Meta(max_length=32)] = ""
    lost: bool = False
    reason: ReissueReason = ""
    mode: Literal["", "INSTANT", "WAITING"] = ""
    channel: Channel = "KIOSK"
    applicant: Applicant = "HOLDER"
    agent_certno: Stated = ""
    bank_code: Annotated[str, Meta(max_length=10)] = ""
    generation: Annotated[int, Meta(ge=0, le=3)] = 0


Body = (
    SignIn
    | SignOut
    | QueryPerson
    | PresettleDrugSale
    | SettleDrugSale
    | RevokeDrugSale
    | RegisterOutpatient
    | UploadFees
    | PresettleOutpatient
    | SettleOutpatient
    | RevokeOutpatient
    | Reverse
    | QuerySettlement
    | ReissueCard
    | CardLife
    | MakingMessage
    | SetPerson
    | BankMessage
    | HospitalMessage
    | ReconciliationMessage
    | BankZoneMessage
    | ClearingMessage
    | IssueToken
    | BindFamily
    | UnbindFamily
    | ChangeInsurance
    | Allot
    | MergePersons
    | CheckBenefit
    | QueryAccumulated
    | RemoteMessage
)
"""Everything that a terminal may ask."""


class SignedIn(Struct, frozen=True, array_like=True, tag="signinoutb"):
    """9001's output: the session's name, from which both sides derive its keys."""

    sign_no: str
    sign_time: str


class SignedOut(Struct, frozen=True, array_like=True, tag="sign_time"):
    """9002's output."""

    sign_time: str


class Insurance(Struct, frozen=True, array_like=True):
    """One row of insuinfo: what this person is insured by, and where."""

    balc_fen: int
    insutype: str
    psn_type: str
    psn_insu_stas: str
    insuplc_admdvs: str


class PersonFound(Struct, frozen=True, array_like=True, tag="baseinfo"):
    """1101's output; `bank_card_no` (the card's bank number) travels in exp_content of the national form."""

    psn_no: str
    psn_cert_type: str
    certno: str
    psn_name: str
    gend: str
    brdy: str
    insuinfo: tuple[Insurance, ...]
    bank_card_no: str


class FundPayment(Struct, frozen=True, array_like=True):
    """One row of setldetail: a fund, the limit left before this settlement (-1: none), and what it pays."""

    fund_pay_type: str
    inscp_scp_amt_fen: int
    crt_payb_lmt_amt_fen: int
    fund_payamt_fen: int


class LineCut(Struct, frozen=True, array_like=True):
    """One row of detlcutinfo: how a line falls into the four parts."""

    feedetl_sn: str
    det_item_fee_sumamt_fen: int
    chrgitm_lv: str
    selfpay_prop_e4: int
    fulamt_ownpay_amt_fen: int
    overlmt_amt_fen: int
    preselfpay_amt_fen: int
    inscp_scp_amt_fen: int
    pric_uplmt_amt_e6: int = 0
    """The limit of a unit's price here; 0: none."""
    med_chrgitm_type: str = ""
    lmt_used_flag: str = "0"
    """1: an item of limited use."""


class Amounts(Struct, frozen=True, array_like=True):
    """The amounts of setlinfo, with the interface's meanings; all in fen.

    `pool_prop_selfpay_e4` is the fund's ratio in 10^-4, despite its name. I1: medfee = fund_pay_sumamt + psn_part_amt +
    hosp_part_amt. I2: psn_part_amt = acct_pay + psn_cash_pay. I3: fund_pay_sumamt is the sum of the funds.
    I5: medfee = fulamt_ownpay + overlmt_selfpay + preselfpay + inscp_scp.
    """

    medfee_sumamt_fen: int = 0
    fulamt_ownpay_amt_fen: int = 0
    overlmt_selfpay_fen: int = 0
    preselfpay_amt_fen: int = 0
    inscp_scp_amt_fen: int = 0
    act_pay_dedc_fen: int = 0
    hifp_pay_fen: int = 0
    pool_prop_selfpay_e4: int = 0
    cvlserv_pay_fen: int = 0
    hifes_pay_fen: int = 0
    hifmi_pay_fen: int = 0
    hifob_pay_fen: int = 0
    maf_pay_fen: int = 0
    hifdm_pay_fen: int = 0
    oth_pay_fen: int = 0
    fund_pay_sumamt_fen: int = 0
    psn_part_amt_fen: int = 0
    acct_pay_fen: int = 0
    psn_cash_pay_fen: int = 0
    balc_fen: int = 0
    acct_mulaid_pay_fen: int = 0
    hosp_part_amt_fen: int = 0


class Patient(Struct, frozen=True, array_like=True):
    """Whom setlinfo names, as the host knows the person."""

    psn_name: str
    certno: str
    gend: str
    brdy: str
    psn_type: str


class Treatment(Struct, frozen=True, array_like=True):
    """What 5203 says of a settlement beside its amounts: where the treatment was, and its first and last day."""

    fixmedins_code: str
    fixmedins_name: str
    hosp_lv: str
    dedc_hosp_lv: str
    pay_loc: str
    begndate: str
    enddate: str
    psn_cert_type: str


class SettlementInfo(Struct, frozen=True, array_like=True, tag="setlinfo"):
    """Output of 2101, 2102, 2103, 2206, 2207, 2208 and 5203.

    A pre-settlement has no setl_id. A revoke has a setl_id of its own and the exact negatives. `refd_setl_flag` is 1
    once the settlement has been revoked or reversed (5203). `patient` is named only at the HTTP door, whose form has
    him, and not in a revoke (interface, 2103).
    """

    setl_id: str
    mdtrt_id: str
    psn_no: str
    insutype: str
    med_type: str
    setl_time: str
    medins_setl_id: str
    refd_setl_flag: str
    amounts: Amounts
    setldetail: tuple[FundPayment, ...] = ()
    detlcutinfo: tuple[LineCut, ...] = ()
    patient: Patient | None = None
    deposit_used_fen: int = 0
    """What of psn_cash_pay a stay's deposit paid."""
    deposit_refund_fen: int = 0
    """What of the deposit is given back, in cash."""
    clr_type: str = ""
    """The kind of clearing under which it is reconciled (3201, 3202)."""
    mdtrt_cert_type: str = ""
    """What was shown; empty where nothing was."""
    treatment: Treatment | None = None
    """Where and when, in the answer of 5203 only."""


class VisitOpened(Struct, frozen=True, array_like=True, tag="mdtrtinfo"):
    """2201's output: the host's number of the visit."""

    mdtrt_id: str
    psn_no: str
    ipt_otp_no: str


class FeesCut(Struct, frozen=True, array_like=True, tag="result"):
    """2204's output: each line's cut."""

    result: tuple[LineCut, ...]


class Reversed(Struct, frozen=True, array_like=True, tag="reversed"):
    """2601's output: the interface gives none; this carries nothing but its own name."""


class CardReissued(Struct, frozen=True, array_like=True, tag="cardinfo"):
    """0001's output: the new card. `card_issue` counts from 1 and is the bank card's sequence number (DE 23)."""

    psn_no: str
    card_number: str
    card_sn: str
    card_issue: int
    bank_card_no: str


Output = (
    SignedIn
    | SignedOut
    | PersonFound
    | SettlementInfo
    | VisitOpened
    | FeesCut
    | Reversed
    | CardReissued
    | CardLifeOutput
    | MakingOutput
    | BankOutput
    | HospitalOutput
    | ReconciliationOutput
    | BankZoneOutput
    | ClearingOutput
    | TokenIssued
    | FamilyBound
    | InsuranceChanged
    | BenefitsFound
    | AccumulatedTotals
    | PersonSet
    | RemoteOutput
)
"""Everything that the host may answer."""
