import msgspec
import pytest

from loadtests.evidence.gate import INVARIANT, Gate, Row
from loadtests.evidence.provenance import Source
from loadtests.evidence.result import Result
from loadtests.page import evidence
from loadtests.page.evidence import Origin
from loadtests.page.facts import Facts, facts
from loadtests.page.words import Words
from tests.loadtests.page.queued_runs import queued_run

EN, ZH = Words("en"), Words("zh")
ORIGIN = Origin("shuaka report r.json", "r.json", (("r.json", "abcd"),))


def test_every_comparison_stands_with_what_each_witness_says(found: Facts, result: Result) -> None:
    said = evidence.gate(found, ZH)
    assert result.gate is not None
    compared = [row for row in result.gate.rows if not row.name.startswith(INVARIANT)]
    assert said.count("✓ 一致") == len(compared)
    assert "2102 药店结算 · 结算笔数" in said
    assert "账本规则 1 条，成立 1 条" in said


def test_a_comparison_that_differs_says_so() -> None:
    said = evidence.gate(facts(queued_run("50/5s", ledger_lacks=1)), EN)
    assert "1 comparisons differ" in said
    assert "✗ DIFFERS" in said


def test_a_broken_law_is_named(result: Result) -> None:
    broken = Gate((Row(f"{INVARIANT}no balance is below zero", None, None, "broken", ok=False),))
    said = evidence.gate(facts(msgspec.structs.replace(result, gate=broken)), EN)
    assert "0 of 1 laws of the books hold" in said
    assert "no balance is below zero" in said


def test_a_run_without_a_gate_has_no_performance_result(result: Result) -> None:
    assert "no performance result" in evidence.gate(facts(msgspec.structs.replace(result, gate=None)), EN)


def test_limits_stand_in_their_three_kinds(found: Facts) -> None:
    said = evidence.limitations(found, ZH)
    assert said.index("未测试") < said.index("假定") < said.index("未证明")


def test_a_sentence_that_nobody_translated_is_marked_as_english() -> None:
    said = evidence.limitations(facts(queued_run("50/5s", assumed=("mix.remote 0.3: ours",))), ZH)
    assert '<span lang="en">mix.remote 0.3: ours</span>' in said


def test_the_commands_of_run_and_page_are_given(found: Facts) -> None:
    said = evidence.reproduction(found, ORIGIN, EN)
    assert "<code>shuaka load --rate 100</code>" in said
    assert "<code>shuaka report r.json</code>" in said
    assert "<code>shuaka verify r.json</code>" in said


@pytest.mark.parametrize(
    ("command", "anew"),
    [
        ("shuaka load smoke --name mid --seed 2", "shuaka load smoke --seed 2"),
        ("shuaka load smoke --name=mid", "shuaka load smoke"),
        ("shuaka load 'my file.toml' --rate 20", "shuaka load 'my file.toml' --rate 20"),
    ],
)
def test_the_command_of_another_run_is_without_the_name_that_is_taken(command: str, anew: str) -> None:
    assert evidence.again(command) == anew


def test_what_comes_again_is_the_due_times_and_not_the_people(result: Result) -> None:
    block = msgspec.structs.replace(result.profile.block, first=3962)
    later = msgspec.structs.replace(result, profile=msgspec.structs.replace(result.profile, block=block))
    said = evidence.reproduction(facts(later), ORIGIN, EN)
    assert "the same due times" in said
    assert "other people of the same population" in said
    assert "begin at index 3962, those of a fresh ledger at 0" in said


def test_nobody_of_a_closed_run_is_said_to_come_at_the_same_time_again(result: Result) -> None:
    closed = msgspec.structs.replace(result, profile=msgspec.structs.replace(result.profile, model="closed"))
    assert "the same due times" not in evidence.reproduction(facts(closed), ORIGIN, EN)


def test_where_figures_come_from_can_be_followed(found: Facts, result: Result) -> None:
    said = evidence.provenance(found, ORIGIN, EN)
    assert all(what in said for what in ("c0ffee", "10c4", result.machine.fingerprint, "r.json, SHA-256", "abcd"))


def test_the_code_of_the_engine_is_told_apart_from_that_of_the_harness(found: Facts) -> None:
    said = evidence.provenance(found, ORIGIN, EN)
    assert said.index("harness, commit") < said.index("c0ffee") < said.index("engine, commit") < said.index("be11")
    assert "0.4.0" in said


def test_what_was_not_recorded_is_said_to_be_so(result: Result) -> None:
    unknown = msgspec.structs.replace(result, source=Source("", dirty=False, lock_sha256=""))
    assert evidence.provenance(facts(unknown), ORIGIN, EN).count("not recorded") == 4
    unwatched = msgspec.structs.replace(unknown, engine=None)
    assert evidence.provenance(facts(unwatched), ORIGIN, EN).count("not recorded") == 7
