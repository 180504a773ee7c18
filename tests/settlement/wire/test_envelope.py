import contextlib
from collections.abc import Iterator
from typing import Any

import msgpack
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.wire import codes
from settlement.wire.bank import AMOUNT_MAX_FEN, TRACE_MAX, Purchase, PurchaseAnswered
from settlement.wire.envelope import (
    ALLOWED,
    BODY_TYPES,
    MalformedError,
    Reply,
    Request,
    decode_body,
    decode_output,
    decode_reply,
    decode_request,
    digest_of,
    encode,
    infno_of,
    raw,
)
from settlement.wire.messages import DrugSale, Line, Reverse, RevokeDrugSale, SettleDrugSale, SignedIn, SignIn


def request_of(body: Any) -> Request:
    return Request(
        msgid="M1",
        fixmedins_code="P37010000001",
        dev_no="P3701000000101",
        mdtrtarea_admvs="370100",
        insuplc_admdvs="",
        sign_no="S",
        counter=1,
        inf_time="2026-11-21 12:00:00",
        body=body if isinstance(body, msgspec.Raw) else raw(body),
    )


SALE = SettleDrugSale(
    psn_no="3701000000000000",
    mdtrt_cert_type="03",
    mdtrt_cert_no="A00000003",
    card_sn="00",
    insutype="310",
    med_type="41",
    acct_used_flag="1",
    medfee_sumamt_fen=2500,
    drugdetail=(Line("1", "X", 12_500_000, 20_000, 2500),),
    pin_block=bytes(16),
)

texts = st.text(min_size=1, max_size=30)


@given(texts, texts, texts)
def test_a_message_comes_back_as_it_went(setl_id: str, mdtrt_id: str, psn_no: str) -> None:
    body = RevokeDrugSale(setl_id, mdtrt_id, psn_no)
    request = decode_request(encode(request_of(body)))
    assert decode_body(request) == body


def test_an_independent_decoder_reads_the_wire() -> None:
    header = msgpack.unpackb(encode(request_of(SALE)))
    assert header[:8] == [
        "M1", "P37010000001", "P3701000000101", "370100", "", "S", 1, "2026-11-21 12:00:00",
    ]  # fmt: skip
    assert header[8][0] == "2102"
    assert header[8][8:10] == [2500, [["1", "X", 12_500_000, 20_000, 2500, "", ""]]]


def test_an_independent_encoder_is_understood() -> None:
    packed = msgpack.packb(["M1", "P1", "T", "370100", "", "S", 1, "", ["2601", "P", "M0", "2102"]])
    assert decode_body(decode_request(packed)) == Reverse("P", "M0", "2102")


@pytest.mark.parametrize("infno", sorted(BODY_TYPES))
def test_every_transaction_has_its_message(infno: str) -> None:
    assert infno in codes.KINDS


def test_every_message_has_its_transaction() -> None:
    assert set(codes.KINDS) == set(BODY_TYPES)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("psn_no", 5, "psn_no"),
        ("psn_no", "", "psn_no"),
        ("psn_no", "x" * 31, "psn_no"),
        ("medfee_sumamt_fen", 25.0, "medfee_sumamt_fen"),
        ("medfee_sumamt_fen", "2500", "medfee_sumamt_fen"),
        ("medfee_sumamt_fen", 10**16, "medfee_sumamt_fen"),
        ("acct_used_flag", "3", "acct_used_flag: must be 0, 1 or 2"),
        ("drugdetail", [], "drugdetail"),
        ("drugdetail", [["1", "X", 1.5, 1, 1]], "drugdetail"),
    ],
)
def test_a_wrong_field_is_named(field: str, value: object, words: str) -> None:
    fields = msgpack.unpackb(encode(SALE))
    place = 1 + SettleDrugSale.__struct_fields__.index(field)
    fields[place] = value
    broken = request_of(msgspec.Raw(msgpack.packb(fields)))
    with pytest.raises(MalformedError, match=words) as caught:
        decode_body(broken)
    assert caught.value.refusal == codes.BAD_ENVELOPE
    assert caught.value.msgid == "M1"


def patterns(node: object) -> Iterator[str]:
    """Every pattern in a JSON schema."""
    if isinstance(node, dict):
        yield from [node["pattern"]] if isinstance(node.get("pattern"), str) else []
        for inner in node.values():
            yield from patterns(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from patterns(inner)


def test_every_pattern_of_a_field_has_its_words() -> None:
    _, schemas = msgspec.json.schema_components([Request, *BODY_TYPES.values()])
    assert set(patterns(schemas)) == set(ALLOWED)


def test_a_field_that_does_not_match_is_told_what_is_allowed() -> None:
    fields = msgpack.unpackb(encode(request_of(msgspec.Raw(encode(SALE)))))
    fields[3] = "Jinan"
    with pytest.raises(MalformedError) as caught:
        decode_request(msgpack.packb(fields))
    assert str(caught.value) == "mdtrtarea_admvs: must be six digits"


def test_a_missing_field_is_refused() -> None:
    broken = request_of(msgspec.Raw(msgpack.packb(["2103", "S"])))
    with pytest.raises(MalformedError, match="at least length"):
        decode_body(broken)


@pytest.mark.parametrize("infno", ["9999", "", 5, None])
def test_an_unknown_transaction_is_named_as_such(infno: object) -> None:
    broken = request_of(msgspec.Raw(msgpack.packb([infno, "S"])))
    with pytest.raises(MalformedError) as caught:
        decode_body(broken)
    assert caught.value.refusal == codes.UNKNOWN_MESSAGE


@given(st.binary(max_size=100))
def test_random_bytes_never_raise_anything_else(data: bytes) -> None:
    for decode in (decode_request, decode_reply):
        try:
            decode(data)
        except MalformedError:
            continue


@given(st.recursive(st.none() | st.integers(-5, 5) | st.text(max_size=3), st.lists, max_leaves=8))
def test_a_body_of_any_shape_never_raises_anything_else(shape: object) -> None:
    with contextlib.suppress(MalformedError):
        decode_body(request_of(msgspec.Raw(msgpack.packb(shape))))


def test_an_older_terminal_that_knows_fewer_fields_is_understood() -> None:
    fields = msgpack.unpackb(encode(SALE))
    older = request_of(msgspec.Raw(msgpack.packb(fields[: 1 + len(DrugSale.__struct_fields__)])))
    assert decode_body(older) == msgspec.structs.replace(SALE, pin_block=b"")


def test_a_newer_terminal_that_knows_more_fields_is_understood() -> None:
    newer = request_of(msgspec.Raw(msgpack.packb([*msgpack.unpackb(encode(SALE)), "more"])))
    assert decode_body(newer) == SALE


def test_a_repeat_has_the_same_digest_although_its_pin_block_differs() -> None:
    repeat = msgspec.structs.replace(SALE, pin_block=bytes(range(16)))
    assert digest_of(SALE, "") == digest_of(repeat, "")


@pytest.mark.parametrize("change", [{"medfee_sumamt_fen": 2501}, {"psn_no": "x"}, {"chip_pin_verified": True}])
def test_other_content_has_another_digest(change: dict[str, Any]) -> None:
    assert digest_of(SALE, "") != digest_of(msgspec.structs.replace(SALE, **change), "")


def test_another_place_of_insurance_has_another_digest() -> None:
    assert digest_of(SALE, "") != digest_of(SALE, "379900")


def test_a_refusal_carries_no_output() -> None:
    assert decode_output(Reply("M", "2102", "E2102", "", "", "")) is None


def test_an_approval_without_an_output_is_malformed() -> None:
    with pytest.raises(MalformedError, match="output"):
        decode_output(Reply("M", "2102", "", "", "", ""))


def test_a_refusal_of_the_bank_carries_its_answer() -> None:
    declined = PurchaseAnswered("51", 1, 1, 100, bytes(12), "", "000000000000")
    reply = decode_reply(encode(Reply("M", "0200", "E4011", "", "", "", raw(declined))))
    assert decode_output(reply) == declined


@given(st.integers(0, TRACE_MAX), st.integers(0, AMOUNT_MAX_FEN), st.binary(max_size=255), st.binary(max_size=16))
def test_a_purchase_comes_back_as_it_went(trace: int, amount_fen: int, chip_data: bytes, pin_block: bytes) -> None:
    body = Purchase("6299990000000000000", 1, trace, 1, amount_fen, "051", chip_data, pin_block)
    assert decode_body(decode_request(encode(request_of(body)))) == body


def test_an_independent_decoder_reads_the_bank_leg() -> None:
    body = Purchase("6299990000000000000", 1, 7, 2, 8_750, "072", b"\x9f\x26", setl_id="S")
    assert msgpack.unpackb(encode(body)) == [
        "0200", "6299990000000000000", 1, 7, 2, 8_750, "072", b"\x9f\x26", b"", "S",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("pan", "62999900000000", "pan: must be 16 to 19 digits"),
        ("entry_mode", "021", "entry_mode: must be 051, 052, 071 or 072"),
        ("trace", TRACE_MAX + 1, "trace"),
        ("amount_fen", -1, "amount_fen"),
        ("amount_fen", AMOUNT_MAX_FEN + 1, "amount_fen"),
        ("chip_data", bytes(256), "chip_data"),
        ("pin_block", bytes(17), "pin_block"),
    ],
)
def test_a_wrong_field_of_a_purchase_is_named(field: str, value: object, words: str) -> None:
    right = Purchase("6299990000000000000", 1, 7, 2, 8_750, "072", b"")
    with pytest.raises(MalformedError, match=words):
        decode_body(request_of(msgspec.structs.replace(right, **{field: value})))


def test_an_approval_carries_its_output() -> None:
    reply = decode_reply(encode(Reply("M", "9001", "", "", "", "", raw(SignedIn("S", "now")))))
    assert decode_output(reply) == SignedIn("S", "now")


def test_the_infno_of_what_is_no_message_is_empty_or_cut() -> None:
    assert infno_of(b"\xc1") == ""
    assert infno_of(msgpack.packb([])) == ""
    assert infno_of(msgpack.packb(["x" * 100])) == "x" * 20


def test_a_9001_says_who_works() -> None:
    assert decode_body(decode_request(encode(request_of(SignIn("x"))))) == SignIn("x")
