import json
import socket
from typing import Any

import pytest

from shuaka.dashing.prometheus import Prometheus


def test_a_question_is_passed_on_as_it_was_asked(stand: Any) -> None:
    answer = Prometheus(stand.url + "/").ask("query", "query=up%7Bjob%3D%22engine%22%7D")
    assert (answer.status, json.loads(answer.body)) == (200, stand.said)
    assert stand.asked == ["/api/v1/query?query=up%7Bjob%3D%22engine%22%7D"]


@pytest.mark.parametrize(
    "question", ["admin/tsdb/delete_series", "../-/quit", "label/../x/values", "label/X/values", "query_exemplars"]
)
def test_no_other_question_is_passed_on(stand: Any, question: str) -> None:
    answer = Prometheus(stand.url).ask(question, "")
    assert (answer.status, stand.asked) == (404, [])
    assert "not " in json.loads(answer.body)["error"]


@pytest.mark.parametrize("question", ["query_range", "label/run/values", "status/buildinfo"])
def test_each_question_that_the_page_has_is_passed_on(stand: Any, question: str) -> None:
    assert Prometheus(stand.url).ask(question, "a=1").status == 200


def test_what_prometheus_refuses_reaches_the_page_in_its_own_words(stand: Any) -> None:
    stand.status, stand.said = 422, {"status": "error", "error": "too many points"}
    answer = Prometheus(stand.url).ask("query", "query=up")
    assert (answer.status, json.loads(answer.body)["error"]) == (422, "too many points")


def test_a_prometheus_that_is_not_there_is_a_sentence_that_says_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        answer = Prometheus(url).ask("query", "query=up")
    assert answer.status == 502
    assert json.loads(answer.body)["error"].startswith(f"Prometheus at {url} does not answer")
    assert "--prometheus" in json.loads(answer.body)["error"]
