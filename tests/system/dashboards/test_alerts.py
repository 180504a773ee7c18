"""Alerts fire by the real fault and clear after it, where that is a matter of seconds; tests/grafana has the others."""

import pytest

from tests.system.dashboards.happenings import FIRING
from tests.system.dashboards.scene import Scene

pytestmark = pytest.mark.service("prometheus")

CLEARED = {
    "EngineDown": ("an engine that dies", "an engine that is started again"),
    "GeneratorBound": ("a load process that has too little CPU", "a load run that has ended"),
    "BooksOutOfBalance": ("a ledger row that is deleted", "the row that is there again"),
}
"""By which event each fires, and by which it clears."""
FIRED = {
    "BooksCannotBeLookedAt": "a ledger that cannot be read",
    "SettlementBudgetBurnsInMinutes": "a stalled disk",
    "PinLocks": "a locked password that is tried again and again",
}
"""Alerts whose windows are minutes long: they clear later than this scene ends."""


@pytest.mark.parametrize("alert", CLEARED)
def test_an_alert_fires_by_its_fault_and_clears_after_it(scene: Scene, alert: str) -> None:
    fault, cure = CLEARED[alert]
    firing = FIRING.format(alert)
    assert scene.prometheus.at(firing, scene.happened[fault][0]) == {}
    assert scene.prometheus.between(firing, *scene.happened[fault])
    assert scene.prometheus.at(firing, scene.happened[cure][1]) == {}


@pytest.mark.parametrize("alert", FIRED)
def test_an_alert_over_minutes_fires_by_its_fault(scene: Scene, alert: str) -> None:
    began, ended = scene.happened[FIRED[alert]]
    assert scene.prometheus.at(FIRING.format(alert), began) == {}
    assert scene.prometheus.between(FIRING.format(alert), began, ended + 2)
