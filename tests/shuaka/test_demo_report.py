"""What the demo's verdict says, and what it does not say where it was not shown."""

from typing import Any

import msgspec
import pytest

from loadtests.evidence.gate import REPLAYED, Gate, Row
from loadtests.evidence.provenance import Machine, Source
from loadtests.evidence.result import Result, Windows
from loadtests.evidence.testimony import Report
from loadtests.openload import histograms
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.health import Health, condition
from loadtests.openload.outcomes import Arrivals
from loadtests.workload.plan import Block, Profile
from shuaka import demo_report
from terminals.kernel.outcome import NO_REPLY
from terminals.tally import FleetReport, Tally

HEALTHY = Health(histograms.encode(histograms.blank()), 0.2)
ONCE = "; each settlement of the clients is in the ledger once"
ANSWERED = Row("2102 approved", 3, 3, None, ok=True)
SETTLED = Row("2102 settlements", 3, 3, 3, ok=True)
SAME = Row("2102 fingerprint", "00ff", None, "00ff", ok=True)
BOUGHT = Row("0200 purchases", 1, 1, 1, ok=True)
SAME_BOUGHT = Row("0200 fingerprint", "00fe", None, "00fe", ok=True)
LAW = Row("invariant the books balance", None, None, "holds", ok=True)
ROWS = (ANSWERED, SETTLED, SAME, LAW)


def load(**seen: Any) -> Result:
    profile = Profile(
        run="run",
        arrivals=ArrivalPlan.read("10/1s"),
        seed=1,
        block=Block(seed=1, size=1000, first=0, count=100),
        warmup_s=0,
    )
    return Result(
        profile=profile,
        command="shuaka demo",
        windows=Windows("2026-11-21T12:00:00+08:00", planned_s=1, warmup_s=0, lasted_s=1),
        machine=Machine("CPU", 2, "6.1", "3.11.7"),
        source=Source("c0ffee", dirty=False, lock_sha256="00"),
        report=Report(arrivals=Arrivals(10, 10, 10, 0, 0), health=(HEALTHY,), finished=True, **seen),
        condition=condition([HEALTHY]),
    )


def fleet(**seen: Any) -> FleetReport:
    report = Tally().report(opter_no="run", terminals=2, first=0, seconds=1.0, journal="buffered")
    return msgspec.structs.replace(report, **seen)


def told(*rows: Row, by_load: Any = None, by_fleet: Any = None) -> str:
    gate = Gate(rows or ROWS)
    judged = load(**(by_load or {})).judged(gate)
    return "\n".join(demo_report.lines(judged, fleet(**(by_fleet or {})), gate, gate))


def differing(row: Row) -> Row:
    return msgspec.structs.replace(row, ok=False)


def test_the_witnesses_of_both_clients_are_added_up() -> None:
    [line] = [line for line in told().splitlines() if line.startswith("pharmacy settlements")]
    assert line.split()[-4:] == ["6", "6", "6", "ok"]


PROVED = {
    "counts and fingerprints agree": (ROWS, True),
    "purchases agree as well": ((*ROWS, BOUGHT, SAME_BOUGHT), True),
    "the purchases are others": ((*ROWS, BOUGHT, msgspec.structs.replace(SAME_BOUGHT, ok=False)), False),
    "a fingerprint differs": ((ANSWERED, SETTLED, differing(SAME), LAW), False),
    "a count differs": ((ANSWERED, differing(SETTLED), SAME, LAW), False),
    "no fingerprint was compared": ((ANSWERED, SETTLED, LAW), False),
    "nothing was settled": ((ANSWERED, LAW), False),
}


@pytest.mark.parametrize(("rows", "proved"), PROVED.values(), ids=PROVED)
def test_that_each_settlement_is_in_the_ledger_once_is_said_where_it_was_shown(
    rows: tuple[Row, ...], *, proved: bool
) -> None:
    assert (ONCE in told(*rows)) is proved


def test_nothing_agrees_where_nobody_paid_by_bank() -> None:
    [line] = [line for line in told().splitlines() if line.startswith("bank purchases")]
    assert line.split()[-5:] == ["-", "-", "-", "none", "seen"]


def test_a_request_without_a_reply_and_a_repeat_are_no_answers() -> None:
    lost = Row(f"2102 {NO_REPLY} / {REPLAYED}", 7, 7, None, ok=True)
    [line] = [line for line in told(*ROWS, lost).splitlines() if line.startswith("messages answered")]
    assert line.split()[-4:] == ["6", "6", "-", "ok"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_whatever_differs_is_named(row: Row) -> None:
    rows = [differing(one) if one is row else one for one in ROWS]
    assert f"  DIFFERS {row.name}: " in told(*rows)


UNSETTLED = {
    "every visit settled": ({"visits": {"pharmacy": {"SETTLED": 9}}}, {}, 0),
    "ends without a code count too": ({"visits": {"pharmacy": {"SETTLED": 9, "ABANDONED": 2, "FAULT": 1}}}, {}, 3),
    "both clients count": (
        {"visits": {"pharmacy": {"DECLINED": 2}}},
        {"visits": {"outpatient": {"SETTLED": 1, "CARD_REFUSED": 4}}},
        6,
    ),
    "what a terminal does by itself is no visit": (
        {"visits": {"sign_on": {"DONE": 60, "DECLINED": 1}}, "refusals": {"sign_on": {"E1011": 1}}},
        {"visits": {"sign_on": {"DONE": 30}, "recover": {"REVERSED": 1}}},
        0,
    ),
}


@pytest.mark.parametrize(("by_load", "by_fleet", "count"), UNSETTLED.values(), ids=UNSETTLED)
def test_visits_without_a_settlement_are_counted(by_load: Any, by_fleet: Any, count: int) -> None:
    said = told(by_load=by_load, by_fleet=by_fleet)
    assert f"visits that ended without a settlement: {count}\n" in f"{said}\n"
    assert "E1011" not in said


def test_the_codes_of_both_clients_stand_below_with_their_texts() -> None:
    seen = {"visits": {"pharmacy": {"CARD_REFUSED": 2}}, "refusals": {"pharmacy": {"-35": 2}}}
    assert f"     -35      4  {demo_report.TEXTS['-35']}" in told(by_load=seen, by_fleet=seen).splitlines()
