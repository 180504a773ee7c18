"""Scenarios written in a test, and what comes of them."""

from collections.abc import Callable

import pytest

from settlement.golden import Difference
from settlement.validation.differences import judge_scenario
from settlement.validation.scenario_file import read_scenario, seed_and_size
from settlement.wire.keys import KEY_SIZE, NetworkKey
from shuaka.compose import population, world

HEAD = """
name = "s"
about = "for this test"
population = "1:1000"
[people.wang]
city = "370100"
insutype = "310"
psn_type = "11"
balance = "20.00"
"""
SALE = """
[[step]]
name = "sale"
infno = "2102"
at = "P37010000001"
who = "wang"
input.druginfo = { acct_used_flag = "1", med_type = "41" }
input.drugdetail = [{ med_list_codg = "XX99XXA001A001010100001", pric = "12.50", cnt = "2" }]
"""

Judged = dict[str, tuple[Difference, ...]]


@pytest.fixture
def judged() -> Callable[[str], Judged]:
    def play(text: str) -> Judged:
        scenario = read_scenario(text, "s.toml")
        people = population(*seed_and_size(scenario.population, "s.toml"))
        verdicts = judge_scenario(scenario, people, world(people, NetworkKey(bytes(KEY_SIZE))), "s.toml")
        return {verdict.step: verdict.differs for verdict in verdicts}

    return play
