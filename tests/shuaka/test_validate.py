"""`shuaka validate`: one line a case, and exit codes."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from shuaka.validate import validate

VECTORS = Path(__file__).parents[1] / "vectors" / "golden_cases.json"


@pytest.fixture(scope="module")
def app() -> typer.Typer:
    alone = typer.Typer()
    alone.command()(validate)
    return alone


def changed(tmp_path: Path, case: str, **expect: str) -> Path:
    rows = json.loads(VECTORS.read_text("utf-8"))
    next(row for row in rows if row["id"] == case)["expect"].update(expect)
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(rows), "utf-8")
    return file


def test_golden_cases_that_all_agree_exit_0_with_one_line_each(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, [str(VECTORS)])
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [f"{row['id']} ok" for row in json.loads(VECTORS.read_text("utf-8"))]


def test_a_difference_exits_1_and_names_each_field(app: typer.Typer, tmp_path: Path) -> None:
    file = changed(tmp_path, "G02", fund_pay_sumamt="112.51", psn_part_amt="187.49")
    result = CliRunner().invoke(app, [str(file)])
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == (
        "G02 DIFFERS fund_pay_sumamt expected 112.51 got 112.50, psn_part_amt expected 187.49 got 187.50"
    )
    assert result.stdout.count("DIFFERS") == 1


def test_verdicts_can_be_read_by_a_machine(app: typer.Typer, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(changed(tmp_path, "G02", fund_pay_sumamt="112.51")), "--json"])
    assert result.exit_code == 1
    verdicts = json.loads(result.stdout)
    assert verdicts[0] == {
        "id": "G02",
        "ok": False,
        "differs": [{"field": "fund_pay_sumamt", "expected": "112.51", "got": "112.50"}],
        "skipped": [],
    }
    assert all(verdict["ok"] for verdict in verdicts[1:])


ONLY_ACCOUNT = {
    "id": "A1",
    "kind": "FORMULA",
    "items": [{"chrgitm_lv": "01", "amt": "10"}],
    "acct_balc_before": None,
    "expect": {"balc": "999.99"},
}


def test_a_row_of_which_nothing_would_be_compared_exits_2_with_its_fields(app: typer.Typer, tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps([ONLY_ACCOUNT]), "utf-8")
    result = CliRunner().invoke(app, [str(file)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert (
        result.stderr
        == "error: cases.json: row 1 (A1).expect: nothing would be compared: balc needs an acct_balc_before\n"
    )


def test_fields_that_were_not_compared_are_named_for_a_machine(app: typer.Typer, tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps([ONLY_ACCOUNT | {"expect": {"balc": "999.99", "medfee_sumamt": "10"}}]), "utf-8")
    [verdict] = json.loads(CliRunner().invoke(app, [str(file), "--json"]).stdout)
    assert verdict == {"id": "A1", "ok": True, "differs": [], "skipped": ["balc"]}


def test_a_missing_file_exits_2_and_is_named(app: typer.Typer, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(tmp_path / "none.json")])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: {tmp_path / 'none.json'} cannot be read: No such file or directory\n"


def test_a_folder_exits_2(app: typer.Typer, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(tmp_path)])
    assert (result.exit_code, result.stderr) == (2, f"error: {tmp_path} cannot be read: Is a directory\n")


def test_a_file_that_is_not_json_exits_2(app: typer.Typer, tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    file.write_text("id: G02", "utf-8")
    result = CliRunner().invoke(app, [str(file)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "cases.json: this is not JSON" in result.stderr


def test_a_bad_row_exits_2_with_its_row_and_field(app: typer.Typer, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(changed(tmp_path, "G03", fund_pay_sumamt="585.005"))])
    assert (result.exit_code, result.stdout) == (2, "")
    assert (
        result.stderr == "error: cases.json: row 2 (G03).expect.fund_pay_sumamt: '585.005' has more than 2 decimals\n"
    )
