"""docs/metrics.md lists every metric that there is, with its type and its labels, and none that there is not."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from prometheus_client.core import Metric

from loadtests.evidence.testimony import Report
from loadtests.openload.latencies import Latencies
from loadtests.openload.verdict import Slo
from loadtests.running.metrics import ReportCollector
from settlement.engine.arrival import Password
from settlement.metrics import Metrics
from settlement.stores.store import CityDebt, Look
from settlement.tally import Outcome
from settlement.wire.groups import GROUP_OF, GROUPS
from shuaka.compose import LOAD_METRICS_PORT, PORTS
from shuaka.dash import PORT as DASH_PORT
from shuaka.up import TERMINALS_PORT
from terminals.metrics import FieldCollector, Meter
from terminals.tally import Tally

DOCUMENT = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text("utf-8")
ROW = re.compile(r"^\| `(shuaka_\w+)` \| (\w+) \| (.*?) ?\| .+ \|$", re.MULTILINE)
Told = dict[str, tuple[str, frozenset[str]]]


def documented(heading: str) -> Told:
    section = DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return {name: (kind, frozenset(re.findall(r"`(\w+)`", labels))) for name, kind, labels in ROW.findall(section)}


def shown(families: Iterable[Metric], every: frozenset[str] = frozenset()) -> Told:
    """Return what families hold, leaving out the labels that a type or a whole page has."""
    return {
        family.name: (
            family.type,
            frozenset(name for sample in family.samples for name in sample.labels) - {"le"} - every,
        )
        for family in families
        if family.name.startswith("shuaka_")
    }


def test_the_engines_are_all_there() -> None:
    metrics = Metrics()
    metrics.kept("memory")
    metrics.answered(Outcome("tcp", "", "2102", "", replayed=False, password=Password.RIGHT, seconds=0.1))
    metrics.books.looked(Look((), {"tombstones": 1}, (CityDebt("370100", "370800", 1),)))
    assert shown(metrics.registry.collect()) == documented("Engine")


def test_the_terminals_are_all_there() -> None:
    families = {family.name: family for family in FieldCollector(Tally(), Meter(), lambda: 0, lambda: 0).collect()}
    families["shuaka_visits"].add_metric(["flow", "outcome"], 1)  # type: ignore[attr-defined]
    assert shown(families.values()) == documented("Terminals")


def test_a_load_runs_are_all_there() -> None:
    latencies = Latencies()
    latencies.record("pharmacy", "approved", intended_us=1, sent_us=1, step="2102")
    latencies.record("pharmacy", "SETTLED", intended_us=1, sent_us=1)
    report = Report(
        visits={"pharmacy": {"SETTLED": 1}}, messages={"2102": {"approved": 1}}, latencies=latencies.encoded()
    )
    families = ReportCollector(lambda: report, Slo(), "run-1").collect()
    assert shown(families, frozenset({"run"})) == documented("Load run")


def test_each_group_is_there_with_its_transactions_and_no_other() -> None:
    section = DOCUMENT.partition("\n## Groups and buckets\n")[2]
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE)
    assert [name for name, _ in rows] == list(GROUPS)
    assert {infno: name for name, codes in rows for infno in re.findall(r"`([\d:]+)`", codes)} == GROUP_OF


def test_the_port_of_a_further_process_is_nobody_elses() -> None:
    port = re.search(r'"127\.0\.0\.1:(\d+)"', DOCUMENT)
    assert port
    assert int(port[1]) not in {*PORTS.values(), LOAD_METRICS_PORT, TERMINALS_PORT, DASH_PORT}


@pytest.mark.parametrize("job", ["engine", "load", "terminals"])
def test_the_file_that_a_further_process_needs_is_one_that_prometheus_looks_for(job: str) -> None:
    configuration = (Path(__file__).parents[2] / "grafana" / "prometheus" / "prometheus.yml").read_text("utf-8")
    assert f"targets/{job}-*.json" in configuration
    assert f"`{job}-NAME.json`" in DOCUMENT
