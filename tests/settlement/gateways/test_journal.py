"""The journal as the doors fill it and as the admin port shows it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from settlement.gateways.admin import admin_app
from settlement.gateways.journal import journal_route
from settlement.gateways.national import national_app
from settlement.journal.files import read
from settlement.journal.writer import Journal
from settlement.stores.memory import MemoryStore
from settlement.tally import Tally


@pytest.fixture
def journalled(at_desk: Any, tmp_path: Path) -> Any:
    """Run a test at a desk whose engine keeps a journal; return what was kept."""

    def run(test: Any) -> list[Any]:
        async def both(desk: Any) -> None:
            journal = Journal(tmp_path, b"k" * 16)
            desk.service._journal = journal
            desk.app = national_app(desk.service, (desk.key,), desk.clock, journal=journal)
            await test(desk)
            journal.close()
            desk.service._journal = None

        at_desk(both)
        return read(tmp_path, 100)

    return run


def test_every_call_is_kept_approved_refused_repeated_or_turned_away(journalled: Any, sale: dict[str, Any]) -> None:
    async def test(desk: Any) -> None:
        await desk.call("2102", sale, msgid="same")
        await desk.call("2102", sale, msgid="same")
        await desk.call("2102", {})
        await desk.post(b"{")
        await desk.post(b"{}", _api_access_key="nobody")

    kept = journalled(test)
    assert [entry.verdict for entry in kept] == ["approved", "replayed", "refused", "refused", "turned away"]
    assert kept[0].postings
    assert kept[2].field == "input.druginfo"


def test_nobody_is_named_in_what_is_kept(journalled: Any, sale: dict[str, Any], tmp_path: Path) -> None:
    async def test(desk: Any) -> None:
        await desk.call("2102", sale)
        await desk.call("2102", sale | {"druginfo": sale["druginfo"] | {"psn_no": "370100"}})

    journalled(test)
    text = (tmp_path / "journal.jsonl").read_text()
    given = sale["druginfo"]
    for name in ("psn_no", "certno", "psn_name", "card_sn", "mdtrt_cert_no"):
        assert given[name] not in text


def test_the_admin_port_shows_the_last_calls_of_a_kind(
    journalled: Any, sale: dict[str, Any], asked: Any, run: Any, tmp_path: Path
) -> None:
    async def test(desk: Any) -> None:
        await desk.call("2102", sale)
        await desk.call("2102", {})

    journalled(test)
    app = admin_app(MemoryStore(), Tally(), "T", (journal_route(tmp_path),))
    token = {"authorization": "Bearer T"}
    told = run(asked(app, "GET", "/journal", query="verdict=refused&last=5", headers=token))
    assert [entry["infno"] for entry in msgspec.json.decode(told.body)["journal"]] == ["2102"]
    for last in ("many", "0", "9" * 5_000, "%D9%A3"):
        assert run(asked(app, "GET", "/journal", query=f"last={last}", headers=token)).status == 400
    assert run(asked(app, "GET", "/journal")).status == 401
