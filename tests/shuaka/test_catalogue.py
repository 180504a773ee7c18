"""`shuaka catalogue`: what comes in, what is refused with its line, and what the city is billed by afterwards."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shuaka.commands import app
from shuaka.own_rules import OwnRules

PLAIN = "med_list_codg,name,chrgitm_lv,begndate\nXX1,示例片,01,2026-01-01\n"
STATED = ("--source", "the city's own list", "--basis", "spec")


def catalogue(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["catalogue", *map(str, arguments)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(PLAIN, "utf-8")
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "run"


def test_an_imported_catalogue_is_the_citys_and_leaves_the_others_alone(file: Path, data: Path) -> None:
    done = catalogue("import", file, "--city", "370800", "--data", data, *STATED)
    assert (done.exit_code, "1 items in 1 rows" in done.output) == (0, True)
    book = OwnRules(data).book()
    own = book.catalogues[book.cities["370800"].catalogue]
    assert [item.code for item in own.items] == ["XX1"]
    assert (own.source, own.basis) == ("the city's own list", "spec")
    assert book.catalogues[book.cities["370100"].catalogue].name == "sample"
    assert list(book.cities) == ["370100", "370700", "370800", "379900", "510100"]


def test_a_second_import_replaces_the_first(file: Path, data: Path) -> None:
    catalogue("import", file, "--city", "370800", "--data", data, *STATED)
    file.write_text(PLAIN.replace("XX1", "XX2"), "utf-8")
    assert catalogue("import", file, "--city", "370800", "--data", data, *STATED).exit_code == 0
    assert [item.code for item in OwnRules(data).book().catalogues["list"].items] == ["XX2"]


def test_a_city_that_names_a_catalogue_of_its_own_gets_it_by_its_import(file: Path, data: Path) -> None:
    OwnRules(data).city_with("370800", catalogue="zibo")
    own = file.rename(file.with_name("zibo.csv"))
    assert catalogue("import", own, "--city", "370800", "--data", data, *STATED).exit_code == 0
    book = OwnRules(data).book()
    assert [item.code for item in book.catalogues[book.cities["370800"].catalogue].items] == ["XX1"]


def test_an_import_for_an_unknown_city_puts_back_what_was_there(file: Path, data: Path) -> None:
    catalogue("import", file, "--city", "370800", "--data", data, *STATED)
    before = (data / "rules" / "catalogues" / "list.csv").read_text("utf-8")
    file.write_text(PLAIN.replace("XX1", "XX2"), "utf-8")
    assert catalogue("import", file, "--city", "370999", "--data", data, *STATED).exit_code == 2
    assert (data / "rules" / "catalogues" / "list.csv").read_text("utf-8") == before


def test_bad_lines_are_all_named_and_nothing_is_written(file: Path, data: Path) -> None:
    file.write_text(PLAIN + "XX2,,01,2026-01-01\nXX3,n,01\n", "utf-8")
    done = catalogue("import", file, "--city", "370800", "--data", data, *STATED)
    assert done.exit_code == 1
    assert done.stderr == "list.csv: line 3: name: empty\nlist.csv: line 4: 3 cells; the header has 4\n"
    assert not data.exists()


def test_figures_without_a_source_are_not_taken(file: Path, data: Path) -> None:
    done = catalogue("import", file, "--city", "370800", "--data", data)
    assert (done.exit_code, "give --source and --basis" in done.stderr) == (2, True)


@pytest.mark.parametrize("command", ["import", "match", "show"])
def test_an_unknown_city_is_refused_with_those_there_are(command: str, file: Path, data: Path) -> None:
    if command == "match":
        file.write_text("fixmedins_code,medins_list_codg,med_list_codg,begndate\n", "utf-8")
    done = catalogue(command, file, "--city", "370999", "--data", data, *(STATED if command == "import" else ()))
    assert done.exit_code == 2
    assert "there is no city 370999; there are: 370100, " in done.stderr
    assert not list(data.glob("rules/catalogues/*"))


def test_a_matching_binds_its_institution(file: Path, data: Path) -> None:
    item = "XX99XXA001A001010100001"
    file.write_text(f"fixmedins_code,medins_list_codg,med_list_codg,begndate\nP37010000001,own,{item},2026-01-01\n")
    assert catalogue("match", file, "--city", "370100", "--data", data).exit_code == 0
    sample = OwnRules(data).book().catalogues["sample"]
    assert sample.matched("P37010000001", "own", item, 20260101)
    assert not sample.matched("P37010000001", "", item, 20260101)


def test_a_matching_to_an_item_that_is_not_in_the_catalogue_is_refused(file: Path, data: Path) -> None:
    file.write_text("fixmedins_code,medins_list_codg,med_list_codg,begndate\nP37010000001,own,X1,2026-01-01\n")
    done = catalogue("match", file, "--city", "370100", "--data", data)
    assert (done.exit_code, done.stderr) == (2, "error: list.csv: X1 is not in catalogue sample\n")


def test_an_item_is_shown_with_the_figures_of_a_day(data: Path) -> None:
    asked = ("show", "XX99XXA014", "--city", "370100", "--data", data, "--date")
    assert "class 02  first share 0.0500" in catalogue(*asked, "2026-06-30").output
    assert "class 01  first share 0.0000" in catalogue(*asked, "2026-07-01").output


def test_an_item_that_is_not_there_exits_1(data: Path) -> None:
    assert catalogue("show", "Q", "--city", "370100", "--data", data).exit_code == 1


def test_a_synthetic_catalogue_can_be_imported_as_it_is_printed(file: Path, data: Path) -> None:
    file.write_text(catalogue("sample", "--count", "30", "--seed", "7").output, "utf-8")
    done = catalogue("import", file, "--city", "510100", "--data", data)
    assert (done.exit_code, "30 items" in done.output) == (0, True)


def test_the_same_seed_prints_the_same_items() -> None:
    first, again, other = (catalogue("sample", "--count", "20", "--seed", seed).output for seed in ("1", "1", "2"))
    assert first == again != other
