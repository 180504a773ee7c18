"""Who is prepared, in which order and by whom; terminals that answer without a host."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import gevent
import pytest

from loadtests.generator.crowd import Comer
from loadtests.generator.preparation import DIALOGUES_MAX, PreparationError, prepared, wanted
from terminals.kernel.outcome import Outcome, Result
from terminals.kernel.site import AT_ONCE, Site

if TYPE_CHECKING:
    from loadtests.generator.visitor import Visitor

MakeSite = Callable[..., Site]


class Terminal:
    """Prepares a comer after a while, one at a time."""

    def __init__(self, site: Site, result: Result = Result.DONE) -> None:
        self.site = site
        self._result = result
        self._busy = False
        self.prepared: list[int] = []

    def prepare(self, comer: Comer, _: Any) -> Comer:
        assert not self._busy
        self._busy = True
        gevent.sleep(0.002 if comer.patient.index % 2 else 0)
        self._busy = False
        self.prepared.append(comer.patient.index)
        asked = Outcome("prepare", self._result)
        return comer._replace(dialogue=cast("Any", SimpleNamespace(asked=asked)))


class People:
    """So many people, who go to pharmacy and hospital in turn."""

    def __init__(self, size: int, kinds: str = "PH") -> None:
        self._left = iter(range(size))
        self._kinds = kinds

    def next(self) -> Comer | None:
        index = next(self._left, None)
        if index is None:
            return None
        patient = SimpleNamespace(index=index, city="370100", kind=self._kinds[index % len(self._kinds)])
        return Comer(cast("Any", patient), cast("Any", None))


def terminals(make_site: MakeSite, *dev_nos: str) -> list[Terminal]:
    return [Terminal(make_site(dev_no)) for dev_no in dev_nos]


def made_ready(people: People, staff: list[Terminal], count: int) -> tuple[list[int], list[Outcome]]:
    told: list[Outcome] = []
    crowd = prepared(people, cast("list[Visitor]", staff), count, AT_ONCE, told.append)
    return [comer.patient.index for comer in iter(crowd.next, None)], told


def test_everybody_comes_in_the_order_of_the_crowd_and_is_told_of(make_site: MakeSite) -> None:
    staff = terminals(make_site, "P3701000000101", "P3701000000201", "H3701000000101")
    indexes, told = made_ready(People(100), staff, 20)
    assert indexes == list(range(20))
    assert len(told) == 20


def test_each_is_prepared_where_they_will_go(make_site: MakeSite) -> None:
    pharmacy, hospital = staff = terminals(make_site, "P3701000000101", "H3701000000101")
    made_ready(People(10), staff, 10)
    assert (sorted(pharmacy.prepared), sorted(hospital.prepared)) == ([0, 2, 4, 6, 8], [1, 3, 5, 7, 9])


def test_terminals_prepare_side_by_side(make_site: MakeSite) -> None:
    staff = terminals(make_site, "P3701000000101", "P3701000000201")
    made_ready(People(10, "P"), staff, 10)
    assert all(terminal.prepared for terminal in staff)


def test_a_crowd_that_ends_early_is_prepared_as_far_as_it_goes(make_site: MakeSite) -> None:
    assert made_ready(People(3, "P"), terminals(make_site, "P3701000000101"), 10)[0] == [0, 1, 2]


def test_a_host_that_does_not_answer_ends_the_preparation_with_a_sentence(make_site: MakeSite) -> None:
    silent = [Terminal(make_site("P3701000000101"), Result.NO_ANSWER)]
    with pytest.raises(PreparationError, match="without an answer"):
        made_ready(People(3, "P"), silent, 3)


def test_more_dialogues_are_wanted_than_arrivals_are_expected() -> None:
    assert wanted(0) == 1
    assert wanted(10_000) == 10_401


def test_more_dialogues_than_a_process_holds_are_refused_with_what_to_do() -> None:
    with pytest.raises(PreparationError, match="use more processes"):
        wanted(DIALOGUES_MAX)
