import msgspec

from loadtests.evidence.provenance import Machine
from loadtests.evidence.result import Result
from loadtests.page import workload
from loadtests.page.facts import Facts, facts
from loadtests.page.words import Words
from loadtests.workload.faults import Fault
from loadtests.workload.shares import FIELDS
from terminals.kernel.site import UNHURRIED
from tests.loadtests.page.queued_runs import queued_run

EN, ZH = Words("en"), Words("zh")


def test_the_workload_is_told_whole(found: Facts) -> None:
    said = workload.workload(found, EN)
    assert "100/10s (visits/s), jittered" in said
    assert "100 people from index 0 of 1000 (population seed 1)" in said
    assert "none: every step follows at once" in said
    assert "MAC and PIN block" in said


def test_every_share_of_the_mix_says_whose_share_it_is(found: Facts) -> None:
    said = workload.workload(found, ZH)
    assert all(Words("zh")(f"mix.{name}") in said for name in FIELDS)
    assert workload.OF_WHOM.keys() <= set(FIELDS)
    assert "卡上有银行账户者" in said


def test_think_times_faults_and_sources_are_named() -> None:
    fault = Fault(kind="slow", at_s=1, for_s=2, delay_ms=80, measured=False)
    said = workload.workload(facts(queued_run("20/5s", pace=UNHURRIED, faults=(fault,), sources=("seen in 2024",))), ZH)
    assert "插卡 1 秒" in said
    assert "应答延迟 80 ms，第 1 至 3 秒，不计入测量" in said
    assert "seen in 2024" in said


def test_a_replay_says_how_many_dialogues_were_prepared() -> None:
    result = queued_run("20/5s", fidelity="replay")
    visits = {**result.report.visits, "prepare": {"DONE": 105}}
    report = msgspec.structs.replace(result.report, visits=visits)
    said = workload.workload(facts(msgspec.structs.replace(result, report=report)), EN)
    assert "dialogues prepared" in said
    assert "105" in said


def test_the_machine_is_told_with_its_disk_and_what_both_sides_used_of_it(found: Facts) -> None:
    said = workload.machine(found, EN)
    assert "p50 0.31 ms, maximum 0.52 ms" in said
    assert "sqlite, synchronous=FULL" in said
    assert "CPU 60% of a core, memory 90 MiB, queue 4" in said


def test_who_shares_which_cores_is_said_in_the_pages_language(result: Result) -> None:
    apart = "one host, loopback: engine on core 0, load on core 1"
    machine = Machine("CPU", 2, "6.1", "3.11.7", sharing=apart, load_cores="1", engine_cores="0")
    found = facts(msgspec.structs.replace(result, machine=machine))
    assert "单机环回：引擎在核 0，发压端在核 1" in workload.machine(found, ZH)
    assert apart in workload.machine(found, EN)


def test_what_somebody_else_says_of_the_machines_is_quoted(result: Result) -> None:
    machine = Machine("CPU", 2, "6.1", "3.11.7", sharing="two machines, 10 Gbit/s")
    assert "two machines, 10 Gbit/s" in workload.machine(facts(msgspec.structs.replace(result, machine=machine)), ZH)
