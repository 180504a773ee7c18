"""What three processes show of a real run: Prometheus's own form, few series, and nothing of any person."""

import subprocess

import apsw
import pytest

from settlement.stores.store import FILE_NAME
from tests.system.dashboards.scene import Scene

pytestmark = pytest.mark.service("prometheus")

PAGES = ("metrics", "terminals", "load")
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


@pytest.mark.parametrize("page", PAGES)
def test_no_page_names_a_person_a_card_a_terminal_or_a_transaction(scene: Scene, page: str) -> None:
    ledger = apsw.Connection(str(scene.data / FILE_NAME), flags=apsw.SQLITE_OPEN_READONLY)
    secrets = {str(secret) for (secret,) in ledger.execute(SECRETS) if secret}
    ledger.close()
    assert len(secrets) > 200
    assert [secret for secret in secrets if secret in scene.pages[page]] == []
