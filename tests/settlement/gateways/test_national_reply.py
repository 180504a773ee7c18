"""What the national door writes: the interface's envelope, its required fields, and nothing that was not checked."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.engine.ledger.state import Person
from settlement.gateways.national_reply import write
from settlement.wire.envelope import Reply, raw
from settlement.wire.messages import Amounts, Line, SettlementInfo

REQUIRED = """
setl_id mdtrt_id psn_no psn_name psn_cert_type certno age insutype psn_type cvlserv_flag setl_time med_type
medfee_sumamt fulamt_ownpay_amt overlmt_selfpay preselfpay_amt inscp_scp_amt hifp_pay pool_prop_selfpay
cvlserv_pay hifes_pay hifmi_pay hifob_pay maf_pay oth_pay fund_pay_sumamt psn_part_amt acct_pay psn_cash_pay
balc acct_mulaid_pay medins_setl_id clr_type hifdm_pay
"""
"""Fields of 2102's setlinfo that the interface marks as required and this host can always fill."""

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
"""Whatever JSON may hold."""


def test_a_reply_has_the_envelope_of_the_interface(at_desk: Any, sale: dict[str, Any]) -> None:
    async def test(desk: Any) -> None:
        reply = await desk.call("2102", sale)
        assert list(reply) == ["infcode", "inf_refmsgid", "refmsg_time", "respond_time", "err_msg", "output"]
        assert len(reply["inf_refmsgid"]) == 30
        assert reply["inf_refmsgid"][:20] == "370100" + reply["respond_time"][:14]
        assert reply["respond_time"] == reply["refmsg_time"] == "20261121120000000"

    at_desk(test)


def test_the_identities_hold_in_yuan(at_desk: Any, sale: dict[str, Any]) -> None:
    async def test(desk: Any) -> None:
        answer = await desk.post(msgspec.json.encode(desk.envelope("2102", sale)))
        output = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode(answer.body)["output"]
        made, cuts = output["setlinfo"], output["detlcutinfo"]
        assert made["medfee_sumamt"] == made["fund_pay_sumamt"] + made["psn_part_amt"] + made["hosp_part_amt"]
        assert made["psn_part_amt"] == made["acct_pay"] + made["psn_cash_pay"]
        assert sum(cut["det_item_fee_sumamt"] for cut in cuts) == made["medfee_sumamt"]
        assert [cut["pric"] * cut["cnt"] for cut in cuts] == [cut["det_item_fee_sumamt"] for cut in cuts]

    at_desk(test)


def test_a_settlement_answers_every_field_that_the_interface_requires(at_desk: Any, sale: dict[str, Any]) -> None:

    async def test(desk: Any) -> None:
        output = (await desk.call("2102", sale))["output"]
        assert [name for name in REQUIRED.split() if output["setlinfo"].get(name) in (None, "")] == []
        line = ["feedetl_sn", "det_item_fee_sumamt", "cnt", "pric", "pric_uplmt_amt", "chrgitm_lv", "med_chrgitm_type"]
        assert all(name in cut for cut in output["detlcutinfo"] for name in line)

    at_desk(test)


def test_a_patient_is_named_as_the_host_knows_the_person(
    at_desk: Any, sale: dict[str, Any], shoppers: list[Person]
) -> None:
    person = shoppers[0]

    async def test(desk: Any) -> None:
        made = (await desk.call("2102", sale))["output"]["setlinfo"]
        for name in ("psn_no", "psn_name", "certno", "gend", "brdy", "psn_type"):
            assert made[name] == getattr(person, name)
        born = int(person.brdy.replace("-", ""))
        assert made["age"] == (20261121 - born) // 10_000

    at_desk(test)


def test_the_bank_card_number_of_1101_is_json_in_exp_content(at_desk: Any, shoppers: list[Person]) -> None:
    person = shoppers[0]
    asked = {
        "mdtrt_cert_type": "02", "mdtrt_cert_no": person.certno, "psn_cert_type": "01", "certno": person.certno,
        "psn_name": person.psn_name,
    }  # fmt: skip

    async def test(desk: Any) -> None:
        found = (await desk.call("1101", {"data": asked}))["output"]["baseinfo"]
        assert msgspec.json.decode(found["exp_content"]) == {"bank_card_no": person.bank_card_no}

    at_desk(test)


@pytest.mark.parametrize(
    "junk", [{"drugdetail": None}, {"druginfo": {"a": 1}}, {"druginfo": 7, "drugdetail": [{"feedetl_sn": []}]}]
)
def test_what_another_transactions_input_would_hold_is_not_read(
    at_desk: Any, sale: dict[str, Any], junk: dict[str, Any]
) -> None:
    async def test(desk: Any) -> None:
        made = (await desk.call("2102", sale))["output"]["setlinfo"]
        data = {name: made[name] for name in ("setl_id", "mdtrt_id", "psn_no")}
        undone = await desk.call("2103", {"data": data} | junk)
        assert undone["output"]["setlinfo"]["medfee_sumamt"] == -made["medfee_sumamt"]
        assert "psn_name" not in undone["output"]["setlinfo"]
        assert desk.store.audit_now().ledger["2102"].voided == 1

    at_desk(test)


@given(st.data())
def test_no_input_whatever_ends_in_anything_but_a_reply(
    at_desk: Any, sold_to: Any, shoppers: list[Person], lines: tuple[Line, ...], data: Any
) -> None:
    """Where the sale is made or undone, its reply can be written; where it is not, the refusal can."""
    sale = sold_to(shoppers[0], lines)

    async def test(desk: Any) -> None:
        made = (await desk.call("2102", sale))["output"]["setlinfo"]
        given = {name: made[name] for name in ("setl_id", "mdtrt_id", "psn_no")}
        junk = data.draw(st.dictionaries(st.sampled_from(["druginfo", "drugdetail", "data", "x"]), JUNK))
        infno = data.draw(st.sampled_from(["1101", "2101", "2102", "2103", "2601"]))
        for form in (sale | junk, junk | {"data": given}, junk | {"data": data.draw(JUNK)}):
            assert (await desk.call(infno, form))["infcode"] in (0, -1)

    at_desk(test)


def test_a_settlement_that_names_no_patient_says_so_in_the_interfaces_own_empty_values() -> None:
    info = SettlementInfo("S", "M", "P", "310", "41", "2026-11-21 12:00:00", "msgid", "0", Amounts())
    reply = Reply("M", "2102", "", "", "370100" + "0" * 24, "20261121120000000", raw(info))
    made = write(reply, {})["output"]["setlinfo"]
    assert (made["psn_name"], made["certno"], made["age"]) == ("", "", 0)
