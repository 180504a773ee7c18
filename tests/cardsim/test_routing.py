from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cardsim.card import Card, Running
from cardsim.interface import Interface
from cardsim.routing import CLASSES, SELECT
from cardsim.social_security.file_commands import free_reads
from cardsim.social_security.layout import PLANS
from cardsim.social_security.table import SOCIAL_SECURITY

Issue = Callable[..., Card]
Exchange = Callable[..., list[str]]
SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
DEBIT, PSE, MF = "00A4040008A000000333010101", "00A404000E315041592E5359532E4444463031", "00A40000023F00"
FREE_READS = sorted({command.hex() for plan in PLANS.values() for _, command in free_reads(plan)})
OTHERS = (
    SSSE,
    DEBIT,
    MF,
    "00A4000002DF01",
    "00A4000002EF05",
    "00C0000010",
    "00B2030406",
    "00B2032C00",
    "0020000003123456",
)
VERIFY, HOLDER_RECORD, RESIDENCE = "0020000003123456", "00B2013414", "00B2012C04"


@pytest.fixture
def dual(issue_card: Issue) -> Card:
    return issue_card(generation=3, algorithm="sm4", t0_mode="auto")


def test_the_name_of_the_root_answers_as_the_payment_environment_and_its_identifier_as_the_root(
    dual: Card, exchange: Exchange
) -> None:
    by_name, by_identifier = exchange(dual, PSE, MF)
    assert by_name == "6F15840E315041592E5359532E4444463031A503880101" + "9000"
    assert by_identifier == "6F10840E315041592E5359532E44444630319000"


def test_without_a_debit_application_the_name_is_the_roots(issue_card: Issue, exchange: Exchange) -> None:
    card = issue_card(generation=1, t0_mode="auto")
    assert exchange(card, PSE) == exchange(card, MF)
    assert exchange(card, DEBIT) == ["6A82"]


def test_each_application_answers_its_own_commands_only(dual: Card, exchange: Exchange) -> None:
    gpo = "80A800000B8309" + "00" * 9 + "00"
    assert exchange(dual, SSSE, gpo)[1] == "6D00"
    assert exchange(dual, DEBIT, VERIFY)[1] == "6D00"


def test_whoever_selects_another_application_leaves_the_pin_behind(dual: Card, exchange: Exchange) -> None:
    open_, closed = exchange(dual, SSSE, VERIFY, "00A4000002DF01", RESIDENCE)[-1], None
    for away in (DEBIT, PSE, MF):
        closed = exchange(dual, SSSE, VERIFY, away, SSSE, "00A4000002DF01", RESIDENCE)[-1]
        assert (open_, closed) == ("200231309000", "6982")


def test_a_select_that_finds_nothing_leaves_the_application_selected(dual: Card, exchange: Exchange) -> None:
    assert exchange(dual, DEBIT, "00A4040003AABBCC", "80CA9F3600")[1:] == ["6A82", "9F360200009000"]


@pytest.mark.parametrize("interface", Interface)
@pytest.mark.parametrize("selected", [MF, SSSE, DEBIT])
def test_a_body_that_fits_no_case_is_refused_by_every_command_and_changes_nothing(
    dual: Card, interface: Interface, selected: str
) -> None:
    dual.power_off()
    dual.power_on(interface)
    dual.transmit(bytes.fromhex(selected))
    for cla, ins, p1, p2 in product((0x00, 0x80, 0x84, 0xB0), range(256), (0x00, 0x01, 0x04), (0x00, 0x2C)):
        answer = dual.transmit(bytes((cla, ins, p1, p2, 9, 1, 2))).hex()
        assert answer in ("6a86", "6700", "6d00")
    assert dual.image() == b""


@pytest.mark.parametrize("interface", Interface)
@pytest.mark.parametrize("selected", [None, SSSE, DEBIT])
def test_every_class_and_instruction_is_answered_on_both_interfaces(
    dual: Card, interface: Interface, selected: str | None
) -> None:
    dual.power_off()
    dual.power_on(interface)
    if selected:
        dual.transmit(bytes.fromhex(selected))
    known = {0x00, 0x80, 0x84, 0xB0}
    for cla, ins in product(range(256), range(256)):
        status = int.from_bytes(dual.transmit(bytes((cla, ins, 0xAA, 0xAA)))[-2:], "big")
        reader = interface is Interface.CONTACTLESS and (cla, ins) == (0xFF, 0xCA)
        assert (status == 0x6E00) is (cla not in known and not reader)
        assert status >> 12 in (0x6, 0x9)


@pytest.mark.parametrize("generation", [1, 2, 3])
@pytest.mark.parametrize("interface", Interface)
@given(steps=st.lists(st.sampled_from([*OTHERS, *FREE_READS]), max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_what_is_answered_at_once_is_what_executing_it_would_have_answered(
    issue_card: Issue, generation: int, interface: Interface, steps: list[str]
) -> None:
    quick, slow = (issue_card(generation=generation) for _ in range(2))
    if interface in quick.interfaces:
        for card in (quick, slow):
            card.power_off()
            card.power_on(interface)
    assert slow._running is not None
    slow._running = Running(slow._running.execute)
    commands = [bytes.fromhex(step) for step in steps]
    assert [quick.transmit(command) for command in commands] == [slow.transmit(command) for command in commands]


def test_a_blocked_application_answers_nothing_at_once(issue_card: Issue, exchange: Exchange) -> None:
    card = issue_card()
    version = "00B2032C06"
    assert exchange(card, SSSE, version)[-1].endswith("9000")
    assert card._running is not None
    card._running.execute.args[0].blocked = True  # type: ignore[attr-defined]  # as APPLICATION BLOCK leaves it
    assert exchange(card, version) == ["6A81"]


def test_commands_are_of_the_classes_that_a_card_knows_and_none_is_select() -> None:
    assert {cla for cla, _ in SOCIAL_SECURITY.commands} <= CLASSES
    assert SELECT not in SOCIAL_SECURITY.commands
