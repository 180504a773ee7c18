import io

import msgspec
import pytest
from rich.console import Console

from loadtests.evidence.watch import EngineSample
from loadtests.openload.outcomes import Arrivals
from loadtests.running.live import Live
from shuaka.rehearsing import live_view
from shuaka.rehearsing.live_view import facts, shown

STATE = Live(
    elapsed_s=5.0,
    planned_s=10.0,
    arrivals=Arrivals(scheduled=100, sent=98, completed=90, late=3, dropped=2),
    visits={"pharmacy": {"SETTLED": 80, "DECLINED": 10}},
    events={},
    served=80,
    p50_us=4_000,
    p99_us=40_000,
    p99_stated=False,
    metrics_port=7374,
    finished=False,
    going_on=("outage from second 4 to 6",),
    engine=EngineSample(5.0, 0.42, 80 << 20, 7, 3.0, 0.5),
)


def said(state: Live = STATE) -> dict[str, str]:
    return dict(facts(state))


def test_the_view_says_rate_latency_fates_outcomes_fault_and_engine() -> None:
    assert said() == {
        "time": "5/10 s",
        "rate": "18.0/s of 20.0/s offered",
        "p50": "4 ms",
        "p99": "~40 ms",
        "in flight": "8",
        "late": "3",
        "dropped": "2",
        "fault": "outage from second 4 to 6",
        "pharmacy": "SETTLED 80 DECLINED 10",
        "engine": "42% of a core, 80 MiB, queue 7",
        "metrics": "http://127.0.0.1:7374/metrics",
    }


def test_while_nobody_has_been_served_no_latency_is_shown() -> None:
    early = said(msgspec.structs.replace(STATE, served=0, p50_us=0, p99_us=0))
    assert (early["p50"], early["p99"]) == ("-", "-")


def test_without_fault_and_engine_nothing_is_said_of_them() -> None:
    plain = msgspec.structs.replace(STATE, going_on=(), engine=None, p99_stated=True)
    assert "fault" not in said(plain)
    assert "engine" not in said(plain)
    assert said(plain)["p99"] == "40 ms"


def test_after_the_last_arrival_the_rate_stays_that_of_the_arrivals() -> None:
    late = msgspec.structs.replace(STATE, elapsed_s=20.0)
    assert said(late)["time"] == "10/10 s, the last visits end"
    assert said(late)["rate"] == "9.0/s of 10.0/s offered"


def test_a_terminal_shows_a_bar_and_the_table() -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100)
    console.print(live_view.picture(STATE))
    assert "━" in screen.getvalue()
    assert "outage from second 4 to 6" in screen.getvalue()


def test_elsewhere_a_line_appears_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    screen = io.StringIO()
    with shown(quiet=False, console=Console(file=screen)) as show:
        for elapsed_s in (0.5, 1.0, 5.6):
            show(msgspec.structs.replace(STATE, elapsed_s=elapsed_s))
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) == 2


def test_a_machine_is_shown_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with shown(quiet=True) as show:
        show(STATE)
    assert capsys.readouterr().out == ""
