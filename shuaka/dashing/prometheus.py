"""The one Prometheus that the page may ask, and the four questions that it may ask it.

The page is on our own origin, so the answers pass through here: no other host and no other path is ever asked.
"""

import json
import re
from typing import Final, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

QUESTIONS: Final = re.compile(r"query|query_range|label/[a-z_]+/values|status/buildinfo")
TIMEOUT_S: Final = 10.0
ANSWER_MAX: Final = 32 * 1024 * 1024


class Answer(NamedTuple):
    """What is handed to the page."""

    status: int
    body: bytes


class Prometheus:
    """A Prometheus at an address such as http://127.0.0.1:9090."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def ask(self, question: str, parameters: str) -> Answer:
        """Pass on one question of its HTTP API; what goes wrong is an answer in Prometheus's own shape."""
        if not QUESTIONS.fullmatch(question):
            return problem(404, f"the viewer asks query, query_range, label values and build info, not {question[:50]}")
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
