"""The dashboards as they were built: found in a checkout or in the installed package, listed, read.

Must not: draw, or know a panel. A name that comes from a browser never becomes a path: it is looked up.
"""

import json
from pathlib import Path
from typing import Final, NamedTuple

PLACES: Final = (Path(__file__).parents[2] / "grafana", Path(__file__).parents[1] / "grafana")
"""In a checkout, in the wheel."""
LANGUAGES: Final = ("en", "zh")
FIRST: Final = "overview"


class Dashboard(NamedTuple):
    """One dashboard in one language: under which name, what it is called, and its file."""

    language: str
    name: str
    title: str
    file: Path


class NoDashboardsError(Exception):
    """The dashboards are not there; one sentence."""


def grafana() -> Path:
    """Return the folder that holds dashboards and Prometheus's configuration; raise NoDashboardsError."""
    for place in PLACES:
        if (place / "dashboards").is_dir():
            return place
    raise NoDashboardsError("there is no folder grafana/dashboards beside this package: install it anew")


def dashboards() -> dict[tuple[str, str], Dashboard]:
    """Return every dashboard by language and name, the overview first; raise NoDashboardsError."""
    found = {}
    for language in LANGUAGES:
        files = sorted(
            (grafana() / "dashboards" / language).glob("*.json"), key=lambda file: (file.stem != FIRST, file)
        )
        for file in files:
            title = json.loads(file.read_text("utf-8"))["title"]
            found[language, file.stem] = Dashboard(language, file.stem, title, file)
    return found
