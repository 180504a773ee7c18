"""The remote pharmacy messages (异地就医购药): 2161, 2163, 2166, 2167 and 2181, with the interface's own field names.

The pharmacy never sees a card: the patient shows a token (ec_token) and confirms the order on the phone, which has no
message of the interface; 0078, our own, stands for it. `mdtrtsn` is the institution's number of the visit and good once
for ever; `mdtrt_regno` is the host's name of the order that it makes. Texts that change nothing are taken as they come.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

RemoteText = Annotated[str, Meta(max_length=100)]
Operator = Annotated[str, Meta(max_length=50)]
Institution = Annotated[str, Meta(min_length=1, max_length=30)]
Region = Annotated[str, Meta(pattern="^[0-9]{6}$")]
SocialNumber = Annotated[str, Meta(min_length=1, max_length=18)]
Identifier = Annotated[str, Meta(min_length=1, max_length=30)]
VisitNumber = Annotated[str, Meta(min_length=1, max_length=20)]
Stated = Annotated[str, Meta(max_length=50)]
Code = Annotated[str, Meta(max_length=6)]
Token = Annotated[str, Meta(min_length=1, max_length=64)]
Fen = Annotated[int, Meta(ge=-9_999_999_999_999_999, le=9_999_999_999_999_999)]
SCALED_MAX: Final = 9_999_999_999_999_999
ORDER_LINES_MAX: Final = 500


class OrderLine(Struct, frozen=True, array_like=True):
    """One line of an order (feedetl); what only describes it stands at the end."""

    feedetl_sn: Identifier
    medins_list_codg: Annotated[str, Meta(min_length=1, max_length=50)]
    medins_list_name: RemoteText
    hilist_type: Code
    pric_e6: Annotated[int, Meta(ge=-SCALED_MAX, le=SCALED_MAX)]
    cnt_e4: Annotated[int, Meta(ge=-SCALED_MAX, le=SCALED_MAX)]
    amt_fen: Fen
    detl_ocur_time: Annotated[str, Meta(max_length=30)]
    opter_name: Operator
    hilist_code: Stated = ""
    """The item's code in the catalogue of the place of treatment; empty: out of the list."""
    hilist_name: RemoteText = ""
    chrgitm_lv: Code = ""


class QueryBuyer(Struct, frozen=True, array_like=True, tag="2161"):
    """2161 异地就医购药获取人员信息."""

    ssn: SocialNumber
    insuplc: Region
    fixmedins_code: Institution


class RefundOrder(Struct, frozen=True, array_like=True, tag="2163"):
    """2163 异地就医购药退费: undo of an order that was paid."""

    fixmedins_code: Institution
    mdtrt_regno: VisitNumber
    opter_name: Operator


class PlaceOrder(Struct, frozen=True, array_like=True, tag="2166"):
    """2166 异地就医购药试算: an order, tried; the patient's phone is asked to confirm it."""

    ec_token: Token
    fixmedins_code: Institution
    fixmedins_name: Stated
    insuplc: Region
    mdtrtarea: Region
    psn_no: Identifier
    ssn: SocialNumber
    psn_name: Stated
    gend: Code
    brdy: Annotated[str, Meta(max_length=30)]
    mdtrtsn: VisitNumber
    med_type: Code
    psn_type: Code
    insutype: Code
    dscg_date: Annotated[str, Meta(max_length=30)]
    medfee_sumamt_fen: Fen
    opter_name: Operator
    feedetl: Annotated[tuple[OrderLine, ...], Meta(min_length=1, max_length=ORDER_LINES_MAX)]
    emp_no: Stated = ""
    emp_name: RemoteText = ""


class CancelOrder(Struct, frozen=True, array_like=True, tag="2167"):
    """2167 异地就医购药取消订单: an order that was not paid."""

    fixmedins_code: Institution
    mdtrt_regno: VisitNumber
    opter_name: Operator


class ReverseOrder(Struct, frozen=True, array_like=True, tag="2181"):
    """2181 冲正交易: undo of an order's step whose outcome is unknown.

    The interface lists the statuses 1106, 1107 and 1203 and does not say which step each is; ours: 1106 the payment,
    1107 the refund, 1203 the order itself (assumed).
    """

    fixmedins_code: Institution
    ssn: SocialNumber
    mdtrt_regno: VisitNumber
    status: Literal["1106", "1107", "1203"]
    opter_name: Operator


class ConfirmOrder(Struct, frozen=True, array_like=True, tag="0078"):
    """0078, our own: the patient's phone confirms an order, which pays it."""

    psn_no: Identifier
    fixmedins_code: Institution
    mdtrt_regno: VisitNumber


OrderMessage = RefundOrder | CancelOrder | ReverseOrder
"""What names an order by its mdtrt_regno."""
RemoteMessage = QueryBuyer | PlaceOrder | OrderMessage | ConfirmOrder


class BuyerFound(Struct, frozen=True, array_like=True, tag="2161"):
    """2161's output."""

    psn_no: str
    psn_name: str
    gend: str
    brdy: str
    ssn: str
    psn_type: str
    emp_name: str
    insuplc_admdvs: str
    outmed_fundmgt_optins_fulname: str
    acct_balc_fen: int
    insutype: str


class OrderPlaced(Struct, frozen=True, array_like=True, tag="2166"):
    """2166's output; `push_flag` 1: the patient's phone was asked."""

    mdtrt_regno: str
    prmmsg: str
    push_flag: str


class OrderRefunded(Struct, frozen=True, array_like=True, tag="2163"):
    """2163's output: what was given back, and to whom."""

    medfee_sumamt_fen: int
    psn_cashpay_fen: int
    acct_payamt_fen: int
    certno: str
    psn_name: str
    gend: str
    brdy: str
    psn_type: str
    insutype: str
    prmmsg: str


class OrderDone(Struct, frozen=True, array_like=True, tag="order"):
    """The output of 2167 and 2181, for which the interface has none: only the order's name."""

    mdtrt_regno: str


RemoteOutput = BuyerFound | OrderPlaced | OrderRefunded | OrderDone
