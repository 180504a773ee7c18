"""Shows chips to PC/SC: the card side of the virtual reader vpcd, over TCP.

vpcd, a driver inside pcscd, listens, a port a slot; the card connects. A frame is a two-byte length and a payload; a
payload of one byte is a control byte, anything else a command APDU (a command of one byte cannot exist). `answer` and
`Frames` are pure; the rest is the one blocking loop of this package, and the only place here that touches a socket.
"""

import selectors
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress

from cardsim.apdu import Response
from cardsim.card import CardNotPowered, InterfaceSilent
from cardsim.faults import CardFault, CardHangs
from cardsim.presentable import Presentable
from cardsim.status import SW

PORT = 0x8C7B  # 35963: the first slot of Debian's package; slot i listens on PORT + i
SLOTS = 2  # how many slots that package is built with
CONNECT_TIMEOUT_S = 5.0
NOTICED_WITHIN_S = 5.0  # pcscd looks into its slots twice a second

LENGTH_BYTES = 2
RECEIVE_BYTES = 1 << 16
POWER_OFF, POWER_ON, RESET, GET_ATR = 0x00, 0x01, 0x02, 0x04


class NoReaderError(ConnectionError):
    """No vpcd listens where one was expected."""


class SlotTakenError(ConnectionError):
    """Another card is in the slot."""


class Frames:
    """Puts together what arrives in pieces; a frame is at most 65,535 bytes long, as its header allows."""

    def __init__(self) -> None:
        self._received = bytearray()

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Take a piece in and yield the payloads that are complete now."""
        self._received += piece
        while len(self._received) >= LENGTH_BYTES:
            end = LENGTH_BYTES + int.from_bytes(self._received[:LENGTH_BYTES], "big")
            if len(self._received) < end:
                return
            payload = bytes(self._received[LENGTH_BYTES:end])
            del self._received[:end]
            yield payload


def answer(chip: Presentable, payload: bytes) -> bytes | None:
    """Return what the chip sends back for one frame; None for the control bytes that have no answer, and for a hang.

    Other faults than a hang are raised: the card is out of its slot then.
    """
    if len(payload) != 1:
        try:
            return chip.transmit(payload)
        except CardNotPowered:  # a reader that forgot to power the slot still waits for some answer
            return Response(SW.CONDITIONS_NOT_SATISFIED).encode()
        except CardHangs:
            return None
    control = payload[0]
    if control == GET_ATR:  # vpcd polls presence this way, powered or not
        return chip.atr
    if control == POWER_OFF:
        chip.power_off()
    elif control in (POWER_ON, RESET):
        with suppress(InterfaceSilent):  # its contacts lie in another reader, which has its power: commands fail then
            chip.power_on()
    return None


class Unnoticed:
    """The slots that no reader has looked into yet; `all_in` is called when the last one was."""

    def __init__(self, slots: Iterable[socket.socket], deadline_s: float, all_in: Callable[[], None]) -> None:
        self._slots = set(slots)
        self._deadline_s = deadline_s
        self._all_in = all_in

    def left_s(self) -> float | None:
        """Return how long to wait for the next; None for ever. SlotTakenError if it took too long."""
        if not self._slots:
            return None
        left_s = self._deadline_s - time.monotonic()
        if left_s <= 0:
            host, port = self._slots.pop().getpeername()
            raise SlotTakenError(f"the slot at {host}:{port} is taken: another card is in it")
        return left_s

    def notice(self, slot: socket.socket, *, there: bool) -> None:
        """Strike off a slot into which a reader has looked, or whose reader is not there any more."""
        if slot in self._slots:
            self._slots.remove(slot)
            if there and not self._slots:
                self._all_in()


def present(
    chips: Mapping[int, Presentable],
    host: str,
    connected: Callable[[], None],
    *,
    noticed_within_s: float = NOTICED_WITHIN_S,
) -> None:
    """Put each chip into the slot that listens at its port until the readers go away; call `connected` once all are in.

    NoReaderError if nothing listens at one of them; SlotTakenError if another card is in one, so that the reader lets
    us connect and never looks at us. Then none is left in.
    """
    with ExitStack() as open_slots:
        slots = {open_slots.enter_context(_insert(host, port)): chip for port, chip in chips.items()}
        serve(slots, Unnoticed(slots, time.monotonic() + noticed_within_s, connected))


def _insert(host: str, port: int) -> socket.socket:
    try:
        slot = socket.create_connection((host, port), CONNECT_TIMEOUT_S)
    except OSError as error:
        raise NoReaderError(f"nothing answers at {host}:{port}: {error.strerror or error}") from error
    slot.settimeout(None)
    slot.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return slot


def serve(slots: Mapping[socket.socket, Presentable], unnoticed: Unnoticed | None = None) -> None:
    """Answer frames until the last reader closes or disappears; leave every chip without power.

    A card that is torn out by its schedule closes its slot; one that answers late keeps the others waiting too.
    """
    with selectors.DefaultSelector() as selector:
        for slot in slots:
            selector.register(slot, selectors.EVENT_READ, (slot, Frames()))
        try:
            while selector.get_map():
                for key, _ in selector.select(unnoticed.left_s() if unnoticed else None):
                    slot, frames = key.data
                    there = _serve_once(slots[slot], slot, frames)
                    if unnoticed:
                        unnoticed.notice(slot, there=there)
                    if not there:
                        selector.unregister(slot)
                        slots[slot].power_off()
                        slot.close()
        finally:
            for chip in slots.values():
                chip.power_off()


def _serve_once(chip: Presentable, slot: socket.socket, frames: Frames) -> bool:
    """Answer what has arrived; return whether the reader is still there."""
    try:
        piece = slot.recv(RECEIVE_BYTES)
        # vpcd sends length and payload apart, so that Nagle's algorithm waits for a delayed acknowledgement, 40 ms an
        # APDU. Quick acknowledgement is no lasting setting: the kernel leaves it again, so it is set after each read.
        slot.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        for payload in frames.feed(piece):
            reply = answer(chip, payload)
            if reply is not None:
                if chip.late_s and len(payload) != 1:
                    time.sleep(chip.late_s)
                slot.sendall(len(reply).to_bytes(LENGTH_BYTES, "big") + reply)
    except (ConnectionResetError, BrokenPipeError):  # pcscd was ended: for the card the same as being pulled out
        return False
    except CardFault:
        return False
    return bool(piece)
