"""The dashboards' own folder is no package: its modules are found as its script finds them."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

GRAFANA = Path(__file__).parents[2] / "grafana"


@pytest.fixture(scope="session")
def build() -> Iterator[ModuleType]:
    """The script that builds the dashboards."""
    before = set(sys.modules)
    sys.path.insert(0, str(GRAFANA))
    try:
        import build as script  # noqa: PLC0415 - found where the line above says

        yield script
    finally:
        sys.path.remove(str(GRAFANA))
        for name in set(sys.modules) - before:
            if name in ("build", "board") or name.split(".")[0] == "boards":
                del sys.modules[name]
