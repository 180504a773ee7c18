"""3201, 3202, 9101 and 9102: an institution and the centre compare what was settled, and the files of it.

The centre's rows of the days asked for come with the arrival: they are found by institution and day beside the batch,
since a decision reads rows by their keys only. A file belongs to its institution and to nobody else.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from hashlib import sha256
from typing import Final, TypeVar

from settlement.engine.arrival import Arrival, Door
from settlement.engine.case import Case, Granted, Refused, Verdict, World
from settlement.engine.clearing.comparison import AMOUNTS, Compared, RowKind, Sums, compare, sums_of
from settlement.engine.clearing.statement_text import FileRow, LineError, read_rows, text_of
from settlement.engine.judge import Judge, Keys
from settlement.engine.ledger.statement import FILE_DAYS, Period, StatementFile, StatementRow
from settlement.engine.rules.money import yuan
from settlement.wire import reconciliation_codes as codes
from settlement.wire.messages import Body
from settlement.wire.names import CHINA, local_time
from settlement.wire.reconciliation import (
    EQUAL,
    FRAME_TEXT_MAX,
    UNEQUAL,
    DetailStated,
    DetailStatement,
    DownloadFile,
    FileContent,
    FileUploaded,
    StatementMessage,
    TotalStated,
    TotalStatement,
    UploadFile,
)

DAYS_MAX: Final = 31
STATEMENTS: Final = (TotalStatement, DetailStatement)
"""What is answered from the rows of some days."""
DAY_MS: Final = 24 * 60 * 60 * 1000
DESCRIPTION_MAX: Final = 200
"""stmt_rslt_dscr is c(200)."""

Row = TypeVar("Row", FileRow, StatementRow)


def period_of(body: Body, fixmedins_code: str) -> Period | None:
    """Return whose days a statement asks for; None for other messages, and where the days are none or too many."""
    if not isinstance(body, STATEMENTS):
        return None
    try:
        first_ms, _ = day_bounds(body.stmt_begndate)
        _, end_ms = day_bounds(body.stmt_enddate)
    except ValueError:
        return None
    return Period(fixmedins_code, first_ms, end_ms) if 0 < end_ms - first_ms <= DAYS_MAX * DAY_MS else None


def day_bounds(day: str) -> tuple[int, int]:
    """Return when a day (yyyymmdd, or with hyphens) begins and when the next does; raise ValueError if it is none."""
    begins_ms = _midnight_ms(date.fromisoformat(day))
    return begins_ms, begins_ms + DAY_MS


def _midnight_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=CHINA).timestamp()) * 1000


def total(case: Case) -> Verdict:
    """3201: the same totals or not, and in words what the centre's are."""
    asked = case.arrival.body
    assert isinstance(asked, TotalStatement)
    refused = _refusal(case, asked)
    if refused:
        return refused
    rows = [row for row in _centre(case, asked) if row.insutype == asked.insutype]
    centre = sums_of(rows)
    equal = centre == _asked_sums(asked, asked.acct_pay_fen)
    said = f"equal: {centre}" if equal else f"the centre has {centre}"
    return Granted(TotalStated(asked.setl_optins, EQUAL if equal else UNEQUAL, said[:DESCRIPTION_MAX]))


def detail(case: Case) -> Verdict:
    """3202: every row of the institution's file against the centre's; the answer is a file."""
    asked = case.arrival.body
    assert isinstance(asked, DetailStatement)
    refused = _refusal(case, asked)
    if refused:
        return refused
    file = _file(case, asked.file_qury_no)
    if file is None:
        return Refused(codes.FILE_UNKNOWN, f"file_qury_no {asked.file_qury_no}")
    try:
        theirs = read_rows(file.content)
    except LineError as error:
        return Refused(codes.FILE_UNREADABLE, f"{file.filename}: {error}")
    sums = sums_of(theirs)
    if sums != _asked_sums(asked, sums.acct_pay_fen):
        return Refused(codes.STATEMENT_SUMS, f"the rows have {sums}")
    result = text_of(_result(compare(theirs, _centre(case, asked))))
    kept = _kept(case, f"3202_{file.filename}"[:DESCRIPTION_MAX], result)
    return Granted(DetailStated(kept.file_qury_no, kept.filename, local_time(kept.until_ms)), (kept,))


def upload(case: Case) -> Verdict:
    """9101: keep a file for a few days."""
    asked = case.arrival.body
    assert isinstance(asked, UploadFile)
    kept = _kept(case, asked.filename, asked.content)
    output = FileUploaded(kept.file_qury_no, kept.filename, kept.fixmedins_code, local_time(kept.until_ms))
    return Granted(output, (kept,))


def download(case: Case) -> Verdict:
    """9102: hand a file out again, to whom it belongs."""
    asked = case.arrival.body
    assert isinstance(asked, DownloadFile)
    file = _file(case, asked.file_qury_no)
    if file is None or file.filename != asked.filename:
        return Refused(codes.FILE_UNKNOWN, f"file_qury_no {asked.file_qury_no}")
    if case.arrival.door is Door.TERMINAL and len(file.content) > FRAME_TEXT_MAX:
        return Refused(codes.FILE_TOO_LARGE, f"{len(file.content)} bytes")
    return Granted(FileContent(file.filename, file.content))


def _refusal(case: Case, asked: StatementMessage) -> Refused | None:
    if period_of(asked, case.institution.code) is None:
        return Refused(codes.STATEMENT_PERIOD, f"{asked.stmt_begndate} to {asked.stmt_enddate}")
    if asked.setl_optins != case.institution.city:
        return Refused(codes.STATEMENT_AGENCY, f"setl_optins {asked.setl_optins} is not {case.institution.city}")
    return None


def _centre(case: Case, asked: StatementMessage) -> list[StatementRow]:
    """Return the rows that are meant."""
    flag = asked.refd_setl_flag
    return [
        row for row in case.arrival.statement if row.clr_type == asked.clr_type and flag in ("", str(int(row.refd)))
    ]


def _asked_sums(asked: StatementMessage, acct_pay_fen: int) -> Sums:
    return Sums(asked.fixmedins_setl_cnt, asked.medfee_sumamt_fen, asked.fund_pay_sumamt_fen, acct_pay_fen)


def _file(case: Case, file_qury_no: str) -> StatementFile | None:
    file = case.state.get(StatementFile, case.institution.city, case.institution.code, file_qury_no)
    return file if file and case.now_ms < file.until_ms else None


def _kept(case: Case, filename: str, content: bytes) -> StatementFile:
    city, code = case.institution.city, case.institution.code
    number = sha256(f"file|{code}|{case.arrival.request.msgid}".encode()).hexdigest()[:24]
    until_ms = case.now_ms + FILE_DAYS * DAY_MS
    return StatementFile(city, code, city + number, filename, content, case.now_ms, until_ms)


def _result(compared: Iterable[Compared]) -> Iterator[tuple[str, ...]]:
    """Return the answer's rows: of what only the centre has setl_id and mdtrt_id are empty (interface, 3202)."""
    for row in compared:
        named = row.theirs or row.centre
        assert named is not None
        ids = (row.theirs.mdtrt_id, row.theirs.setl_id) if row.theirs else ("", "")
        verdict = EQUAL if row.kind is RowKind.EQUAL else UNEQUAL
        memo = "" if row.kind is RowKind.EQUAL else f"{row.kind.value}: {row.said}" if row.said else row.kind.value
        amounts = (yuan(getattr(row.centre, name)) if row.centre else "" for name in AMOUNTS)
        msgid = row.centre.msgid if row.centre else ""
        yield named.psn_no, *ids, msgid, verdict, str(int(named.refd)), memo, *amounts


def _filed(arrival: Arrival, _world: World) -> Keys:
    asked, request = arrival.body, arrival.request
    assert isinstance(asked, DetailStatement | DownloadFile)
    return ((StatementFile, (request.mdtrtarea_admvs, request.fixmedins_code, asked.file_qury_no)),)


def _nothing(_arrival: Arrival, _world: World) -> Keys:
    return ()


JUDGES: Final[dict[str, Judge]] = {
    "3201": Judge(total, _nothing),
    "3202": Judge(detail, _filed),
    "9101": Judge(upload, _nothing),
    "9102": Judge(download, _filed),
}
