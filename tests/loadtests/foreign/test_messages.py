"""Our messages in the national form, held against the host's own reading of it; and a platform's answers as replies."""

import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from loadtests.foreign.answers import REFUSED, RefusedError, read, read_output
from loadtests.foreign.messages import Sender, Shown, envelope, written
from settlement.gateways.national_form import header_of, read_envelope, read_message
from settlement.gateways.national_reply import write
from settlement.wire import codes, messages
from settlement.wire.envelope import MalformedError, Reply, decode_output, raw
from settlement.wire.messages import Amounts, Line
from settlement.wire.national_traps import FORMS
from settlement.wire.national_values import encode_json
from terminals.kernel.effects import Request
from terminals.kernel.site import Site

NOW = "2026-11-21 12:00:00"
SITE = Site("P3701000000101", "P37010000001", "370100", "P", "run", password_asked=False)
SENDER = Sender(SITE, "clerk", "药店" * 20, "SHUAKA", "1.0.0")
SHOWN = Shown("370102195102110011", "王一", "11")
LINE = Line("1", "XA01", 18_400_000, 20_000, 3680)
SALE = {
    "psn_no": "N1", "mdtrt_cert_type": "03", "mdtrt_cert_no": "A12345674", "card_sn": "AB", "insutype": "310",
    "med_type": "41", "acct_used_flag": "1", "medfee_sumamt_fen": 3680, "drugdetail": (LINE,),
}  # fmt: skip
BODIES = [
    messages.SignIn("run"),
    messages.QueryPerson("03", "A12345674", "AB", "01", SHOWN.certno, SHOWN.psn_name),
    messages.PresettleDrugSale(**SALE),
    messages.SettleDrugSale(**SALE, chip_pin_verified=True, pin_block=b"0" * 16),
    messages.RevokeDrugSale("T1", "V1", "N1"),
    messages.Reverse("N1", "M1", "2102"),
    messages.QuerySettlement("N1", "", "", "M1"),
]


def sent(body: Any, **own_codes: str) -> bytes:
    infno = str(body.__struct_config__.tag)
    return encode_json(
        envelope(SENDER, infno, "M1", "370100", "", NOW) | {"input": written(body, SHOWN, NOW, own_codes)}
    )


@pytest.mark.parametrize("body", BODIES, ids=lambda body: str(body.__struct_config__.tag))
def test_the_host_reads_what_a_terminal_writes(body: Any) -> None:
    read_back = read_envelope(sent(body))
    message = read_message(read_back, header_of(read_back))
    unsaid = ("chip_pin_verified", "pin_block")
    known = {name: getattr(body, name) for name in body.__struct_fields__ if name not in unsaid}
    said = {name: getattr(message.body, name) for name in known}
    person = {"certno": SHOWN.certno, "psn_name": SHOWN.psn_name, "psn_type": SHOWN.psn_type}
    if "drugdetail" in said:  # where an institution has no code of its own the catalogue's goes out
        said["drugdetail"] = tuple(replace(line, medins_list_codg="") for line in said["drugdetail"])
    assert said == known | {name: value for name, value in person.items() if known.get(name) == ""}


def test_no_pin_block_and_no_word_of_the_chip_goes_out() -> None:
    assert b"pin" not in sent(BODIES[3])


def test_a_line_has_the_institutions_own_code_or_the_catalogues() -> None:
    lines = [json.loads(sent(BODIES[2], **own))["input"]["drugdetail"][0] for own in ({}, {"XA01": "S"})]
    codes_sent = [line["medins_list_codg"] for line in lines]
    assert codes_sent == ["XA01", "S"]


def test_a_message_without_a_form_is_refused_with_that_reason() -> None:
    with pytest.raises(MalformedError, match="2201 is not sent in the national form: pharmacy visits are"):
        written(messages.RegisterOutpatient("N1", "310", "03", "A1", "", "1", "2"), SHOWN, NOW, {})


def asked(infno: str) -> Request:
    body = next(body for body in BODIES if body.__struct_config__.tag == infno)
    return Request(body, "M1", "370100")


AMOUNTS = st.integers(-(10**13), 10**13)


@given(
    st.builds(Amounts, **dict.fromkeys(Amounts.__struct_fields__, AMOUNTS)),
    st.sampled_from(["2102", "2103", "5203"]),
    st.booleans(),
)
def test_a_settlement_that_the_host_writes_is_read_to_the_fen(amounts: Amounts, infno: str, strings: bool) -> None:  # noqa: FBT001 - drawn
    info = messages.SettlementInfo("T1", "V1", "N1", "310", "41", NOW, "M1", "0", amounts)
    told = write(Reply("M1", infno, "", "", "370100" + "0" * 24, "20261121120000000", raw(info)), {})
    settled = told["output"]["setlinfo"]
    if strings:  # as platforms send them, too
        texts = {name: f"{value:f}" for name, value in settled.items() if isinstance(value, Decimal)}
        told["output"]["setlinfo"] = settled | texts
    answered = read(encode_json(told), asked(infno))
    listed = {field.name for node in FORMS[infno].answers for field in node.fields}
    unlisted = {name: "" for name in ("refd_setl_flag", "psn_no", "insutype", "med_type") if name not in listed}
    if "hosp_part_amt" not in listed:
        unlisted["amounts"] = replace(amounts, hosp_part_amt_fen=0)
    assert decode_output(answered.reply) == replace(info, **unlisted)
    assert answered.reply.approved


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ({"pdn_cash_pay": "1.20"}, 120),
        ({"cash_payamt": 1.2}, 120),
        ({"psn_cash_pay": ""}, 0),
        ({"psn_cash_pay": None}, 0),
    ],
)
def test_an_amount_is_found_under_each_of_its_names(amounts: dict[str, Any], expected: int) -> None:
    content = json.dumps({"infcode": "0", "output": {"setlinfo": amounts}}).encode()
    output = decode_output(read(content, asked("2102")).reply)
    assert isinstance(output, messages.SettlementInfo)
    assert output.amounts.psn_cash_pay_fen == expected


@pytest.mark.parametrize(
    ("message", "infno", "refusal"),
    [
        ("[E3101] 总额与明细不符", "2102", "E3101"),
        ("[E0000] 未知", "2102", REFUSED),
        ("总额与明细不符", "2102", REFUSED),
        (None, "2601", REFUSED),
        ("未查询到", "5203", codes.ORIGINAL_UNKNOWN.code),
    ],
)
def test_a_refusal_keeps_a_code_that_is_known(message: str | None, infno: str, refusal: str) -> None:
    reply = read(json.dumps({"infcode": -1, "err_msg": message}).encode(), asked(infno)).reply
    assert (reply.refusal, reply.approved) == (refusal, False)


@pytest.mark.parametrize(
    ("began", "ended", "took_us"),
    [
        ("20261121120000000", "20261121120000025", 25_000),
        ("20261121235959999", "20261122000000001", 2_000),
        ("20261121120000025", "20261121120000000", None),
        ("", "20261121120000000", None),
        ("2026112112000000x", "20261121120000000", None),
    ],
)
def test_a_platforms_own_time_is_what_it_states(began: str, ended: str, took_us: int | None) -> None:
    said = {"infcode": 0, "refmsg_time": began, "respond_time": ended, "output": {}}
    assert read(json.dumps(said).encode(), asked("2601")).platform_us == took_us


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"infcode":null}',
        b'{"infcode":true}',
        b'{"infcode":0}',
        b'{"infcode":0,"output":{}}',
        b'{"infcode":0,"output":{"setlinfo":{"medfee_sumamt":"1.234"}}}',
    ],
)
def test_what_is_no_answer_is_refused_and_never_guessed(content: bytes) -> None:
    with pytest.raises(MalformedError):
        read(content, asked("2102"))


JSON_OBJECTS = st.dictionaries(st.text(max_size=8), st.none() | st.integers() | st.text()).map(msgspec.json.encode)


@given(st.binary(max_size=60) | JSON_OBJECTS)
def test_no_answer_whatever_ends_in_anything_but_a_reply_or_that_it_is_none(content: bytes) -> None:
    with suppress(MalformedError):
        read(content, asked("1101"))


def test_a_refused_question_says_why() -> None:
    with pytest.raises(RefusedError, match="未开通"):
        read_output('{"infcode":"-1","err_msg":"未开通"}'.encode())
