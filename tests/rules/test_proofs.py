from settlement.rulebook import Rule
from tests.rules.proofs import missing, name_of

DONE = Rule("RA01", "a rule", ("370100",), "done", "tests/test_a.py::test_a", "")
OUT = Rule("RA02", "a leaflet", ("370100",), "out", "", "a leaflet")


def test_a_rule_whose_test_carries_its_mark_and_passed_is_proved() -> None:
    assert missing((DONE, OUT), {DONE.test: {"RA01"}}, {DONE.test: True}) == []


def test_a_rule_whose_test_failed_is_not_proved() -> None:
    assert missing((DONE,), {DONE.test: {"RA01"}}, {DONE.test: False}) == [
        "RA01 is done, but tests/test_a.py::test_a did not pass"
    ]


def test_a_rule_whose_test_never_ran_is_not_proved() -> None:
    assert missing((DONE,), {DONE.test: {"RA01"}}, {}) != []


def test_a_rule_whose_test_has_another_mark_is_not_proved() -> None:
    assert missing((DONE,), {DONE.test: {"RA02"}}, {DONE.test: True}) == [
        "RA01 is done, but tests/test_a.py::test_a does not carry its mark"
    ]


def test_no_more_than_sixteen_rules_may_be_out() -> None:
    assert missing((OUT,) * 16, {}, {}) == []
    assert missing((OUT,) * 17, {}, {}) == ["17 rules are out, 16 at most may be"]


def test_a_parameter_does_not_belong_to_a_tests_name() -> None:
    assert name_of("tests/test_a.py::test_a[1-x]") == "tests/test_a.py::test_a"
