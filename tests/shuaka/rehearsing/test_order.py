from pathlib import Path
from typing import Any

import pytest
from typer import BadParameter

from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.thresholds import parse_threshold
from loadtests.openload.verdict import Slo
from loadtests.workload.scenario import Scenario, load_scenario, read_scenario, unnamed
from shuaka.compose import People
from shuaka.rehearsing.order import Address, AddressError, Rehearsal, asked_of, parse_address
from terminals.patients import Mix

SCENARIO = read_scenario(
    'title = "t"\nquestion = "q"\narrivals = { value = "5", source = "s", basis = "derived" }\n'
    'duration_s = { value = 10, source = "d", basis = "derived" }\npopulation = "3:500"\nterminals = 12\n'
    "[mix]\nremote = { value = 0.2, source = 'r', basis = 'spec' }\n"
    "tap = { value = 0.1, source = 't', basis = 'spec' }\n",
    "mine.toml",
    name="mine",
)


def asked(scenario: Scenario = SCENARIO, **changes: Any) -> Rehearsal:
    return asked_of(scenario, data=Path("run"), run="r", **changes)


def test_a_run_without_changes_is_what_the_scenario_says() -> None:
    order = asked(terminals=None, mix=None)
    assert (order.scenario, order.terminals, order.people, order.mix.remote) == ("mine", 12, People(3, 500), 0.2)
    assert order.arrivals == SCENARIO.arrivals
    assert order.overridden == ()
    assert order.assumed == SCENARIO.assumed
    assert order.sources == SCENARIO.sources


def test_what_is_changed_wins_is_said_and_loses_its_source() -> None:
    mix = Mix(remote=0.5, tap=0.1)
    order = asked(arrivals=ArrivalPlan.read("7", 10), mix=mix, slo=Slo(p95_ms=9), terminals=24, model="closed")
    assert (order.arrivals.text, order.mix, order.terminals, order.model) == ("7", mix, 24, "closed")
    assert order.overridden == (
        "arrivals 7 for 10 s instead of 5 for 10 s",
        "mix.remote 0.5 instead of 0.2",
        "slo.p95_ms 9 instead of 1500",
        "terminals 24 instead of 12",
        "model closed instead of open",
    )
    assert order.sources == ("mix.tap 0.1 (spec): t",)


def test_a_share_under_its_other_name_and_a_default_of_ours_lose_their_grounds_too() -> None:
    text = 'title="t"\nquestion="q"\narrivals="5/1s"\n[mix]\noutpatient=0.4\ncontactless=0.2\n'
    order = asked(read_scenario(text, "f.toml", name="f"), mix=Mix(pharmacy=0.9, tap=0.2, bank=0.1))
    mix = [line for line in order.assumed if line.startswith("mix")]
    assert mix[0] == "mix.contactless 0.2: no source is stated"
    assert len(mix) == 2
    assert "reissue 0.01" in mix[1]
    assert "bank 0.6" not in mix[1]
    assert [line for line in asked(unnamed("5", 2), mix=Mix(remote=0.5)).assumed if "remote 0.1" in line] == []


def test_a_threshold_more_is_said_in_its_own_words() -> None:
    order = asked(thresholds=(parse_threshold("2102 p99 <= 50ms"),))
    assert order.overridden == ("thresholds 2102 p99 <= 50ms instead of none",)


def test_a_change_to_the_same_is_none() -> None:
    assert asked(terminals=12, mix=SCENARIO.mix).overridden == ()


def test_a_run_of_the_command_line_alone_overrides_nothing() -> None:
    order = asked(unnamed("5", 2), mix=Mix(remote=0.5))
    assert (order.scenario, order.overridden, order.people) == ("", (), None)


def test_the_people_of_the_command_line_win_over_the_scenarios() -> None:
    assert asked(people=People(1, 10)).people == People(1, 10)


def test_a_population_that_is_none_is_refused() -> None:
    with pytest.raises(BadParameter, match="SEED:SIZE"):
        asked(read_scenario('title="t"\nquestion="q"\narrivals="5/1s"\npopulation="many"', "f.toml"))


def test_a_runs_files_lie_in_its_directory_unless_a_file_is_named() -> None:
    assert asked().result_file == Path("run/runs/r/result.json").absolute()
    assert asked(result=Path("mine.json")).result_file == Path("mine.json").absolute()


def test_faults_and_storm_come_from_the_scenario() -> None:
    assert [fault.kind for fault in asked(load_scenario("outage-and-recovery")).faults] == ["outage"]
    assert asked(load_scenario("monday-morning")).storm_s == 120


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("tcp://127.0.0.1:7370", Address("tcp", "127.0.0.1", 7370)),
        ("http://localhost:7371/", Address("national", "localhost", 7371)),
        ("tcp://[::1]:7370", Address("tcp", "::1", 7370)),
    ],
)
def test_an_engine_on_this_machine_has_an_address(text: str, address: Address) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("tcp://192.0.2.1:7370", "192.0.2.1 is not this machine"),
        ("http://example.org:80", "example.org is not this machine"),
        ("mqtt://127.0.0.1:1883", "is no engine: tcp://127.0.0.1:7370"),
        ("tcp://127.0.0.1", "is no engine"),
        ("tcp://127.0.0.1:99999", "is no engine"),
        ("http://127.0.0.1:7371/path", "is no engine"),
        ("tcp://[::1:7", "is no engine"),
    ],
)
def test_any_other_address_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(AddressError, match=complaint):
        parse_address(text)
