"""A browser for tests of pages: Debian's Chromium without a window, spoken to over two pipes (DevTools Protocol).

It evaluates in the page as it is: nothing is injected, so that the page's own policy holds. Every profile is new, no
port is opened, and nothing of it is left behind.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

FLAGS: Final = (
    "--headless",
    "--no-sandbox",  # CI is root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--remote-debugging-pipe",  # file descriptor 3 in, 4 out, messages end with a zero byte
)
WATCHED: Final = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")


class Page:
    """One page: what it evaluates to, what it complained of, what it asked for."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands, self._answers = commands, answers
        self._left = b""
        self._session: dict[str, str] = {}
        self.events: list[dict[str, Any]] = []
        self._asked = 0

    def open(self, url: str) -> None:
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = {"sessionId": self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        for domain in ("Runtime", "Log", "Network", "Page"):
            self.ask(f"{domain}.enable")
        self.ask("Page.navigate", url=url)
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(self._message())

    def evaluate(self, expression: str) -> Any:
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    @property
    def complaints(self) -> list[dict[str, Any]]:
        return [event["params"] for event in self.events if event["method"] in WATCHED]

    @property
    def requests(self) -> list[str]:
        sent = [event["params"] for event in self.events if event["method"] == "Network.requestWillBeSent"]
        return [one["request"]["url"] for one in sent]

    def ask(self, method: str, **parameters: object) -> dict[str, Any]:
        self._asked += 1
        command = {"id": self._asked, "method": method, "params": parameters, **self._session}
        os.write(self._commands, json.dumps(command).encode() + b"\0")
        while "id" not in (message := self._message()):
            self.events.append(message)
        assert "error" not in message, message
        answer: dict[str, Any] = message["result"]
        return answer

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            data = os.read(self._answers, 1 << 16)
            assert data, "the browser ended"
            self._left += data
        said, _, self._left = self._left.partition(b"\0")
        message: dict[str, Any] = json.loads(said)
        return message


@contextmanager
def browsing(folder: Path) -> Iterator[Page]:
    """Start a browser whose profile lies in `folder`, and end it."""
    (its_in, commands), (answers, its_out) = os.pipe(), os.pipe()
    flags = (*FLAGS, f"--user-data-dir={folder / 'profile'}")
    start = ["sh", "-c", f'exec chromium "$@" 3</dev/fd/{its_in} 4>/dev/fd/{its_out}', "sh", *flags]
    with subprocess.Popen(start, pass_fds=(its_in, its_out), stderr=subprocess.DEVNULL) as browser:
        os.close(its_in)
        os.close(its_out)
        page = Page(commands, answers)
        try:
            yield page
        finally:
            browser.terminate()
            os.close(commands)
            os.close(answers)
