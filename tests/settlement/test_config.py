"""The settings files that come with the package, and folders that cannot be used."""

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from settlement.config import SHIPPED, load_rulebook
from settlement.engine.rules.profile import ProfileError
from settlement.sample_catalogue import rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("cities", "policies", "catalogues"):
        shutil.copytree(SHIPPED / name, tmp_path / name)
    return tmp_path


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def refused(folder: Path) -> str:
    with pytest.raises(ProfileError) as caught:
        load_rulebook(folder)
    return str(caught.value)


def test_the_four_cities_of_the_documents_and_a_sample_come_with_the_package() -> None:
    assert list(load_rulebook().cities) == ["370100", "370700", "370800", "379900", "510100"]


def test_what_a_city_names_is_there_under_that_name() -> None:
    rulebook = load_rulebook()
    for city in rulebook.cities.values():
        assert rulebook.policies[city.policy].name == city.policy
        assert rulebook.catalogues[city.catalogue].name == city.catalogue
        assert rulebook.facts[city.code]


def test_the_sample_catalogue_has_two_thousand_items_of_all_three_classes() -> None:
    items = load_rulebook().catalogues["sample"].items
    assert len({item.code for item in items}) == 2_000
    assert {item.chrgitm_lv for item in items} == {"01", "02", "03"}
    assert len(items) > 2_000, "some items changed their figures once"
    assert {len(item.code) for item in items} == {20, 23, 25, 27}, "patent, western, service, consumable"
    assert any(item.limited for item in items)
    assert any(item.level_limits_e6 for item in items)


def test_the_sample_catalogues_rows_are_what_its_seed_gives() -> None:
    shipped = (SHIPPED / "catalogues" / "sample.csv").read_text("utf-8").splitlines()
    made = list(rows(1_950, Random(1)))
    assert shipped[-len(made) :] == made


def test_of_two_files_with_one_name_the_earlier_folders_counts(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    own = shutil.copy(SHIPPED / "policies" / "sample-jinan.toml", tmp_path / "policies")
    edit(Path(own), "figures after Jinan", "figures of ours, after Jinan")
    edit(Path(own), '"6000.00"', '"6001.00"')
    rulebook = load_rulebook(tmp_path, SHIPPED)
    assert list(rulebook.cities) == list(load_rulebook().cities)
    assert any(row.benefit.cap_fen == 6001_00 for row in rulebook.policies["sample-jinan"].rows)


def test_an_institutions_matching_goes_with_the_catalogue_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "matches").mkdir()
    (tmp_path / "matches" / "sample.csv").write_text(
        "fixmedins_code,medins_list_codg,med_list_codg,begndate\nP37010000001,own,X1,2026-01-01\n"
    )
    catalogue = load_rulebook(tmp_path, SHIPPED).catalogues["sample"]
    assert not catalogue.matched("P37010000001", "", "X1", 20260101)


def test_unfiled_people_are_paid_no_fund_on_the_remote_route() -> None:
    benefit = (
        load_rulebook()
        .policies["sample-jinan"]
        .benefit(insutype="310", psn_type="11", med_type="41", level=0, route="unfiled", day=20260601)
    )
    assert benefit
    assert benefit.account_allowed
    assert [tier.ratio_e4 for tier in benefit.tiers] == [0]


def test_residents_have_no_benefit_at_pharmacies() -> None:
    for policy in load_rulebook().policies.values():
        rows = [row for row in policy.rows if row.insutype == "390" and row.med_type == "41"]
        assert not rows


def test_figures_without_an_official_source_are_marked_as_assumed() -> None:
    for policy in load_rulebook().policies.values():
        paying = [row.benefit for row in policy.rows if row.benefit.fund_pay_type]
        assert paying
        assert {benefit.basis for benefit in paying} == {"assumed"}


def test_a_policy_whose_figures_no_official_source_gives_is_named_a_sample() -> None:
    for name, policy in load_rulebook().policies.items():
        figures = [row.benefit for row in policy.rows] + [more for row in policy.rows for more in row.benefit.then]
        official = all(figure.basis in {"spec", "observed", "derived"} for figure in figures)
        assert official or name.startswith("sample-")


def test_everybody_insured_has_a_benefit_at_the_hospitals_of_their_city() -> None:
    rulebook = load_rulebook()
    for city in rulebook.cities.values():
        for person in city.people:
            for level in (1, 2, 3):
                assert rulebook.policies[city.policy].benefit(
                    insutype=person.insutype,
                    psn_type=person.psn_type,
                    med_type="11",
                    level=level,
                    route="local",
                    day=20260601,
                )


def test_a_city_that_names_a_missing_policy_is_refused_with_those_there_are(folder: Path) -> None:
    edit(folder / "cities" / "370100.toml", 'policy = "sample-jinan"', 'policy = "jinan"')
    assert refused(folder) == (
        "370100.toml: policy: there is no policies/jinan.toml; there are: "
        "sample-jinan, sample-jining, sample-shandong, sample-sichuan, sample-weifang"
    )


def test_a_policy_under_another_name_than_its_file_is_refused(folder: Path) -> None:
    edit(folder / "policies" / "sample-jinan.toml", 'name = "sample-jinan"', 'name = "jinan"')
    assert refused(folder) == "sample-jinan.toml: name: 'jinan'; give it the file's own, 'sample-jinan'"


def test_two_files_for_one_city_are_refused(folder: Path) -> None:
    shutil.copy(folder / "cities" / "370100.toml", folder / "cities" / "370101.toml")
    assert refused(folder) == "370101.toml: code: 370100 is another city file's; one file a city"


def test_a_fund_that_pays_where_the_city_says_account_only_is_refused(folder: Path) -> None:
    edit(folder / "policies" / "sample-jinan.toml", 'route = ["local", "filed"', 'route = ["local", "unfiled"')
    shown = 'med_type = ["11", "13", "14", "21", "2101", "28", "41"]'
    edit(folder / "policies" / "sample-jinan.toml", shown, 'med_type = ["41"]')
    assert refused(folder) == (
        "370100.toml: remote.account_only: true, yet policy 'sample-jinan' pays 'employee-outpatient' "
        "from a fund for the unfiled; change one"
    )


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda file: file.write_bytes(b"\xb4\xe6"), "is not UTF-8; save it as UTF-8"),
        (lambda file: (file.unlink(), file.mkdir()), "cannot be read: Is a directory"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(folder: Path, spoil: Callable[[Path], object], problem: str) -> None:
    file = folder / "cities" / "370100.toml"
    spoil(file)
    assert refused(folder) == f"{file}: {problem}"


def test_a_folder_without_cities_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path) == f"{tmp_path / 'cities'}: there is no city file (*.toml) here"
