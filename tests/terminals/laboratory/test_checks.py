"""Cards as they should be pass; a card with one thing wrong fails the check about it, and no other."""

from collections.abc import Callable
from typing import Any

import pytest

from cardsim.card import Card
from cardsim.debit.data import COUNTER
from cardsim.interface import Interface
from cardsim.memory import JOURNAL, Cells
from cardsim.social_security.key_plan import READ_SSSE
from cardsim.social_security.layout import PIN_TRIES
from terminals.laboratory.catalogue import CHECKS
from terminals.laboratory.check import Interfaces, Verdict

CONTACT_ONLY = {check.name for check in CHECKS if check.interfaces is Interfaces.CONTACT}
CONTACTLESS_ONLY = {check.name for check in CHECKS if check.interfaces is Interfaces.CONTACTLESS}
OF_A_GENERATION = {
    1: {check.name for check in CHECKS if 1 not in check.generations or check.debit},
    2: {check.name for check in CHECKS if 2 not in check.generations},
    3: {check.name for check in CHECKS if 3 not in check.generations},
}


def failed(findings: Any) -> set[str]:
    return {name for name, found in findings.items() if found.verdict is Verdict.FAIL}


def named(findings: Any, verdict: Verdict) -> set[str]:
    return {name for name, found in findings.items() if found.verdict is verdict}


@pytest.mark.parametrize("t0_mode", ["raw", "auto"])
@pytest.mark.parametrize("generation", [1, 2, 3])
async def test_every_generation_passes_whatever_is_about_it_over_contacts(
    examine: Any, generation: int, t0_mode: str
) -> None:
    findings = await examine(generation=generation, t0_mode=t0_mode)
    assert not failed(findings)
    assert not named(findings, Verdict.NOT_RUN)
    assert named(findings, Verdict.NOT_APPLICABLE) == OF_A_GENERATION[generation] | CONTACTLESS_ONLY


async def test_a_generation_3_card_passes_whatever_is_about_it_over_the_antenna(examine: Any) -> None:
    findings = await examine(generation=3, contactless=True)
    assert named(findings, Verdict.PASS) | named(findings, Verdict.NOT_APPLICABLE) == set(findings)
    assert named(findings, Verdict.NOT_APPLICABLE) == OF_A_GENERATION[3] | CONTACT_ONLY


def test_every_check_has_a_name_of_its_own_that_begins_with_its_group() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert all(check.name.startswith(f"{check.group.key}.") for check in CHECKS)


def test_a_check_builds_only_on_checks_that_run_before_it() -> None:
    order = [check.name for check in sorted(CHECKS, key=lambda check: check.harm)]
    for check in CHECKS:
        assert all(order.index(name) < order.index(check.name) for name in check.after), check.name


@pytest.mark.parametrize(
    ("right", "wrong", "name"),
    [
        ("6E00", "6D00", "status.class"),
        ("6D00", "6E00", "status.instruction"),
        ("6A86", "6A80", "status.parameters"),
        ("6986", "6A82", "status.current"),
        ("6981", "6A86", "status.structure"),
    ],
)
async def test_a_card_with_one_wrong_status_word_fails_the_check_of_that_word(
    examine: Any, mutant: Any, right: str, wrong: str, name: str
) -> None:
    def alter(_: bytes, answer: bytes) -> bytes:
        return bytes.fromhex(wrong) if answer == bytes.fromhex(right) else answer

    findings = await examine(mutate=lambda card: mutant(card, alter))
    assert failed(findings) == {name}
    assert findings[name].reason.endswith(f"expected {right}, found {wrong}")


async def test_a_card_without_one_record_fails_the_check_of_that_file(examine: Any, mutant: Any) -> None:
    def alter(command: bytes, answer: bytes) -> bytes:
        return b"\x6a\x83" if command[:4] == bytes.fromhex("00B20734") else answer

    findings = await examine(mutate=lambda card: mutant(card, alter))
    assert failed(findings) == {"files.ef06"}
    assert findings["files.ef06_values"].verdict is Verdict.NOT_RUN
    assert "files.ef06" in findings["files.ef06_values"].reason


async def test_a_card_that_draws_the_same_challenge_twice_fails_the_check_of_challenges(
    examine: Any, mutant: Any
) -> None:
    def alter(command: bytes, answer: bytes) -> bytes:
        return bytes(8) + answer[-2:] if command[:2] == bytes.fromhex("0084") and len(answer) == 10 else answer

    findings = await examine(mutate=lambda card: mutant(card, alter), area="")
    assert failed(findings) == {"commands.challenge"}


class StuckCells(Cells):
    """Cells of which one cannot be programmed."""

    def __init__(self, stuck: int) -> None:
        super().__init__()
        self._stuck = stuck

    def program(self, cell: int, old: bytes, new: bytes) -> None:
        if cell != self._stuck:
            super().program(cell, old, new)


@pytest.mark.parametrize(
    ("cell", "name", "builds_on_it"),
    [
        (PIN_TRIES, "pin.counts", {"pin.locks", "pin.changed", "writing.reload", "tear.verify_wrong"}),
        (READ_SSSE.tries_cell, "keys.counts", {"tear.authenticate_wrong", "tear.authenticate_right"}),
        (COUNTER, "debit.counted", {"tear.begin"}),
    ],
)
async def test_a_counter_that_does_not_count_fails_its_check_and_nothing_is_built_on_it(
    examine: Any, cell: int, name: str, builds_on_it: set[str]
) -> None:
    def stuck(card: Card) -> Card:
        card.cells = StuckCells(cell)
        return card

    findings = await examine(mutate=stuck)
    assert failed(findings) == {name}
    assert builds_on_it <= named(findings, Verdict.NOT_RUN)


def forgetful(cell: int) -> Callable[[Card], Card]:
    """Return what makes a card forget a cell whenever it was torn in the middle of a write."""

    class Forgetful(Card):
        def power_on(self, interface: Interface = Interface.CONTACT) -> bytes:
            torn = self.cells.changed.get(JOURNAL)
            atr = super().power_on(interface)
            if torn:
                self.cells.changed.pop(cell, None)
            return atr

    def mutate(card: Card) -> Card:
        return Forgetful(card._make, card._random_bytes)  # the same chance

    return mutate


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        (PIN_TRIES, {"tear.verify_wrong", "tear.verify_right"}),
        (READ_SSSE.tries_cell, {"tear.authenticate_wrong", "tear.authenticate_right"}),
        (COUNTER, {"tear.begin"}),
    ],
)
async def test_a_torn_counter_that_moves_back_fails_the_checks_that_tear_it(
    examine: Any, cell: int, names: set[str]
) -> None:
    assert failed(await examine(mutate=forgetful(cell))) == names


async def test_a_module_of_another_city_fails_one_check_and_nothing_else_is_tried_with_it(examine: Any) -> None:
    findings = await examine(area="370800")
    assert failed(findings) == {"keys.each"}
    assert findings["keys.each"].reason.endswith("expected 9000, found 63C2")
    assert findings["keys.counts"].verdict is Verdict.NOT_RUN


async def test_without_a_module_what_wants_one_is_not_run_and_says_so(examine: Any) -> None:
    findings = await examine(area="")
    assert not failed(findings)
    assert "--sam" in findings["keys.each"].reason


async def test_a_module_of_the_province_serves_as_well(examine: Any) -> None:
    findings = await examine(area="37")
    assert findings["keys.each"].verdict is Verdict.PASS


async def test_what_is_our_own_stand_in_is_labelled_in_the_trace(examine: Any) -> None:
    findings = await examine(generation=3)
    for name in ("keys.each", "commands.internal"):
        assert any("our own stand-in" in line for line in findings[name].trace)
    assert not any("stand-in" in line for line in (await examine())["keys.each"].trace)


async def test_a_pin_that_is_not_the_cards_is_a_finding_and_no_exception(examine: Any) -> None:
    findings = await examine(pin="111111")
    assert {"pin.counts", "pin.opens"} <= failed(findings)
