"""What can be put into a reader, and a card that is held to an antenna instead of pushed into contacts."""

from typing import Protocol

from cardsim.card import CardNotPowered, InterfaceSilent
from cardsim.interface import Interface
from cardsim.memory import Cells


class Presentable(Protocol):
    """Whatever has contacts or an antenna: a card, a security module, one of them with faults."""

    @property
    def atr(self) -> bytes:
        """The answer to reset, powered or not."""

    @property
    def late_s(self) -> float:
        """How many seconds late the last answer of `transmit` is, which a reader has to wait; 0 of a sound chip."""

    def power_on(self) -> bytes:
        """Reset and return the ATR."""

    def transmit(self, command: bytes) -> bytes:
        """Answer a command APDU; CardNotPowered without a power-on before it, a CardFault where one is due."""

    def power_off(self) -> None:
        """Take the power away."""


class Breakable(Presentable, Protocol):
    """A chip whose memory a fault can reach, at one of its interfaces or at all of them."""

    cells: Cells

    @property
    def interfaces(self) -> frozenset[Interface]:
        """Where it can be powered."""

    @property
    def powered_at(self) -> Interface | None:
        """Where the power comes from; None without any."""

    def atr_at(self, interface: Interface) -> bytes:
        """Return the answer to reset at an interface."""

    def power_on(self, interface: Interface = ...) -> bytes:
        """Reset at an interface and return the ATR; InterfaceSilent if the chip does not answer there."""


class NoAntennaError(ValueError):
    """The card has contacts only."""


class HeldToAntenna:
    """A dual-interface card in the field of a contactless reader; NoAntennaError for a card that has only contacts.

    It breaks like the card: faults may stand behind the antenna or before it. What goes on at the contacts is out
    of reach.
    """

    interfaces = frozenset((Interface.CONTACTLESS,))

    def __init__(self, card: Breakable) -> None:
        if Interface.CONTACTLESS not in card.interfaces:
            raise NoAntennaError("this card has no antenna: only generation 3 has one")
        self._card = card

    @property
    def atr(self) -> bytes:
        """The ATR which a contactless reader makes for it."""
        return self.atr_at(Interface.CONTACTLESS)

    @property
    def late_s(self) -> float:
        """How late the card was."""
        return self._card.late_s

    @property
    def cells(self) -> Cells:
        """The cells of the card."""
        return self._card.cells

    @cells.setter
    def cells(self, cells: Cells) -> None:
        self._card.cells = cells

    @property
    def powered_at(self) -> Interface | None:
        """Where the power comes from: the field, or nothing that is felt here."""
        return Interface.CONTACTLESS if self._card.powered_at is Interface.CONTACTLESS else None

    def atr_at(self, interface: Interface) -> bytes:
        """Return the ATR at an interface of the card."""
        return self._card.atr_at(interface)

    def power_on(self, interface: Interface = Interface.CONTACTLESS) -> bytes:
        """Enter the field; InterfaceSilent at the contacts, which nobody touches."""
        if interface is not Interface.CONTACTLESS:
            raise InterfaceSilent
        return self._card.power_on(interface)

    def transmit(self, command: bytes) -> bytes:
        """Answer a command APDU; CardNotPowered also where the contacts have the power."""
        if self.powered_at is None:
            raise CardNotPowered
        return self._card.transmit(command)

    def power_off(self) -> None:
        """Leave the field."""
        if self.powered_at is not None:
            self._card.power_off()


class InContacts:
    """A card in the contacts of one reader while its antenna may be in the field of another.

    The contacts win the chip's power; what goes on over the antenna is out of their reach until then.
    """

    def __init__(self, card: Breakable) -> None:
        self._card = card

    @property
    def atr(self) -> bytes:
        """The ATR at the contacts, whichever side had power last."""
        return self._card.atr_at(Interface.CONTACT)

    @property
    def late_s(self) -> float:
        """How late the card was."""
        return self._card.late_s

    def power_on(self) -> bytes:
        """Reset at the contacts."""
        return self._card.power_on(Interface.CONTACT)

    def transmit(self, command: bytes) -> bytes:
        """Answer a command APDU; CardNotPowered also where the field has the power."""
        if self._card.powered_at is not Interface.CONTACT:
            raise CardNotPowered
        return self._card.transmit(command)

    def power_off(self) -> None:
        """Take the power away, if it is the contacts'."""
        if self._card.powered_at is Interface.CONTACT:
            self._card.power_off()
