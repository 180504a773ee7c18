"""What several commands build alike."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from settlement.wire.names import HOSPITAL, PHARMACY
from shuaka.compose import adopt, card_profiles, population, rulebook, sites
from shuaka.ending import USAGE
from shuaka.own_rules import OwnRules


def test_card_0_is_a_generation_2_card_of_jinan_that_speaks_raw_t0() -> None:
    profile = population().profile(0)
    assert (profile.city, profile.generation, profile.t0_mode) == ("370100", 2, "raw")


def test_every_kind_of_card_of_every_city_is_in_circulation() -> None:
    kinds = {(profile.city, profile.generation) for profile in card_profiles()}
    assert kinds == {
        *(("370100", generation) for generation in (1, 2, 3)),
        *(("370800", generation) for generation in (1, 2, 3)),
        *((city, generation) for city in ("370700", "379900", "510100") for generation in (2, 3)),
    }
    people = population()
    assert {people.profile(index).name for index in range(200)} == {profile.name for profile in card_profiles()}


def test_no_two_kinds_of_card_share_a_name() -> None:
    names = [profile.name for profile in card_profiles()]
    assert len(set(names)) == len(names)


EVERY_INSTITUTION = sum(
    city.institutions.pharmacies + sum(city.institutions.hospitals) for city in rulebook().cities.values()
)


@pytest.mark.parametrize("count", [1, 2, 5, 6, 7, 10, 12, 20, 30, 60, 333, EVERY_INSTITUTION])
def test_there_are_as_many_terminals_as_asked_for_each_in_an_institution_of_its_own(count: int) -> None:
    made = sites(count, "run")
    assert len(made) == len({site.fixmedins_code for site in made}) == count


@pytest.mark.parametrize("count", [10, 12, 30])
def test_from_two_terminals_a_city_every_city_has_a_pharmacy_and_a_hospital(count: int) -> None:
    places = {(site.city, site.kind) for site in sites(count, "run")}
    assert places == {(city, kind) for city in rulebook().cities for kind in (PHARMACY, HOSPITAL)}


def test_seven_of_ten_terminals_stand_in_pharmacies_and_cities_have_their_share_of_the_cards() -> None:
    made, people = sites(100, "run"), population()
    cards = Counter(people.profile(index).city for index in range(10_000))
    assert Counter(site.kind for site in made)[PHARMACY] == pytest.approx(70, abs=1)
    for city, count in Counter(site.city for site in made).items():
        assert count == pytest.approx(cards[city] / 100, abs=2)


def test_more_terminals_than_institutions_is_a_usage_sentence_with_the_most() -> None:
    with pytest.raises(typer.BadParameter, match=f"there are {EVERY_INSTITUTION}"):
        sites(EVERY_INSTITUTION + 1, "run")


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    adopt(tmp_path / "none")


def test_a_data_directorys_own_city_stands_before_the_shipped_one(data: Path) -> None:
    OwnRules(data).city_with("370800", name_en="Ours")
    adopt(data)
    assert rulebook().cities["370800"].name_en == "Ours"
    assert rulebook().cities["370100"].name_en == "Jinan"
    assert "ours-gen1" in {profile.name for profile in card_profiles()}


def test_the_terminals_know_the_pin_that_a_data_directorys_city_hands_its_cards_out_with(data: Path) -> None:
    (there,) = {site.issued_pins for site in sites(10, "run")}
    assert {one.pin for one in there} == {"123456"}
    own = OwnRules(data).city_with("370800")
    own.write_text(own.read_text("utf-8").replace('pin_default = "123456"', 'pin_default = "888888"'), "utf-8")
    adopt(data)
    (there,) = {site.issued_pins for site in sites(10, "run")}
    assert {one.city for one in there if one.pin == "888888"} == {"370800"}


def test_without_rules_of_its_own_a_data_directory_has_the_shipped_ones(data: Path) -> None:
    adopt(data)
    assert rulebook().cities["370800"].name_en == "Jining"


def test_rules_that_cannot_be_used_are_a_usage_sentence_with_their_file(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = OwnRules(data).city_with("370800", policy="none")
    with pytest.raises(typer.Exit) as ended:
        adopt(data)
    assert ended.value.exit_code == USAGE
    assert capsys.readouterr().err.startswith(f"error: {file}: policy: there is no policies/none.toml")


@pytest.mark.rule("RG06")
def test_generations_stand_beside_each_other_in_the_shares_that_cities_say() -> None:
    """Of 75 parts of Jinan's cards 50 are of the second generation, 5 of the first and 20 of the third."""
    people = population(1, 20_000)
    profiles = [people.profile(index) for index in range(20_000)]
    jinan = [profile.generation for profile in profiles if profile.city == "370100"]
    for generation, part in ((1, 5), (2, 50), (3, 20)):
        assert jinan.count(generation) / len(jinan) == pytest.approx(part / 75, abs=0.02)
