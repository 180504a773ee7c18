"""What a stand-in platform answers: a flat split, undo by setl_id and by msgid, a query; and losses planted in it."""

import time
from typing import Any

from ledger import Entry, Ledger

FUND_SHARE, ACCOUNT_SHARE = 50, 30
"""Percent of a bill: its whole policy."""


class RefusalError(Exception):
    """infcode -1 with this text."""


class DropError(Exception):
    """The reply never leaves."""


class Trades:
    """The platform's business; `plan` says what is planted at which occurrence, counted from 1."""

    def __init__(self, ledger: Ledger, plan: dict[str, Any]) -> None:
        self.ledger, self.plan = ledger, plan
        self.answers = {
            "9001": self.sign_in, "1101": self.who, "2101": self.price, "2102": self.settle, "2103": self.revoke,
            "2601": self.reverse, "5203": self.query,
        }  # fmt: skip
        self.seen: dict[str, int] = {}

    def planted(self, name: str, occurrence: int) -> bool:
        return occurrence in self.plan.get(name, ())

    def answer(self, envelope: dict[str, Any]) -> dict[str, Any]:
        infno = envelope["infno"]
        if infno not in self.answers or infno in self.plan.get("not_offered", ()):
            raise RefusalError(f"交易 {infno} 未开通")
        with self.ledger.lock:
            occurrence = self.seen[infno] = self.seen.get(infno, 0) + 1
            if self.planted(f"refuse_{infno}", occurrence):
                raise RefusalError("系统异常")
            if self.planted(f"lose_request_{infno}", occurrence):
                raise DropError
            output = self.answers[infno](envelope, occurrence)
            if self.planted(f"lose_reply_{infno}", occurrence):
                raise DropError
            if self.planted(f"refuse_done_{infno}", occurrence):
                raise RefusalError("系统异常")
        return output

    def sign_in(self, _envelope: dict[str, Any], _: int) -> dict[str, Any]:
        return {"signinoutb": {"sign_time": now(), "sign_no": f"S{self.ledger.serial():012d}"}}

    def who(self, envelope: dict[str, Any], _: int) -> dict[str, Any]:
        asked = envelope["input"]["data"]
        found = self.ledger.person(certno=asked["certno"])
        if not found or found[2] != asked["psn_name"] or found[3] != asked["mdtrt_cert_no"]:
            raise RefusalError("未查询到参保信息")
        psn_no, certno, name, _, place, balance = found
        base = {"psn_no": psn_no, "psn_cert_type": "01", "certno": certno, "psn_name": name, "gend": "1", "age": "50"}
        insured = {
            "balc": yuan(balance), "insutype": "310", "psn_type": "11", "psn_insu_stas": "1", "insuplc_admdvs": place,
        }  # fmt: skip
        return {"baseinfo": base | {"brdy": None}, "insuinfo": [insured], "idetinfo": []}

    def price(self, envelope: dict[str, Any], _: int) -> dict[str, Any]:
        entry = self._priced(envelope)
        return {"setlinfo": self._told(entry) | {"setl_id": ""}, "setldetail": [], "detlcutinfo": []}

    def settle(self, envelope: dict[str, Any], occurrence: int) -> dict[str, Any]:
        known = self.ledger.find(msgid=envelope["msgid"]) if self.plan.get("knows_repeats") else None
        entry = known or self._priced(envelope)
        if known is None and not self.planted("not_stored", occurrence):
            self.ledger.keep(entry._replace(psn_no="N999999999") if self.planted("other_person", occurrence) else entry)
        if self.planted("twice", occurrence):
            self.ledger.keep(entry._replace(setl_id=f"{entry.setl_id}B"))
        told = self._told(entry)
        if self.planted("changed", occurrence):
            self.ledger.change(entry.setl_id, 100)
        return {"setlinfo": told, "setldetail": [], "detlcutinfo": []}

    def revoke(self, envelope: dict[str, Any], occurrence: int) -> dict[str, Any]:
        asked = envelope["input"]["data"]
        entry = self.ledger.find(setl_id=asked["setl_id"])
        if entry is None or entry.undone or entry.mdtrt_id != asked["mdtrt_id"]:
            raise RefusalError("结算信息不存在或已撤销")
        undo = self._undo(entry, envelope["msgid"], stored=not self.planted("lost_revoke", occurrence))
        return {"setlinfo": self._told(undo), "setldetail": []}

    def reverse(self, envelope: dict[str, Any], occurrence: int) -> dict[str, Any]:
        entry = self.ledger.standing(envelope["input"]["data"]["omsgid"])
        if entry is not None:
            self._undo(entry, envelope["msgid"], stored=not self.planted("lost_reversal", occurrence))
        return {}

    def query(self, envelope: dict[str, Any], _: int) -> dict[str, Any]:
        asked = envelope["input"]["data"]
        msgid = asked.get("medins_setl_id", "") if self.plan.get("queries_by_msgid") else ""
        entry = self.ledger.find(setl_id=asked.get("setl_id", ""), msgid=msgid or "-")
        if entry is None:
            raise RefusalError("未查询到结算信息")
        told = self._told(entry)
        told |= {"psn_pay": told.pop("psn_part_amt"), "cash_payamt": told.pop("psn_cash_pay")}
        return {"setlinfo": told | {"refd_setl_flag": str(entry.undone)}, "setldetail": []}

    def _undo(self, entry: Entry, msgid: str, *, stored: bool) -> Entry:
        undo = entry._replace(
            setl_id=f"R{self.ledger.serial():015d}", msgid=msgid, refd=1, at=now(),
            total=-entry.total, fund=-entry.fund, acct=-entry.acct, cash=-entry.cash,
        )  # fmt: skip
        if stored:
            self.ledger.keep(undo)
            self.ledger.mark_undone(entry.setl_id)
        return undo

    def _priced(self, envelope: dict[str, Any]) -> Entry:
        sold, lines = envelope["input"]["druginfo"], envelope["input"]["drugdetail"]
        total = fen(sold["medfee_sumamt"])
        if total != sum(fen(line["det_item_fee_sumamt"]) for line in lines):
            raise RefusalError("总额与明细不符")
        found = self.ledger.person(psn_no=sold["psn_no"])
        if found is None or found[1] != sold["certno"]:
            raise RefusalError("人员信息不符")
        fund = total * FUND_SHARE // 100
        acct = min(total * ACCOUNT_SHARE // 100, found[5])
        serial = self.ledger.serial()
        return Entry(
            f"T{serial:015d}", f"V{serial:015d}", found[0], envelope["msgid"], envelope["fixmedins_code"], 0, total,
            fund, acct, total - fund - acct, now(),
        )  # fmt: skip

    def _told(self, entry: Entry) -> dict[str, Any]:
        return {
            "setl_id": entry.setl_id, "mdtrt_id": entry.mdtrt_id, "psn_no": entry.psn_no, "insutype": "310",
            "setl_time": entry.at, "med_type": "41", "clr_type": "41", "medfee_sumamt": yuan(entry.total),
            "inscp_scp_amt": yuan(entry.total), "hifp_pay": yuan(entry.fund), "fund_pay_sumamt": yuan(entry.fund),
            "psn_part_amt": yuan(entry.total - entry.fund), "acct_pay": float(yuan(entry.acct)),
            "psn_cash_pay": yuan(entry.cash), "medins_setl_id": entry.msgid, "oth_pay": "",
        }  # fmt: skip


def now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 8 * 3600))


def yuan(amount: int) -> str:
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def fen(amount: object) -> int:
    return round(float(str(amount)) * 100)
