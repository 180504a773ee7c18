"""What of a load goes through our own engine's HTTP door."""

from pathlib import Path

from loadtests.openload.arrivals import ArrivalPlan
from settlement.data_directory import InstitutionKey
from settlement.gateways.keyring import Keyring
from settlement.wire.keys import NetworkKey
from shuaka import compose
from shuaka.rehearsing.order import Rehearsal
from shuaka.rehearsing.own_door import at_the_door, door_mix, own_door, pharmacies, target_mix
from terminals.patients import Mix

KEY = NetworkKey(bytes(range(16)))


def test_nothing_is_promised_that_cannot_happen_there() -> None:
    mix = door_mix(Mix(pharmacy=0.1, remote=1, bank=1, tap=0.5))
    assert (mix.pharmacy, mix.remote, mix.bank, mix.tap) == (1, 0, 0, 0.5)


def test_with_the_owners_people_no_story_is_promised_and_baskets_stay() -> None:
    mix = target_mix(Mix(tap=0.5, wrong_slot=0.1, default_pin=0.1, saves_account=1, lines_min=2, lines_max=5))
    assert {name for name in Mix.__struct_fields__ if getattr(mix, name)} == {"pharmacy", "lines_min", "lines_max"}


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    asked = Rehearsal(
        run="r", data=tmp_path, arrivals=ArrivalPlan.read("1/1s"), assumed=("mix remote 0.1", "think none")
    )
    told = at_the_door(asked)
    assert told.assumed == ("think none",)
    assert any("hospitals" in line for line in told.not_tested)


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
