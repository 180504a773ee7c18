"""A reader that measures: how long each command took, and what broke a dialogue off. A wrapper of any reader."""

from collections.abc import Callable

from terminals.readers.reader import NoAnswerError, Reader
from terminals.readers.wrapped import WrappedReader


class MeteredReader(WrappedReader):
    """Reports the seconds of each answered APDU, and the error of one that was not; `now_s` is a monotonic clock."""

    def __init__(
        self,
        reader: Reader,
        now_s: Callable[[], float],
        answered: Callable[[float], None],
        failed: Callable[[NoAnswerError], None],
    ) -> None:
        super().__init__(reader)
        self._now_s = now_s
        self._answered = answered
        self._failed = failed

    async def transmit(self, apdu: bytes) -> bytes:
        """Exchange one APDU, and report how it went."""
        began_s = self._now_s()
        try:
            answer = await super().transmit(apdu)
        except NoAnswerError as error:
            self._failed(error)
            raise
        self._answered(self._now_s() - began_s)
        return answer
