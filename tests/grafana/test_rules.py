"""Prometheus's own tool judges configuration, rules and alerts; an alert's runbook is a heading that there is."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "grafana" / "prometheus"
ALERTS = (PROMETHEUS / "rules" / "alerts.yml").read_text("utf-8")
RECORDING = (PROMETHEUS / "rules" / "recording.yml").read_text("utf-8")
CASES = sorted(Path(__file__).with_name("rules").glob("*.yml"))
TESTS = "".join(file.read_text("utf-8") for file in CASES)


def promtool(*words: str) -> str:
    ran = subprocess.run(["promtool", *words], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.service("prometheus")
def test_the_configuration_and_its_rules_are_prometheus_own() -> None:
    assert "SUCCESS" in promtool("check", "config", "prometheus.yml")


@pytest.mark.service("prometheus")
def test_each_alert_fires_by_its_fault_and_clears_after_it() -> None:
    assert "SUCCESS" in promtool("test", "rules", *map(str, CASES))


def test_each_alert_is_seen_to_fire_and_seen_not_to() -> None:
    for alert in re.findall(r"- alert: (\w+)", ALERTS):
        assert re.search(rf"alertname: {alert}\n.*\n +exp_alerts:\n +- exp_labels", TESTS), alert
        assert re.search(rf"alertname: {alert}, eval_time: \w+, exp_alerts: \[\]", TESTS), alert


def test_each_alert_leads_to_a_heading_of_the_runbook() -> None:
    places = re.findall(r"runbook: (\S+)", ALERTS)
    assert len(places) == ALERTS.count("- alert:")
    for place in places:
        path, _, anchor = place.partition("#")
        headings = re.findall(r"^#+ (.+)$", (ROOT / path).read_text("utf-8"), re.MULTILINE)
        assert anchor in {heading.lower().replace(" ", "-") for heading in headings}, place


def test_nothing_that_is_no_url_is_called_one() -> None:
    assert re.findall(r"_url: (?!https?://).+", ALERTS) == []


def test_groups_have_a_name_each_and_their_tests_an_order() -> None:
    groups = re.findall(r"^  - name: (\w+)$", RECORDING + ALERTS, re.MULTILINE)
    assert len(set(groups)) == len(groups)
    for case in CASES:
        assert f"group_eval_order: [{', '.join(groups)}]" in case.read_text("utf-8"), case.name


def test_a_recording_rule_is_named_level_metric_operation() -> None:
    names = re.findall(r"- record: (\S+)", RECORDING)
    assert len(names) == 6
    assert [name for name in names if not re.fullmatch(r"[a-z_]+:[a-z_]+:[a-z_]+\d+[a-z]", name)] == []


def test_every_recorded_series_that_is_read_is_recorded() -> None:
    known = set(re.findall(r"- record: (\S+)", RECORDING))
    boards = "".join(file.read_text("utf-8") for file in (ROOT / "grafana" / "boards").glob("*.py"))
    read = set(re.findall(r"\b\w+:\w+:\w+\b", boards + ALERTS)) | set(re.findall(r"expr: (\w+:\w+:\w+)", RECORDING))
    assert read <= known
