"""Software that is not ours reads our card through PC/SC: Debian's pcscd, vpcd, opensc-tool and scriptor.

pcscd is started here unless one runs already, and only what was started here is ended.
"""

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

ROOT = Path(__file__).parents[2]
PCSCD = "/usr/sbin/pcscd"
COMM = "/run/pcscd/pcscd.comm"
LIMIT_S = 20
CARD = [sys.executable, "-m", "shuaka", "card"]
SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"

pytestmark = [pytest.mark.service(name) for name in ("pcscd", "vsmartcard-vpcd", "opensc", "pcsc-tools")]


def runs() -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(COMM) == 0


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


@pytest.fixture(scope="module")
def pcscd() -> Iterator[None]:
    if runs():
        yield
        return
    Path(COMM).parent.mkdir(parents=True, exist_ok=True)
    command = [PCSCD, "--foreground", "--info"]
    daemon = Watched(command)
    try:
        daemon.wait_for("daemon ready")
        yield
    finally:
        daemon.end(signal.SIGTERM)


@contextmanager
def presented(index: int, slot: int) -> Iterator[str]:
    """Hold a card in a slot; the index of its reader for opensc-tool. Ctrl-C must take it out cleanly."""
    card = Watched([*CARD, "present", str(index), "--slot", str(slot)])
    try:
        card.wait_for(f"card {index} is in slot {slot}")
        yield number_of_reader_with_card(f"Virtual PCD 00 0{slot}")
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
def slot(pcscd: None) -> Iterator[str]:
    """Card 0 in the first slot; the index of its reader for opensc-tool."""
    with presented(0, 0) as number:
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
    output = printed(["scriptor", "-r", "Virtual PCD 00 00"], input="\n".join(commands) + "\n")
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


def test_a_second_slot_holds_another_card_at_the_same_time(slot: str) -> None:
    with presented(8, 1) as other:
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
