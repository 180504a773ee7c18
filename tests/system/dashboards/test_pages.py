"""What engine, fleets and load show of a real run: Prometheus's own form, few series, and nothing of any person."""

import subprocess

import apsw
import pytest

from settlement.stores.store import FILE_NAME
from tests.system.dashboards.scene import Scene

pytestmark = pytest.mark.service("prometheus")

PAGES = ("metrics", "terminals", "brittle", "load")
PORTS_SCRAPED = {"metrics", "terminals", "brittle", "load", "starved"}
SERIES_MAX = 2_000
SECRETS = (
    "SELECT psn_no FROM person UNION SELECT certno FROM person UNION SELECT psn_name FROM person"
    " UNION SELECT card_number FROM person UNION SELECT hex(card_id) FROM person"
    " UNION SELECT bank_card_no FROM person UNION SELECT bank_card_no FROM bankaccount"
    " UNION SELECT dev_no FROM terminal UNION SELECT sign_no FROM terminal"
    " UNION SELECT setl_id FROM settlement UNION SELECT msgid FROM message"
)
"""Whatever names a person, a card, a terminal or a transaction of the run."""


@pytest.mark.parametrize("page", PAGES)
def test_promtool_has_nothing_to_say_of_a_page(scene: Scene, page: str) -> None:
    told = subprocess.run(
        ["promtool", "check", "metrics"], input=scene.pages[page], text=True, capture_output=True, check=False
    )
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")


@pytest.mark.parametrize("page", PAGES)
def test_a_process_shows_fewer_series_than_it_may(scene: Scene, page: str) -> None:
    series = [line for line in scene.pages[page].splitlines() if line and not line.startswith("#")]
    assert 50 < len(series) < SERIES_MAX


@pytest.fixture
def secrets(scene: Scene) -> set[str]:
    """Everything of the run that nobody may be shown."""
    ledger = apsw.Connection(str(scene.data / FILE_NAME), flags=apsw.SQLITE_OPEN_READONLY)
    found = {str(secret) for (secret,) in ledger.execute(SECRETS) if secret}
    ledger.close()
    assert len(found) > 200
    return found


@pytest.mark.parametrize("page", PAGES)
def test_no_page_names_a_person_a_card_a_terminal_or_a_transaction(scene: Scene, secrets: set[str], page: str) -> None:
    assert [secret for secret in secrets if secret in scene.pages[page]] == []


def test_no_series_of_the_whole_run_names_any_of_them(scene: Scene, secrets: set[str]) -> None:
    shown = scene.prometheus.at('last_over_time({job=~"engine|load|terminals"}[1h])', scene.ended)
    scraped = {name for name in PORTS_SCRAPED if any(f":{scene.ports[name]}'" in one for one in shown)}
    assert scraped == PORTS_SCRAPED
    assert len(shown) > 1000
    assert [secret for secret in secrets if any(secret in one for one in shown)] == []
