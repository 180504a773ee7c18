import msgspec
import pytest

from loadtests.evidence.proof import Amounts, Finding, Foreign, Kind, Proof, Total
from loadtests.evidence.result import Result
from loadtests.page import statement
from loadtests.page.facts import Facts, facts
from loadtests.page.limits import limits
from loadtests.page.words import Words

EN, ZH = Words("en"), Words("zh")
AMOUNTS = Amounts(18400, 1000, 17400)
PROOF = Proof(
    platform="demo.example",
    rows=10,
    equal=9,
    findings=(Finding(Kind.ONLY_OURS, "H1", "S1", "not mentioned in its answer"),),
    foreign=tuple(Foreign(f"F{number}", AMOUNTS) for number in range(30)),
    totals=(Total("P37", "310", refd=False, count=9, amounts=AMOUNTS, equal=False),),
    not_proved=("3201 is not offered",),
)


@pytest.fixture(name="proved")
def _proved(result: Result) -> Facts:
    return facts(msgspec.structs.replace(result, proof=PROOF))


def test_a_run_at_our_own_engine_has_no_statement(found: Facts) -> None:
    assert statement.statement(found, EN) == ""


def test_what_the_platform_states_otherwise_is_named(proved: Facts) -> None:
    said = statement.statement(proved, EN)
    assert "Of 10 rows that this run claims, demo.example states 9 the same." in said
    assert "only ours: acknowledged, and the platform does not have it" in said
    assert "仅我方：已应答而平台没有" in statement.statement(proved, ZH)


def test_a_total_that_differs_is_broken(proved: Facts) -> None:
    assert "✗ broken" in statement.statement(proved, EN)


def test_rows_that_are_not_ours_are_counted_and_the_first_ones_listed(proved: Facts) -> None:
    said = statement.statement(proved, EN)
    assert "Rows that are not this run&#x27;s: 30" in said
    assert "F19" in said
    assert "F20" not in said


def test_nothing_wrong_is_said_to_be_so(result: Result) -> None:
    found = facts(msgspec.structs.replace(result, proof=Proof(platform="demo.example", rows=1, equal=1)))
    assert "Nothing was found to be wrong." in statement.statement(found, EN)


def test_every_kind_of_finding_has_its_words() -> None:
    assert [kind for kind in Kind if not ZH.knows("statement", kind)] == []


def test_what_a_platform_does_not_offer_is_a_limit_once(proved: Facts) -> None:
    both = facts(msgspec.structs.replace(proved.result, not_proved=("3201 is not offered",)))
    said = [limit.said(EN) for limit in limits(both)["not_proved"]]
    assert said.count("3201 is not offered") == 1
    assert "not_tested.platform" in {limit.key for limit in limits(both)["not_tested"]}
