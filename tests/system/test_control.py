"""A tester's commands against a running engine: every one of them, and what the journal shows afterwards."""

import http.client
import json
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from settlement import data_directory
from settlement.wire.national_fields import PATH
from settlement.wire.signature import sign
from shuaka import compose
from shuaka.commands import app

PERSON = compose.population().person(0)
WHEN = "2026-11-21 12:00:00"


def said(*arguments: object) -> str:
    answer = CliRunner().invoke(app, list(map(str, arguments)))
    assert answer.exit_code == 0, answer.output
    return answer.output


class Clinic:
    """Software of an institution that is not ours."""

    def __init__(self, data: Path) -> None:
        self.key = data_directory.institution_key(data)
        self.place = data_directory.endpoints(data).http
        self.number = 0

    def call(self, infno: str, given: Any) -> Any:
        self.number += 1
        envelope = {
            "infno": infno, "msgid": f"{self.key.fixmedins_code}20261121120000{self.number:04d}",
            "mdtrtarea_admvs": "370100", "insuplc_admdvs": "370100", "recer_sys_code": "FSI", "infver": "1.0.0",
            "opter_type": "1", "opter": "clerk", "opter_name": "clerk", "inf_time": WHEN,
            "fixmedins_code": self.key.fixmedins_code, "fixmedins_name": "x", "input": given,
        }  # fmt: skip
        headers = {
            "_api_name": infno, "_api_version": "1", "_api_timestamp": str(time.time_ns() // 1_000_000),
            "_api_access_key": self.key.access_key,
        }  # fmt: skip
        headers["_api_signature"] = sign(self.key.secret_key, headers)
        connection = http.client.HTTPConnection(self.place.host, self.place.port, timeout=10)
        connection.request("POST", PATH, json.dumps(envelope), headers)
        try:
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def sign_in(self) -> None:
        assert self.call("9001", {"signIn": {"opter_no": "clerk", "mac": "0", "ip": "1"}})["infcode"] == 0

    def ask(self) -> Any:
        data = {
            "mdtrt_cert_type": "02", "mdtrt_cert_no": PERSON.certno, "psn_cert_type": "01", "certno": PERSON.certno,
            "psn_name": PERSON.name,
        }  # fmt: skip
        return self.call("1101", {"data": data})


@pytest.fixture(scope="module")
def controlled(served: Any) -> Path:
    data: Path = served("--control")
    return data


def test_people_clock_snapshots_and_faults_are_in_a_testers_hands(controlled: Path, tmp_path: Path) -> None:
    data, clinic = ("--data", controlled), Clinic(controlled)
    clinic.sign_in()
    said("admin", "snapshot", "start", *data)
    file = tmp_path / "people.csv"
    file.write_text("city,index,balance\n370100,0,12.34\n")
    assert said("admin", "people", file, *data) == "1 people set\n"
    assert clinic.ask()["output"]["insuinfo"][0]["balc"] == 12.34
    said("admin", "restore", "start", *data)
    assert clinic.ask()["output"]["insuinfo"][0]["balc"] != 12.34
    assert said("admin", "snapshots", *data) == "start\n"
    assert said("admin", "advance", "--days", "7", *data).endswith(", 7.00 days ahead of the wall clock\n")
    assert clinic.ask()["respond_time"] > time.strftime("%Y%m%d")
    assert said("admin", "next", "1101", "lose-reply", *data) == "call 1 of 1101: lose-reply\n"
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        clinic.ask()
    assert said("admin", "next", *data) == ""
    said("admin", "next", "1101", "gateway-401", *data)
    assert clinic.ask()["code"] == 401
    assert said("admin", "reset", *data).startswith("the ledger is empty")
    assert "ahead" not in said("admin", "clock", *data)


def test_the_journal_hides_our_people_shows_them_when_asked_and_makes_a_scenario(
    controlled: Path, tmp_path: Path
) -> None:
    clinic = Clinic(controlled)
    clinic.sign_in()
    clinic.ask()
    clinic.call("2102", {"druginfo": {"psn_no": ["3701000000000000"]}})
    time.sleep(0.2)
    data = ("--data", controlled)
    hidden = said("journal", "--bodies", *data)
    assert PERSON.certno not in hidden
    assert "1101  approved" in hidden
    assert "refused E1004 [spec]" in hidden
    assert "field input.druginfo.psn_no" in hidden
    assert PERSON.certno in said("journal", "--bodies", "--reveal", *data)
    assert "1101" not in said("journal", "--refused", *data)
    scenario = tmp_path / "scenario.toml"
    said("journal", "--export", scenario, *data)
    made = tomllib.loads(scenario.read_text("utf-8"))
    assert made["people"] == {"p1": {"index": 0}}
    assert made["step"][1]["input"]["data"]["certno"] == "{p1.certno}"
    assert PERSON.certno not in scenario.read_text("utf-8")
    assert "DIFFERS" not in said("validate", scenario)
