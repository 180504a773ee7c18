"""The transactions of reconciliation, and why they are refused; numbers E34xx."""

from typing import Final

from settlement.wire.refusal import ASSUMED, DERIVED, INSTITUTION, Kind, Refusal

KINDS: Final[dict[str, Kind]] = {
    "3201": Kind("total reconciliation", "statement", changes=False),  # 医药机构费用结算对总账
    "3202": Kind("detail reconciliation", "statement", changes=True),  # 医药机构费用结算对明细账
    "9101": Kind("file upload", "file", changes=True),  # 文件上传
    "9102": Kind("file download", "file", changes=False),  # 文件下载
}

STATEMENT_PERIOD = Refusal(
    "E3401",
    "STATEMENT_PERIOD",
    INSTITUTION,
    ASSUMED,
    "对账日期无效或超过31天",
    "a statement is of 1 to 31 days, the first day first",
)
STATEMENT_AGENCY = Refusal(
    "E3402",
    "STATEMENT_AGENCY",
    INSTITUTION,
    DERIVED,
    "结算经办机构不是本机构的经办机构",
    "setl_optins is not the agency that settles with this institution",
)
STATEMENT_SUMS = Refusal(
    "E3403",
    "STATEMENT_SUMS",
    INSTITUTION,
    ASSUMED,
    "对账汇总与文件明细不符",
    "the sums asked for are not those of the file's rows",
)
FILE_UNKNOWN = Refusal(
    "E3404", "FILE_UNKNOWN", INSTITUTION, DERIVED, "文件不存在或已过期", "no such file here, or its time is over"
)
FILE_TOO_LARGE = Refusal(
    "E3406",
    "FILE_TOO_LARGE",
    INSTITUTION,
    DERIVED,
    "文件过大，请由HTTP接口下载",
    "too large for a terminal's frame, fetch it at the HTTP door",
)
FILE_UNREADABLE = Refusal(
    "E3405", "FILE_UNREADABLE", INSTITUTION, DERIVED, "对账文件格式错误", "the file cannot be read"
)
