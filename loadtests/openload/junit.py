"""Verdicts as JUnit XML, the form that build servers read: a suite a run, a test case a question.

A missed question is a failure with its reason, one that was not judged is skipped with its reason. The form is what
Ant's JUnitReport task gathers and build servers agree on: every suite is numbered and counts its cases, and times are
UTC without saying so. Pure.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, NamedTuple
from xml.etree import ElementTree as ET

from loadtests.openload.verdict import Check, Verdict

PACKAGE: Final = "openload"
HOST: Final = "localhost"
"""The form wants a host; which machine it was stands in the result."""

_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold at all, not even escaped (2.2, Char)."""


class Suite(NamedTuple):
    """One judged run; `started_at` in ISO 8601 with its zone."""

    name: str
    verdict: Verdict
    started_at: str
    lasted_s: float


def document(suites: Iterable[Suite]) -> bytes:
    """Return the XML document of some runs, in UTF-8."""
    root = ET.Element("testsuites")
    for number, suite in enumerate(suites):
        root.append(_suite(number, suite))
    ET.indent(root)
    text: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _suite(number: int, suite: Suite) -> ET.Element:
    checks = suite.verdict.checks
    element = ET.Element(
        "testsuite",
        id=str(number),
        name=_text(suite.name),
        package=PACKAGE,
        tests=str(len(checks)),
        failures=str(sum(check.ok is False for check in checks)),
        errors="0",
        skipped=str(sum(check.ok is None for check in checks)),
        timestamp=_utc(suite.started_at),
        time=f"{suite.lasted_s:.3f}",
        hostname=HOST,
    )
    properties = ET.SubElement(element, "properties")
    ET.SubElement(properties, "property", name="verdict", value=suite.verdict.answer)
    for check in checks:
        element.append(_case(suite.name, check))
    ET.SubElement(element, "system-out").text = _text("\n".join(f"{check.name}: {check.said}" for check in checks))
    ET.SubElement(element, "system-err")
    return element


def _case(run: str, check: Check) -> ET.Element:
    case = ET.Element("testcase", name=_text(check.name), classname=_text(f"{run}.{check.group}"), time="0")
    if check.ok is None:
        ET.SubElement(case, "skipped", message=_text(check.said))
    elif not check.ok:
        ET.SubElement(case, "failure", message=_text(check.said), type=check.group).text = _text(check.said)
    return case


def _utc(time: str) -> str:
    """Return the same moment in UTC, to the second; the form has no room for a zone."""
    return datetime.fromisoformat(time).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _text(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
