"""The HTTP face under requests made from its own tables: always one of the two shapes of answer, and it goes on."""

import asyncio
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settlement.wire.national_fields import Field, Node
from settlement.wire.national_traps import FORMS, reading
from settlement.wire.national_values import encode_json
from shuaka import compose

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=60),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
"""Whatever JSON may hold, in any field."""
KINDS = {
    "t": st.datetimes().map(lambda moment: f"{moment:%Y-%m-%d %H:%M:%S}"),
    "y": st.dates().map(str),
    "d": st.from_regex(r"[1-9][0-9]{0,10}", fullmatch=True),
    "b": st.text(max_size=20),
}


SOMEBODY = compose.population().person(0)
KNOWN = {
    "psn_no": ["3701000000000000"], "certno": [SOMEBODY.certno], "psn_name": [SOMEBODY.name], "psn_type": ["11", "12"],
    "mdtrt_cert_no": [SOMEBODY.card_number, SOMEBODY.certno], "card_sn": [SOMEBODY.card_id.hex().upper()],
    "insutype": ["310", "390"], "med_type": ["41", "11", "2101"], "acct_used_flag": ["0", "1"],
    "fixmedins_code": ["P37010000001"], "med_list_codg": [item.med_list_codg for item in compose.items()[:3]],
    "mdtrt_cert_type": ["02", "03"], "cnt": [1, "1"], "pric": [8, "8.00"], "det_item_fee_sumamt": [8, "8.0"],
    "medfee_sumamt": [8, 16], "oinfno": ["2102"], "chrg_bchno": ["1", "0000"],
}  # fmt: skip
"""What leads further than the first look: one of our people, what can be bought, and amounts that may add up."""


def value_of(field: Field) -> st.SearchStrategy[Any]:
    """A value as the table says, or now and then anything."""
    if field.name in KNOWN:
        return st.one_of(*[st.sampled_from(KNOWN[field.name])] * 9, JUNK)
    if field.codes:
        right: st.SearchStrategy[Any] = st.sampled_from(sorted(field.codes))
    elif field.kind == "n":
        digits = st.integers(-(10 ** min(field.size, 9)), 10 ** min(field.size, 9))
        numbers = digits.map(lambda whole: Decimal(whole).scaleb(-field.scale))
        right = numbers | numbers.map(str)
    elif field.kind == "l":
        right = st.lists(row_of(field.rows), min_size=1, max_size=2)
    else:
        right = KINDS.get(field.kind, st.text(max_size=min(field.size, 12)))
    return st.one_of(right, right, right, JUNK)


def row_of(fields: tuple[Field, ...]) -> st.SearchStrategy[dict[str, Any]]:
    required = {field.name: value_of(field) for field in fields if field.required}
    return st.fixed_dictionaries(required, optional={each.name: value_of(each) for each in fields if not each.required})


def node_of(node: Node) -> st.SearchStrategy[Any]:
    row = row_of(node.fields)
    right = st.lists(row, min_size=1, max_size=3) if node.many else row
    return st.one_of(right, right, right, JUNK)


@st.composite
def inputs(draw: st.DrawFn) -> tuple[str, Any]:
    infno = draw(st.sampled_from(sorted(FORMS)))
    given_nodes: Any = {}
    for node in FORMS[infno].nodes:
        drawn = draw(node_of(node))
        if node.name:
            given_nodes[node.name] = drawn
        elif isinstance(drawn, dict):
            given_nodes |= drawn
    return infno, draw(st.one_of(st.just(given_nodes), st.just(given_nodes), JUNK))


ENVELOPES = st.dictionaries(st.sampled_from([field.name for field in reading().envelope]), JUNK, max_size=2)


@settings(max_examples=70, deadline=None, suppress_health_check=list(HealthCheck))
@given(calls=st.lists(st.tuples(inputs(), ENVELOPES), min_size=1, max_size=4))
def test_whatever_is_sent_is_answered_in_one_of_the_two_shapes_and_the_door_stays_open(
    at_desk: Any, calls: list[tuple[tuple[str, Any], dict[str, Any]]]
) -> None:
    async def test(desk: Any) -> None:
        for (infno, asked), header in calls:
            answer = await desk.post(encode_json(desk.envelope(infno, asked, **header)))
            if answer.headers["content-type"] == "application/zip":
                continue
            assert answer.status == 200
            assert {"infcode", "inf_refmsgid", "err_msg", "output"} <= answer.json.keys()
            assert answer.json["infcode"] in (0, -1)
            assert (answer.json["infcode"] == 0) == (answer.json["err_msg"] == "")
            assert not answer.json["err_msg"].startswith("[E9000]"), infno
        await desk.sign_in()
        assert all(law.ok for law in desk.store.audit_now().invariants)

    at_desk(test)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(contents=st.lists(st.binary(max_size=80) | JUNK.map(encode_json), min_size=1, max_size=8))
def test_bytes_of_any_kind_are_answered_in_one_of_the_two_shapes(at_desk: Any, contents: list[bytes]) -> None:
    async def test(desk: Any) -> None:
        for content in contents:
            answer = await desk.post(content)
            assert (answer.status, answer.json["infcode"]) == (200, -1)
        await asyncio.sleep(0)

    at_desk(test)
