"""The page's server over real sockets: what it gives, to whom, and what never leaves it."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any, NamedTuple

import pytest

from shuaka.dashing.server import SERVED
from tests.shuaka.dashing.served import served


class Given(NamedTuple):
    """What the server gave."""

    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture
def page(stand: Any) -> Iterator[Any]:
    with served(stand.url) as port:

        def get(path: str, host: str = "127.0.0.1") -> Given:
            connection = HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            given = Given(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
            connection.close()
            return given

        yield get


def test_the_page_asks_nothing_of_elsewhere(page: Any) -> None:
    given = page("/")
    assert given.status == 200
    assert "default-src 'self'" in given.headers["content-security-policy"]
    assert b"http" not in given.body.replace(b"http-equiv", b"")


@pytest.mark.parametrize("name", SERVED)
def test_each_asset_is_there(page: Any, name: str) -> None:
    assert page(f"/assets/{name}").status == 200


@pytest.mark.parametrize("path", ["/assets/..%2F..%2Fdash.py", "/assets/dash.py", "/dashboards/en/..%2Fx.json"])
def test_a_name_that_is_none_of_ours_leads_to_no_file(page: Any, path: str) -> None:
    assert page(path).status == 404


def test_a_dashboard_is_the_file_that_grafana_reads(page: Any) -> None:
    listed = json.loads(page("/dashboards").body)["dashboards"]
    assert len(listed) == 10
    assert json.loads(page("/dashboards/zh/overview.json").body)["uid"] == "shuaka-overview-zh"


def test_a_question_goes_to_prometheus_and_its_answer_comes_back(page: Any, stand: Any) -> None:
    given = page("/api/v1/query?query=up")
    assert (given.status, json.loads(given.body)) == (200, stand.said)
    assert stand.asked == ["/api/v1/query?query=up"]


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("1s", 1), ("400ms", 0.4), ("1m30s", 90), (None, None)],
)
def test_how_often_prometheus_scrapes_is_told_and_nothing_else_of_its_configuration(
    page: Any, stand: Any, told: str | None, seconds: float | None
) -> None:
    told = (
        told and f"global:\n  scrape_timeout: 300ms\n  scrape_interval: {told}\nscrape_configs:\n- job_name: engine\n"
    )
    stand.said = {"status": "success", "data": {"yaml": told or "scrape_configs:\n  - scrape_interval: 7s\n"}}
    assert json.loads(page("/scrape").body) == {"seconds": seconds}
    assert stand.asked == ["/api/v1/status/config?"]
    assert page("/api/v1/status/config").status == 404


def test_how_often_a_prometheus_scrapes_that_does_not_answer_is_not_known(page: Any, stand: Any) -> None:
    stand.status = 503
    assert json.loads(page("/scrape").body) == {"seconds": None}


def test_a_page_of_another_name_reads_nothing_through_a_browser_that_is_here(page: Any, stand: Any) -> None:
    assert page("/api/v1/query?query=up", host="rebound.example").status == 400
    assert stand.asked == []
