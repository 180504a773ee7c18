"""The insured of a city in the shares of its census."""

import msgspec
import pytest

from settlement.config import load_rulebook
from settlement.engine.rules.census import EMPLOYEES, WHOLE, by_census
from settlement.engine.rules.city import Census
from settlement.engine.rules.profile import RatioE4
from settlement.wire.keys import KEY_SIZE, NetworkKey
from settlement.wire.names import insured_number
from shuaka.compose import population, world

CITIES = load_rulebook().cities
JINING = CITIES["370800"]
PEOPLE = 20_000


@pytest.mark.rule("RI07")
def test_a_fifth_of_jinings_people_are_employees_by_its_census() -> None:
    people = population(1, PEOPLE)
    register = world(people, NetworkKey(bytes(KEY_SIZE)), census=True).register
    newcomers = [register.newcomer("370800", insured_number("370800", index)) for index in range(PEOPLE)]
    kinds = [person.insutype for person in newcomers if person is not None]
    assert len(kinds) > 1_000
    assert kinds.count(EMPLOYEES) / len(kinds) == pytest.approx(0.207, abs=0.01)


def test_a_city_without_a_census_is_left_as_it_is() -> None:
    assert by_census(CITIES["370100"]) is CITIES["370100"]


def test_kinds_keep_their_proportions_within_employees_and_residents() -> None:
    before, after = JINING.people, by_census(JINING).people
    employed = sum(kind.weight for kind in before if kind.insutype == EMPLOYEES)
    for old, new in zip(before, after, strict=True):
        of, all_of = (207, employed) if old.insutype == EMPLOYEES else (793, sum(k.weight for k in before) - employed)
        assert abs(new.weight - of * old.weight / all_of) < 1


@pytest.mark.parametrize(("share", "kinds"), [(0, {"390"}), (10_000, {"310"}), (1, {"390"}), (5_000, {"310", "390"})])
def test_a_kind_that_is_left_nothing_goes(share: int, kinds: set[str]) -> None:
    counted = by_census(msgspec.structs.replace(JINING, census=Census(RatioE4(share))))
    assert {kind.insutype for kind in counted.people} == kinds
    assert sum(kind.weight for kind in counted.people) == WHOLE
