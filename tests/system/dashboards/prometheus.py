"""A Prometheus of its own with our configuration: at the ports of this test, and more often than a second."""

import json
import math
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

OURS = Path(__file__).parents[3] / "grafana" / "prometheus"
READY_S = 20
SCRAPE_S = 0.4
"""How often everything is scraped and every rule evaluated."""

Values = dict[str, float]
"""Of each line of a query, by its labels."""


class Prometheus:
    """What it was asked, over its HTTP API."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def at(self, query: str, moment: float) -> Values:
        """Return what a query says of a moment."""
        found = self._ask("query", query=query, time=moment)
        return {str(one["metric"]): value for one in found if not math.isnan(value := float(one["value"][1]))}

    def between(self, query: str, start: float, end: float) -> list[tuple[float, str, float]]:
        """Return (moment, line, value) over some time, finer than scrapes; gaps and NaN are left out."""
        found = self._ask("query_range", query=query, start=start, end=end, step=SCRAPE_S / 2)
        points = ((at, str(one["metric"]), float(value)) for one in found for at, value in one["values"])
        return [point for point in points if not math.isnan(point[2])]

    def wait_until(self, query: str, seconds: float, *, empty: bool = False) -> None:
        """Wait until a query returns something, or nothing."""
        ends = time.monotonic() + seconds
        while bool(self.at(query, time.time())) is empty:
            assert time.monotonic() < ends, f"{query}: {'still there' if empty else 'nothing'} after {seconds} s"
            time.sleep(0.1)

    def _ask(self, question: str, **parameters: object) -> list[dict[str, Any]]:
        url = f"{self.url}/api/v1/{question}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
            found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        return found


@contextmanager
def prometheus(folder: Path, port: int, targets: dict[str, int], more: dict[str, int]) -> Iterator[Prometheus]:
    """Run one: `targets` are ports by job, `more` are found by file_sd."""
    text = (OURS / "prometheus.yml").read_text("utf-8")
    for job, usual in (("engine", 7373), ("load", 7374), ("terminals", 7375)):
        assert f'"127.0.0.1:{usual}"' in text
        text = text.replace(f'"127.0.0.1:{usual}"', f'"127.0.0.1:{targets[job]}"')
    text = re.sub(r"(?<=_interval: )1s", f"{1000 * SCRAPE_S:g}ms", text)
    (folder / "rules").mkdir()
    for file in (OURS / "rules").glob("*.yml"):
        (folder / "rules" / file.name).write_text(
            file.read_text("utf-8").replace("interval: 5s", f"interval: {1000 * SCRAPE_S:g}ms")
        )
    (folder / "targets").mkdir()
    for job, its_port in more.items():
        (folder / "targets" / f"{job}-2.json").write_text(json.dumps([{"targets": [f"127.0.0.1:{its_port}"]}]))
    (folder / "prometheus.yml").write_text(text)
    words = ("config.file", folder / "prometheus.yml"), ("storage.tsdb.path", folder / "tsdb")
    flags = [f"--{name}={value}" for name, value in (*words, ("web.listen-address", f"127.0.0.1:{port}"))]
    with (folder / "log").open("wb") as log, subprocess.Popen(["prometheus", *flags], stderr=log) as child:
        try:
            _wait_for(f"http://127.0.0.1:{port}/-/ready")
            yield Prometheus(port)
        finally:
            child.terminate()


def _wait_for(url: str) -> None:
    ends = time.monotonic() + READY_S
    while time.monotonic() < ends:
        with suppress(urllib.error.URLError), urllib.request.urlopen(url, timeout=1):  # noqa: S310 - loopback
            return
        time.sleep(0.05)
    raise AssertionError("Prometheus did not start")
