import msgspec

from loadtests.evidence.result import Result
from loadtests.page.runs import Run, run_of, same_workload, spread, unlike
from terminals.patients import Mix
from tests.loadtests.page.queued_runs import queued_run


def run(p99_us: int | None, offered_per_s: float = 100.0) -> Run:
    return Run("run", "", "PASS", "", offered_per_s, offered_per_s, 10, 1, 2, p99_us, 4)


def test_a_run_is_a_row_of_what_its_result_says(result: Result) -> None:
    row = run_of(result)
    assert (row.run, row.answer, row.offered_per_s) == ("run", "PASS", result.offered_per_s)
    assert row.n == result.served().intended.get_total_count()


def test_runs_that_differ_in_name_and_seed_repeat_one_workload(result: Result) -> None:
    assert same_workload(queued_run(seed=7, run="again"), result)


def test_another_rate_or_another_machine_is_no_repeat(result: Result) -> None:
    elsewhere = msgspec.structs.replace(result, machine=msgspec.structs.replace(result.machine, cpu="another"))
    assert not same_workload(elsewhere, result)
    assert not same_workload(queued_run("50/10s"), result)


def test_another_rate_is_of_the_same_curve_and_another_mix_is_not(result: Result) -> None:
    assert unlike(queued_run("50/10s", warmup_s=2.0), result) == ()
    assert unlike(queued_run("50/10s", mix=Mix(inpatient=0.2)), result) == ("mix",)


def test_what_one_run_cannot_state_is_not_in_its_spread() -> None:
    rows = {row.figure: row for row in spread([run(30), run(None), run(10)])}
    assert (rows["p99_us"].smallest, rows["p99_us"].middle, rows["p99_us"].largest, rows["p99_us"].runs) == (
        10,
        20,
        30,
        2,
    )
    assert rows["p50_us"].runs == 3


def test_a_single_run_has_no_spread() -> None:
    assert spread([run(30)]) == ()
