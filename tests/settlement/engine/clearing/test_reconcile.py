"""Reconciliation as an institution meets it: files up, totals and rows compared, the answer fetched."""

from typing import Any

import pytest
from msgspec.structs import replace

from settlement.batch import drive_now, judge_of, settle_batch
from settlement.engine.arrival import Door
from settlement.engine.clearing.reconcile import period_of
from settlement.engine.clearing.statement_text import FileRow, text_of
from settlement.wire import reconciliation_codes as codes
from settlement.wire.envelope import decode_output
from settlement.wire.messages import Reverse, RevokeDrugSale
from settlement.wire.reconciliation import (
    EQUAL,
    FRAME_TEXT_MAX,
    RESULT_COLUMNS,
    UNEQUAL,
    DetailStatement,
    DownloadFile,
    TotalStatement,
    UploadFile,
)
from tests.statement_rows import cells_of

TODAY = "2026-11-21"
PHARMACY = "41"


class Clerk:
    """Reconciles for an institution; `rows` is what its own books say."""

    def __init__(self, teller: Any) -> None:
        self.teller, self.rows = teller, list[FileRow]()

    def note(self, info: Any, *, refd: bool = False) -> FileRow:
        a = info.amounts
        row = FileRow(
            info.setl_id, info.mdtrt_id, info.psn_no, a.medfee_sumamt_fen, a.fund_pay_sumamt_fen, a.acct_pay_fen, refd
        )
        self.rows.append(row)
        return row

    def ask(self, body: Any) -> Any:
        """Ask as the service does: with the rows of the days that are asked for."""
        teller, host = self.teller, self.teller.host
        arrival = host.arrival(teller.request(body), body, teller.door)
        period = period_of(body, teller.code)
        if period:
            arrival = replace(arrival, statement=host.store.statement_now(period))
        [decision] = drive_now(settle_batch([arrival], judge_of(host.world)), host.store, host.faults.append)
        assert not host.faults, host.faults
        return decision.reply

    def told(self, body: Any) -> Any:
        reply = self.ask(body)
        assert reply.approved, reply.err_msg
        return decode_output(reply)

    def sums(self, rows: list[FileRow]) -> dict[str, int]:
        return {
            "medfee_sumamt_fen": sum(row.medfee_sumamt_fen for row in rows),
            "fund_pay_sumamt_fen": sum(row.fund_pay_sumamt_fen for row in rows),
            "fixmedins_setl_cnt": len(rows),
        }

    def total(self, insutype: str, refd: str = "", **otherwise: Any) -> Any:
        rows = [row for row in self.rows if refd in ("", str(int(row.refd)))]
        facts = self.about() | self.sums(rows) | {
            "insutype": insutype, "acct_pay_fen": sum(row.acct_pay_fen for row in rows), "refd_setl_flag": refd,
        }  # fmt: skip
        return self.ask(TotalStatement(**(facts | otherwise)))

    def about(self) -> dict[str, str]:
        return {
            "clr_type": PHARMACY, "setl_optins": self.teller.city, "stmt_begndate": TODAY, "stmt_enddate": TODAY,
        }  # fmt: skip

    def upload(self, content: bytes | None = None) -> Any:
        text = text_of(map(cells_of, self.rows)) if content is None else content
        return self.told(UploadFile("own.zip", text))

    def detail(self, **otherwise: Any) -> Any:
        number = otherwise.pop("file_qury_no", None) or self.upload().file_qury_no
        facts = self.about() | self.sums(self.rows) | {"file_qury_no": number, "cash_payamt_fen": 0}
        return self.ask(DetailStatement(**(facts | otherwise)))

    def answer(self, **otherwise: Any) -> list[dict[str, str]]:
        """The rows of the answer's file, without those that are equal."""
        reply = self.detail(**otherwise)
        assert reply.approved, reply.err_msg
        where = decode_output(reply)
        assert where is not None
        file = self.told(DownloadFile(where.file_qury_no, where.filename))
        lines = file.content.decode().splitlines()
        rows = [dict(zip(RESULT_COLUMNS, line.split("\t"), strict=True)) for line in lines]
        return [row for row in rows if row["stmt_rslt"] == UNEQUAL]


@pytest.fixture
def clerk(pharmacy: Any) -> Clerk:
    return Clerk(pharmacy)


@pytest.fixture
def sold(clerk: Clerk, visits: Any, worker: Any, drugs: Any) -> list[FileRow]:
    """Three sales that both sides know."""
    sale = visits.drug_sale(clerk.teller, worker, drugs)
    return [clerk.note(clerk.teller.told(sale)) for _ in range(3)]


def test_the_totals_of_a_day_are_equal(clerk: Clerk, sold: Any, worker: Any) -> None:
    told: Any = decode_output(clerk.total(worker.insutype))
    assert (told.stmt_rslt, told.setl_optins) == (EQUAL, "370100")
    assert told.stmt_rslt_dscr.startswith("equal: count 3, medfee_sumamt ")


@pytest.mark.parametrize("name", ["medfee_sumamt_fen", "fund_pay_sumamt_fen", "acct_pay_fen", "fixmedins_setl_cnt"])
def test_a_total_that_differs_in_anything_is_unequal(clerk: Clerk, sold: Any, worker: Any, name: str) -> None:
    told: Any = decode_output(clerk.total(worker.insutype, **{name: 1}))
    assert told.stmt_rslt == UNEQUAL
    assert told.stmt_rslt_dscr.startswith("the centre has count 3, ")


def test_totals_are_of_one_insurance_and_one_kind_of_clearing(clerk: Clerk, sold: Any) -> None:
    nothing = dict.fromkeys(("medfee_sumamt_fen", "fund_pay_sumamt_fen", "acct_pay_fen", "fixmedins_setl_cnt"), 0)
    for other in ({"insutype": "390"}, {"clr_type": "11"}):
        told: Any = decode_output(clerk.total(**({"insutype": "310"} | other | nothing)))
        assert told.stmt_rslt == EQUAL


def test_a_revoke_is_a_row_of_its_own_with_the_negatives(clerk: Clerk, sold: Any, worker: Any) -> None:
    revoked = clerk.teller.told(RevokeDrugSale(sold[0].setl_id, sold[0].mdtrt_id, worker.psn_no))
    clerk.note(revoked, refd=True)
    for flag, count in (("0", 3), ("1", 1), ("", 4)):
        told: Any = decode_output(clerk.total(worker.insutype, flag))
        assert told.stmt_rslt == EQUAL
        assert f"count {count}," in told.stmt_rslt_dscr
    assert clerk.answer() == []


def test_what_was_reversed_is_nowhere(clerk: Clerk, sold: Any, visits: Any, worker: Any, drugs: Any) -> None:
    clerk.teller.told(visits.drug_sale(clerk.teller, worker, drugs))
    clerk.teller.told(Reverse(worker.psn_no, clerk.teller.last.msgid, "2102"))
    told: Any = decode_output(clerk.total(worker.insutype))
    assert told.stmt_rslt == EQUAL
    assert clerk.answer() == []


def test_a_row_that_differs_is_found_and_no_other(clerk: Clerk, sold: Any) -> None:
    wrong = FileRow(**{name: getattr(sold[1], name) for name in sold[1].__struct_fields__} | {"acct_pay_fen": 1})
    clerk.rows[1] = wrong
    [row] = clerk.answer()
    assert (row["setl_id"], row["memo"][:14]) == (wrong.setl_id, "amount differs")
    assert row["acct_pay"] == f"{sold[1].acct_pay_fen / 100:.2f}"


def test_another_persons_settlement_is_not_equal(clerk: Clerk, sold: Any) -> None:
    named = {name: getattr(sold[0], name) for name in sold[0].__struct_fields__}
    clerk.rows[0] = FileRow(**named | {"psn_no": "3701000000000099"})
    [row] = clerk.answer()
    assert row["memo"] == "amount differs: psn_no is another"


def test_a_row_that_only_the_institution_has_is_found_and_no_other(clerk: Clerk, sold: Any) -> None:
    clerk.rows.append(FileRow("3701" + "0" * 26, "", sold[0].psn_no, 100, 0, 100, refd=False))
    [row] = clerk.answer()
    assert (row["setl_id"], row["memo"].split(":")[0]) == (clerk.rows[-1].setl_id, "only institution")
    assert (row["msgid"], row["medfee_sumamt"]) == ("null", "null")


def test_a_row_that_stands_twice_in_the_file_is_equal_once(clerk: Clerk, sold: Any) -> None:
    clerk.rows.append(sold[0])
    assert [row["memo"].split(":")[0] for row in clerk.answer()] == ["only institution"]


def test_a_row_that_only_the_centre_has_comes_with_the_msgid_of_its_reversal(clerk: Clerk, sold: Any) -> None:
    clerk.rows.pop()
    [row] = clerk.answer()
    assert (row["memo"], row["setl_id"], row["mdtrt_id"]) == ("only centre", "null", "null")
    assert row["medfee_sumamt"] == f"{sold[2].medfee_sumamt_fen / 100:.2f}"
    clerk.teller.told(Reverse(sold[2].psn_no, row["msgid"], "2102"))
    assert clerk.answer() == []


def test_the_sums_of_the_question_must_be_those_of_the_file(clerk: Clerk, sold: Any) -> None:
    assert clerk.detail(fixmedins_setl_cnt=2).refusal == codes.STATEMENT_SUMS.code


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-11-22", "2026-11-21"), ("2026-02-30", "2026-03-01"), ("2026-10-21", "2026-11-21")],
)
def test_days_that_are_none_or_too_many_are_refused(clerk: Clerk, first: str, last: str) -> None:
    reply = clerk.total("310", stmt_begndate=first, stmt_enddate=last)
    assert reply.refusal == codes.STATEMENT_PERIOD.code


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_of_which_nobody_settled_anything_are_empty(clerk: Clerk, day: str) -> None:
    assert decode_output(clerk.total("310", stmt_begndate=day, stmt_enddate=day)).stmt_rslt == EQUAL


def test_a_day_ends_at_midnight_in_china(clerk: Clerk, visits: Any, worker: Any, drugs: Any) -> None:
    host = clerk.teller.host
    midnight = host.now_ms + 12 * 3_600_000
    for host.now_ms in (midnight - 1, midnight):
        clerk.teller.told(visits.drug_sale(clerk.teller, worker, drugs))
    told: Any = decode_output(clerk.total(worker.insutype))
    assert "count 1," in told.stmt_rslt_dscr


def test_another_agency_settles_nothing_with_this_institution(clerk: Clerk) -> None:
    assert clerk.total("310", setl_optins="370800").refusal == codes.STATEMENT_AGENCY.code


def test_a_file_belongs_to_its_institution(clerk: Clerk, sold: Any, teller: Any) -> None:
    sent = clerk.upload()
    other = Clerk(teller("P37010000002").sign_in())
    assert other.ask(DownloadFile(sent.file_qury_no, sent.filename)).refusal == codes.FILE_UNKNOWN.code
    assert clerk.told(DownloadFile(sent.file_qury_no, sent.filename)).content.count(b"\n") == 3


def test_a_file_is_kept_for_seven_days(clerk: Clerk, sold: Any) -> None:
    sent = clerk.upload()
    assert sent.dld_endtime == "2026-11-28 12:00:00"
    clerk.teller.host.now_ms += 7 * 24 * 3_600_000 - 1
    clerk.told(DownloadFile(sent.file_qury_no, sent.filename))
    clerk.teller.host.now_ms += 1
    assert clerk.ask(DownloadFile(sent.file_qury_no, sent.filename)).refusal == codes.FILE_UNKNOWN.code
    assert clerk.detail(file_qury_no=sent.file_qury_no).refusal == codes.FILE_UNKNOWN.code


def test_a_bad_line_is_named(clerk: Clerk) -> None:
    number = clerk.upload(b"a\tb\tc\t1.00\t0.00\t1.00\t0\na\tb\tc\t1.005\t0.00\t1.00\t0\n").file_qury_no
    reply = clerk.detail(file_qury_no=number)
    assert reply.refusal == codes.FILE_UNREADABLE.code
    assert "own.zip: line 2: medfee_sumamt has more than two decimals" in reply.err_msg


def test_a_file_that_no_frame_can_carry_is_fetched_at_the_http_door(clerk: Clerk) -> None:
    sent = clerk.upload(bytes(FRAME_TEXT_MAX + 1))
    where = DownloadFile(sent.file_qury_no, sent.filename)
    assert clerk.ask(where).refusal == codes.FILE_TOO_LARGE.code
    clerk.teller.door = Door.HTTP
    clerk.teller.dev_no = "operator"
    clerk.teller.sign_in()
    assert clerk.told(where).content == bytes(FRAME_TEXT_MAX + 1)
