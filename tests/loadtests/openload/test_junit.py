"""The document against the rules that build servers share (Ant's junit task, and the schemas made from what it writes).

testsuites holds testsuite; a testsuite has id (from 0), name, package, tests, failures, errors, skipped, time,
timestamp (UTC, which it does not say) and hostname, and in this order one properties, its testcases, system-out,
system-err; a testcase has name, classname and time, and at most one of skipped, error and failure; counts are those of
its cases.
"""

import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from loadtests.openload.junit import Suite, document
from loadtests.openload.verdict import Answer, Check, Verdict

CHECKS = (
    Check("gate", "all witnesses agree", ok=True, said="every comparison holds"),
    Check("slo", "served p95 <= 1500ms", ok=False, said='served p95 "2 s" & more, limit < 1.5 s'),
    Check("threshold", "served p99 <= 3s", ok=None, said="served p99 not stated: n too small (10)"),
)
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def suite(*checks: Check, name: str = "run-1", started_at: str = "2026-11-21T12:00:00+08:00") -> Suite:
    return Suite(name, Verdict(Answer.FAIL, checks=checks), started_at, 31.25)


def parsed(*suites: Suite) -> ET.Element:
    return ET.fromstring(document(suites))  # noqa: S314 - our own document


def keeps_the_form(root: ET.Element) -> bool:
    assert root.tag == "testsuites"
    for number, one in enumerate(root):
        assert (one.tag, one.attrib["id"]) == ("testsuite", str(number))
        assert set(one.attrib) == {
            "id", "name", "package", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname",
        }  # fmt: skip
        assert TIMESTAMP.fullmatch(one.attrib["timestamp"])
        assert float(one.attrib["time"]) >= 0
        cases = one.findall("testcase")
        assert [child.tag for child in one] == ["properties", *["testcase"] * len(cases), "system-out", "system-err"]
        assert int(one.attrib["tests"]) == len(cases)
        assert int(one.attrib["failures"]) == len(one.findall("testcase/failure"))
        assert int(one.attrib["skipped"]) == len(one.findall("testcase/skipped"))
        for case in cases:
            assert set(case.attrib) == {"name", "classname", "time"}
            assert [child.tag for child in case] in ([], ["failure"], ["skipped"])
    return True


def test_a_verdict_is_a_suite_whose_cases_are_its_questions() -> None:
    root = parsed(suite(*CHECKS))
    assert keeps_the_form(root)
    [one] = root
    assert (one.attrib["tests"], one.attrib["failures"], one.attrib["skipped"]) == ("3", "1", "1")
    assert [case.attrib["classname"] for case in one.iter("testcase")] == ["run-1.gate", "run-1.slo", "run-1.threshold"]


def test_a_missed_question_is_a_failure_with_its_reason() -> None:
    failure = parsed(suite(*CHECKS)).find("testsuite/testcase/failure")
    assert failure is not None
    assert failure.attrib == {"message": CHECKS[1].said, "type": "slo"}
    assert failure.text == CHECKS[1].said


def test_a_question_that_was_not_judged_is_skipped_with_its_reason() -> None:
    skipped = parsed(suite(*CHECKS)).find("testsuite/testcase/skipped")
    assert skipped is not None
    assert skipped.attrib["message"] == "served p99 not stated: n too small (10)"


def test_several_runs_are_several_suites() -> None:
    root = parsed(suite(*CHECKS, name="a"), suite(name="b"))
    assert keeps_the_form(root)
    assert [one.attrib["name"] for one in root] == ["a", "b"]


def test_the_same_moment_has_the_same_timestamp_in_whatever_zone_it_was_written_down() -> None:
    moments = ("2026-11-22T04:30:00+08:00", "2026-11-21T20:30:00+00:00", "2026-11-21T20:30:00Z")
    root = parsed(*(suite(started_at=moment) for moment in moments))
    assert {one.attrib["timestamp"] for one in root} == {"2026-11-21T20:30:00"}


@given(st.text(), st.text())
def test_any_text_makes_a_document_that_can_be_read(name: str, said: str) -> None:
    root = parsed(suite(Check("slo", name, ok=False, said=said), name=name))
    assert keeps_the_form(root)
