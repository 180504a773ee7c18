"""Alerts fire by the real fault and clear after it, where that is a matter of seconds; tests/grafana has the others."""

import re

import pytest

from tests.system.dashboards.happenings import FIRING
from tests.system.dashboards.prometheus import OURS
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
PROVEN_BY_PROMTOOL = {
    "SettlementBudgetBurnsFast": "an hour of slow settlements",
    "SettlementBudgetBurnsSlowly": "six hours of slow settlements",
    "EngineQueueFills": "more requests than any machine settles: how long a burst's queue stays depends on the machine",
    "BooksNotLookedAt": "four hours without a look",
    "ReversalsPending": "half a minute in which nobody delivers them",
}
"""Alerts that no real fault shows here in seconds, or none for certain; and what it would take."""


def test_of_each_alert_it_is_said_what_proves_it() -> None:
    alerts = re.findall(r"- alert: (\w+)", (OURS / "rules" / "alerts.yml").read_text("utf-8"))
    assert sorted(alerts) == sorted([*CLEARED, *FIRED, *PROVEN_BY_PROMTOOL])


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
