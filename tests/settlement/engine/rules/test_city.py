"""A city's own rules."""

import pytest

from settlement.config import SHIPPED
from settlement.engine.rules.city import City, Institutions, read_city
from settlement.engine.rules.profile import ProfileError
from settlement.wire.refusal import Basis

JINAN = (SHIPPED / "cities" / "370100.toml").read_text("utf-8")
TRIES = "tries_max = { value = 6,"


def city(name: str = "370100") -> City:
    return read_city((SHIPPED / "cities" / f"{name}.toml").read_text("utf-8"), f"{name}.toml")[0]


def refused(text: str) -> str:
    assert text != JINAN
    with pytest.raises(ProfileError) as caught:
        read_city(text, "370100.toml")
    return str(caught.value)


def test_jinan_starts_with_the_local_password_000000() -> None:
    assert city().local_password.default == "000000"


def test_jinan_asks_the_local_password_at_pharmacies_only() -> None:
    assert city().local_password.asked_at == {"pharmacy"}


def test_jinans_remote_pin_has_six_tries() -> None:
    assert {kind.pin_tries_max for kind in city().cards} == {6}


def test_the_bank_is_ours_and_says_so_but_for_the_small_amount_and_the_last_day() -> None:
    facts = read_city(JINAN, "370100.toml")[1]
    bank = {key: fact.basis for key, fact in facts.items() if key.startswith("bank.")}
    assert bank.pop("bank.small_amount_max") is Basis.OBSERVED
    assert (bank.pop("bank.expired"), bank.pop("bank.expired_by_issuer")) == (Basis.SPEC, Basis.SPEC)
    assert set(bank.values()) == {Basis.ASSUMED}
    assert city().bank.small_amount_max_fen == 100_000


def test_jinans_remote_pin_starts_as_123456() -> None:
    assert {kind.pin_default for kind in city().cards} == {"123456"}


def test_jinings_password_has_three_tries() -> None:
    jining = city("370800")
    assert jining.local_password.tries_max == 3
    assert {kind.pin_tries_max for kind in jining.cards} == {3}


@pytest.mark.rule("RD22")
def test_jining_offers_no_remote_use() -> None:
    assert not city("370800").remote.offered


def test_remote_use_needs_a_card_of_generation_2() -> None:
    assert city().remote.generation_min == 2


def test_a_limit_that_no_text_states_is_shown_as_assumed() -> None:
    facts = read_city(JINAN, "370100.toml")[1]
    assert facts["local_password.tries_max"].basis is Basis.ASSUMED
    assert facts["local_password.default"].basis is Basis.SPEC


def test_every_value_of_a_city_has_its_origin() -> None:
    facts = read_city(JINAN, "370100.toml")[1]
    assert {key.partition(".")[0] for key in facts} == {
        "local_password",
        "remote",
        "institutions",
        "bank",
        "banks",
        "card",
        "services",
        "cards",
        "people",
        "credentials",
        "filing",
        "clearing",
        "stays",
    }


def test_an_unknown_key_is_named_with_its_nearest_known_one() -> None:
    assert refused(JINAN.replace(TRIES, "tries_mx = { value = 6,")) == (
        "370100.toml: local_password.tries_mx: unknown key; the nearest known one is tries_max"
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (TRIES, "tries_max = { value = 16,", "local_password.tries_max: Expected `int` <= 15"),
        (TRIES, 'tries_max = { value = "6",', "local_password.tries_max: Expected `int`, got `str`"),
        ('value = "000000"', 'value = "0000"', "local_password.default: Expected `str` matching regex '^[0-9]{6}$'"),
        ('value = ["pharmacy"]', 'value = ["clinic"]', "local_password.asked_at[0]: Invalid enum value 'clinic'"),
        ('code = "370100"', 'code = "3701"', "code: Expected `str` matching regex '^[0-9]{6}$'"),
        ("generation = 1", "generation = 4", "cards[1].generation: Invalid enum value 4"),
        ('balance = "3000.00"', "balance = 3000.0", "people[0].balance: write 3000.0 as text, in quotes"),
        ('name_en = "Jinan"\n', "", "Object missing required field `name_en`"),
        ("[remote]", "[remot]", "remot: unknown key; the nearest known one is remote"),
    ],
)
def test_a_wrong_value_is_named_with_its_key(old: str, new: str, problem: str) -> None:
    assert refused(JINAN.replace(old, new)).startswith(f"370100.toml: {problem}")


@pytest.mark.parametrize(("serial", "level"), [(0, None), (1, 1), (2, 1), (3, 2), (4, 3), (6, 3), (7, None)])
def test_hospitals_are_numbered_by_rising_level(serial: int, level: int | None) -> None:
    assert Institutions(pharmacies=0, hospitals=(2, 1, 3), lanes=1).hospital_level(serial) == level
