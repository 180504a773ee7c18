"""What a scenario may say, and the sentence for what it may not."""

from datetime import datetime

import pytest

from settlement.engine.rules.profile import ProfileError
from settlement.validation.scenario_file import read_scenario, seed_and_size, span_ms
from tests.settlement.validation.conftest import HEAD, SALE

SOLD = "s.toml: step[0] (sale)"
ONE = "give one of infno, service, admin and repeat"


def refused(text: str) -> str:
    with pytest.raises(ProfileError) as caught:
        read_scenario(text, "s.toml")
    return str(caught.value)


def test_a_scenario_is_read_with_its_people_and_steps() -> None:
    scenario = read_scenario(HEAD + SALE + 'after = "7d"\nbalances = { wang = "0.00" }\n', "s.toml")
    assert scenario.people["wang"].balance == 2000
    [step] = scenario.steps
    assert (step.name, step.infno, step.who, step.balances) == ("sale", "2102", "wang", {"wang": 0})
    assert scenario.starts == datetime(2026, 6, 1, 9)  # noqa: DTZ001 - China's clock


@pytest.mark.parametrize(
    ("text", "ms"), [("", 0), ("1s", 1000), ("7d", 604_800_000), ("1h30m", 5_400_000), ("1d1s", 86_401_000)]
)
def test_a_span_is_days_hours_minutes_and_seconds(text: str, ms: int) -> None:
    assert span_ms(text) == ms


def test_a_population_is_a_seed_and_a_size() -> None:
    assert seed_and_size("7:1000", "s.toml") == (7, 1000)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name =", "s.toml: this is not TOML: "),
        (HEAD, "s.toml: Object missing required field `step`"),
        (HEAD.replace("1:1000", "1:0") + SALE, "s.toml: population: '1:0' is not SEED:SIZE with a size of 1 to "),
        (HEAD + SALE.replace("who =", "whom ="), "s.toml: step[0].whom: unknown key; the nearest known one is who"),
        (HEAD + SALE.replace('"wang"', '"wong"'), f"{SOLD}: nobody is called 'wong'; the nearest known one is wang"),
        (HEAD + SALE + 'service = "lose"', f"{SOLD}: {ONE}, not infno and service"),
        (HEAD + SALE.replace('infno = "2102"', ""), f"{SOLD}: {ONE}"),
        (HEAD + SALE.replace('at = "P37010000001"', ""), "s.toml: step[0] (sale).at: say which institution sends it"),
        (HEAD + SALE + SALE, "s.toml: step[1] (sale).name: sale is another step's; give each its own"),
        (HEAD + SALE + '[[step]]\nrepeat = "sell"', "s.toml: step[1].repeat: no earlier step is named 'sell'"),
        (HEAD + SALE + 'after = "soon"', "s.toml: step[0].after: Expected `str` matching regex"),
        (HEAD + SALE + "balances = { wang = 0.0 }", "s.toml: step[0].balances"),
        (HEAD + SALE + 'state = { "li.card_status" = "NORMAL" }', "s.toml: step[0] (sale): nobody is called 'li'"),
    ],
)
def test_what_a_scenario_may_not_say_is_named_with_its_key(text: str, problem: str) -> None:
    assert refused(text).startswith(problem)
