"""What has to be said of the card in a reader wherever its exchanges are shown: that its SM4 authentication is ours."""

from cardsim.words import announces_stand_in, stand_in_note


class StandInWatch:
    """Remembers from one power-on to the next whether the card announced it."""

    def __init__(self) -> None:
        self._announced = False

    def powered(self) -> None:
        """Begin anew: the next card may be another."""
        self._announced = False

    def heard(self, answer: bytes) -> None:
        """Take note of an answer, which may be the card's FCI."""
        self._announced = self._announced or announces_stand_in(answer)

    def note(self, apdu: bytes) -> str:
        """Return what has to be said of a command; "" of most."""
        return stand_in_note(apdu) if self._announced else ""
