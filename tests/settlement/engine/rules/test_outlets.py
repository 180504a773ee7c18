"""The outlets of a city as data: every city has a file, and a file that contradicts itself is refused."""

from pathlib import Path

import pytest

from settlement.config import load_rulebook
from settlement.engine.rules.outlets import STEPS, read_outlets
from settlement.engine.rules.profile import ProfileError
from settlement.wire.service_catalogue import SERVICES

BOOK = load_rulebook()
JINAN = (Path(__file__).parents[4] / "settlement/outlets/370100.toml").read_text("utf-8")


def test_every_city_has_its_outlets_and_its_calendar() -> None:
    assert BOOK.outlets.keys() == BOOK.cities.keys()
    assert {outlets.calendar for outlets in BOOK.outlets.values()} == BOOK.calendars.keys()


@pytest.mark.parametrize("city", BOOK.cities)
def test_the_banks_that_make_cards_are_the_citys_banks(city: str) -> None:
    assert {bank.code for bank in BOOK.outlets[city].banks} == BOOK.cities[city].banks.keys()


@pytest.mark.parametrize("city", BOOK.cities)
def test_a_city_opens_for_services_that_there_are(city: str) -> None:
    for opening in BOOK.outlets[city].opening.values():
        assert opening.weekend | opening.holiday <= SERVICES.keys()


def test_every_value_has_its_origin_among_the_citys_facts() -> None:
    for name in (*STEPS, "newborn"):
        assert BOOK.facts["370100"][f"outlets.plan.{name}"].source


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("BANK_OPEN = { value = [8, 10]", "BANK_OPEN = { value = [10, 8]", r"plan.BANK_OPEN: \[10, 8\] runs backwards"),
        ("valid_seconds = {", "valid_second = {", "unknown key; the nearest known one is valid_seconds"),
        ('ecard_push = "always"', 'ecard_push = "maybe"', "banks"),
        ("sent_calendar = { value = 7", "sent_calendar = { value = -7", "limits.sent_calendar"),
        ("[opening.HALL]", "[opening.MARKET]", "opening"),
    ],
)
def test_a_file_that_cannot_be_used_names_the_key(was: str, becomes: str, problem: str) -> None:
    assert was in JINAN
    with pytest.raises(ProfileError, match=problem):
        read_outlets(JINAN.replace(was, becomes, 1), "370100.toml")


def test_outlets_of_a_city_that_there_is_not_are_refused(tmp_path: Path) -> None:
    for folder in ("cities", "policies", "catalogues", "calendars", "outlets"):
        (tmp_path / folder).symlink_to(Path(__file__).parents[4] / "settlement" / folder)
    (tmp_path / "outlets").unlink()
    (tmp_path / "outlets").mkdir()
    (tmp_path / "outlets" / "x.toml").write_text(JINAN.replace('"370100"', '"999999"', 1), "utf-8")
    with pytest.raises(ProfileError, match="999999 has no city file"):
        load_rulebook(tmp_path)
