import msgspec
import pytest

from loadtests.evidence.provenance import Build, Source
from loadtests.evidence.result import Result
from loadtests.evidence.watch import EngineUse
from loadtests.openload.figures import parse_figure
from loadtests.series.comparable import COMPARED, differing, obstacles, unbelievable, unread
from terminals.patients import Mix
from tests.loadtests.judged_runs import MACHINE, judged_run

ELSEWHERE = msgspec.structs.replace(MACHINE, cpu="another")
AA_BB = "A and B were not run in turn (A B B A ...): the machine's drift would look like a change"


def session(turns: str, **of_b: object) -> tuple[list[Result], list[Result]]:
    """Return the runs of A and of B that came in such turns; `of_b` is what B has of its own."""
    runs: dict[str, list[Result]] = {"A": [], "B": []}
    for minute, who in enumerate(turns):
        own = of_b if who == "B" else {}
        runs[who].append(judged_run(f"run-{minute}", minute=minute, seed=minute // 2, **own))  # type: ignore[arg-type]
    return runs["A"], runs["B"]


@pytest.mark.parametrize("turns", ["AB", "ABBA", "ABBAAB", "BABA"])
def test_runs_in_turn_under_one_profile_may_be_compared(turns: str) -> None:
    assert list(obstacles(*session(turns))) == []


@pytest.mark.parametrize("turns", ["AABB", "ABBBAA", "ABAABB"])
def test_runs_that_did_not_take_turns_may_not(turns: str) -> None:
    assert list(obstacles(*session(turns))) == [AA_BB]


def test_pairs_have_one_of_each() -> None:
    assert "A has 2 runs and B 1: pairs have one of each" in list(obstacles(*session("ABA")))


def test_runs_of_two_machines_are_not_compared_unless_machines_are() -> None:
    a, b = session("ABBA", machine=ELSEWHERE)
    assert list(obstacles(a, b)) == ["they are of different machines: a figure of one says nothing of the other"]
    assert list(obstacles(a, b, ["machine"])) == []


def test_what_a_machine_measures_of_itself_does_not_make_it_another() -> None:
    busy = msgspec.structs.replace(MACHINE, fdatasync_p99_us=9000)
    assert list(obstacles(*session("AB", machine=busy))) == []


ON_DISK, IN_MEMORY = EngineUse("sqlite", "synchronous=FULL"), EngineUse("memory", "none")
PINNED = msgspec.structs.replace(MACHINE, load_cores="0", engine_cores="1")


@pytest.mark.parametrize(
    ("of_b", "names"),
    [
        ({"engine": IN_MEMORY}, "store, durability"),
        ({"engine": EngineUse("sqlite", "synchronous=OFF")}, "durability"),
        ({"machine": PINNED}, "cores"),
        ({"machine": PINNED, "engine": IN_MEMORY}, "store, durability, cores"),
    ],
)
def test_another_store_durability_or_cores_are_not_compared_unless_they_are_what_is(
    of_b: dict[str, object], names: str
) -> None:
    a, b = session("ABBA", **{"engine": ON_DISK, **of_b})
    a = [msgspec.structs.replace(one, engine=ON_DISK) for one in a]
    assert list(obstacles(a, b)) == [
        f"A and B differ in {names}: name what is compared with --across, or make them alike"
    ]
    assert list(obstacles(a, b, names.split(", "))) == []


def test_which_code_ran_is_no_obstacle() -> None:
    newer = EngineUse("", "", build=Build("0.4.0", "beef", dirty=True))
    assert list(obstacles(*session("ABBA", engine=newer, source=Source("beef", dirty=True, lock_sha256="01")))) == []


def test_profiles_that_differ_are_not_compared_unless_that_is_compared() -> None:
    a, b = session("ABBA", processes=2, mix=Mix(remote=0.5))
    said = "A and B differ in mix, processes: name what is compared with --across, or make them alike"
    assert list(obstacles(a, b)) == [said]
    assert list(obstacles(a, b, ["processes"])) == [said.replace("mix, processes", "mix")]
    assert list(obstacles(a, b, ["processes", "mix"])) == []


def test_one_side_is_of_one_profile_whatever_is_compared() -> None:
    a, b = session("ABBA")
    a[1] = judged_run("odd", minute=3, processes=2)
    assert list(obstacles(a, b, COMPARED)) == ["the runs of A are not alike: processes differs"]


def test_runs_of_one_thing_differ_in_name_seed_and_block_and_promises_ask_nothing() -> None:
    a, b = session("AB", scenario="other", question="why", assumed=("x",))
    assert differing([*a, *b]) == []


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ({"gate_ok": False}, "2102 settlements: client 10000, engine 10000, ledger 10000"),
        ({"cpu_share": 0.9}, "a generator process used 90% of its core, limit 80%"),
    ],
)
def test_a_run_that_may_not_be_believed_has_no_figures_to_compare(spoilt: dict[str, float], said: str) -> None:
    assert list(unbelievable([judged_run(), judged_run("bad", **spoilt)])) == [f"bad: {said}"]  # type: ignore[arg-type]


def test_a_run_that_missed_its_slo_may_be_compared() -> None:
    assert list(unbelievable([judged_run(latency_ms=9000)])) == []


def test_a_run_that_was_never_judged_may_not() -> None:
    assert list(unbelievable([msgspec.structs.replace(judged_run(), verdict=None)])) == ["run-01: it was never judged"]


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        ("served p99.9", "served p99.9 not stated: n too small (10000); longer runs, or a lower --figure, have it"),
        ("2207 p99", "2207 p99: nothing was measured"),
        ("errors count", "errors count is 0, and there is no ratio to it"),
    ],
)
def test_a_figure_that_a_run_does_not_state_is_an_obstacle(figure: str, said: str) -> None:
    assert list(unread([judged_run()], parse_figure(figure))) == [f"run-01: {said}"]
    assert list(unread([judged_run()], parse_figure("served p99"))) == []
