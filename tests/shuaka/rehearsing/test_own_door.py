"""What of a load goes through our own engine's HTTP door."""

from pathlib import Path

import pytest

from loadtests.workload.scenario import load_scenario, unnamed
from loadtests.workload.shares import mixed
from settlement.data_directory import InstitutionKey
from settlement.gateways.keyring import Keyring
from settlement.wire.keys import NetworkKey
from shuaka import compose
from shuaka.rehearsing.order import asked_of
from shuaka.rehearsing.own_door import AT_A_TARGET, AT_THE_DOOR, at_the_door, impossible, own_door, pharmacies, possible
from terminals.patients import Mix

KEY = NetworkKey(bytes(range(16)))


def test_nothing_is_promised_that_cannot_happen_there() -> None:
    mix = possible(Mix(pharmacy=0.1, remote=1, bank=1, tap=0.5, inpatient=0.2, voucher=0.1, identity_card=0.1))
    assert mix == Mix(
        pharmacy=1, tap=0.5, identity_card=0.1, **dict.fromkeys(set(Mix.__struct_fields__) - AT_THE_DOOR, 0)
    )


def test_with_the_owners_people_no_story_is_promised_and_baskets_stay() -> None:
    mix = possible(Mix(tap=0.5, wrong_slot=0.1, default_pin=0.1, saves_account=1, lines_max=5), AT_A_TARGET)
    assert {name for name in Mix.__struct_fields__ if getattr(mix, name)} == {"pharmacy", "lines_min", "lines_max"}


@pytest.mark.parametrize(
    ("stated", "impossible_there"),
    [
        ({"remote": 0.9}, ["remote"]),
        ({"outpatient": 1, "tap": 0.5}, ["outpatient"]),
        ({"credential_01": 0.1, "credential_02": 0.1}, ["credential_01"]),
        ({"pharmacy": 1, "local": 1, "contactless": 0.5, "bank": 0}, []),
    ],
)
def test_a_share_that_is_asked_for_and_cannot_happen_there_is_known(
    stated: dict[str, float], impossible_there: list[str]
) -> None:
    assert impossible(mixed(Mix(), stated), stated) == impossible_there


def test_what_a_scenarios_mix_loses_there_is_said_figure_by_figure_and_its_grounds_with_it(tmp_path: Path) -> None:
    told = at_the_door(asked_of(load_scenario("smoke"), data=tmp_path, run="r"))
    assert [line for line in told.overridden if line.startswith("mix.voucher")] == ["mix.voucher 0 instead of 0.1"]
    assert "mix.pharmacy 1 instead of 0.7" in told.overridden
    grounds = [line for line in (*told.assumed, *told.sources) if line.startswith("mix")]
    assert [line.partition(" ")[0] for line in grounds] == [
        "mix.wrong_slot",
        "mix.credential_02",
        "mix.saves_account",
        "mix",
    ]
    assert grounds[-1] == "mix tap 0.3, lines_min 1, lines_max 3: ours, where nothing is stated"
    assert any("hospitals" in line for line in told.not_tested)


def test_a_run_without_a_scenario_says_no_default_that_does_not_hold_there(tmp_path: Path) -> None:
    told = at_the_door(asked_of(unnamed("5", 2), data=tmp_path, run="r"))
    assert told.overridden == ()
    assert not any("remote" in line for line in told.assumed)


def test_pharmacies_alone_stand_at_the_door_and_ask_no_password() -> None:
    sites = pharmacies(compose.sites(20, "run"))
    assert {site.kind for site in sites} == {"P"}
    assert not any(site.password_asked or site.remote_cities for site in sites)


def test_each_institution_signs_with_the_keys_that_the_door_knows() -> None:
    sites = pharmacies(compose.sites(20, "run"))
    door, ring = own_door(KEY, sites), Keyring((), KEY)
    for credential in door.credentials:
        known = ring.get(credential.access_key)
        assert known == InstitutionKey(credential.access_key, credential.secret_key, credential.fixmedins_code)
    assert door.institutions.keys() == {site.fixmedins_code for site in sites}
