"""Which checks apply to a card, and which are left out, as a table."""

from typing import Any

import msgspec
import pytest

from terminals.laboratory.check import Check, Group, Harm, Interfaces, Need, why_not_applicable, why_not_run
from terminals.laboratory.effects import Steps
from terminals.laboratory.subject import Subject

CONTACT, ANTENNA = bytes.fromhex("3B6D0000"), bytes.fromhex("3B8D8001")
FOREIGN = Subject(
    atr=CONTACT + bytes(13), generation=2, algorithm="3des", city="370100", debit=True, ours=False, pin=None
)
OURS = msgspec.structs.replace(FOREIGN, ours=True, pin=bytes(3), sam=True)
COPIED = msgspec.structs.replace(OURS, copies=True)


def nothing(_: Subject) -> Steps[None]:
    yield from ()


def a_check(**facts: Any) -> Check:
    return Check("a.check", Group("a", "A", "甲"), "a check", "检查", "", nothing, **facts)


@pytest.mark.parametrize(
    ("facts", "changes", "reason"),
    [
        ({}, {}, ""),
        ({"generations": frozenset({3})}, {}, "for generation 3; this card is of 2"),
        ({"generations": frozenset({1, 2, 3})}, {"generation": 0}, "an unknown one"),
        ({"interfaces": Interfaces.CONTACTLESS}, {}, "contactless interface"),
        ({"interfaces": Interfaces.CONTACTLESS}, {"atr": ANTENNA + bytes(14)}, ""),
        ({"interfaces": Interfaces.CONTACT}, {"atr": ANTENNA + bytes(14)}, "contact interface"),
        ({"debit": True}, {"debit": False}, "no debit application"),
    ],
)
def test_a_check_applies_to_its_generations_interfaces_and_applications(
    facts: dict[str, Any], changes: dict[str, Any], reason: str
) -> None:
    said = why_not_applicable(a_check(**facts), msgspec.structs.replace(OURS, **changes))
    assert reason in said
    assert bool(said) == bool(reason)


@pytest.mark.parametrize("harm", Harm)
@pytest.mark.parametrize(("subject", "most"), [(FOREIGN, Harm.NONE), (OURS, Harm.WRITES), (COPIED, Harm.ENDS)])
def test_a_card_bears_more_the_more_it_is_ours(subject: Subject, most: Harm, harm: Harm) -> None:
    assert bool(why_not_run(a_check(harm=harm), subject, (), destructive=False)) == (harm > most)
    assert not why_not_run(a_check(harm=harm), subject, (), destructive=True)


@pytest.mark.parametrize("need", Need)
def test_what_a_check_needs_and_is_not_there_is_the_reason(need: Need) -> None:
    check = a_check(needs=frozenset({need}))
    assert why_not_run(check, FOREIGN, (), destructive=True) == need.value
    assert not why_not_run(check, COPIED, (), destructive=False)


def test_a_check_builds_on_what_has_passed() -> None:
    check = a_check(after=("a.first", "a.second"))
    assert "builds on a.second" in why_not_run(check, COPIED, {"a.first"}, destructive=False)
    assert not why_not_run(check, COPIED, {"a.first", "a.second"}, destructive=False)
