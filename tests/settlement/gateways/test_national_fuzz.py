"""The HTTP face under requests made from its own tables: always one of the two shapes of answer, and it goes on.

A pharmacy's software asks, a hospital's that has a visit and a stay with charges, and whoever asks for card services.
"""

import asyncio
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect

from settlement.engine.ledger.state import Person
from settlement.wire.national_fields import Field, Node
from settlement.wire.national_traps import FORMS, reading
from settlement.wire.national_values import encode_json
from settlement.wire.service_catalogue import CALLS
from shuaka import compose

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=60),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
"""Whatever JSON may hold, in any field."""
RARELY = st.integers(0, 15).map(lambda number: number == 15)
USUAL = {"mdtrt_cert_no", "card_sn", "mid_setl_flag"}
"""Fields that the interface does not require and a message seldom goes far without."""
KINDS = {
    "t": st.from_regex(r"202[0-9]-(0[1-9]|1[0-2])-[0-2][1-8] [01][0-9]:[0-5][0-9]:[0-5][0-9]", fullmatch=True),
    "y": st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(str),
    "d": st.from_regex(r"[1-9][0-9]{0,10}", fullmatch=True),
    "b": st.text(max_size=20),
}
VISIT, STAY, SETTLED = "the visit", "the stay", "the settlement"
"""Stand in what is drawn for numbers that only the host knows."""

SOMEBODY = compose.population().person(0)
KNOWN: Mapping[str, list[Any]] = {
    "psn_no": ["3701000000000000"], "certno": [SOMEBODY.certno], "psn_name": [SOMEBODY.name], "psn_type": ["11", "12"],
    "mdtrt_cert_no": [SOMEBODY.card_number, SOMEBODY.certno], "card_sn": [SOMEBODY.card_id.hex().upper()],
    "insutype": ["310", "390"], "med_type": ["41", "11", "2101"], "acct_used_flag": ["0", "1"],
    "fixmedins_code": ["P37010000001"], "med_list_codg": [item.med_list_codg for item in compose.items()[:3]],
    "mdtrt_cert_type": ["02", "03"], "cnt": [1, "1"], "pric": [8, "8.00"], "det_item_fee_sumamt": [8, "8.0"],
    "medfee_sumamt": [8, 16], "oinfno": ["2102"], "chrg_bchno": ["1", "0000"],
}  # fmt: skip
"""What leads further than the first look: one of our people, what can be bought, and amounts that may add up."""
KNOWN_AT_HOSPITAL = KNOWN | {
    "insutype": ["310"], "acct_used_flag": ["0"], "mdtrt_cert_type": ["02"], "mdtrt_cert_no": [SOMEBODY.certno],
    "psn_type": ["11"], "med_type": [*["11"] * 6, "13", "14", "2101"], "mdtrt_id": [*[VISIT] * 7, STAY],
    "chrg_bchno": [*["1"] * 6, "2", "0000"],
    "feedetl_sn": ["1", "2", "3"], "ipt_otp_no": ["1"], "mid_setl_flag": ["0", "1"], "maindiag_flag": ["0", "1"],
    "insuplc_admdvs": ["370100"], "mdtrtarea_admvs": ["370100"], "fixmedins_code": ["H37010000001"],
    "medfee_sumamt": [*[8] * 6, 16, 0], "psn_setlway": ["01"], "setl_id": [SETTLED], "oinfno": ["2207", "2304", "2401"],
    "fulamt_ownpay_amt": [0], "overlmt_selfpay": [0], "preselfpay_amt": [0], "inscp_scp_amt": [8],
    "dise_codg": ["M03900"], "dscg_way": ["1"], "init_feedetl_sn": ["1"], "hosp_appr_flag": ["0"],
}  # fmt: skip
KNOWN_IN_STAY = KNOWN_AT_HOSPITAL | {"med_type": ["2101"], "mdtrt_id": [*[STAY] * 7, VISIT]}
OF_HOSPITAL = sorted(infno for infno in FORMS if infno[:2] in ("22", "23", "24") or infno in ("2601", "5203"))
ITEM = KNOWN["med_list_codg"][0]


def value_of(field: Field, known: Mapping[str, list[Any]]) -> st.SearchStrategy[Any]:
    """A value as the table says."""
    if field.name in known:
        return st.sampled_from(known[field.name])
    if field.codes:
        return st.sampled_from(sorted(field.codes))
    if field.kind == "n":
        digits = st.integers(-(10 ** min(field.size, 9)), 10 ** min(field.size, 9))
        numbers = digits.map(lambda whole: Decimal(whole).scaleb(-field.scale))
        return numbers | numbers.map(str)
    if field.kind == "l":
        return st.lists(row_of(field.rows, known), min_size=1, max_size=2)
    return KINDS.get(field.kind, st.text(min_size=1, max_size=min(field.size, 12)))


@st.composite
def row_of(draw: st.DrawFn, fields: tuple[Field, ...], known: Mapping[str, list[Any]]) -> dict[str, Any]:
    """A row as the table says, and now and then with anything in one of its fields."""
    asked = [field for field in fields if field.required or field.name in USUAL or draw(RARELY)]
    made = {field.name: draw(value_of(field, known)) for field in asked}
    if made and draw(RARELY):
        made[draw(st.sampled_from(sorted(made)))] = draw(JUNK)
    return made


@st.composite
def node_of(draw: st.DrawFn, node: Node, known: Mapping[str, list[Any]]) -> Any:
    row = row_of(node.fields, known)
    if draw(RARELY):
        return draw(JUNK)
    return draw(st.lists(row, min_size=1, max_size=3) if node.many else row)


@st.composite
def inputs(draw: st.DrawFn, infnos: list[str], known: Mapping[str, list[Any]]) -> tuple[str, Any]:
    infno = draw(st.sampled_from(infnos))
    if known is KNOWN_AT_HOSPITAL and infno[:2] != "22":
        known = KNOWN_IN_STAY
    given_nodes: Any = {}
    for node in FORMS[infno].nodes:
        drawn = draw(node_of(node, known))
        if node.name:
            given_nodes[node.name] = drawn
        elif isinstance(drawn, dict):
            given_nodes |= drawn
    return infno, draw(JUNK) if draw(RARELY) else given_nodes


ENVELOPES = st.dictionaries(st.sampled_from([field.name for field in reading().envelope]), JUNK, max_size=2)


@st.composite
def services(draw: st.DrawFn) -> tuple[str, Any]:
    """A card service and its fields as its struct has them, and now and then with anything in one of them."""
    name = draw(st.sampled_from(sorted(CALLS)))
    asked = inspect.type_info(CALLS[name])
    assert isinstance(asked, inspect.StructType)
    made = {field.encode_name: draw(_told(field)) for field in asked.fields if field.required or draw(st.booleans())}
    if made and draw(RARELY):
        made[draw(st.sampled_from(sorted(made)))] = draw(JUNK)
    return name, draw(JUNK) if draw(RARELY) else made


def _told(field: inspect.Field) -> st.SearchStrategy[Any]:
    kind = field.type
    if field.encode_name in KNOWN:
        return st.sampled_from(KNOWN[field.encode_name])
    if isinstance(kind, inspect.LiteralType):
        return st.sampled_from(kind.values)
    if isinstance(kind, inspect.IntType):
        return st.integers(-(10**6), 10**6)
    if isinstance(kind, inspect.BoolType):
        return st.booleans()
    if isinstance(kind, inspect.StrType) and kind.pattern:
        return st.from_regex(kind.pattern, fullmatch=True)
    return st.text(min_size=1, max_size=12)


def assert_sound(desk: Any) -> None:
    broken = [law for law in desk.store.audit_now().invariants if not law.ok]
    assert not broken


def assert_answered(answer: Any, asked: Any) -> None:
    assert answer.status == 200
    assert {"infcode", "inf_refmsgid", "err_msg", "output"} <= answer.json.keys()
    assert answer.json["infcode"] in (0, -1)
    assert (answer.json["infcode"] == 0) == (answer.json["err_msg"] == "")
    assert not answer.json["err_msg"].startswith("[E9000]"), asked


@settings(max_examples=70, deadline=None, suppress_health_check=list(HealthCheck))
@given(calls=st.lists(st.tuples(inputs(sorted(FORMS), KNOWN), ENVELOPES), min_size=1, max_size=4))
def test_whatever_is_sent_is_answered_in_one_of_the_two_shapes_and_the_door_stays_open(
    at_desk: Any, calls: list[tuple[tuple[str, Any], dict[str, Any]]]
) -> None:
    async def test(desk: Any) -> None:
        for (infno, asked), header in calls:
            answer = await desk.post(encode_json(desk.envelope(infno, asked, **header)))
            if answer.headers["content-type"] == "application/zip":
                continue
            assert_answered(answer, infno)
        await desk.sign_in()
        assert_sound(desk)

    at_desk(test)


@settings(max_examples=70, deadline=None, suppress_health_check=list(HealthCheck))
@given(calls=st.lists(inputs(OF_HOSPITAL, KNOWN_AT_HOSPITAL), min_size=1, max_size=8))
def test_whatever_is_said_of_a_visit_and_a_stay_is_answered_and_the_books_stay_right(
    at_desk: Any, shoppers: list[Person], calls: list[tuple[str, Any]]
) -> None:
    async def test(desk: Any) -> None:
        numbers = await treated(desk, shoppers[0])
        for infno, asked in calls:
            answer = await desk.post_of_hospital(desk.envelope(infno, named(asked, numbers)))
            assert_answered(answer, infno)
            made = answer.json["output"].get("setlinfo") if answer.json["infcode"] == 0 else None
            numbers[SETTLED] = (made or {}).get("setl_id") or numbers[SETTLED]
        await desk.sign_in()
        assert_sound(desk)

    at_desk(test)


@settings(max_examples=70, deadline=None, suppress_health_check=list(HealthCheck))
@given(calls=st.lists(services(), min_size=1, max_size=4))
def test_whatever_a_service_is_asked_is_answered_in_its_own_shape_and_the_books_stay_right(
    at_desk: Any, calls: list[tuple[str, Any]]
) -> None:
    async def test(desk: Any) -> None:
        for name, asked in calls:
            answer = await desk.serve(name, encode_json(asked), "opter=clerk", at="S")
            assert answer.status in (200, 400), name
            if answer.status == 200:
                assert {"infcode", "refusal", "err_msg", "msgid", "output"} <= answer.json.keys()
                assert answer.json["refusal"] != "E9000", name
        await desk.sign_in()
        assert_sound(desk)

    at_desk(test)


async def treated(desk: Any, person: Person) -> dict[str, str]:
    """Open a visit and a stay of a person, with a charge each; return their numbers."""
    line = {"chrg_bchno": "1", "med_list_codg": ITEM, "pric": "8", "cnt": "1"}
    visit = (await desk.treat("2201", person, {}))["output"]["data"]["mdtrt_id"]
    stay = (await desk.treat("2401", person, {}))["output"]["result"]["mdtrt_id"]
    assert (await desk.treat("2204", person, {"feedetail": [line | {"mdtrt_id": visit}]}))["infcode"] == 0
    del line["chrg_bchno"]
    assert (await desk.treat("2301", person, {"feedetail": [line | {"mdtrt_id": stay}]}))["infcode"] == 0
    return {VISIT: visit, STAY: stay, SETTLED: "none"}


def named(asked: Any, numbers: Mapping[str, str]) -> Any:
    """Return what was drawn with the host's numbers in it."""
    if isinstance(asked, dict):
        return {name: named(value, numbers) for name, value in asked.items()}
    if isinstance(asked, list):
        return [named(value, numbers) for value in asked]
    return numbers.get(asked, asked) if isinstance(asked, str) else asked


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(contents=st.lists(st.binary(max_size=80) | JUNK.map(encode_json), min_size=1, max_size=8))
def test_bytes_of_any_kind_are_answered_in_one_of_the_two_shapes(at_desk: Any, contents: list[bytes]) -> None:
    async def test(desk: Any) -> None:
        for content in contents:
            answer = await desk.post(content)
            assert (answer.status, answer.json["infcode"]) == (200, -1)
        await asyncio.sleep(0)

    at_desk(test)
