"""Where text and platforms part: each trap read as platforms do, and as printed when it is asked for."""

from typing import Any

import pytest

from settlement.engine.ledger.state import Person
from settlement.gateways.national import national_app
from settlement.wire.national_traps import TRAPS, reading


@pytest.fixture
def told(at_desk: Any, sale: dict[str, Any]) -> Any:
    """Return what a strict or an obliging door says of a sale that was changed."""

    def tell(change: Any, strict: tuple[str, ...] = ()) -> str:
        said: list[str] = []

        async def test(desk: Any) -> None:
            desk.app = national_app(desk.service, (desk.key,), desk.clock, tables=reading(strict))
            header: dict[str, Any] = {}
            change(sale, header)
            said.append((await desk.call("2102", sale, **header))["err_msg"])

        at_desk(test)
        return said[0]

    return tell


def respelt(_sale: Any, header: dict[str, Any]) -> None:
    header |= {"mdtrtarea_admvs": "", "mdtrtarea_admdvs": "370100"}


def long_type(sale: Any, _header: Any) -> None:
    sale["druginfo"]["psn_type"] = "116003"


def traced(sale: Any, _header: Any) -> None:
    sale["drugdetail"][0]["drug_trac_info"] = [{"feedetl_sn": "1"}]


def long_number(sale: Any, _header: Any) -> None:
    sale["drugdetail"][0]["feedetl_sn"] = "1" * 16


def by_machine(_sale: Any, header: dict[str, Any]) -> None:
    header["opter_type"] = "2"


@pytest.mark.parametrize(
    ("trap", "change", "obliging", "strict"),
    [
        ("region-spelling", respelt, "", "mdtrtarea_admvs: required"),
        ("short-lengths", long_type, "[E3001]", "psn_type: at most 3 characters"),
        ("trace-spelling", traced, "drug_trac_info[0].drug_trac_codg: required", ""),
        ("line-numbers", long_number, "", "feedetl_sn: at most 15 characters"),
        ("operator-types", by_machine, "", "opter_type: not in its code table (1)"),
    ],
)
def test_a_trap_is_read_as_platforms_do_and_as_printed_when_asked(
    told: Any, trap: str, change: Any, obliging: str, strict: str
) -> None:
    first, second = told(change), told(change, (trap,))
    assert (obliging in first) if obliging else first == ""
    assert (strict in second) if strict else second == ""


@pytest.mark.parametrize(("strict", "beside"), [((), True), (("query-names",), False)])
def test_a_query_answers_the_printed_names_and_the_usual_ones_beside_them(
    at_desk: Any, sale: dict[str, Any], strict: tuple[str, ...], beside: bool,  # noqa: FBT001 - a case of the table
) -> None:  # fmt: skip
    async def test(desk: Any) -> None:
        made = (await desk.call("2102", sale))["output"]["setlinfo"]
        desk.app = national_app(desk.service, (desk.key,), desk.clock, tables=reading(strict))
        asked = {name: made[name] for name in ("psn_no", "setl_id", "mdtrt_id")}
        found = (await desk.call("5203", {"data": asked}))["output"]["setlinfo"]
        assert (found["psn_pay"], found["cash_payamt"]) == (made["psn_part_amt"], made["psn_cash_pay"])
        assert ("psn_cash_pay" in found) is beside

    at_desk(test)


def test_numbers_are_answered_as_texts_where_that_is_asked_for(at_desk: Any, sale: dict[str, Any]) -> None:
    async def test(desk: Any) -> None:
        desk.app = national_app(desk.service, (desk.key,), desk.clock, tables=reading(["amount-texts"]))
        output = (await desk.call("2102", sale))["output"]
        assert output["setlinfo"]["psn_cash_pay"] == "0.00"
        assert all(isinstance(cut["cnt"], str) for cut in output["detlcutinfo"])

    at_desk(test)


def test_a_query_needs_both_names_where_the_text_is_read_strictly(at_desk: Any, shoppers: list[Person]) -> None:
    async def test(desk: Any) -> None:
        desk.app = national_app(desk.service, (desk.key,), desk.clock, tables=reading(["query-keys"]))
        asked = {"psn_no": shoppers[0].psn_no, "medins_setl_id": "M1"}
        assert "setl_id: required" in (await desk.call("5203", {"data": asked}))["err_msg"]

    at_desk(test)


def test_every_trap_changes_the_reading() -> None:
    assert all(reading([name]) != reading() for name in TRAPS)
