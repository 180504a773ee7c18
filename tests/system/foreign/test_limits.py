"""What a target allows: refused beforehand, stopped before a settlement leaves, or ended by an abort rule."""

from pathlib import Path
from typing import Any

import pytest

from loadtests.workload.scenario import read_scenario
from shuaka.compose import People
from shuaka.rehearsing import foreign, foreign_plan
from shuaka.rehearsing.load_plan import RehearsalError
from shuaka.rehearsing.order import Address, Running, asked_of
from terminals.kernel.outcome import Result as End

CEILINGS = "[ceilings]\nrate_per_s = 50\nsettlements = {settlements}\nfen = {fen}\n"
ABORT = "[abort]\nerror_share = 0.4\nover = 10\nconsecutive_errors = {errors}\np99_ms = {p99}\nbusy = {busy}\n"


@pytest.mark.parametrize(
    ("limits", "reason"),
    [({"settlements": 3, "fen": 10**9}, "the ceiling of 3 settlements"), ({"settlements": 99, "fen": 1}, "of 1 fen")],
)
def test_a_ceiling_stops_a_settlement_before_it_leaves(
    platform: Any, go: Any, limits: dict[str, int], reason: str
) -> None:
    platform.aim(CEILINGS.format(**limits))
    trip = go()
    outcomes = trip.sell(5)
    settled = sum(outcome.result is End.SETTLED for outcome in outcomes)
    assert settled == platform.seen.get("2102", 0) == (3 if limits["settlements"] == 3 else 0)
    assert {outcome.refusal for outcome in outcomes[settled:]} == {"CEILING"}
    assert len(trip.stopped) == 1
    assert reason in trip.stopped[0]
    assert trip.prove().ok


@pytest.mark.parametrize(
    ("planted", "rules", "reason"),
    [
        ({"refuse_1101": range(3, 99)}, {"errors": 4, "p99": 9999, "busy": 9}, "4 errors in a row"),
        ({"refuse_2101": range(1, 99)}, {"errors": 9, "p99": 9999, "busy": 9}, "errors in the last 10 replies"),
        ({"busy": ["2101"]}, {"errors": 99, "p99": 9999, "busy": 3}, "busy 3 times in a row"),
        ({"latency_ms": 10}, {"errors": 9, "p99": 5, "busy": 9}, "p99 of the last 10 replies"),
    ],
)
def test_an_abort_rule_ends_the_arrivals_and_no_settlement_leaves_after_it(
    platform: Any, go: Any, planted: dict[str, Any], rules: dict[str, int], reason: str
) -> None:
    platform.aim(ABORT.format(**rules))
    trip = go()
    platform.plant(**{name: list(value) if isinstance(value, range) else value for name, value in planted.items()})
    settled_before = 0
    for _ in range(12):
        trip.sell(1)
        if trip.stopped:
            settled_before = platform.seen.get("2102", 0)
            break
    trip.sell(1)
    assert [reason in said for said in trip.stopped] == [True]
    assert platform.seen.get("2102", 0) == settled_before


def test_a_plan_sends_nothing_and_says_how_fast_how_much_and_how_it_is_undone(platform: Any, tmp_path: Path) -> None:
    said = "\n".join(foreign.announce(platform.rehearsal(tmp_path, "10/2s"), platform.target))
    assert platform.seen == {}
    assert not list(tmp_path.iterdir())
    for words in (
        "20 in 2 s, at most 11 within a second",
        "20 settlements",
        "yuan in all",
        "shuaka undo r",
        "2601",
        "3202",
    ):
        assert words in said, words
    assert "REFUSED" not in said


def test_what_a_target_makes_of_a_scenarios_mix_and_terminals_is_said_in_its_plan_and_in_the_run(
    platform: Any, tmp_path: Path
) -> None:
    scenario = read_scenario(
        'title = "t"\nquestion = "q"\narrivals = "5/1s"\nwarmup_s = 0\nterminals = 12\n[mix]\npharmacy = 0\n'
        "remote = { value = 0.9, source = 's', basis = 'derived' }\n",
        "mine.toml",
        name="mine",
    )
    asked = asked_of(scenario, data=tmp_path, run="r")
    said = foreign.announce(asked, platform.target)
    assert "changed  mix.pharmacy 1 instead of 0" in said
    assert "changed  mix.remote 0 instead of 0.9" in said
    assert "changed  terminals 2 of the target instead of 12" in said
    profile = foreign_plan.plan_of(asked, foreign_plan.read(platform.target)).profile
    assert [f"changed  {line}" for line in profile.overridden] == [line for line in said if line.startswith("changed")]
    assert profile.sources == ()
    assert [line for line in profile.assumed if line.startswith("mix")] == [
        "mix inpatient 0, voucher 0, identity_card 0, lines_min 1, lines_max 3: ours, where nothing is stated"
    ]


REFUSALS = [
    ("[ceilings]\nrate_per_s = 5\nsettlements = 99\nfen = 99\n", "20/1s", "the ceiling is 5"),
    ("[ceilings]\nrate_per_s = 20\nsettlements = 99\nfen = 99\n", "poisson:15/2s", "and the ceiling is 20 a second"),
    ("[ceilings]\nrate_per_s = 8\nsettlements = 99\nfen = 99\n", "5..20/2s", "even:RATE keeps them apart"),
    ("", "41/1s", "40 people may come 1 times each"),
    (
        "[window]\nbegins = 2020-01-01T00:00:00\nends = 2020-01-02T00:00:00\n",
        "5/1s",
        "the window is 2020-01-01 00:00:00",
    ),
]


@pytest.mark.parametrize(("more", "rate", "why"), REFUSALS)
def test_what_passes_a_targets_limits_is_refused_before_anything_is_sent(
    platform: Any, tmp_path: Path, more: str, rate: str, why: str
) -> None:
    platform.aim(more)
    with pytest.raises(RehearsalError, match=why):
        foreign.rehearse(platform.rehearsal(tmp_path, rate), platform.target, quiet=True)
    said = foreign.announce(platform.rehearsal(tmp_path, rate), platform.target)
    assert any(line.startswith("REFUSED") and why in line for line in said)
    assert platform.seen == {}


@pytest.mark.parametrize(("rate_per_s", "rate"), [(5, "even:5/4s"), (0.5, "even:0.5/8s"), (2.5, "even:2/4s")])
def test_even_arrivals_at_the_ceilings_own_rate_are_not_refused(
    platform: Any, tmp_path: Path, rate_per_s: float, rate: str
) -> None:
    platform.aim(f"[ceilings]\nrate_per_s = {rate_per_s}\nsettlements = 99\nfen = 99\n")
    said = foreign.announce(platform.rehearsal(tmp_path, rate), platform.target)
    assert not any(line.startswith("REFUSED") for line in said), said


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"model": "closed"}, "a closed model"),
        ({"fidelity": "replay"}, "replay of prepared dialogues"),
        ({"sign_on": "storm"}, "a storm of sign-ons"),
        ({"running": Running(web_port=8089)}, "neither --master nor --web"),
        ({"address": Address("tcp", "127.0.0.1", 1)}, "--engine is for an engine of our own"),
        ({"processes": 2}, "--processes 1"),
        ({"people": People(1, 500)}, "the target's file says whose people come"),
    ],
)
def test_what_a_scenario_asks_that_no_target_can_be_asked_is_refused(
    platform: Any, tmp_path: Path, changed: dict[str, Any], why: str
) -> None:
    with pytest.raises(RehearsalError, match=why):
        foreign.rehearse(platform.rehearsal(tmp_path, **changed), platform.target, quiet=True)
    assert platform.seen == {}


def test_an_address_that_others_can_be_reached_by_is_refused_without_approval(platform: Any, tmp_path: Path) -> None:
    platform.aim(host="platform.example")
    with pytest.raises(RehearsalError, match=r"approval: required, since platform\.example is not this machine"):
        foreign.announce(platform.rehearsal(tmp_path), platform.target)


def test_a_key_that_is_not_in_the_environment_is_named_and_nothing_is_sent(
    platform: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_2_SK")
    with pytest.raises(RehearsalError, match="the environment variable SHOP_2_SK"):
        foreign.rehearse(platform.rehearsal(tmp_path), platform.target, quiet=True)
    assert platform.seen == {}


def test_a_key_that_the_gateway_does_not_know_is_one_sentence_before_the_load_begins(
    platform: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_2_SK", "another")
    with pytest.raises(RehearsalError, match="terminal P3701000001201 cannot sign on: 签名不匹配"):
        foreign.rehearse(platform.rehearsal(tmp_path), platform.target, quiet=True)
    assert platform.seen == {"9001": 1}
