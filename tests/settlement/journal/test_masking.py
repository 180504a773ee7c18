"""Nothing of a person stands in what the journal keeps, however it was written; equal values stay equal."""

import json
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.journal.masking import LEFT_OUT, MASKED, Mask, hidden
from settlement.wire.card_service import SECRETS
from settlement.wire.messages import Body, Output

MASK = Mask(b"k" * 16)
CANARY = "CANARY-7f3a"
VALUES = st.text(max_size=10) | st.integers() | st.none() | st.booleans()
NAMES = st.sampled_from([*sorted(MASKED), *sorted(LEFT_OUT)])
TREES = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=6), inner, max_size=3)
)


def masked(value: Any, **how: Any) -> tuple[str, dict[str, str]]:
    seen: dict[str, str] = {}
    return MASK.text(json.dumps(value, **how).encode(), seen).decode(), seen


@given(NAMES, TREES, st.booleans(), st.sampled_from([None, 1]))
def test_no_value_of_a_personal_field_is_left_wherever_it_stands(
    name: str,
    beside: Any,
    escaped: bool,  # noqa: FBT001 - drawn
    indent: int | None,
) -> None:
    for value in (CANARY, [CANARY], {"x": CANARY}, f'"{CANARY}\\'):
        text, _ = masked({"a": [beside, {name: value}]}, ensure_ascii=escaped, indent=indent)
        assert CANARY not in text
        assert "\n" not in text
        json.loads(text)


def test_a_name_spelt_in_escapes_hides_nothing() -> None:
    seen: dict[str, str] = {}
    assert CANARY.encode() not in MASK.text(b'{"\\u0070sn_no": "%b"}' % CANARY.encode(), seen)


@pytest.mark.parametrize("number", ["11010119900307751X", "370100199003077510", "6299990000000000015"])
def test_an_identity_number_or_a_bank_card_is_masked_in_any_field(number: str) -> None:
    assert number not in masked({"opter_name": number, "x": [number]})[0]


def test_what_is_nobodys_stays_readable_and_equal_values_stay_equal() -> None:
    text, seen = masked({"medfee_sumamt": "36.80", "psn_no": "P1", "rows": [{"psn_no": "P1", "cnt": 2}]})
    kept = json.loads(text)
    assert kept["medfee_sumamt"] == "36.80"
    assert kept["psn_no"] == kept["rows"][0]["psn_no"] == seen["P1"] == MASK.token("P1")
    assert Mask(b"other").token("P1") != seen["P1"]


def test_ciphertext_and_files_are_left_out() -> None:
    assert "AAAA" not in masked({"pin_block": "AAAA", "in": "AAAA"})[0]


def test_a_sentence_tells_nothing_that_was_masked_beside_it() -> None:
    _, seen = masked({"psn_no": "3701", "certno": "37010"})
    said = hidden("not 37010 nor 3701", seen)
    assert said == f"not {seen['37010']} nor {seen['3701']}"


_OPEN = """
account_status acct_used_flag acquirer adm_bed adm_dept_codg advice alert approval ask authorization_code bank_code
bank_status began begndate begntime bound branch_admvs card_status cause chrg_bchno chrgitm_lv clr_type
cum_type_code cum_ym cure dedc_hosp_lv deposit_id dept_code detl_ocur_time diag_code diag_name diag_type dise_codg
dld_endtime dscg_date dscg_dept_codg dscg_way ecard_push enabled_time end_time enddate ended endtime entry_mode
err_msg expected expires feedetl_sn file_qury_no filename fixmedins_code fixmedins_name fixmedins_refd_setl_flag
from_admdvs fund_pay_type gend hilist_code hilist_name hilist_type hosp_appr_flag hosp_lv init_feedetl_sn insuplc
insuplc_admdvs insutype ipt_no ipt_otp_no issuing_admdvs kind lmt_used_flag maindiag_flag mdtrt_cert_type mdtrt_id
mdtrt_regno mdtrtarea mdtrtarea_admvs mdtrtsn med_chrgitm_type med_list_codg med_type medins_list_codg
medins_list_name medins_setl_id mid_setl_flag mode month moved_to network_code oinfno omsgid opter_name opter_no
outmed_fundmgt_optins_fulname owner_cert_type pay_loc place prmmsg psn_cert_type psn_insu_stas psn_setlway psn_type
push_flag refd_setl_flag reference refusal response_code result setl_id setl_optins setl_time sign_no sign_time
since standing state status stmt_begndate stmt_enddate stmt_rslt stmt_rslt_dscr trt_chk_rslt trt_chk_type
trt_enjymnt_flag unit_no until valid_until year
"""
OPEN = frozenset(_OPEN.split())
"""Fields with text that are nobody's: codes, times, places, institutions and their clerks, numbers of transactions."""


def parts(kind: Any) -> set[Any]:
    """A type with every type that its fields and parameters have."""
    below = [field.type for field in msgspec.structs.fields(kind)] if is_struct(kind) else get_args(kind)
    return {kind}.union(*map(parts, below))


def is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def texts(kind: Any) -> dict[str, str]:
    """Every field below a type that holds free text or bytes, with a struct that it stands in."""
    fields = ((field, one.__name__) for one in parts(kind) if is_struct(one) for field in msgspec.structs.fields(one))
    return {field.name: where for field, where in fields if is_text(field.type)}


def is_text(kind: Any) -> bool:
    return not is_struct(kind) and any(one in (str, bytes) for one in (kind, *get_args(kind)))


def test_a_field_of_a_message_is_masked_unless_it_is_known_to_be_nobodys() -> None:
    found = texts(Body | Output)
    assert not {name: where for name, where in found.items() if name not in MASKED | LEFT_OUT | OPEN}
    assert not OPEN & (MASKED | LEFT_OUT), "one or the other"
    assert found.keys() >= OPEN, "of no message any more"


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_of_a_card_service_is_kept_even_as_a_hash(name: str) -> None:
    assert json.loads(masked({name: "864201"})[0]).get(name, "") == ""


def test_what_holds_people_in_a_form_of_its_own_is_left_out() -> None:
    text, _ = masked({"table": CANARY, "sms": CANARY, "new_psn_name": CANARY, "to_pan": CANARY})
    assert CANARY not in text
