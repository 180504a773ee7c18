from typing import Any

import pytest

from settlement.engine.arrival import Password
from settlement.gateways.admin import LEASE_MAX, admin_app
from settlement.stores.memory import MemoryStore
from settlement.tally import Outcome, Tally

TOKEN = {"Authorization": "Bearer sesame"}


@pytest.fixture
def app() -> Any:
    tally = Tally()
    tally.answered(Outcome("tcp", "run", "9001", "", replayed=False, password=Password.NOT_ASKED, seconds=0.0))
    return admin_app(MemoryStore(1000), tally, "sesame")


def test_health_needs_no_token(app: Any, asked: Any, run: Any) -> None:
    assert run(asked(app, "GET", "/health"))[:2] == (200, b'{"status":"ok"}')


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer sesam"}])
@pytest.mark.parametrize(("method", "path"), [("GET", "/audit"), ("POST", "/lease")])
def test_without_the_token_nothing_is_told(
    app: Any, asked: Any, run: Any, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = run(asked(app, method, path, headers=headers, body=b'{"count":1}'))
    assert (answer.status, list(answer.json)) == (401, ["message"])


def test_an_audit_has_the_counts_the_ledger_and_the_laws(app: Any, asked: Any, run: Any) -> None:
    report = run(asked(app, "GET", "/audit", query="opter=run", headers=TOKEN)).json
    assert report["opter"] == "run"
    assert report["engine"] == {"9001": {"approved": 1}}
    assert (report["ledger"], report["open"]) == ({}, {"tombstones": 0})
    assert all(law["ok"] for law in report["invariants"])
    assert len(report["invariants"]) >= 10


def test_an_audit_of_all_work_counts_every_kind_of_open_item(app: Any, asked: Any, run: Any) -> None:
    report = run(asked(app, "GET", "/audit", headers=TOKEN)).json
    assert report["open"] == dict.fromkeys(("tombstones", "remote_orders", "hospital_stays", "unequal_batches"), 0)


def test_an_audit_has_the_digest_of_the_rows_where_it_is_asked_for(app: Any, asked: Any, run: Any) -> None:
    plain, digested = (
        run(asked(app, "GET", "/audit", query=query, headers=TOKEN)).json
        for query in ("opter=run", "opter=run&digest=1")
    )
    assert plain["ledger_sha256"] == ""
    assert len(bytes.fromhex(digested["ledger_sha256"])) == 32


def test_an_operators_name_has_a_limit(app: Any, asked: Any, run: Any) -> None:
    assert run(asked(app, "GET", "/audit", query="opter=" + "x" * 21, headers=TOKEN)).status == 400


def test_leases_follow_each_other(app: Any, asked: Any, run: Any) -> None:
    first, second = (run(asked(app, "POST", "/lease", headers=TOKEN, body=b'{"count":10}')).json for _ in range(2))
    assert (first, second) == ({"first": 0}, {"first": 10})


def test_a_lease_of_none_tells_where_the_next_begins(app: Any, asked: Any, run: Any) -> None:
    counts = (10, 0, 0, 5)
    said = [run(asked(app, "POST", "/lease", headers=TOKEN, body=b'{"count":%d}' % count)).json for count in counts]
    assert [answer["first"] for answer in said] == [0, 10, 10, 10]


def test_a_lease_of_too_many_is_refused_with_what_is_left_and_a_smaller_one_then_works(
    app: Any, asked: Any, run: Any
) -> None:
    refused, granted = (
        run(asked(app, "POST", "/lease", headers=TOKEN, body=b'{"count":%d}' % count)) for count in (1001, 1000)
    )
    assert refused.status == 409
    assert refused.json["message"].startswith("1001 people are needed and 1000 that this ledger has not met are left")
    assert granted.json == {"first": 0}


@pytest.mark.parametrize(
    "body",
    [b"", b"x", b"{}", b'{"count":-1}', b'{"count":1.5}', b'{"count":1,"more":2}',
     b'{"count":%d}' % (LEASE_MAX + 1)],
)  # fmt: skip
def test_a_lease_of_nothing_sensible_is_refused(app: Any, asked: Any, run: Any, body: bytes) -> None:
    answer = run(asked(app, "POST", "/lease", headers=TOKEN, body=body))
    assert answer.status == 400
    assert "is expected" in answer.json["message"]


def test_a_body_over_the_limit_is_refused(app: Any, asked: Any, run: Any) -> None:
    assert run(asked(app, "POST", "/lease", headers=TOKEN, body=b" " * 2000)).status == 413
