"""What changes a person's insurance and account, and what asks for its benefits.

The changes (0060 to 0062) are our own: an agency's back office makes them, and no institution can. The benefit check
(2001) and the counters (5206) are the interface's.
"""

from typing import Annotated

from msgspec import Meta, Struct

from settlement.wire.fields import Code, Identifier

Month = Annotated[str, Meta(pattern="^[0-9]{4}(0[1-9]|1[0-2])$")]


class ChangeInsurance(Struct, frozen=True, array_like=True, tag="0060"):
    """0060 参保变更: by what somebody is insured from now on; what is empty stays as it is.

    From employee (310) to resident (390) the personal account is sealed with its balance, and opened again on the way
    back. `psn_insu_stas`: 0 not insured, 1 in force, 2 paused, 3 invalid, 4 ended (interface code table).
    """

    psn_no: Identifier
    insutype: Code = ""
    psn_type: Code = ""
    psn_insu_stas: Annotated[str, Meta(pattern="^[0-4]?$")] = ""


class Allot(Struct, frozen=True, array_like=True, tag="0061"):
    """0061 个人账户划拨: what the fund pays into a personal account for a month (yyyyMM), once."""

    psn_no: Identifier
    month: Month
    amount_fen: Annotated[int, Meta(gt=0, le=9_999_999_999)]


class MergePersons(Struct, frozen=True, array_like=True, tag="0062"):
    """0062 人员合并: of two persons with one identity number `psn_no` stays, and has the balances of both."""

    psn_no: Identifier
    merged_psn_no: Identifier


class CheckBenefit(Struct, frozen=True, array_like=True, tag="2001"):
    """2001 人员待遇享受检查: what pays for a visit of this kind here."""

    psn_no: Identifier
    insutype: Code
    fixmedins_code: Annotated[str, Meta(max_length=12)]
    med_type: Code
    begntime: Annotated[str, Meta(max_length=19)] = ""


class QueryAccumulated(Struct, frozen=True, array_like=True, tag="5206"):
    """5206 人员累计信息查询: what is counted this year, or in the year of `cum_ym` (yyyyMM)."""

    psn_no: Identifier
    cum_ym: Annotated[str, Meta(pattern="^([0-9]{4}(0[1-9]|1[0-2]))?$")] = ""


class InsuranceChanged(Struct, frozen=True, array_like=True, tag="insuinfo"):
    """The output of 0060, 0061 and 0062: how the person stands now."""

    psn_no: str
    insutype: str
    psn_type: str
    psn_insu_stas: str
    account_status: str
    balance_fen: int


class BenefitRow(Struct, frozen=True, array_like=True):
    """One row of trtinfo: whether a fund pays (trt_enjymnt_flag 1), and why not."""

    psn_no: str
    trt_chk_type: str
    fund_pay_type: str
    trt_enjymnt_flag: str
    begndate: str
    enddate: str = ""
    trt_chk_rslt: str = ""


class BenefitsFound(Struct, frozen=True, array_like=True, tag="trtinfo"):
    """2001's output."""

    trtinfo: tuple[BenefitRow, ...]


class AccumulatedRow(Struct, frozen=True, array_like=True):
    """One row of cuminfo."""

    insutype: str
    year: str
    cum_ym: str
    cum_type_code: str
    cum_fen: int


class AccumulatedTotals(Struct, frozen=True, array_like=True, tag="cuminfo"):
    """5206's output."""

    cuminfo: tuple[AccumulatedRow, ...]
