"""Reconciliation between an institution and the centre: totals (3201), rows (3202), and the files that carry the rows.

A file travels here as its text: TAB-separated UTF-8, one row a line, an empty cell `null` (interface, general rules).
The ZIP around it is the HTTP door's form. Dates are days of China Standard Time, both ends included.
"""

from typing import Annotated, Final

from msgspec import Meta, Struct

FILE_TEXT_MAX: Final = 4 * 1024 * 1024
"""Of one file unpacked: some 30,000 rows. At the terminals' door the frame's own limit comes first."""
FRAME_TEXT_MAX: Final = 1000 * 1024
"""Of one file at the terminals' door, whose longest frame is 1 MiB."""
FILE_COLUMNS: Final = (
    "setl_id",
    "mdtrt_id",
    "psn_no",
    "medfee_sumamt",
    "fund_pay_sumamt",
    "acct_pay",
    "refd_setl_flag",
)
"""A row of the institution's file (interface, 3202, input)."""
RESULT_COLUMNS: Final = (
    "psn_no", "mdtrt_id", "setl_id", "msgid", "stmt_rslt", "refd_setl_flag", "memo", "medfee_sumamt", "fund_pay_sumamt",
    "acct_pay",
)  # fmt: skip
"""A row of the centre's answer (interface, 3202, output)."""
NULL: Final = "null"
EQUAL: Final = "0"
UNEQUAL: Final = "1"
"""stmt_rslt (interface code table): 平, 不平."""

Day = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Code = Annotated[str, Meta(max_length=6)]
Flag = Annotated[str, Meta(pattern="^[01]?$")]
Sum = Annotated[int, Meta(ge=-9_999_999_999_999_999, le=9_999_999_999_999_999)]
Count = Annotated[int, Meta(ge=0, le=9_999_999_999)]
FileNumber = Annotated[str, Meta(min_length=1, max_length=30)]
FileName = Annotated[str, Meta(min_length=1, max_length=200)]


class TotalStatement(Struct, frozen=True, array_like=True, tag="3201"):
    """3201 医药机构费用结算对总账: what the institution adds up to, of one insurance and one kind of clearing.

    `refd_setl_flag`: 0 settlements, 1 their undoes, empty both.
    """

    insutype: Code
    clr_type: Code
    setl_optins: Code
    stmt_begndate: Day
    stmt_enddate: Day
    medfee_sumamt_fen: Sum
    fund_pay_sumamt_fen: Sum
    acct_pay_fen: Sum
    fixmedins_setl_cnt: Count
    refd_setl_flag: Flag = ""
    fixmedins_refd_setl_flag: Flag = ""


class DetailStatement(Struct, frozen=True, array_like=True, tag="3202"):
    """3202 医药机构费用结算对明细账: the rows of a file that 9101 brought, against the centre's."""

    setl_optins: Code
    file_qury_no: FileNumber
    stmt_begndate: Day
    stmt_enddate: Day
    medfee_sumamt_fen: Sum
    fund_pay_sumamt_fen: Sum
    cash_payamt_fen: Sum
    fixmedins_setl_cnt: Count
    clr_type: Code
    refd_setl_flag: Flag = ""
    fixmedins_refd_setl_flag: Flag = ""


class UploadFile(Struct, frozen=True, array_like=True, tag="9101"):
    """9101 文件上传: `content` is the file's text (the interface's `in` is its ZIP)."""

    filename: FileName
    content: Annotated[bytes, Meta(max_length=FILE_TEXT_MAX)]


class DownloadFile(Struct, frozen=True, array_like=True, tag="9102"):
    """9102 文件下载."""

    file_qury_no: FileNumber
    filename: FileName


class TotalStated(Struct, frozen=True, array_like=True, tag="stmtinfo"):
    """3201's output: whether the centre has the same totals."""

    setl_optins: str
    stmt_rslt: str
    stmt_rslt_dscr: str


class DetailStated(Struct, frozen=True, array_like=True, tag="fileinfo"):
    """3202's output: where the rows of the answer lie, and until when (yyyy-MM-dd HH:mm:ss)."""

    file_qury_no: str
    filename: str
    dld_endtime: str


class FileUploaded(Struct, frozen=True, array_like=True, tag="fsUploadOut"):
    """9101's output."""

    file_qury_no: str
    filename: str
    fixmedins_code: str
    dld_endtime: str


class FileContent(Struct, frozen=True, array_like=True, tag="fsDownloadOut"):
    """9102's output: the file's text."""

    filename: str
    content: bytes


StatementMessage = TotalStatement | DetailStatement
"""What is answered from an institution's rows of some days."""
ReconciliationMessage = TotalStatement | DetailStatement | UploadFile | DownloadFile
ReconciliationOutput = TotalStated | DetailStated | FileUploaded | FileContent
