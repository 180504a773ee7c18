"""grafana/compose.yml and Grafana's provisioning: one story about ports, paths and versions."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

GRAFANA = Path(__file__).parents[2] / "grafana"
COMPOSE = (GRAFANA / "compose.yml").read_text("utf-8")
SOURCE = (GRAFANA / "provisioning" / "datasources" / "prometheus.yml").read_text("utf-8")
PROVIDER = (GRAFANA / "provisioning" / "dashboards" / "shuaka.yml").read_text("utf-8")
CONFIG = ["docker", "compose", "-f", str(GRAFANA / "compose.yml"), "config"]


def has_compose() -> bool:
    """Whether Docker's client is here and has its compose plugin; `config` needs no daemon."""
    asked = [*CONFIG[:2], "version"]
    return bool(shutil.which("docker")) and not subprocess.run(asked, capture_output=True, check=False).returncode


def test_the_compose_file_is_composes_own() -> None:
    if has_compose():
        told = subprocess.run([*CONFIG, "--quiet"], capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stderr
    else:  # what can be said without it: spaces alone, no key twice at one place, the parts that Docker asks for
        assert "\t" not in COMPOSE
        assert [line for line in COMPOSE.splitlines() if re.match(r"\w", line)] == [
            "name: shuaka",
            "services:",
            "volumes:",
        ]
        assert re.findall(r"^  ([\w-]+):$", COMPOSE, re.MULTILINE) == [
            "prometheus",
            "node-exporter",
            "grafana",
            "prometheus",
            "grafana",
        ]


def test_every_image_is_pinned_by_its_version() -> None:
    images = re.findall(r"image: (\S+)", COMPOSE)
    assert len(images) == 3
    assert [image for image in images if not re.fullmatch(r"[a-z/-]+:v?\d+\.\d+\.\d+", image)] == []


def test_nothing_listens_anywhere_but_on_this_machine() -> None:
    assert COMPOSE.count("network_mode: host") == 3
    assert re.findall(r"(?:listen-address=|HTTP_ADDR: )([\d.]+)", COMPOSE) == ["127.0.0.1"] * 3
    assert "ports:" not in COMPOSE


def test_the_data_source_is_the_prometheus_that_the_file_starts() -> None:
    assert "--web.listen-address=127.0.0.1:9090" in COMPOSE
    assert "url: http://127.0.0.1:9090" in SOURCE


def test_prometheus_looks_for_the_machine_where_the_file_has_it_told_of() -> None:
    jobs = (GRAFANA / "prometheus" / "prometheus.yml").read_text("utf-8")
    assert 'job_name: node\n    static_configs:\n      - targets: ["127.0.0.1:9100"]' in jobs
    assert "--web.listen-address=127.0.0.1:9100" in COMPOSE


@pytest.mark.parametrize("folder", ["prometheus", "provisioning", "dashboards"])
def test_a_folder_that_is_put_into_a_container_is_there_and_not_written_to(folder: str) -> None:
    assert re.search(rf"- \./{folder}:\S+:ro$", COMPOSE, re.MULTILINE)
    assert (GRAFANA / folder).is_dir()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_grafana_looks_for_the_dashboards_where_they_are_put(language: str) -> None:
    [where] = re.findall(r"- \./dashboards:(\S+):ro", COMPOSE)
    assert f"path: {where}/{language}\n" in PROVIDER
    assert list((GRAFANA / "dashboards" / language).glob("*.json"))


def test_the_provisioning_lies_where_grafana_reads_it() -> None:
    assert "./provisioning:/etc/grafana/provisioning:ro" in COMPOSE
    assert all(text.count("apiVersion: 1") == 1 for text in (SOURCE, PROVIDER))
