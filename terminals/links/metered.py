"""A link that measures: how long each answer took. A wrapper of any link."""

from collections.abc import Callable

from terminals.links.link import Link


class MeteredLink:
    """Reports the seconds from the last send to each receive; `now_s` is a monotonic clock."""

    def __init__(self, link: Link, now_s: Callable[[], float], observe: Callable[[float], None]) -> None:
        self._link = link
        self._now_s = now_s
        self._observe = observe
        self._sent_s = 0.0

    async def send(self, frame: bytes) -> None:
        """Note the time and send."""
        self._sent_s = self._now_s()
        await self._link.send(frame)

    async def receive(self) -> tuple[bytes, bytes]:
        """Receive and report how long it took."""
        frame = await self._link.receive()
        self._observe(self._now_s() - self._sent_s)
        return frame

    async def aclose(self) -> None:
        """End the conversation."""
        await self._link.aclose()
