"""Whose card a command means by an index of the engine's population, and the numbers that stand on it.

The population says who somebody is; which of their cards is in force by now only the engine knows.
"""

from typing import NamedTuple

import typer

from settlement.engine.persons import PopulationRegister
from settlement.wire.keys import NetworkKey
from shuaka import compose
from shuaka.compose import People


class Holder(NamedTuple):
    """Somebody of a population: the city that insures them, and what a service may ask for."""

    city: str
    numbers: dict[str, str]
    register: PopulationRegister

    def card_sn(self, issue: int) -> str:
        """Return the 卡识别码 of a card; empty for no card (issue 0)."""
        if not issue:
            return ""
        return self.register.card(self.city, self.numbers["psn_no"], issue).card_id.hex().upper()


def holder_of(people: People, index: int, key: NetworkKey) -> Holder:
    """Return somebody of the engine's people; raise typer.BadParameter where there is nobody of this index."""
    crowd = compose.population(people.seed, people.size)
    if index not in crowd:
        problem = f"the engine has {people.size} people, and the specimens of `shuaka card list --test`"
        raise typer.BadParameter(problem, param_hint="--index")
    home = crowd.profile(index).city
    register = PopulationRegister(crowd, compose.rulebook().cities, key, compose.specimens())
    person = register.newcomer(home, register.psn_no(crowd.person(index).certno) or "")
    assert person, "everybody of a population is insured"
    return Holder(home, {name: getattr(person, name) for name in ("psn_no", "certno", "psn_name")}, register)
