"""`shuaka service`: the catalogue of card services, and what the command makes of a line and of an answer."""

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
import typer
from typer.testing import CliRunner

from settlement.wire.service_catalogue import SERVICES
from shuaka.commands import app
from shuaka.service import _door, lines_of, missing_field, parse_fields

if TYPE_CHECKING:
    from shuaka.engine import Engine


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["service", *arguments], env={"TERM": "dumb", "COLUMNS": "200"})
    return done.exit_code, done.output + done.stderr


def test_the_catalogue_says_of_each_service_by_which_channel_and_for_whom() -> None:
    code, said = run("--list", "--city", "370100")
    assert code == 0
    for name in SERVICES:
        assert name in said
    assert "370100  at APP BANK COUNTER KIOSK PHONE WEB; by HOLDER PROXY; city" in said
    assert "370800" not in said


def test_the_catalogue_is_there_for_machines() -> None:
    code, said = run("--list", "--json")
    rows = {row["name"]: row for row in json.loads(said)}
    assert code == 0
    assert rows["cancel"]["fields"][-1] == "reason"
    assert rows["reset-password"]["cities"]["370800"]["at"] == ["BANK"]
    assert "370100" not in rows["seal"]["cities"]


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        ((), 2, "is no card service"),
        (("fly",), 2, "shuaka service --list"),
        (("--list", "--city", "000000"), 2, "000000 is none of 370100"),
        (("lose", "color=red"), 2, "psn_no=..."),
        (("lose", "psn_no"), 2, "psn_no=..."),
        (("lose", "psn_no=1", "--data", "/no/such/place"), 1, "shuaka serve"),
    ],
)
def test_what_cannot_be_asked_is_said(arguments: tuple[str, ...], code: int, complaint: str) -> None:
    left, said = run(*arguments)
    assert left == code
    assert complaint in said


def test_a_field_that_is_missing_is_named_and_a_channel_with_those_that_the_city_offers() -> None:
    assert missing_field("lose", {"psn_no": "1"}, "370100") == (
        "lose asks for channel=...; in 370100 it is one of APP, BANK, COUNTER, KIOSK, PHONE, WEB"
    )
    assert missing_field("lose", {"channel": "APP"}, "370100") == "lose asks for psn_no=..."
    assert missing_field("seal", {"psn_no": "1"}, "370100") == "seal asks for channel=..."
    assert missing_field("activate-bank", {"psn_no": "1"}, "370100") == "activate-bank asks for channel=..."
    assert missing_field("lose", {"psn_no": "1", "channel": "APP"}, "370100") == ""


def test_a_visit_is_asked_as_one_service_and_told_part_by_part() -> None:
    read = parse_fields("open-both-zones", ["psn_no=1", "bank_code=CCB", "channel=BANK"])
    assert read == {"psn_no": "1", "bank_code": "CCB", "channel": "BANK"}
    assert "COUNTER" in missing_field("open-both-zones", {"psn_no": "1"}, "370100")
    done = {"infcode": 0, "msgid": "M", "output": {"card_status": "NORMAL"}}
    refused = {"infcode": -1, "err_msg": "[E4036] no", "output": None}
    assert list(lines_of("open-both-zones", {"infcode": -1, "parts": {"enable": done, "activate-bank": refused}})) == [
        "enable: done, msgid M",
        "  card_status NORMAL",
        "activate-bank: refused [E4036] no",
    ]
    _, said = run("--list", "--city", "370100")
    assert "0005+0081  open-both-zones" in said


def test_a_field_is_text_where_the_service_wants_text() -> None:
    read = parse_fields("reissue", ["psn_no=3701", "lost=true", "generation=3", "reason=LOST", "card_sn="])
    assert read == {"psn_no": "3701", "lost": True, "generation": 3, "reason": "LOST", "card_sn": ""}
    assert parse_fields("reissue", ["lost=perhaps"]) == {"lost": "perhaps"}
    with pytest.raises(typer.BadParameter):
        parse_fields("reissue", ["lost"])


def test_an_answer_is_told_without_what_is_empty() -> None:
    done = {"infcode": 0, "msgid": "M", "output": {"card_status": "NORMAL", "until": "", "card_pending": 0}}
    assert list(lines_of("release", done)) == ["release: done, msgid M", "  card_status NORMAL"]
    refused = {"infcode": -1, "err_msg": "[E2003] gone", "output": None}
    assert list(lines_of("release", refused)) == ["release: refused [E2003] gone"]


def test_an_institution_that_is_named_asks_itself_and_else_whoever_speaks_for_the_channel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    class FakeDoor:
        def __init__(self, _address: object, _key: object, fixmedins_code: str, _operator: str) -> None:
            asked.append(fixmedins_code)

        def sign_in(self) -> None:
            pass

    monkeypatch.setattr("shuaka.service.SignedDoor", FakeDoor)
    engine = SimpleNamespace(endpoints=SimpleNamespace(http=None), network_key=None)
    for at in ("H37010000090", ""):
        _door(cast("Engine", engine), "370100", "APP", at)
    assert asked == ["H37010000090", "E37010000001"]
