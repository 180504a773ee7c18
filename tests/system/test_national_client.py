"""A pharmacy's software at the HTTP door of a real engine, written as for the real platform.

`Pharmacy` is the whole client: standard library only, nothing of ours imported. It knows the data directory's
institution.json (access key, secret key, institution) and endpoints.json (where the door is), and signs four headers
with HMAC-SHA1. The tests below are its working day: 9001, 1101, 2101, 2102, 2103, 2601, and what it is refused.
"""

import base64
import hmac
import http.client
import itertools
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest

PATH = "/fsi/api/rsfComIfsService/callService"
REGION = "370100"
SOCIAL_SECURITY_CARD, PHARMACY_SALE, EMPLOYEE = "03", "41", "310"
ANY_PORTS = [f"--{door}-port=0" for door in ("tcp", "http", "admin", "metrics")]
LIMIT_S = 30


class Pharmacy:
    """Speaks the national interface's envelope, one POST a transaction."""

    numbers = itertools.count()
    """All tills of an institution count together: a msgid is the institution's, not the till's."""

    def __init__(self, data: Path, opter: str = "clerk-1") -> None:
        self.opter = opter
        self.credentials = json.loads((data / "institution.json").read_text())
        door = json.loads((data / "endpoints.json").read_text())["http"]
        self._line = http.client.HTTPConnection(door["host"], door["port"], timeout=LIMIT_S)
        self.sign_no = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def sign_in(self) -> None:
        reply = self.call("9001", {"signIn": {"opter_no": self.opter, "mac": "00-00-5E-00-53-01", "ip": "127.0.0.1"}})
        self.sign_no = reply["output"]["signinoutb"]["sign_no"]

    def msgid(self) -> str:
        """Return institution 12, yyyyMMddHHmmss 14, sequence 4."""
        number = next(self.numbers) % 10_000
        return f"{self.credentials['fixmedins_code']}{time.strftime('%Y%m%d%H%M%S')}{number:04d}"

    def call(self, infno: str, what: dict[str, Any], msgid: str = "", **headers: str) -> Any:
        """Return the reply to a transaction; the same msgid again is the same transaction again."""
        envelope = {
            "infno": infno,
            "msgid": msgid or self.msgid(),
            "mdtrtarea_admvs": REGION,
            "insuplc_admdvs": REGION,
            "recer_sys_code": "SHOP",
            "infver": "V1.0",
            "opter_type": "1",
            "opter": self.opter,
            "opter_name": "clerk",
            "inf_time": time.strftime("%Y-%m-%d %H:%M:%S"),
            "fixmedins_code": self.credentials["fixmedins_code"],
            "fixmedins_name": "corner pharmacy",
            "sign_no": self.sign_no,
            "input": what,
        }
        self._line.request("POST", PATH, json.dumps(envelope), self._signed() | headers)
        return json.loads(self._line.getresponse().read())

    def _signed(self) -> dict[str, str]:
        headers = {
            "_api_access_key": self.credentials["access_key"],
            "_api_name": "callService",
            "_api_timestamp": str(time.time_ns() // 1_000_000),
            "_api_version": "1.0.0",
        }
        text = "&".join(f"{name}={headers[name]}" for name in sorted(headers))
        mark = hmac.digest(self.credentials["secret_key"].encode(), text.encode(), "sha1")
        return headers | {"_api_signature": base64.b64encode(mark).decode()}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp("engine")
    command = [sys.executable, "-m", "shuaka", "serve", "--data", str(directory), *ANY_PORTS]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as engine:
        try:
            assert engine.stdout is not None
            assert engine.stdout.readline().startswith("ready")
            assert str(directory / "institution.json") in engine.stdout.readline()
            yield directory
        finally:
            engine.send_signal(signal.SIGTERM)
            engine.wait(LIMIT_S)


@pytest.fixture(scope="module")
def cards() -> list[dict[str, str]]:
    """Holders of cards who are insured in the pharmacy's city, as the command prints them for a machine."""
    command = [sys.executable, "-m", "shuaka", "card", "list", "--count", "9", "--json"]
    holders = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return [holder for holder in holders if holder["city"] == REGION]


@pytest.fixture
def pharmacy(data: Path) -> Iterator[Pharmacy]:
    with Pharmacy(data) as client:
        client.sign_in()
        yield client


def credential(card: dict[str, str]) -> dict[str, str]:
    return {
        "mdtrt_cert_type": SOCIAL_SECURITY_CARD,
        "mdtrt_cert_no": card["card_number"],
        "card_sn": card["card_id"],
        "psn_cert_type": "01",
        "certno": card["certno"],
        "psn_name": card["name"],
    }


def person(pharmacy: Pharmacy, card: dict[str, str]) -> tuple[str, float]:
    """Return a card holder's insured number and the balance of the personal account, in yuan."""
    found = pharmacy.call("1101", {"data": credential(card)})
    assert found["infcode"] == 0, found["err_msg"]
    return found["output"]["baseinfo"]["psn_no"], found["output"]["insuinfo"][0]["balc"]


def sale(card: dict[str, str], psn_no: str, amount: str = "36.80") -> dict[str, Any]:
    """Return two boxes at 18.40."""
    now = time.strftime("%Y-%m-%d %H:%M:%S")
    line = {
        "feedetl_sn": "1",
        "rx_circ_flag": "0",
        "fee_ocur_time": now,
        "med_list_codg": "XX99XXA001A001010100001",
        "medins_list_codg": "SHELF-1",
        "det_item_fee_sumamt": amount,
        "cnt": "2",
        "pric": "18.40",
    }
    sold = {
        "psn_no": psn_no,
        "psn_type": "11",
        "begntime": now,
        "medfee_sumamt": amount,
        "insutype": EMPLOYEE,
        "acct_used_flag": "1",
        "med_type": PHARMACY_SALE,
    }
    return {"druginfo": credential(card) | sold, "drugdetail": [line]}


def test_the_door_is_open_when_the_engine_says_that_it_is_ready(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "shuaka", "serve", "--store", "memory", "--data", str(tmp_path), *ANY_PORTS]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as engine:
        try:
            assert engine.stdout is not None
            assert engine.stdout.readline()
            with Pharmacy(tmp_path) as early:
                early.sign_in()
        finally:
            engine.send_signal(signal.SIGTERM)


def test_a_sale_is_priced_settled_and_revoked_and_the_account_is_as_before(
    pharmacy: Pharmacy, cards: list[dict[str, str]]
) -> None:
    psn_no, before = person(pharmacy, cards[0])
    bought = sale(cards[0], psn_no)
    priced = pharmacy.call("2101", bought)["output"]["setlinfo"]
    settled = pharmacy.call("2102", bought)["output"]["setlinfo"]
    assert [priced[name] for name in ("medfee_sumamt", "acct_pay", "psn_cash_pay")] == [36.8, 36.8, 0]
    assert (settled["acct_pay"], settled["balc"]) == (36.8, round(before - 36.8, 2))
    assert person(pharmacy, cards[0])[1] == settled["balc"]
    undo = {name: settled[name] for name in ("setl_id", "mdtrt_id", "psn_no")} | {"exp_content": "{}"}
    revoked = pharmacy.call("2103", {"data": undo})["output"]["setlinfo"]
    assert (revoked["acct_pay"], revoked["setl_id"] != settled["setl_id"]) == (-36.8, True)
    assert person(pharmacy, cards[0])[1] == before


def test_a_repeated_msgid_is_one_settlement(pharmacy: Pharmacy, cards: list[dict[str, str]]) -> None:
    psn_no, before = person(pharmacy, cards[1])
    bought, msgid = sale(cards[1], psn_no), pharmacy.msgid()
    first, again = (pharmacy.call("2102", bought, msgid)["output"] for _ in range(2))
    assert first == again
    assert person(pharmacy, cards[1])[1] == round(before - 36.8, 2)


def test_a_settlement_whose_reply_was_lost_is_reversed_by_its_msgid(
    pharmacy: Pharmacy, cards: list[dict[str, str]]
) -> None:
    psn_no, before = person(pharmacy, cards[0])
    lost = pharmacy.msgid()
    pharmacy.call("2102", sale(cards[0], psn_no), lost)
    undo = {"psn_no": psn_no, "omsgid": lost, "oinfno": "2102"}
    assert pharmacy.call("2601", {"data": undo})["infcode"] == 0
    assert person(pharmacy, cards[0])[1] == before


def test_a_sale_whose_lines_do_not_add_up_is_refused_and_costs_nothing(
    pharmacy: Pharmacy, cards: list[dict[str, str]]
) -> None:
    psn_no, before = person(pharmacy, cards[2])
    wrong = sale(cards[2], psn_no)
    wrong["druginfo"]["medfee_sumamt"] = "36.79"
    reply = pharmacy.call("2102", wrong)
    assert (reply["infcode"], reply["err_msg"][:7]) == (-1, "[E3101]")
    assert person(pharmacy, cards[2])[1] == before


def test_an_operator_who_did_not_sign_in_settles_nothing(
    data: Path, pharmacy: Pharmacy, cards: list[dict[str, str]]
) -> None:
    psn_no, _ = person(pharmacy, cards[0])
    with Pharmacy(data, opter="clerk-2") as stranger:
        reply = stranger.call("2102", sale(cards[0], psn_no))
    assert (reply["infcode"], reply["err_msg"][:7]) == (-1, "[E1001]")


@pytest.mark.parametrize(
    ("header", "value"),
    [("_api_signature", "bm9uZQ=="), ("_api_access_key", "AK-of-nobody"), ("_api_timestamp", "1000000000000")],
)
def test_a_wrong_signature_ends_at_the_gateway(pharmacy: Pharmacy, header: str, value: str) -> None:
    reply = pharmacy.call("1101", {}, **{header: value})
    assert reply["code"] == 401
    assert "infcode" not in reply
