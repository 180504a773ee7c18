"""Software that is not ours reads our card through PC/SC: Debian's pcscd, vpcd, opensc-tool, scriptor, pcsc_scan.

And ours reads it there too: `shuaka readers`, `terminal`, `card record` and `card replay`.
"""

import json
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, STDOUT

import pytest

from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from cardsim.presentable import HeldToAntenna
from shuaka.compose import population
from tests.pcscd import LabSlot, Pcscd, Somebodys

ROOT = Path(__file__).parents[2]
LIMIT_S = 20
CARD = [sys.executable, "-m", "shuaka", "card"]
SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"

pytestmark = [pytest.mark.service(name) for name in ("pcscd", "vsmartcard-vpcd", "opensc", "pcsc-tools")]


class Watched:
    """A process whose lines are read as they come, so that it never blocks, and which always ends with its test."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=PIPE, stderr=STDOUT, text=True)
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line)

    def wait_for(self, wanted: str) -> None:
        while wanted not in self._lines.get(timeout=LIMIT_S):
            pass

    def end(self, how: signal.Signals) -> int:
        self._process.send_signal(how)
        try:
            return self._process.wait(LIMIT_S)
        finally:
            self._process.kill()  # harmless after an orderly end
            self._process.wait()
            self._reader.join()


@contextmanager
def presented(pcscd: Pcscd, index: int, slot: int, *options: str) -> Iterator[str]:
    """Hold a card in a slot; the index of its reader for opensc-tool. Ctrl-C must take it out cleanly."""
    card = Watched([*CARD, "present", str(index), "--slot", str(slot), "--port", str(pcscd.port), *options])
    try:
        card.wait_for(f"card {index} is in slot {slot}")
        yield number_of_reader_with_card(f"Lab 00 0{slot}")
    finally:
        status = card.end(signal.SIGINT)
    assert status == 0


def number_of_reader_with_card(name: str) -> str:
    """Return the number opensc-tool gives the reader, as soon as pcscd has noticed the card (it polls)."""
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        for row in listed():
            if name in row and row.split()[1] == "Yes":
                return row.split()[0]
    raise AssertionError(f"no card in {name}")


@pytest.fixture
def slot(pcscd: Pcscd) -> Iterator[str]:
    """Card 0 in the first slot; the index of its reader for opensc-tool."""
    with presented(pcscd, 0, 0) as number:
        yield number


def listed() -> list[str]:
    return printed(["opensc-tool", "--list-readers"]).splitlines()


def printed(command: list[str], **options: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=True, **options).stdout


def opensc(number: str, *arguments: str) -> str:
    return printed(["opensc-tool", "--reader", number, *arguments])


def received(output: str) -> list[str]:
    """Return what opensc-tool prints of each answer: its data, then its status word, in hex."""
    answers = []
    for answer in output.split("Sending: ")[1:]:
        sw1, sw2 = re.findall(r"SW[12]=0x([0-9A-F]{2})", answer)
        _, *dump = answer.split("Received", 1)[1].splitlines()
        data = [pair for line in dump for pair in re.findall(r"\b[0-9A-F]{2}(?= )", line[:48])]
        answers.append("".join(data) + sw1 + sw2)
    return answers


def our_own_answers(*commands: str) -> list[str]:
    return printed([*CARD, "apdu", *commands], cwd=str(ROOT)).splitlines()


def test_opensc_sees_the_card_in_its_reader(slot: str) -> None:
    assert [row.split()[1] for row in listed() if row.split()[0] == slot] == ["Yes"]


def test_opensc_reads_the_atr(slot: str) -> None:
    atr = opensc(slot, "--atr").strip().replace(":", "")
    assert atr == "3b6d000000814380318660240601000000"


def test_opensc_reads_the_card_identifier_and_the_card_number(slot: str) -> None:
    """It resolves 6Cxx by itself, which our own command shows as it is."""
    commands = [SSSE, "00A4000002EF05", "00B2010412", "00B2070400"]
    sent = [argument for command in commands for argument in ("--send-apdu", command)]
    select, select_ef, identifier, number = received(opensc(slot, *sent))
    assert (select[-4:], select_ef) == ("9000", "9000")
    assert identifier.startswith("0110370100D156000005")
    assert [identifier, number] == our_own_answers(SSSE, *commands[1:3], "00B207040B")[2:]


def test_scriptor_gets_the_same_bytes_as_our_own_command(slot: str) -> None:
    commands = [SSSE, "00C0000018", "00B2033406", "00B2032C06", "00200000", "00FE0000"]
    output = printed(["scriptor", "-r", "Lab 00 00"], input="\n".join(commands) + "\n")
    answers = [line[2:].split(" : ")[0].replace(" ", "") for line in joined(output).splitlines() if line[:2] == "< "]
    assert answers == our_own_answers(*commands)


def joined(output: str) -> str:
    """Undo scriptor's line breaks inside an answer."""
    return re.sub(r"\n(?=[0-9A-F]{2}(?: |\n))", " ", output)


def test_two_hundred_commands_take_no_delayed_acknowledgements(slot: str) -> None:
    """At 40 ms each they would take eight seconds: TCP_QUICKACK has to be set after every read."""
    started = time.monotonic()
    answers = received(opensc(slot, *["--send-apdu", "0084000008"] * 200))
    assert {answer[-4:] for answer in answers} == {"9000"}
    assert (len(answers), len(set(answers))) == (200, 200)
    assert time.monotonic() - started < 4


def test_a_second_slot_holds_another_card_at_the_same_time(slot: str, pcscd: Pcscd) -> None:
    with presented(pcscd, 8, 1) as other:
        atrs = [opensc(number, "--atr").strip()[-2:] for number in (slot, other)]
    assert atrs == ["00", "08"]


def test_without_a_reader_the_command_says_what_to_start() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    done = subprocess.run(
        [*CARD, "present", "--port", str(port)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "vsmartcard-vpcd" in done.stderr
    assert f"127.0.0.1:{port}" in done.stderr


def test_pcsc_scan_sees_the_card_and_its_atr(slot: str) -> None:
    assert "Lab 00 00" in printed(["pcsc_scan", "-r"])
    seen = printed(["pcsc_scan", "-n", "-q", "-t", "1"])
    assert "3B 6D 00 00 00 81 43 80 31 86 60 24 06 01 00 00 00" in seen


def test_a_card_at_an_antenna_has_the_atr_of_a_contactless_reader_and_a_uid(lab: tuple[LabSlot, LabSlot]) -> None:
    third = Population(1, 1, (CardProfile(name="x", city="370100", generation=3, weight=1),))
    lab[0].insert(HeldToAntenna(third.card(0)))
    number = number_of_reader_with_card(lab[0].name)
    assert opensc(number, "--atr").startswith("3b:8d:80:01")
    (uid,) = received(opensc(number, "--send-apdu", "FFCA000000"))
    assert (len(uid), uid[-4:]) == (12, "9000")


def test_one_command_fills_both_slots(pcscd: Pcscd) -> None:
    cards = Watched([*CARD, "present", "0", "8", "--port", str(pcscd.port)])
    try:
        cards.wait_for("card 8 is in slot 1")
        numbers = [number_of_reader_with_card(f"Lab 00 0{slot}") for slot in (0, 1)]
        assert [opensc(number, "--atr").strip()[-2:] for number in numbers] == ["00", "08"]
    finally:
        assert cards.end(signal.SIGINT) == 0


def test_one_card_lies_in_one_slot_by_its_contacts_and_in_the_other_by_its_antenna(pcscd: Pcscd) -> None:
    cards = Watched([*CARD, "present", "1", "1@contactless", "--port", str(pcscd.port)])
    try:
        cards.wait_for("card 1@contactless is in slot 1")
        contacts, antenna = (number_of_reader_with_card(f"Lab 00 0{slot}") for slot in (0, 1))
        assert [opensc(number, "--atr")[:8] for number in (contacts, antenna)] == ["3b:6d:00", "3b:8d:80"]
        assert received(opensc(contacts, "--send-apdu", "0084000008"))[0][-4:] == "9000"
    finally:
        assert cards.end(signal.SIGTERM) == 0


@pytest.fixture
def card_0(lab: tuple[LabSlot, LabSlot]) -> LabSlot:
    """Card 0 in the first slot, where pyscard finds it; its reader is called Lab 00 00."""
    lab[0].insert(population().card(0))
    return lab[0]


def shuaka(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shuaka", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False)


def test_readers_are_listed_for_people_and_for_machines(card_0: LabSlot) -> None:
    card_0.connect()
    assert shuaka("readers").stdout == "card   Lab 00 00\nempty  Lab 00 01\n"
    assert json.loads(shuaka("readers", "--json").stdout)[0] == {"name": "Lab 00 00", "holds_card": True}


def test_without_pcscd_readers_says_what_to_start(pcscd: Pcscd) -> None:
    pytest.importorskip("smartcard", reason="pyscard is not built")
    pcscd.end()
    done = shuaka("readers")
    assert (done.returncode, done.stdout) == (1, "")
    assert "start it (Debian's package pcscd)" in done.stderr


def test_a_real_terminal_reads_one_of_our_cards_and_hides_its_bytes(card_0: LabSlot) -> None:
    done = shuaka("terminal", "--reader", card_0.name, "--read-only", "--once")
    assert (done.returncode, done.stderr) == (0, "")
    person = population().person(0)
    assert f"holder {person.name}, {person.certno}" in done.stdout
    assert "> 00B20134 14  READ RECORD 1 of EF06, 20 bytes\n< (20 bytes) 9000  success" in done.stdout
    assert person.certno.encode().hex().upper() not in done.stdout


def test_a_real_terminal_warns_of_a_card_that_is_not_ours_and_shows_nothing_of_its_holder(
    lab: tuple[LabSlot, LabSlot],
) -> None:
    lab[0].insert(Somebodys(population().card(0)))
    done = shuaka("terminal", "--reader", lab[0].name, "--read-only", "--once", "--unmasked")
    assert done.returncode == 0, done.stderr
    assert "this card is none of ours" in done.stderr
    assert "holder read, not shown" in done.stdout
    person = population().person(0)
    for told in (person.name, person.certno, person.card_number, person.certno.encode().hex().upper()):
        assert told not in done.stdout + done.stderr


def test_a_session_over_pcsc_is_replayed_on_a_simulated_reader(card_0: LabSlot, tmp_path: Path) -> None:
    file = str(tmp_path / "session")
    commands = [SSSE, "00B2012C12", "0020000003000000"]
    recorded = shuaka("card", "record", file, *commands, "--unmasked", "--reader", card_0.name)
    assert recorded.returncode == 0, recorded.stderr
    replayed = shuaka("card", "replay", file)
    assert (replayed.returncode, replayed.stdout) == (0, "5 steps, every answer as recorded\n")


def test_a_security_module_in_a_reader_that_is_not_there_is_named_before_any_card(pcscd: Pcscd) -> None:
    pytest.importorskip("smartcard", reason="pyscard is not built")
    for command in (("terminal", "--read-only"), ("card", "check", "0")):
        done = shuaka(*command, "--sam", "pcsc:Nope")
        assert done.returncode == 1
        assert "no reader is called 'Nope'; there are: Lab 00 00, Lab 00 01" in done.stderr


def test_nothing_that_costs_a_try_is_sent_to_a_card_that_is_not_ours(
    lab: tuple[LabSlot, LabSlot], tmp_path: Path
) -> None:
    card = population().card(0)
    lab[0].insert(Somebodys(card))
    key = "0082008410" + 32 * "0"
    done = shuaka("card", "record", str(tmp_path / "session"), SSSE, key, "--reader", lab[0].name)
    assert done.returncode == 1
    assert "not sent: key 84 is not risked (--risk-key 84)" in done.stderr
    assert card.image() == b""
