"""Reconciliation of a stand-in platform: totals (3201), rows (3202), and the files that travel (9101, 9102)."""

import base64
import io
import zipfile
from typing import Any

from ledger import Entry, Ledger
from trades import RefusalError, fen, now, yuan


class Statements:
    """Compares what an institution says with what is stored."""

    def __init__(self, ledger: Ledger, plan: dict[str, Any]) -> None:
        self.ledger, self.plan = ledger, plan
        self.files: dict[str, bytes] = {}
        self.answers = {"3201": self.totals, "3202": self.rows, "9101": self.take}

    def answer(self, envelope: dict[str, Any]) -> dict[str, Any]:
        if envelope["infno"] in self.plan.get("not_offered", ()):
            raise RefusalError(f"交易 {envelope['infno']} 未开通")
        return self.answers[envelope["infno"]](envelope)

    def take(self, envelope: dict[str, Any]) -> dict[str, Any]:
        given = envelope["input"]["fsUploadIn"]
        number = f"F{self.ledger.serial():09d}"
        self.files[number] = base64.b64decode(given["in"])
        return {"file_qury_no": number, "filename": given["filename"], "fixmedins_code": envelope["fixmedins_code"]}

    def give(self, envelope: dict[str, Any]) -> bytes:
        return self.files[envelope["input"]["fsDownloadIn"]["file_qury_no"]]

    def totals(self, envelope: dict[str, Any]) -> dict[str, Any]:
        asked = envelope["input"]["data"]
        refd = int(asked["refd_setl_flag"])
        mine = [entry for entry in self._entries(envelope, asked) if entry.refd == refd]
        mine += mine[:1] if self.plan.get("counts_one_more") and not refd else []
        held = (len(mine), *(sum(getattr(entry, name) for entry in mine) for name in ("total", "fund", "acct")))
        said = (
            int(asked["fixmedins_setl_cnt"]), fen(asked["medfee_sumamt"]), fen(asked["fund_pay_sumamt"]),
            fen(asked["acct_pay"]),
        )  # fmt: skip
        told = {"stmt_rslt": "0", "stmt_rslt_dscr": ""}
        if held != said:
            told = {"stmt_rslt": "1", "stmt_rslt_dscr": f"中心 {held[0]} 笔"}
        return {"stmtinfo": {"setl_optins": asked["setl_optins"], **told}}

    def rows(self, envelope: dict[str, Any]) -> dict[str, Any]:
        asked = envelope["input"]["data"]
        stored = {(entry.setl_id, str(entry.refd)): entry for entry in self._entries(envelope, asked)}
        lines = []
        for number, text in enumerate(unzipped(self.files[asked["file_qury_no"]]).splitlines(), 1):
            setl_id, mdtrt_id, psn_no, total, fund, acct, refd = text.split("\t")
            entry = stored.pop((setl_id, refd), None)
            same = entry and (entry.total, entry.fund, entry.acct) == (fen(total), fen(fund), fen(acct))
            psn_no, mdtrt_id = (entry.psn_no, entry.mdtrt_id) if entry else (psn_no, mdtrt_id)
            told = line(entry, psn_no, mdtrt_id, setl_id, refd, equal=bool(same))
            if number in self.plan.get("bare", ()):
                told = "\t".join([*told.split("\t")[:7], "null", "null", "null"])
            lines += [told] * (2 if number in self.plan.get("stated_twice", ()) else 1)
        named = self.plan.get("names_its_own")
        for entry in stored.values():
            mdtrt_id, setl_id = (entry.mdtrt_id, entry.setl_id) if named else ("", "")
            lines.append(line(entry, entry.psn_no, mdtrt_id, setl_id, str(entry.refd), equal=False))
        lines += ["?"] if self.plan.get("unreadable") else []
        number = f"F{self.ledger.serial():09d}"
        self.files[number] = zipped("result.txt", "\n".join(lines))
        return {"fileinfo": {"file_qury_no": number, "filename": "result.zip", "dld_endtime": now()}}

    def _entries(self, envelope: dict[str, Any], asked: dict[str, Any]) -> list[Entry]:
        return self.ledger.between(envelope["fixmedins_code"], asked["stmt_begndate"], asked["stmt_enddate"])


def line(entry: Entry | None, psn_no: str, mdtrt_id: str, setl_id: str, refd: str, *, equal: bool) -> str:
    amounts = [yuan(amount) for amount in (entry.total, entry.fund, entry.acct)] if entry else ["null"] * 3
    memo = "" if equal else "金额不符" if entry and setl_id else "机构无" if entry else "中心无"
    msgid = entry.msgid if entry else "null"
    cells = [psn_no, mdtrt_id or "null", setl_id or "null", msgid, "0" if equal else "1", refd, memo or "null"]
    return "\t".join([*cells, *amounts])


def unzipped(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(archive.namelist()[0]).decode()


def zipped(name: str, text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return content.getvalue()
