from pathlib import Path

import pytest
from typer import BadParameter

from cardsim.faults import CardUnplugged, Delay, Garble, Tear, Unplug
from cardsim.presentable import HeldToAntenna, NoAntennaError
from shuaka.compose import population
from shuaka.desk.simulation import Schedule, Simulation, parse_schedule, parse_timing, simulation
from terminals.readers.simulated import SimulatedReader
from terminals.readers.slow import SlowReader
from terminals.readers.timing import Contact, Contactless

GENERATION_3 = 1
"""Index of a card with an antenna; card 0 has none."""


def test_a_file_of_faults_says_what_breaks_and_when(tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    file.write_text(
        """[{"type": "tear", "apdu": 3, "write": 2, "moment": "inside"}, {"type": "unplug", "apdu": 4},
            {"type": "garble", "apdu": 5, "answer_hex": "6F00"}, {"type": "delay", "apdu": 6, "seconds": 0.5}]"""
    )
    assert parse_schedule(file) == Schedule((Tear(3, 2, "inside"), Unplug(4), Garble(5, b"\x6f\x00"), Delay(6, 0.5)))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{}", "no list of faults"),
        ("\xff", "no list of faults"),
        ('[{"apdu": 1}]', "fault 1"),
        ('[{"type": "hang", "apdu": 1}, {"type": "melt", "apdu": 2}]', "fault 2: Invalid value 'melt'"),
        ('[{"type": "tear", "apdu": 1, "momment": "after"}]', "fault 1: a tear has no momment"),
        ('[{"type": "garble", "apdu": 1, "answer_hex": "6F0"}]', "non-hexadecimal"),
        ('[{"type": "hang", "apdu": 0}]', "apdu 0, the power-on"),
        ('[{"type": "delay", "apdu": 1, "seconds": -1}]', "nothing is negative"),
        ('[{"type": "hang", "apdu": 1}, {"type": "tear", "apdu": 1}]', "only one can happen"),
    ],
)
def test_a_file_of_something_else_is_refused_in_words(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "faults.json"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(BadParameter, match=complaint):
        parse_schedule(file)


def test_a_file_of_faults_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadParameter, match="No such file"):
        parse_schedule(tmp_path / "none.json")


def test_a_line_is_named_with_its_rate() -> None:
    assert parse_timing("contact:9600x12") == Contact(multiple=12)
    assert parse_timing("contactless") == Contactless()


@pytest.mark.parametrize("text", ["", "contact", "contact:9600", "contact:9600x0", "contact:9600x3", "contact:115200"])
def test_a_line_of_no_rate_that_cards_have_is_refused(text: str) -> None:
    with pytest.raises(BadParameter, match="neither contactless nor contact:9600xN"):
        parse_timing(text)


@pytest.mark.parametrize(
    ("timing", "contactless"), [("contact:9600x1", True), ("contactless", False)], ids=["at antenna", "at contacts"]
)
def test_the_line_of_one_interface_is_no_line_of_the_other(timing: str, *, contactless: bool) -> None:
    with pytest.raises(BadParameter, match="go together"):
        simulation("", seed=None, contactless=contactless, timing=parse_timing(timing))


def test_what_a_simulation_says_is_what_lies_in_the_reader() -> None:
    people = population()
    at_antenna = Simulation(contactless=True, faults=(Unplug(1),), timing=Contactless())
    card = at_antenna.put(people.card(GENERATION_3))
    assert card.power_on() == card.atr == HeldToAntenna(people.card(GENERATION_3)).atr
    with pytest.raises(CardUnplugged):
        card.transmit(bytes.fromhex("0084000008"))
    assert isinstance(at_antenna.reader(card), SlowReader)
    assert isinstance(Simulation().reader(people.card(0)), SimulatedReader)


def test_a_card_without_an_antenna_is_held_to_none_with_faults_or_without() -> None:
    for faults in ((), (Unplug(1),)):
        with pytest.raises(NoAntennaError):
            Simulation(contactless=True, faults=faults).put(population().card(0))
