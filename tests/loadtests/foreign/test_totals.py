"""Totals of 3201: unequal is a finding, what cannot be reckoned is not proved, and others' rows are no excuse."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from loadtests.evidence.comparison import Compared
from loadtests.evidence.proof import NOTHING, Amounts, Claim, Finding, Foreign, Kind, Stated
from loadtests.foreign.gateway import NoAnswer
from loadtests.foreign.statement import Ask, Period
from loadtests.foreign.totals import Summed, summed
from settlement.wire.national_values import Json

PERIOD = Period("2026-11-21", "2026-11-21", "370100", "41")
TEN, SEVEN = Amounts(1000, 500, 300), Amounts(700, 0, 0)


def claim(insutype: str = "310", amounts: Amounts = TEN) -> Claim:
    return Claim("M1", "T1", "V1", "N1", insutype, refd=False, amounts=amounts)


class Centre:
    """A platform's totals: rows of (insutype, whether an undo, amounts)."""

    def __init__(self, *rows: tuple[str, bool, Amounts]) -> None:
        self.rows, self.asked = rows, 0

    def __call__(self, _infno: str, given: Json) -> bytes:
        self.asked += 1
        data = given["data"]
        mine = [amounts for kind, refd, amounts in self.rows if (kind, str(int(refd))) == said(data)]
        total = sum(mine, NOTHING).medfee_sumamt_fen
        equal = (len(mine), total) == (data["fixmedins_setl_cnt"], int(data["medfee_sumamt"] * 100))
        answer: dict[str, Any] = {"stmt_rslt": "0" if equal else "1", "stmt_rslt_dscr": ""}
        return json.dumps({"infcode": 0, "output": {"stmtinfo": answer}}).encode()


def said(data: Json) -> tuple[str, str]:
    return data["insutype"], data["refd_setl_flag"]


def sums(ask: Ask, claims: Sequence[Claim], *foreign: Foreign, explained: tuple[Stated, ...] = ()) -> Summed:
    return summed("P1", ask, PERIOD, claims, Compared(len(claims), (), foreign, explained))


def kinds(findings: Sequence[Finding]) -> list[Kind]:
    return [finding.kind for finding in findings]


def test_totals_are_asked_for_each_insurance_with_settlements_and_undoes_apart() -> None:
    centre = Centre(("310", False, TEN), ("390", False, SEVEN))
    found = sums(centre, [claim(), claim("390", SEVEN)])
    assert [(one.insutype, one.refd, one.count, one.equal) for one in found.totals] == [
        ("310", False, 1, True),
        ("310", True, 0, True),
        ("390", False, 1, True),
        ("390", True, 0, True),
    ]
    assert (found.findings, found.not_proved) == ((), ())


@pytest.mark.parametrize("insutype", ["310", "390"])
def test_rows_that_are_not_ours_are_reckoned_with_of_whichever_insurance_they_are(insutype: str) -> None:
    centre = Centre(("310", False, TEN), (insutype, False, SEVEN))
    found = sums(centre, [claim()], Foreign("OTHER", SEVEN))
    assert (found.findings, found.not_proved, [one.equal for one in found.totals]) == ((), (), [True, True])


def test_a_row_that_is_not_ours_excuses_no_difference() -> None:
    centre = Centre(("310", False, TEN), ("310", False, SEVEN), ("310", False, SEVEN))
    assert kinds(sums(centre, [claim()], Foreign("OTHER", SEVEN)).findings) == [Kind.TOTALS]


def test_what_cannot_be_reckoned_is_not_proved() -> None:
    two = Centre(("310", False, TEN), ("310", False, SEVEN), ("390", False, TEN))
    found = sums(two, [claim(), claim("390")], Foreign("OTHER", SEVEN))
    assert (found.findings, [one.equal for one in found.totals]) == ((), [None, True, True, True])
    assert "cannot be told apart" in found.not_proved[0]
    silent = Centre(("310", False, TEN), ("310", False, SEVEN))
    found = sums(silent, [claim()], Foreign("OTHER", NOTHING, stated=False))
    assert (found.findings, len(found.not_proved)) == ((), 1)


def test_what_was_reversed_unseen_is_in_the_platforms_totals() -> None:
    back = Amounts(-700, 0, 0)
    centre = Centre(("310", False, TEN), ("310", False, SEVEN), ("310", True, back))
    rows = [("M2", False, SEVEN), ("U2", True, back)]
    explained = tuple(Stated(msgid, "", "N1", refd, equal=False, amounts=amounts) for msgid, refd, amounts in rows)
    assert sums(centre, [claim()], explained=explained).findings == ()


def test_an_answer_that_nobody_gives_is_not_proved_and_one_that_nobody_can_read_is_a_finding() -> None:
    def refused(_infno: str, _given: Json) -> bytes:
        raise NoAnswer("HTTP status 404")

    found = sums(refused, [claim()])
    assert (found.findings, found.not_proved) == ((), ("totals: 3201: HTTP status 404",))
    assert kinds(sums(lambda _infno, _given: b"<html>", [claim()]).findings) == [Kind.UNREADABLE] * 2


def test_without_a_claim_nothing_is_asked() -> None:
    centre = Centre()
    assert sums(centre, []) == Summed()
    assert centre.asked == 0
