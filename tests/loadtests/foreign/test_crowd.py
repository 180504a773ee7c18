"""Who comes to a platform that is not ours: in turn, as often as allowed, with a basket that the seed gives."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loadtests.foreign.crowd import ForeignCrowd, crowd_of
from loadtests.generator.crowd import Crowd
from loadtests.workload.door import Ceilings, Limits, NationalDoor
from loadtests.workload.plan import LoadPlan, LoadTerminal
from terminals.kernel.site import Site

SITE = Site("P3701000001101", "P37010000011", "370100", "P", "clerk", password_asked=False)


@pytest.fixture
def plan(tmp_path: Path, make_plan: Callable[..., LoadPlan], identity: Callable[[int], str]) -> Callable[..., LoadPlan]:
    rows = [f"王一,{identity(number)},370100,A0000000{number}" for number in range(3)]
    (tmp_path / "people.csv").write_text("\n".join(["psn_name,certno,insuplc_admdvs,card_number", *rows]), "utf-8")

    def made(visits: int = 2, **changed: Any) -> LoadPlan:
        limits = Limits(Ceilings(rate_per_s=1, settlements=9, fen=9, visits_per_person=visits))
        door = NationalDoor(institutions={}, credentials=(), limits=limits, people_file=str(tmp_path / "people.csv"))
        return make_plan(national=door, terminals=(LoadTerminal(SITE, "00" * 16),), **changed)

    return made


def test_everybody_comes_in_turn_and_no_more_often_than_allowed(plan: Callable[..., LoadPlan]) -> None:
    crowd = ForeignCrowd(plan(), 0)
    crowd.prepare(4)
    comers = list(iter(crowd.next, None))
    assert [comer.patient.index for comer in comers] == list(range(6))
    assert len({id(comer.card) for comer in comers}) == 6, "each coming has a card of its own"


def test_the_same_seed_buys_the_same_baskets(plan: Callable[..., LoadPlan]) -> None:
    baskets = [[comer.patient.basket for comer in iter(ForeignCrowd(plan(), 0).next, None)] for _ in range(2)]
    assert baskets[0] == baskets[1]
    assert len(set(baskets[0])) > 1


def test_nobody_types_anything_or_pays_by_card(plan: Callable[..., LoadPlan]) -> None:
    comer = ForeignCrowd(plan(), 0).next()
    assert comer is not None
    patient = comer.patient
    assert (patient.pins, patient.passwords, patient.tender, patient.kiosk) == ((), (), "cash", None)


def test_a_plan_without_a_file_of_people_has_our_own_population(
    plan: Callable[..., LoadPlan], make_plan: Callable[..., LoadPlan]
) -> None:
    assert isinstance(crowd_of(plan(), 0), ForeignCrowd)
    assert isinstance(crowd_of(make_plan(), 0), Crowd)
