"""docs/interface.md names every message, every call with a command, and every test card as the settings have it."""

import tomllib
from pathlib import Path

import pytest

from settlement.gateways.operations import OPERATIONS
from settlement.wire.national_fields import CATALOGUE, PATH
from settlement.wire.national_traps import FORMS
from settlement.wire.service_catalogue import TILL

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "interface.md").read_text("utf-8")
SPECIMENS = tomllib.loads((ROOT / "settlement" / "specimens.toml").read_text("utf-8"))["specimen"]


def test_every_message_is_named_and_no_other() -> None:
    messages = PAGE.partition("## Messages")[2].partition("A settlement answers")[0]
    assert all(f"{infno} {CATALOGUE[infno].zh}" in messages for infno in FORMS)
    assert sum(messages.count(f"{infno} {entry.zh}") for infno, entry in CATALOGUE.items()) == len(FORMS)


def test_doors_and_calls_are_those_that_there_are() -> None:
    assert PATH in PAGE
    assert all(f"POST /services/{name}" in PAGE for name in TILL)
    said = {line.split("`")[1].rpartition("/")[2] for line in PAGE.splitlines() if line.startswith("| `POST /admin/")}
    assert said <= OPERATIONS.keys()
    assert {"file-elsewhere", "withdraw-filing", "confirm-remote-order"} <= said


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda one: one["name"])
def test_every_test_card_is_told_with_its_outcome(specimen: dict[str, str]) -> None:
    where = f"{specimen['step']} {specimen.get('refusal', '')}".rstrip()
    assert f"| `{specimen['name']}` | {specimen['zh']} | {where} | {specimen['outcome']} |" in PAGE
