"""The page about the interface says what the door reads by, and needs nothing from anywhere."""

import re
from typing import Any

import msgspec
import pytest

from settlement.wire.national_traps import FORMS, TRAPS


@pytest.fixture
def shown(at_desk: Any) -> Any:
    def show(path: str) -> Any:
        answers: list[Any] = []

        async def test(desk: Any) -> None:
            answers.append(await desk.asked(desk.app, "GET", path))

        at_desk(test)
        assert answers[0].status == 200
        return answers[0]

    return show


def test_the_page_shows_every_message_in_both_languages_and_every_trap(shown: Any) -> None:
    page = shown("/docs").body.decode()
    assert all(f'id="m{infno}"' in page for infno in FORMS)
    assert "药店结算 / pharmacy settlement" in page
    assert all(name in page for name in TRAPS)


def test_the_page_asks_nobody_else_for_anything(shown: Any) -> None:
    page = shown("/docs").body.decode()
    assert re.findall(r"(?:src|url\(|<script|<link|https?:)", page) == []


def test_the_data_says_type_length_codes_and_what_is_required(shown: Any) -> None:
    told = msgspec.json.decode(shown("/docs.json").body)
    sale = next(message for message in told["messages"] if message["infno"] == "2102")
    held = {field["name"]: field for field in sale["input"][0]["fields"]}
    assert held["medfee_sumamt"] == {
        "name": "medfee_sumamt", "zh": "医疗费总额", "en": "whole bill", "type": "number", "required": True,
        "size": 16, "decimals": 2,
    }  # fmt: skip
    assert held["acct_used_flag"]["codes"] == ["0", "1", "2"]
    assert {message["infno"] for message in told["messages"]} == FORMS.keys()


def test_calls_of_our_own_stand_beside_the_interfaces_with_door_and_fields(shown: Any) -> None:
    page = shown("/docs").body.decode()
    told = {call["name"]: call for call in msgspec.json.decode(shown("/docs.json").body)["own"]}
    assert told["deposit"]["required"] == ["psn_no", "mdtrt_id", "amount_fen"]
    for name in ("deposit", "lose", "file-elsewhere", "withdraw-filing", "confirm-remote-order"):
        assert told[name]["door"] in page
