from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loadtests.generator.crowd import Crowd
from loadtests.workload.plan import Block, LoadPlan, LoadTerminal, Profile
from terminals.kernel.site import Site
from terminals.patients import Mix

MakePlan = Callable[..., LoadPlan]
MakeProfile = Callable[..., Profile]
MakeSite = Callable[..., Site]


def comers(crowd: Crowd) -> list[int]:
    indexes = []
    while (comer := crowd.next()) is not None:
        indexes.append(comer.patient.index)
    return indexes


@given(first=st.integers(0, 500), count=st.integers(1, 60), parts=st.integers(1, 5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_each_index_of_the_block_comes_once_and_to_the_process_of_its_remainder(
    make_plan: MakePlan, make_profile: MakeProfile, make_site: MakeSite, first: int, count: int, parts: int
) -> None:
    profile = make_profile(block=Block(seed=1, size=1000, first=first, count=count), processes=parts)
    sites = (make_site(f"P37010000{serial:03d}01") for serial in range(1, parts + 1))
    plan = make_plan(profile=profile, terminals=tuple(LoadTerminal(site, "00" * 16) for site in sites))
    shares = [comers(Crowd(plan, part)) for part in range(parts)]
    assert all(index % parts == part for part, share in enumerate(shares) for index in share)
    assert sorted(index for share in shares for index in share) == list(range(first, first + count))


def test_preparing_cards_changes_nobody(make_plan: MakePlan) -> None:
    prepared, unprepared = Crowd(make_plan(), 0), Crowd(make_plan(), 0)
    prepared.prepare(10)
    assert comers(prepared) == comers(unprepared)


def test_preparing_more_than_there_are_prepares_all(make_plan: MakePlan, make_profile: MakeProfile) -> None:
    crowd = Crowd(make_plan(profile=make_profile(block=Block(1, 1000, 0, 3))), 0)
    crowd.prepare(100)
    assert comers(crowd) == [0, 1, 2]


@pytest.mark.parametrize("prepared", [0, 5])
def test_a_comer_brings_a_card_as_it_was_issued(make_plan: MakePlan, prepared: int) -> None:
    crowd = Crowd(make_plan(), 0)
    crowd.prepare(prepared)
    comer = crowd.next()
    assert comer is not None
    assert comer.card.power_on()


def test_a_comer_may_be_given_a_later_card(make_plan: MakePlan) -> None:
    comer = Crowd(make_plan(), 0).next()
    assert comer
    first, second = comer.next_card(1), comer.next_card(2)
    assert first.atr == comer.card.atr != second.atr


def test_who_pays_by_bank_knows_the_pin_of_the_city(make_plan: MakePlan, make_profile: MakeProfile) -> None:
    plan = make_plan(profile=make_profile(mix=Mix(bank=1, wrong_bank_pin=0)), bank_pins={"370100": "246802"})
    crowd = Crowd(plan, 0)
    comers_of = [comer for comer in iter(crowd.next, None) if comer]
    assert {comer.patient.bank_pins for comer in comers_of} == {("246802",)}
