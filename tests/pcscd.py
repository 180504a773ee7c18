"""A PC/SC service of the tests' own: Debian's pcscd with a virtual reader, out of everybody's way.

Lives here: the fixtures `pcscd` and `lab`, for whoever wants a card in a reader that is not simulated. The daemon sees
its own /run/pcscd (a mount namespace), has its own copy of vpcd's driver and ports nobody else listens on; clients find
it by PCSCLITE_CSOCK_NAME. So it can be killed at will, and a daemon of the machine is left alone.
"""

import contextlib
import importlib.util
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from cardsim.card import Card
from cardsim.presentable import Presentable
from cardsim.vpcd import serve

PROGRAM = "/usr/sbin/pcscd"
RUN = Path("/run/pcscd")
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
PORTS = range(20_000, 30_000, 2)
LIMIT_S = 20
CARD_ID = re.compile(rb"(\x01\x10.{3}\xd1\x56\x00\x00\x05.{4}).{4}", re.DOTALL)
"""卡的识别码 as a record: city, application provider, serial number, MAC."""


class Pcscd:
    """The daemon, and the ports of its reader's slots. `place` is a folder of its own."""

    def __init__(self, place: Path) -> None:
        self.socket = place / "run/pcscd.comm"
        self.port = next(port for port in PORTS if is_free(port) and is_free(port + 1))
        self._driver = place / DRIVER.name  # a driver's table of slots is shared by all who load the same file
        self._driver.write_bytes(DRIVER.read_bytes())
        self._readers = place / "readers"
        self._readers.mkdir()
        self.call_reader("Lab")
        self.socket.parent.mkdir()
        RUN.mkdir(parents=True, exist_ok=True)
        mount = f"mount --bind {self.socket.parent} {RUN} && exec {PROGRAM} --foreground --config {self._readers}"
        self._command = ["unshare", "--mount", "sh", "-c", mount]
        self._log = place / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def call_reader(self, name: str) -> None:
        """Name the virtual reader, from the next start on."""
        (self._readers / "vpcd").write_text(
            f'FRIENDLYNAME "{name}"\nDEVICENAME /dev/null:{self.port:#x}\n'
            f"LIBPATH {self._driver}\nCHANNELID {self.port:#x}\n"
        )

    def start(self) -> None:
        """Start the daemon unless it runs; return once it takes clients."""
        if self._process is not None:
            return
        for left in self.socket.parent.iterdir():
            left.unlink()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        deadline = time.monotonic() + LIMIT_S
        while not answers(self.socket) or is_free(self.port + 1):
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.01)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the daemon, kindly or not."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(LIMIT_S)
            self._process = None

    def signal(self, number: signal.Signals) -> None:
        """Stop or continue the daemon."""
        assert self._process is not None
        self._process.send_signal(number)


class Somebodys:
    """A card that is not ours: the same, but for the MAC of its identifier, which another issuer made."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self.atr, self.late_s = card.atr, 0.0

    def power_on(self) -> bytes:
        return self._card.power_on()

    def power_off(self) -> None:
        self._card.power_off()

    def transmit(self, command: bytes) -> bytes:
        answer = self._card.transmit(command)
        return CARD_ID.sub(lambda found: found[1] + bytes(4), answer)


class LabSlot:
    """A slot of the virtual reader, from outside: cards go in and are pulled out."""

    def __init__(self, number: int, port: int) -> None:
        self.name = f"Lab 00 {number:02}"
        self.port = port
        self._line: socket.socket | None = None
        self._release: Callable[[], object] = lambda: None

    def insert(self, card: Presentable) -> None:
        """Put a card in; pcscd notices within half a second."""
        line = socket.create_connection(("127.0.0.1", self.port), LIMIT_S)
        line.settimeout(None)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=hold, args=(line, card), daemon=True).start()
        self._line = line

    def remove(self) -> None:
        """Pull the card out, whatever is going on, even from within the card; harmless if there is none."""
        self._release()
        if self._line is not None:
            with contextlib.suppress(OSError):  # pcscd may have gone first
                self._line.shutdown(socket.SHUT_RDWR)

    def connect(self) -> Callable[[bytes], bytes]:
        """Power the card, as soon as pcscd has noticed it; return what exchanges a command with it."""
        from smartcard import scard  # noqa: PLC0415 - an extra

        _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
        self._release = partial(scard.SCardReleaseContext, context)
        deadline, code, card, protocol = time.monotonic() + LIMIT_S, -1, None, None
        while code != scard.SCARD_S_SUCCESS:
            assert time.monotonic() < deadline, scard.SCardGetErrorMessage(code)
            code, card, protocol = scard.SCardConnect(
                context, self.name, scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
            )
            time.sleep(0.02)

        def exchange(command: bytes) -> bytes:
            code, answer = scard.SCardTransmit(
                card, scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0, list(command)
            )
            assert code == scard.SCARD_S_SUCCESS, scard.SCardGetErrorMessage(code)
            return bytes(answer)

        return exchange


def hold(line: socket.socket, card: Presentable) -> None:
    """Serve one insertion of a card."""
    with line:
        serve({line: card})


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))  # noqa: S104 - as vpcd will
        except OSError:
            return False
        return True


def answers(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(place)) == 0


@pytest.fixture(scope="session")
def _daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pcscd]:
    daemon = Pcscd(tmp_path_factory.mktemp("pcscd"))
    yield daemon
    daemon.end()


@pytest.fixture
def pcscd(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Pcscd:
    """A running daemon that clients of this test find, in this process's children too."""
    if os.geteuid() != 0:
        pytest.skip("only root can give pcscd a place of its own")
    daemon: Pcscd = request.getfixturevalue("_daemon")
    daemon.start()
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", str(daemon.socket))
    return daemon


@pytest.fixture
def lab(pcscd: Pcscd) -> Iterator[tuple[LabSlot, LabSlot]]:
    """Both slots of the virtual reader, empty, for clients that use pyscard."""
    if importlib.util.find_spec("smartcard") is None:
        pytest.skip("pyscard is not built; ./dev test builds it where its services are installed")
    slots = LabSlot(0, pcscd.port), LabSlot(1, pcscd.port + 1)
    wait_until_empty()
    yield slots
    for slot in slots:
        slot.remove()


def wait_until_empty() -> None:
    """Return once pcscd, which polls, has noticed that the cards of the last test are gone."""
    from smartcard import scard  # noqa: PLC0415 - an extra

    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    _, names = scard.SCardListReaders(context, [])
    deadline = time.monotonic() + LIMIT_S
    present = True
    while present:
        assert time.monotonic() < deadline, names
        _, states = scard.SCardGetStatusChange(context, 0, [(name, scard.SCARD_STATE_UNAWARE) for name in names])
        present = any(state & scard.SCARD_STATE_PRESENT for _, state, _ in states)
        time.sleep(0.02)
    scard.SCardReleaseContext(context)
