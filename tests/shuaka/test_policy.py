"""`shuaka policy`: what it prints and its exit codes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from settlement.config import SHIPPED
from shuaka.commands import app


def policy(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["policy", *map(str, arguments)])


def test_a_table_names_city_policy_and_day_and_says_that_it_is_a_sample(tmp_path: Path) -> None:
    lines = policy("table", "370100", "--date", "2026-06-01", "--data", tmp_path).output.splitlines()
    assert lines[:2] == [
        "370100 济南市 Jinan: policy sample-jinan, 2026-06-01",
        "样例，非官方政策 a sample, not an official policy",
    ]


def test_a_sample_under_another_name_is_still_told_to_be_one(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    for folder, name in (("cities", "370100"), ("policies", "sample-jinan")):
        own = (SHIPPED / folder / f"{name}.toml").read_text("utf-8").replace("sample-jinan", "jinan-2026")
        (rules / folder).mkdir(parents=True)
        (rules / folder / f"{name.replace('sample-jinan', 'jinan-2026')}.toml").write_text(own, "utf-8")
    assert "a sample, not an official policy" in policy("table", "370100", "--data", tmp_path).output
    done = policy("check", "370100", "--data", tmp_path)
    assert done.exit_code == 1
    assert done.output.startswith("not official: employee-outpatient: basis assumed, which is no official source")


def test_a_date_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    assert policy("table", "370100", "--date", "soon", "--data", tmp_path).exit_code == 2


def test_a_policy_without_doubt_exits_0() -> None:
    done = policy("check", SHIPPED / "policies" / "sample-jinan.toml")
    assert (done.exit_code, done.output) == (0, "no gap, no overlap, no falling ratio\n")


def test_a_doubtful_policy_exits_1_and_says_where(tmp_path: Path) -> None:
    text = (SHIPPED / "policies" / "sample-jining.toml").read_text("utf-8")
    file = tmp_path / "own.toml"
    file.write_text(text.replace('ratio = "0.75"', 'ratio = "0.65"', 1), "utf-8")
    done = policy("check", file)
    assert done.exit_code == 1
    assert done.output.startswith("falling ratio: employee-outpatient: insutype 310, psn_type 11, med_type 11, level 1")


def test_two_rows_of_one_day_are_refused(tmp_path: Path) -> None:
    row = """
[[benefit]]
name = "b"
insutype = "310"
psn_type = ["11"]
med_type = ["11"]
route = ["local"]
account_allowed = true
from = 2026-01-01
source = "ours"
basis = "assumed"
level.any.tiers = [{ ratio = "0" }]
"""
    (tmp_path / "own.toml").write_text(f'name = "own"\nabout = "for this test"\n{row}{row}', "utf-8")
    done = policy("check", tmp_path / "own.toml")
    assert (done.exit_code, "both hold on" in done.stderr) == (2, True)


@pytest.mark.parametrize("command", ["table", "check", "bounds"])
def test_an_unknown_city_is_named_with_those_there_are(command: str, tmp_path: Path) -> None:
    done = policy(command, "370999", "--data", tmp_path)
    assert (done.exit_code, "there is no city 370999; there are: 370100" in done.stderr) == (2, True)


def test_bounds_are_golden_cases_that_validate_finds_equal(tmp_path: Path) -> None:
    file = tmp_path / "bounds.json"
    made = policy("bounds", "379900", "--date", "2026-06-01", "--data", tmp_path)
    file.write_text(made.stdout, "utf-8")
    assert made.stderr.startswith("no cases, a golden case holds the pool alone: supplement ")
    assert len(json.loads(file.read_text("utf-8"))) > 100
    assert CliRunner().invoke(app, ["validate", str(file)]).exit_code == 0
