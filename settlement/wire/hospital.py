"""What a hospital says beside registering and settling outpatients: diagnoses, cancelled lines, and whole stays.

A stay is admitted (2401), charged (2301, 2302), settled in between and at its end (2303, 2304), discharged (2402), and
each of these can be taken back. Field names are the interface's; a deposit (预交金) has no message there and is ours.
"""

from typing import Annotated, Final

from msgspec import Meta, Struct

from settlement.wire.fields import (
    AccountUse,
    BatchName,
    CardSn,
    Code,
    CountE4,
    Fen,
    Flag,
    Identifier,
    ItemCode,
    OptionalIdentifier,
    PriceE6,
    Stated,
    Text,
)

CHARGES_MAX: Final = 500
"""Lines of one upload; the interface states none, its longest published sample has 100."""
DIAGNOSES_MAX: Final = 50
ALL_LINES: Final = "0000"
"""chrg_bchno and feedetl_sn of a cancellation: everything that is not settled."""
DischargeWay = Annotated[str, Meta(max_length=3)]
WayOfSettling = Annotated[str, Meta(pattern="^(0[12])?$")]
"""01 by item, 02 a fixed amount (interface code table, psn_setlway); empty: by item."""

Moment = Annotated[str, Meta(pattern=r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)?$")]
"""yyyy-MM-dd HH:mm:ss of China Standard Time; texts of it are in the order of time."""


class Diagnosis(Struct, frozen=True, array_like=True):
    """One row of diseinfo."""

    diag_type: Annotated[str, Meta(min_length=1, max_length=3)]
    diag_code: Annotated[str, Meta(min_length=1, max_length=20)]
    diag_name: Annotated[str, Meta(min_length=1, max_length=100)]
    maindiag_flag: Flag = "0"


Diagnoses = Annotated[tuple[Diagnosis, ...], Meta(max_length=DIAGNOSES_MAX)]


class CancelRegistration(Struct, frozen=True, array_like=True, tag="2202"):
    """2202 门诊挂号撤销: of a visit without charges that stand."""

    psn_no: Identifier
    mdtrt_id: Identifier
    ipt_otp_no: Identifier


class DescribeVisit(Struct, frozen=True, array_like=True, tag="2203"):
    """2203 门诊就诊信息上传: what kind of visit it is, once for each (one med_type), and the diagnoses.

    `dise_codg`: the disease that a chronic or special outpatient (med_type 14) is covered for.
    """

    psn_no: Identifier
    mdtrt_id: Identifier
    med_type: Annotated[str, Meta(min_length=1, max_length=6)]
    dise_codg: OptionalIdentifier = ""
    diseinfo: Diagnoses = ()


class CancelFees(Struct, frozen=True, array_like=True, tag="2205"):
    """2205 门诊费用明细信息撤销: of one charge batch, or of all that are not settled ("0000")."""

    psn_no: Identifier
    mdtrt_id: Identifier
    chrg_bchno: BatchName


class Charge(Struct, frozen=True, array_like=True):
    """One line of a stay's bill; a refund names the line it gives back and has a negative count and amount."""

    feedetl_sn: Identifier
    med_list_codg: ItemCode
    pric_e6: PriceE6
    cnt_e4: CountE4
    det_item_fee_sumamt_fen: Fen
    init_feedetl_sn: OptionalIdentifier = ""
    hosp_appr_flag: Annotated[str, Meta(max_length=3)] = ""
    medins_list_codg: Annotated[str, Meta(max_length=150)] = ""


class UploadCharges(Struct, frozen=True, array_like=True, tag="2301"):
    """2301 住院费用明细上传."""

    psn_no: Identifier
    mdtrt_id: Identifier
    feedetail: Annotated[tuple[Charge, ...], Meta(min_length=1, max_length=CHARGES_MAX)]


class CancelCharges(Struct, frozen=True, array_like=True, tag="2302"):
    """2302 住院费用明细撤销: of one line with its refunds, or of all that are not settled ("0000")."""

    psn_no: Identifier
    mdtrt_id: Identifier
    feedetl_sn: Identifier


class StaySale(Struct, frozen=True, array_like=True):
    """What 2303 and 2304 have in common: the open charges of a stay, and what pays them.

    `mid_setl_flag` 1 settles what was charged so far while the stay goes on, 0 settles what is open at its end.
    """

    psn_no: Identifier
    mdtrt_cert_type: Code
    mdtrt_cert_no: Text
    card_sn: CardSn
    mdtrt_id: Identifier
    insutype: Code
    acct_used_flag: AccountUse
    medfee_sumamt_fen: Fen
    mid_setl_flag: Flag = "0"
    psn_setlway: WayOfSettling = ""
    certno: Stated = ""
    psn_name: Stated = ""
    psn_type: Code = ""


class PresettleStay(StaySale, frozen=True, array_like=True, tag="2303"):
    """2303 住院预结算: the split of the open charges if they were settled now; posts nothing."""


class SettleStay(StaySale, frozen=True, array_like=True, tag="2304"):
    """2304 住院结算: may send the four parts of 2303 back, which are compared where they are given (I13).

    `chip_pin_verified`, `pin_block`: as in 2102.
    """

    fulamt_ownpay_amt_fen: Fen | None = None
    overlmt_selfpay_fen: Fen | None = None
    preselfpay_amt_fen: Fen | None = None
    inscp_scp_amt_fen: Fen | None = None
    chip_pin_verified: bool = False
    pin_block: Annotated[bytes, Meta(max_length=16)] = b""


class RevokeStay(Struct, frozen=True, array_like=True, tag="2305"):
    """2305 住院结算撤销: of a stay's last settlement."""

    setl_id: Identifier
    mdtrt_id: Identifier
    psn_no: Identifier


class Admit(Struct, frozen=True, array_like=True, tag="2401"):
    """2401 入院办理: opens a stay for whom the credential shows; `ipt_no` is the hospital's own number of it."""

    psn_no: Identifier
    insutype: Code
    mdtrt_cert_type: Code
    mdtrt_cert_no: Text
    card_sn: CardSn
    certno: Text
    med_type: Annotated[str, Meta(min_length=1, max_length=6)]
    ipt_no: Identifier
    adm_dept_codg: Identifier
    adm_bed: OptionalIdentifier = ""
    dise_codg: OptionalIdentifier = ""
    diseinfo: Diagnoses = ()
    begntime: Moment = ""
    """When the stay began by the hospital's books; empty: now."""


class Discharge(Struct, frozen=True, array_like=True, tag="2402"):
    """2402 出院办理: the stay is over; its last settlement may follow."""

    psn_no: Identifier
    mdtrt_id: Identifier
    insutype: Code
    dscg_dept_codg: Identifier
    dscg_way: DischargeWay
    diseinfo: Diagnoses = ()
    endtime: Moment = ""
    """When the stay ended by the hospital's books; empty: now."""


class UndoAdmission(Struct, frozen=True, array_like=True, tag="2404"):
    """2404 入院撤销: of a stay that holds neither charges nor a deposit."""

    psn_no: Identifier
    mdtrt_id: Identifier


class UndoDischarge(Struct, frozen=True, array_like=True, tag="2405"):
    """2405 出院撤销: the stay goes on; not once its last settlement stands."""

    psn_no: Identifier
    mdtrt_id: Identifier


class PayDeposit(Struct, frozen=True, array_like=True, tag="0046"):
    """0046 预交金, our own: cash of the patient in advance; a negative amount gives back what is held."""

    psn_no: Identifier
    mdtrt_id: Identifier
    amount_fen: Fen


HospitalMessage = (
    CancelRegistration
    | DescribeVisit
    | CancelFees
    | UploadCharges
    | CancelCharges
    | PresettleStay
    | SettleStay
    | RevokeStay
    | Admit
    | Discharge
    | UndoAdmission
    | UndoDischarge
    | PayDeposit
)


class Admitted(Struct, frozen=True, array_like=True, tag="admitted"):
    """2401's output: the host's number of the stay."""

    mdtrt_id: str


class VisitChanged(Struct, frozen=True, array_like=True, tag="visitchanged"):
    """Output of what changes a visit or a stay where the interface gives none: 2202, 2203, 2205, 2302, 2402 to 2405."""


class DepositHeld(Struct, frozen=True, array_like=True, tag="deposit"):
    """0046's output: what the hospital holds for the stay now."""

    deposit_id: str
    held_fen: int


HospitalOutput = Admitted | VisitChanged | DepositHeld
