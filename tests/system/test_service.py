"""Card services and a reissue at the desk against a running engine, as somebody at a shell asks for them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

LIMIT_S = 60


@pytest.fixture(scope="module")
def data(served: object) -> Path:
    assert callable(served)
    directory = served("--store", "memory", "--population", "1:1000")
    assert isinstance(directory, Path)
    return directory


def shuaka(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shuaka", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)


def test_a_loss_by_telephone_stops_the_card_at_the_desk_until_it_is_released(data: Path) -> None:
    asked = ("--data", str(data), "--index", "2", "--json")
    lost = shuaka("service", "lose", "channel=PHONE", *asked)
    assert json.loads(lost.stdout)["output"]["card_status"] == "LOST_TEMP", lost.stderr
    sale = ("terminal", "--data", str(data), "--reader", "simulated:2", "--errand", "reissue", "--once")
    again = shuaka("service", "lose", "channel=PHONE", *asked)
    assert (again.returncode, json.loads(again.stdout)["refusal"]) == (1, "E2002")
    released = shuaka("service", "release", "channel=WEB", *asked)
    assert json.loads(released.stdout)["output"]["card_status"] == "NORMAL"
    done = shuaka(*sale)
    assert "REISSUED" in done.stdout, done.stdout + done.stderr
    told = shuaka("service", "status", "channel=APP", *asked)
    state = json.loads(told.stdout)["output"]
    assert (state["card_status"], state["card_issue"]) == ("NORMAL", 2)


def test_the_card_in_force_is_meant_after_a_reissue_and_a_lost_one_needs_none(data: Path) -> None:
    asked = ("--data", str(data), "--index", "3", "--json")
    replaced = shuaka("service", "reissue", "channel=BANK", "lost=true", *asked)
    assert json.loads(replaced.stdout)["output"]["card_issue"] == 2, replaced.stdout + replaced.stderr
    told = json.loads(shuaka("service", "status", "channel=APP", *asked).stdout)["output"]
    assert (told["card_status"], told["card_issue"]) == ("NORMAL", 2)
    again = shuaka("service", "reissue", "channel=BANK", *asked)
    assert json.loads(again.stdout)["output"]["card_issue"] == 3, again.stdout + again.stderr


def test_a_visit_to_a_bank_is_told_part_by_part(data: Path) -> None:
    asked = ("--data", str(data), "--index", "4", "--json")
    visit = shuaka("service", "open-both-zones", "channel=BANK", "bank_code=CCB", *asked)
    parts = json.loads(visit.stdout)["parts"]
    assert set(parts) == {"enable", "activate-bank"}
    assert visit.returncode == 1, "both zones of the population's cards are on already"
