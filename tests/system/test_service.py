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
    assert json.loads(told.stdout)["output"]["card_status"] == "SUPERSEDED"
