"""The operator's statements of clearing: by names, for one month, and only with the token."""

from typing import Any

import pytest

from settlement.engine.ledger.claims import PaidClaim, Prefund, month_begin_ms
from settlement.engine.ledger.state import Transfer
from settlement.gateways.admin import admin_app
from settlement.gateways.clearing import clearing_routes
from settlement.stores.memory import MemoryStore
from settlement.stores.store import Changes
from settlement.tally import Tally

TOKEN = {"Authorization": "Bearer sesame"}
CLAIM = "CLR:379900:370100"
NOVEMBER = month_begin_ms(202611)


@pytest.fixture
def app() -> Any:
    store = MemoryStore(1000)
    paid = PaidClaim("379900", CLAIM, 202610, 75, 90, 15, 1)
    owing = Transfer("379900", "1", "1S", 0, 0, "AGENCY:379900", "ACCT:379900:1", CLAIM, 75, NOVEMBER)
    store.save_now(Changes((paid, Prefund("370100", 1000, 1000)), (owing,)))
    return admin_app(store, Tally(), "sesame", clearing_routes(store, ("370100", "379900")))


def test_a_months_clearing_is_told_by_names(app: Any, asked: Any, run: Any) -> None:
    claim = {"city": "379900", "claim": CLAIM, "month": 202610, "paid_ms": 1}
    fen = {"net_fen": 75, "forward_fen": 90, "reverse_fen": 15}
    assert run(asked(app, "GET", "/clearing", query="month=202610", headers=TOKEN)).json == {
        "month": 202610,
        "claims": [{**claim, **fen}],
        "prefunds": {"370100": 1000},
    }


def test_both_sides_of_each_pair_are_told_with_what_differs(app: Any, asked: Any, run: Any) -> None:
    said = run(asked(app, "GET", "/clearing/pairs", query="month=202611", headers=TOKEN)).json
    assert said["pairs"] == [{"claim": CLAIM, "owing_count": 1, "owing_fen": 75, "owed_count": 0, "owed_fen": 0}]
    [difference] = said["differences"]
    assert (difference["kind"], difference["cause"], difference["owing_fen"]) == ("only the owing city", "1S", 75)
    assert run(asked(app, "GET", "/clearing/pairs", query="month=202610", headers=TOKEN)).json["pairs"] == []


@pytest.mark.parametrize("path", ["/clearing", "/clearing/pairs"])
@pytest.mark.parametrize("query", ["", "month=2026-11", "month=202613", "month=202600", "month=000011"])
def test_what_is_no_month_is_refused(app: Any, asked: Any, run: Any, path: str, query: str) -> None:
    answer = run(asked(app, "GET", path, query=query, headers=TOKEN))
    assert (answer.status, answer.json) == (400, {"message": "?month=yyyymm is required, such as 202611"})


@pytest.mark.parametrize("path", ["/clearing", "/clearing/pairs"])
def test_nothing_is_told_without_the_token(app: Any, asked: Any, run: Any, path: str) -> None:
    assert run(asked(app, "GET", path, query="month=202611")).status == 401
