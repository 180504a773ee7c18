"""`shuaka explain`: a settlement of a ledger's file, told in words, in Chinese and for a machine."""

import asyncio
import json
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from settlement.config import SHIPPED
from settlement.engine.ledger.state import Settlement, Transfer
from settlement.stores.sqlite import SqliteStore
from settlement.stores.store import Changes, Origin
from settlement.validation.play import Play
from settlement.validation.scenario_file import read_scenario
from settlement.wire.keys import KEY_SIZE, NetworkKey
from shuaka.commands import app
from shuaka.compose import population, world

SCENARIO = SHIPPED / "scenarios" / "outpatient-deductible.toml"
SETTLED = 4
"""How many of its steps there are up to the settlement."""


@pytest.fixture(scope="module")
def settled() -> tuple[Settlement, tuple[Transfer, ...]]:
    scenario = read_scenario(SCENARIO.read_text("utf-8"), SCENARIO.name)
    people = population(1, 100_000)
    play = Play(scenario, people, world(people, NetworkKey(bytes(KEY_SIZE))), SCENARIO.name)
    answers = [play.perform(step, "") for step in scenario.steps[:SETTLED]]
    person = play.person("li")
    key = person.city, person.psn_no, play.looked_up("settle", "setl_id")
    found = play.ledger.load_now(((Settlement, key),)).get(Settlement, *key)
    assert found is not None
    return found, answers[-1].transfers


@pytest.fixture
def data(tmp_path: Path, settled: tuple[Settlement, tuple[Transfer, ...]]) -> Path:
    async def keep() -> None:
        store = SqliteStore(tmp_path, Origin(1, 1000, "check"))
        await store.save(Changes((settled[0],), settled[1]))
        await store.close()

    asyncio.run(keep())
    return tmp_path


def explain(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["explain", *map(str, arguments)])


def test_a_split_is_told_with_its_deductible_segment_payers_and_postings(
    data: Path, settled: tuple[Settlement, tuple[Transfer, ...]]
) -> None:
    done = explain(settled[0].setl_id, "--data", data)
    assert done.exit_code == 0
    for line in (
        "200.00 goes into the deductible; no fund pays of it  (S001 employee-outpatient)",
        "employees' outpatient pool pays 85 % of 135.00: 114.75  (C001 employee-outpatient)",
        "114.75 + 235.25 = 350.00",
        "balance of the personal account: 300.00, then 64.75",
        "85/75/65 % retired",
    ):
        assert line in done.output, line
    assert "limit of employees' outpatient pool left before: 7000.00, after: 6885.25" in done.output
    assert f"ACCT:370100:{settled[0].psn_no}" in done.output


def test_it_is_told_in_chinese(data: Path, settled: tuple[Settlement, tuple[Transfer, ...]]) -> None:
    done = explain(settled[0].setl_id, "--data", data, "--zh")
    assert "职工门诊统筹基金对 135.00 按 85 % 支付：114.75" in done.output
    assert "个人账户余额：300.00，结算后 64.75" in done.output


def test_it_can_be_read_by_a_machine_and_the_payments_are_the_bill(
    data: Path, settled: tuple[Settlement, tuple[Transfer, ...]]
) -> None:
    told = json.loads(explain(settled[0].setl_id, "--data", data, "--json").output)
    assert sum(payment["amount_fen"] for payment in told["payments"]) == told["medfee_sumamt_fen"] == 350_00
    assert [stage["code"] for stage in told["stages"]] == ["S001", "C001"]


def test_a_settlement_that_is_not_there_exits_1(data: Path) -> None:
    done = explain("X", "--data", data)
    assert (done.exit_code, done.stderr) == (1, f"error: the ledger of {data} has no settlement X\n")


def test_a_directory_without_a_ledger_exits_2(tmp_path: Path) -> None:
    done = explain("X", "--data", tmp_path)
    assert (done.exit_code, "has no ledger file" in done.stderr) == (2, True)


def test_a_file_that_is_no_ledger_exits_2(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"nothing" * 1000)
    done = explain("X", "--data", tmp_path)
    assert (done.exit_code, "cannot be read" in done.stderr) == (2, True)


def test_a_settlement_that_was_undone_says_so(tmp_path: Path, settled: tuple[Settlement, tuple[Transfer, ...]]) -> None:
    async def keep() -> None:
        store = SqliteStore(tmp_path, Origin(1, 1000, "check"))
        undone = msgspec.structs.replace(settled[0], state="REVERSED", undone_ms=settled[0].settled_ms + 60_000)
        await store.save(Changes((undone,), ()))
        await store.close()

    asyncio.run(keep())
    assert "reversed (2601) at 2026-06-01 09:01:00" in explain(settled[0].setl_id, "--data", tmp_path).output
