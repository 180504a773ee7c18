"""The process behind one PC/SC reader: blocking calls of pyscard, one at a time, asked for on stdin, told on stdout.

A process because SCardTransmit to a card that hangs never returns, holds its thread for good and cannot be cancelled;
a process can be killed, and a new one has a new context. It ends when its parent closes stdin, when reader or pcscd is
gone, and when a call outlasts the time limit although nobody was left to kill it. It knows no event loop.

Usage: python -m terminals.readers.pcsc_process NAME exclusive|shared LIMIT_S
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO, Final

from smartcard import scard

from terminals.readers.pcsc_pipe import HEADER, Ask, Said, pack

PROTOCOLS: Final = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
SHARES: Final = {"exclusive": scard.SCARD_SHARE_EXCLUSIVE, "shared": scard.SCARD_SHARE_SHARED}
STATUS_SIZE: Final = 2
POLL_MS: Final = 500
"""How often a wait looks whether anybody still waits for it."""
PAST_THE_LIMIT: Final = 2.0
"""The parent kills at the limit; a process left alone ends itself this many limits later."""
LEFT: Final = scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE
SERVICE_TROUBLE: Final = frozenset({scard.SCARD_E_NO_SERVICE, scard.SCARD_E_SERVICE_STOPPED})
NO_SERVICE: Final = (
    "pcscd does not answer ({}): start it (Debian's package pcscd), as root if nothing else may reach readers"
)
CARD_TROUBLE: Final = frozenset(
    {
        scard.SCARD_E_NO_SMARTCARD,
        scard.SCARD_E_NOT_TRANSACTED,  # torn: pcscd lost the card in the middle of an exchange
        scard.SCARD_E_PROTO_MISMATCH,
        scard.SCARD_E_SHARING_VIOLATION,
        scard.SCARD_W_REMOVED_CARD,
        scard.SCARD_W_RESET_CARD,  # by another program: what was selected and verified is lost
        scard.SCARD_W_UNPOWERED_CARD,
        scard.SCARD_W_UNRESPONSIVE_CARD,
    }
)
"""The card's part or its neighbours'; every other code means that the reader or pcscd is no longer what it was."""


class Trouble(Exception):  # noqa: N818 - what PC/SC answered, on its way to the parent
    """A call that did not succeed."""

    def __init__(self, said: Said, sentence: str) -> None:
        super().__init__(sentence)
        self.said = said


class Slot:
    """One reader of pcscd by its name, or by a part of its name that no other has."""

    def __init__(self, name: str, share: int) -> None:
        self._wanted = name
        self._share = share
        self._context = _checked(scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM))
        self._card: Any = None
        self._protocol: Any = None

    def names(self) -> list[str]:
        """Return the readers of this machine."""
        code, names = scard.SCardListReaders(self._context, [])
        if code == scard.SCARD_E_NO_READERS_AVAILABLE:
            return []
        return list(_checked((code, names)))

    def listed(self, _payload: bytes) -> bytes:
        """Return [name, whether a card is in] of every reader, as JSON."""
        return json.dumps(
            [(name, bool(self._state(name) & scard.SCARD_STATE_PRESENT)) for name in self.names()]
        ).encode()

    def wait_for_card(self, _payload: bytes) -> bytes:
        """Return once a card is in."""
        return self._wait(present=True)

    def wait_for_removal(self, _payload: bytes) -> bytes:
        """Return once no card is in; a reader that is gone has none."""
        with suppress(Trouble):
            self._wait(present=False)
        self.power_off()
        return b""

    def power_on(self, _payload: bytes) -> bytes:
        """Power the card, or reset it, and return its ATR."""
        try:
            if self._card is None:
                self._card, self._protocol = _checked(
                    scard.SCardConnect(self._context, self._name(), self._share, PROTOCOLS)
                )
            # Whoever used the card before left something selected, perhaps verified: power on means a reset
            self._protocol = _checked(scard.SCardReconnect(self._card, self._share, PROTOCOLS, scard.SCARD_RESET_CARD))
            *_, atr = _checked(scard.SCardStatus(self._card))
        except Trouble:
            self._let_go(scard.SCARD_LEAVE_CARD)
            raise
        return bytes(atr)

    def transmit(self, apdu: bytes) -> bytes:
        """Exchange one APDU."""
        try:
            return self._exchange(apdu)
        except Trouble:
            self._let_go(scard.SCARD_LEAVE_CARD)
            raise

    def _exchange(self, apdu: bytes) -> bytes:
        if self._card is None:
            raise Trouble(Said.NO_CARD, "the card has no power")
        protocol = scard.SCARD_PCI_T1 if self._protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0
        answer = bytes(_checked(scard.SCardTransmit(self._card, protocol, list(apdu))))
        if len(answer) < STATUS_SIZE:  # vpcd's word for a card torn out while it worked; PC/SC calls it a success
            raise Trouble(Said.NO_CARD, "the exchange was torn: no status word came")
        return answer

    def power_off(self, _payload: bytes = b"") -> bytes:
        """Take the power away."""
        self._let_go(scard.SCARD_UNPOWER_CARD)
        return b""

    def _let_go(self, disposition: int) -> None:
        """Have no card in our hands any more, whatever PC/SC says to that.

        After trouble the card is left as it is: pcscd 1.9.9 takes a card that cannot be powered down for removed, its
        polling does not, and a card that is put in before the next poll then stays unseen for good.
        """
        if self._card is not None:
            scard.SCardDisconnect(self._card, disposition)
            self._card = None

    def _name(self) -> str:
        names = self.names()
        found = [name for name in names if name == self._wanted] or [name for name in names if self._wanted in name]
        if len(found) == 1:
            return found[0]
        there = ", ".join(found or names) or "none"
        problem = "several readers are" if found else "no reader is"
        raise Trouble(Said.READER_GONE, f"{problem} called {self._wanted!r}; there are: {there}")

    def _state(self, name: str, known: int = scard.SCARD_STATE_UNAWARE, wait_ms: int = 0) -> int:
        code, states = scard.SCardGetStatusChange(self._context, wait_ms, [(name, known)])
        if code == scard.SCARD_E_TIMEOUT:
            return known
        ((_, state, _),) = _checked((code, states))
        if state & LEFT:
            raise Trouble(Said.READER_GONE, f"the reader {name!r} was taken away")
        return int(state)

    def _wait(self, *, present: bool) -> bytes:
        name, parent = self._name(), os.getppid()
        state = self._state(name)
        while bool(state & scard.SCARD_STATE_PRESENT) != present:
            if os.getppid() != parent:
                sys.exit()
            state = self._state(name, state, POLL_MS)
        return b""


def _checked(result: Any) -> Any:
    """Return what a call of PC/SC brought, a value or several, or raise Trouble in its own words."""
    code, *values = result
    if code != scard.SCARD_S_SUCCESS:
        said = Said.NO_CARD if code in CARD_TROUBLE else Said.READER_GONE
        problem = scard.SCardGetErrorMessage(code)
        raise Trouble(said, NO_SERVICE.format(problem) if code in SERVICE_TROUBLE else problem)
    return values[0] if len(values) == 1 else values


PERFORM: Final[dict[Ask, Callable[[Slot, bytes], bytes]]] = {
    Ask.LIST: Slot.listed,
    Ask.WAIT_FOR_CARD: Slot.wait_for_card,
    Ask.WAIT_FOR_REMOVAL: Slot.wait_for_removal,
    Ask.POWER_ON: Slot.power_on,
    Ask.TRANSMIT: Slot.transmit,
    Ask.POWER_OFF: Slot.power_off,
}
PATIENT: Final = frozenset({Ask.WAIT_FOR_CARD, Ask.WAIT_FOR_REMOVAL})


def serve(name: str, share: int, limit_s: float, asked: BinaryIO, told: BinaryIO) -> None:
    """Do what is asked until nobody asks any more or the reader is gone."""
    slot: Slot | None = None
    told.write(pack(Said.DONE))
    told.flush()
    while header := asked.read(HEADER.size):
        kind, length = HEADER.unpack(header)
        payload = asked.read(length)
        signal.setitimer(signal.ITIMER_REAL, 0 if kind in PATIENT else limit_s * PAST_THE_LIMIT)
        try:
            slot = slot or Slot(name, share)
            answer = pack(Said.DONE, PERFORM[Ask(kind)](slot, payload))
        except Trouble as trouble:
            answer = pack(trouble.said, str(trouble).encode())
        signal.setitimer(signal.ITIMER_REAL, 0)
        told.write(answer)
        told.flush()
        if answer[0] == Said.READER_GONE:
            return


def main() -> None:
    """Run until the parent has enough."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which powers the card off first
    name, share, limit_s = sys.argv[1:]
    serve(name, SHARES[share], float(limit_s), sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
