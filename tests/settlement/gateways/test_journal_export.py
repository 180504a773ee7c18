"""What a journal's calls make of a scenario: it is played, and comes out as the calls did."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from settlement import data_directory
from settlement.data_directory import NETWORK_KEY
from settlement.engine.case import World
from settlement.engine.ledger.state import Person
from settlement.gateways.national import national_app
from settlement.journal.files import NEW, read
from settlement.journal.writer import Journal
from settlement.validation.differences import judge_scenario
from settlement.validation.scenario_file import read_scenario
from shuaka.compose import population
from shuaka.revealing import scenario


@pytest.fixture
def exported(at_desk: Any, tmp_path: Path, world: World) -> Callable[[Any], str]:
    """Run a test at a desk whose engine keeps a journal; return the scenario that its calls make, without a secret."""

    def run(test: Any) -> str:
        (tmp_path / NETWORK_KEY).write_text(bytes(range(16)).hex())

        async def both(desk: Any) -> None:
            journal = Journal(tmp_path, data_directory.journal_key(tmp_path))
            desk.service._journal = journal
            desk.app = national_app(desk.service, desk.keys, desk.clock, journal=journal)
            await test(desk)
            journal.close()
            desk.service._journal = None

        at_desk(both)
        return scenario(tmp_path, read(tmp_path, 100))

    return run


@pytest.fixture
def differing(world: World) -> Callable[[str], list[Any]]:
    """Play a scenario; return what differs."""

    def play(text: str) -> list[Any]:
        verdicts = judge_scenario(read_scenario(text, "s.toml"), population(), world, "s.toml")
        return [found for verdict in verdicts for found in verdict.differs]

    return play


def larger(sale: dict[str, Any], times: int) -> dict[str, Any]:
    """The same sale of so many times as much."""
    rows = [
        row | {"cnt": times, "det_item_fee_sumamt": f"{times * float(row['det_item_fee_sumamt']):.2f}"}
        for row in sale["drugdetail"]
    ]
    total = sum(float(row["det_item_fee_sumamt"]) for row in rows)
    return {"druginfo": sale["druginfo"] | {"medfee_sumamt": f"{total:.2f}"}, "drugdetail": rows}


def bound(beneficiary: Person, owner: Person) -> dict[str, str]:
    return {
        "psn_no": beneficiary.psn_no, "owner_psn_no": owner.psn_no,
        "mdtrt_cert_type": "02", "mdtrt_cert_no": beneficiary.certno,
        "owner_cert_type": "02", "owner_cert_no": owner.certno,
    }  # fmt: skip


def test_a_sale_and_its_revoke_replay_with_the_fields_that_each_answers(
    exported: Any, differing: Any, sale: dict[str, Any]
) -> None:
    async def test(desk: Any) -> None:
        sold = await desk.call("2102", sale)
        info = sold["output"]["setlinfo"]
        revoked = {"psn_no": info["psn_no"], "setl_id": info["setl_id"], "mdtrt_id": info["mdtrt_id"]}
        assert (await desk.call("2103", {"data": revoked}))["infcode"] == 0

    text = exported(test)
    assert 'infno = "2103"' in text
    assert differing(text) == []


def test_a_family_sale_replays_with_its_binding_and_hides_whose_account_pays(
    exported: Any, differing: Any, sold_to: Any, shoppers: list[Person], lines: Any, tmp_path: Path
) -> None:
    beneficiary, owner = shoppers[0], shoppers[1]

    async def test(desk: Any) -> None:
        binding = await desk.serve("bind-family", bound(beneficiary, owner), "opter=clerk", at="E")
        assert binding.json["infcode"] == 0, binding.json
        total = sum(line.det_item_fee_sumamt_fen for line in lines)
        sale = larger(sold_to(beneficiary, lines), beneficiary.balance_fen // total + 1)
        answer = await desk.call("2102", sale | {"druginfo": sale["druginfo"] | {"acct_used_flag": "2"}})
        assert float(answer["output"]["setlinfo"]["acct_mulaid_pay"]) > 0, answer

    text = exported(test)
    assert owner.psn_no not in (tmp_path / NEW).read_text()
    assert 'service = "bind-family"' in text
    assert "psn_no}" in text.rpartition("postings = ")[2]
    assert differing(text) == []


def test_what_no_scenario_can_say_is_a_comment_in_its_place(
    exported: Any, differing: Any, sale: dict[str, Any]
) -> None:
    async def test(desk: Any) -> None:
        await desk.post(b"{")
        await desk.call("2102", sale, opter="")
        await desk.call("2102", sale, fixmedins_code="P37010000002")
        await desk.call("21\n9", {})
        await desk.call("2102", {"druginfo": [1]})
        await desk.call("2102", sale, opter="stranger")
        change = {
            "psn_no": sale["druginfo"]["psn_no"],
            "channel": "APP",
            "password": "000000",
            "new_password": "135790",
        }
        await desk.serve("change-password", change, "opter=clerk")
        await desk.call("2102", sale | {"own_node": {}, "druginfo": sale["druginfo"] | {"own_field": "x"}})

    text = exported(test)
    left_out = [line for line in text.splitlines() if line.startswith("# ")]
    assert [line.partition(": ")[2] for line in left_out] == [
        "it could not be read, or is not kept whole",
        "it could not be read, or is not kept whole",
        "its envelope was refused",
        "its input is none of the interface's",
        "its input is none of the interface's",
        "in a scenario institutions sign in by themselves",
        "a secret or a file in it is not kept",
    ]
    assert text.count("[[step]]") == 1
    assert differing(text) == []


def test_a_journal_of_nothing_but_that_makes_no_scenario(exported: Any) -> None:
    async def test(desk: Any) -> None:
        await desk.post(b"{")

    with pytest.raises(ValueError, match="holds no call that a scenario can say"):
        exported(test)
