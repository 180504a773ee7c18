"""Shows a card to PC/SC: the card side of the virtual reader vpcd, over TCP.

vpcd, a driver inside pcscd, listens; the card connects. A frame is a two-byte length and a payload; a payload of one
byte is a control byte, anything else a command APDU (a command of one byte cannot exist). `answer` is pure; the rest
is the one blocking loop of this package, and the only place here that touches a socket.
"""

import socket
from collections.abc import Callable

from cardsim.apdu import Response
from cardsim.card import Card, CardNotPowered
from cardsim.status import SW

PORT = 0x8C7B  # 35963: the first slot of Debian's package; slot i listens on PORT + i
SLOTS = 2  # how many slots that package is built with
CONNECT_TIMEOUT_S = 5.0

LENGTH_BYTES = 2
POWER_OFF, POWER_ON, RESET, GET_ATR = 0x00, 0x01, 0x02, 0x04


class NoReaderError(ConnectionError):
    """No vpcd listens where one was expected."""


def answer(card: Card, payload: bytes) -> bytes | None:
    """Return what the card sends back for one frame; None for the control bytes that have no answer."""
    if len(payload) != 1:
        try:
            return card.transmit(payload)
        except CardNotPowered:  # a reader that forgot to power the slot still waits for some answer
            return Response(SW.CONDITIONS_NOT_SATISFIED).encode()
    control = payload[0]
    if control == GET_ATR:  # vpcd polls presence this way, powered or not
        return card.atr
    if control == POWER_OFF:
        card.power_off()
    elif control in (POWER_ON, RESET):
        card.power_on()
    return None


def present(card: Card, host: str, port: int, connected: Callable[[], None]) -> None:
    """Put the card into the slot that listens at `port` until the reader goes away; call `connected` once it is in.

    NoReaderError if nothing listens there.
    """
    try:
        reader = socket.create_connection((host, port), CONNECT_TIMEOUT_S)
    except OSError as error:
        raise NoReaderError(f"nothing answers at {host}:{port}: {error.strerror or error}") from error
    with reader:
        reader.settimeout(None)
        reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected()
        serve(card, reader)


def serve(card: Card, reader: socket.socket) -> None:
    """Answer frames until the other side closes or disappears; leave the card without power."""
    try:
        while (payload := _receive_frame(reader)) is not None:
            reply = answer(card, payload)
            if reply is not None:
                reader.sendall(len(reply).to_bytes(LENGTH_BYTES, "big") + reply)
    except (ConnectionResetError, BrokenPipeError):
        pass  # pcscd was ended while it waited: for the card the same as being pulled out
    finally:
        card.power_off()


def _receive_frame(reader: socket.socket) -> bytes | None:
    header = _receive_exactly(reader, LENGTH_BYTES)
    return None if header is None else _receive_exactly(reader, int.from_bytes(header, "big"))


def _receive_exactly(reader: socket.socket, length: int) -> bytes | None:
    """Return `length` bytes, at most 65,535 as the header allows; None if the other side closed before them."""
    received = bytearray()
    while len(received) < length:
        chunk = reader.recv(length - len(received))
        # vpcd sends length and payload apart, so that Nagle's algorithm waits for a delayed acknowledgement, 40 ms an
        # APDU. Quick acknowledgement is no lasting setting: the kernel leaves it again, so it is set after each read.
        reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        if not chunk:
            return None
        received += chunk
    return bytes(received)
