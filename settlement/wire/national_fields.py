"""What the national interface says of each field of a request: type, length, whether it is required. Data only.

c string, d digits, n(precision, scale) decimal, t date and time (yyyy-MM-dd HH:mm:ss), y a day (yyyy-MM-dd); *
required. Source: interface
specification V1.1.27, the tables of each transaction. Where its text contradicts its own tables the wider reading
stands: psn_type is c(3) in inputs although codes of six characters exist; a certificate number has 20 or 50.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from msgspec import Struct

from settlement.wire import messages

PATH: Final = "/fsi/api/rsfComIfsService/callService"
"""The path of the platform's front end, which clients are written for."""


class Field(NamedTuple):
    """One field: `size` is its length or precision, `scale` the decimals of a number."""

    name: str
    kind: str
    size: int
    scale: int
    required: bool


class Node(NamedTuple):
    """An object of the input, or a list of them."""

    name: str
    many: bool
    fields: tuple[Field, ...]


class Form(NamedTuple):
    """How a transaction is written here: the message it means, and the nodes of its input."""

    message: type[Struct]
    nodes: tuple[Node, ...]


_FIELD: Final = re.compile(r"(\w+) ([cdnty])(?:\((\d+)(?:,(\d+))?\))?(\*?)")


def fields(text: str) -> tuple[Field, ...]:
    """Read a table's text.

    >>> fields("cnt n(16,4)*")
    (Field(name='cnt', kind='n', size=16, scale=4, required=True),)
    """
    return tuple(
        Field(name, kind, int(size or 0), int(scale or 0), star == "*")
        for name, kind, size, scale, star in _FIELD.findall(text)
    )


ENVELOPE: Final = fields(
    "infno c(6)* msgid c(30)* mdtrtarea_admvs c(6)* insuplc_admdvs c(6) recer_sys_code c(10)* dev_no c(100)"
    " dev_safe_info c(2000) cainfo c(1024) signtype c(10) infver c(6)* opter_type c(3)* opter c(30)* opter_name c(50)*"
    " inf_time t* fixmedins_code c(12)* fixmedins_name c(20)* sign_no c(30)"
)

_DRUG_SALE: Final = (
    Node(
        "druginfo",
        many=False,
        fields=fields(
            "psn_no c(30)* mdtrt_cert_type c(3)* mdtrt_cert_no c(50)* card_sn c(32) psn_cert_type c(3)* certno c(50)*"
            " psn_type c(6)* psn_name c(50)* begntime t* medfee_sumamt n(16,2)* invono c(20) insutype c(6)*"
            " dise_codg c(30) dise_name c(500) acct_used_flag c(1)* med_type c(6)* exp_content c(4000)"
        ),
    ),
    Node(
        "drugdetail",
        many=True,
        fields=fields(
            "feedetl_sn d(30)* rxno c(30) rx_circ_flag c(3)* fee_ocur_time t* med_list_codg c(50)*"
            " medins_list_codg c(150)* det_item_fee_sumamt n(16,2)* cnt n(16,4)* pric n(16,6)* sin_dos_dscr c(200)"
            " used_frqu_dscr c(200) prd_days n(4,2) medc_way_dscr c(200) bilg_dr_codg c(30) bilg_dr_name c(50)"
            " tcmdrug_used_way c(6) exp_content c(4000)"
        ),
    ),
)


def _data(text: str) -> tuple[Node, ...]:
    return (Node("data", many=False, fields=fields(text)),)


FORMS: Final[Mapping[str, Form]] = {
    "9001": Form(messages.SignIn, (Node("signIn", many=False, fields=fields("opter_no c(20)* mac c(20)* ip c(20)*")),)),
    "1101": Form(
        messages.QueryPerson,
        _data(
            "mdtrt_cert_type c(3)* mdtrt_cert_no c(50)* card_sn c(32) begntime t psn_cert_type c(6)* certno c(50)*"
            " psn_name c(50)*"
        ),
    ),
    "2101": Form(messages.PresettleDrugSale, _DRUG_SALE),
    "2102": Form(messages.SettleDrugSale, _DRUG_SALE),
    "2103": Form(messages.RevokeDrugSale, _data("setl_id c(30)* mdtrt_id c(30)* psn_no c(30)* exp_content c(4000)")),
    "2601": Form(messages.Reverse, _data("psn_no c(30)* omsgid c(30)* oinfno c(4)*")),
    "5203": Form(messages.QuerySettlement, _data("psn_no c(30)* setl_id c(30) mdtrt_id c(30) medins_setl_id c(30)")),
}
"""Every transaction that a terminal sends in this form, by infno.

5203 differs from the interface, which requires setl_id and mdtrt_id: whoever lost the reply knows only the msgid that
asked for the settlement, which the interface returns as medins_setl_id.
"""
