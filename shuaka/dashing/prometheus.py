"""The one Prometheus that the page may ask, and the four questions that it may ask it.

The page is on our own origin, so the answers pass through here: no other host and no other path is ever asked.
"""

import json
import re
from typing import Final, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

QUESTIONS: Final = re.compile(r"query|query_range|label/[a-z_]+/values|status/buildinfo")
SCRAPE: Final = re.compile(r"^global:\n(?: .*\n)*? +scrape_interval: ((?:\d+(?:ms|[smhd]))+)$", re.MULTILINE)
"""In its configuration as it tells it."""
SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
TIMEOUT_S: Final = 10.0
OK: Final = 200
ANSWER_MAX: Final = 32 * 1024 * 1024


class Answer(NamedTuple):
    """What is handed to the page."""

    status: int
    body: bytes


class Prometheus:
    """A Prometheus at an address such as http://127.0.0.1:9090."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def scrape_s(self) -> float | None:
        """Return how often it scrapes by default, in seconds; None where it does not say. Nothing else of it leaves."""
        answer = self._asked("status/config", "")
        if answer.status != OK or not (found := SCRAPE.search(json.loads(answer.body).get("data", {}).get("yaml", ""))):
            return None
        parts: list[tuple[str, str]] = re.findall(r"(\d+)([a-z]+)", found[1])
        return sum(int(count) * SECONDS[unit] for count, unit in parts)

    def ask(self, question: str, parameters: str) -> Answer:
        """Pass on one question of its HTTP API; what goes wrong is an answer in Prometheus's own shape."""
        if not QUESTIONS.fullmatch(question):
            return problem(404, f"the viewer asks query, query_range, label values and build info, not {question[:50]}")
        return self._asked(question, parameters)

    def _asked(self, question: str, parameters: str) -> Answer:
        asked = Request(f"{self.url}/api/v1/{question}?{parameters}", headers={"Accept": "application/json"})  # noqa: S310 - checked at the start
        try:
            with urlopen(asked, timeout=TIMEOUT_S) as answer:  # noqa: S310 - as above
                return Answer(answer.status, answer.read(ANSWER_MAX))
        except HTTPError as error:
            return Answer(error.code, error.read(ANSWER_MAX))
        except (URLError, OSError) as error:
            reason = getattr(error, "reason", error)
            return problem(
                502, f"Prometheus at {self.url} does not answer ({reason}); start it, or name it with --prometheus"
            )


def problem(status: int, sentence: str) -> Answer:
    """Return an error as Prometheus says one."""
    return Answer(status, json.dumps({"status": "error", "errorType": "viewer", "error": sentence}).encode())
