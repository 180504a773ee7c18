"""The scene is played once; every test here asks what Prometheus kept of it."""

import os
import socket
import time
from collections.abc import Iterator

import pytest

from tests.system.dashboards.happenings import play
from tests.system.dashboards.prometheus import prometheus
from tests.system.dashboards.scene import Scene

DOORS = ("prometheus", "tcp", "http", "admin", "metrics", "load", "terminals", "brittle", "starved")


def free_ports(names: tuple[str, ...]) -> dict[str, int]:
    """Return ports below the range that the kernel hands out, so that an engine that starts again finds its own."""
    found: list[int] = []
    for port in range(24_000 + os.getpid() % 900, 25_000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == len(names):
            return dict(zip(names, found, strict=True))
    raise AssertionError("no free ports")


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """What happened, over a Prometheus that still runs."""
    folder, ports = tmp_path_factory.mktemp("scene"), free_ports(DOORS)
    targets = {"engine": ports["metrics"], "load": ports["load"], "terminals": ports["terminals"]}
    with prometheus(
        folder, ports["prometheus"], targets, {"terminals": ports["brittle"], "load": ports["starved"]}
    ) as asked:
        played = Scene(folder, asked, ports)
        try:
            play(played)
            played.ended = time.time()
            yield played
        finally:
            played.end_engine()
