"""Worked examples with published results."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from settlement.engine.rules.profile import ProfileError
from settlement.golden import Difference, GoldenCase, identities, judge, read_cases

VECTORS = Path(__file__).parents[1] / "vectors" / "golden_cases.json"
CASES = read_cases(VECTORS.read_bytes(), VECTORS.name)
BILL = {
    "id": "T1",
    "kind": "FORMULA",
    "items": [{"chrgitm_lv": "01", "amt": "200"}, {"chrgitm_lv": "03", "amt": "100"}],
    "policy": {"dedc": "50", "tiers": [[None, "0.75"]]},
    "expect": {"fund_pay_sumamt": "112.50", "acct_pay": "7.00"},
}


def read(*rows: Any) -> tuple[GoldenCase, ...]:
    return read_cases(msgspec.json.encode(rows), "cases.json")


def refused(text: bytes) -> str:
    with pytest.raises(ProfileError) as caught:
        read_cases(text, "cases.json")
    return str(caught.value)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_the_split_reproduces_every_published_result(case: GoldenCase) -> None:
    assert judge(case).differs == ()


def test_all_three_kinds_of_case_are_in_the_vectors() -> None:
    assert {case.kind for case in CASES} == {"FORMULA", "SEQUENCE", "IDENTITY"}


def test_a_wrong_result_is_reported_with_its_field() -> None:
    (case,) = read(BILL | {"expect": {"fund_pay_sumamt": "112.51", "medfee_sumamt": "300"}})
    assert judge(case).differs == (Difference("fund_pay_sumamt", "112.51", "112.50"),)


def test_the_account_is_not_compared_where_it_is_not_used() -> None:
    (case,) = read(BILL)
    assert judge(case).differs == ()
    assert judge(case).skipped == ("acct_pay",)


def test_the_account_is_compared_where_it_is_used() -> None:
    (case,) = read(BILL | {"acct_balc_before": "100"})
    assert judge(case).differs == (Difference("acct_pay", "7.00", "100.00"),)
    assert judge(case).skipped == ()


def test_what_was_used_before_counts() -> None:
    (case,) = read(BILL | {"state_before": {"dedc_used": "20"}, "expect": {"act_pay_dedc": "30.00"}})
    assert judge(case).differs == ()


def test_an_amount_above_the_price_limit_is_the_patients() -> None:
    items = [{"chrgitm_lv": "01", "amt": "90"}, {"chrgitm_lv": "OL", "amt": "10"}]
    (case,) = read(BILL | {"items": items, "expect": {"overlmt_selfpay": "10.00", "inscp_scp_amt": "90.00"}})
    assert judge(case).differs == ()


def test_the_funds_ratio_has_four_decimals() -> None:
    (case,) = read(BILL | {"expect": {"pool_prop_selfpay": "0.7501"}})
    assert judge(case).differs == (Difference("pool_prop_selfpay", "0.7501", "0.7500"),)


def test_published_totals_that_do_not_add_up_are_reported() -> None:
    totals = {"medfee_sumamt": "505.64", "fund_pay_sumamt": "363.75", "acct_pay": "120.00", "psn_cash_pay": "21.88"}
    (case,) = read({"id": "T2", "kind": "IDENTITY", "expect": totals})
    assert judge(case).differs == (Difference("medfee_sumamt", "505.64", "505.63"),)


def test_published_parts_must_fit_their_own_totals() -> None:
    published = {"fund_pay_sumamt": 10, "hifp_pay": 6, "hifmi_pay": 4, "psn_part_amt": 7, "acct_pay": 5}
    assert identities(published | {"psn_cash_pay": 2}) == {
        "fund_pay_sumamt": 10,
        "psn_part_amt": 7,
        "medfee_sumamt": 17,
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"\xff", "this is not JSON: "),
        (b"[", "this is not JSON: "),
        (b"[" * 100_000, "this is not JSON: "),
        (b"{}", "golden cases are a JSON list with at least one row"),
        (b"[]", "golden cases are a JSON list with at least one row"),
        (b"[1]", "row 1 (not an object): Expected `object`, got `int`"),
    ],
)
def test_a_file_of_another_shape_is_refused(text: bytes, problem: str) -> None:
    assert refused(text).startswith(f"cases.json: {problem}")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"kind": "GUESS"}, "kind: Invalid enum value 'GUESS'"),
        ({"itemz": []}, "itemz: unknown key; the nearest known one is items"),
        ({"items": []}, "items: a FORMULA row needs items to split"),
        ({"items": [{"chrgitm_lv": "04", "amt": "1"}]}, "items[0].chrgitm_lv: Invalid enum value '04'"),
        ({"items": [{"chrgitm_lv": "01", "amt": "1.005"}]}, "items[0].amt: '1.005' has more than 2 decimals"),
        ({"items": [{"chrgitm_lv": "01", "amt": 1}]}, "items[0].amt: write 1 as text"),
        ({"policy": {"tiers": [["1", "0.5"], ["1", "0.6"]]}}, "policy.tiers: upper bounds must rise"),
        ({"policy": {"tiers": [[None, "0.5"], ["1", "0.6"]]}}, "policy.tiers: upper bounds must rise"),
        ({"expect": {}}, "expect: Expected `object` of length >= 1"),
        ({"expect": {"fund_pay": "1"}}, "expect.fund_pay: unknown amount; the nearest known one is "),
        ({"expect": {"fund_pay_sumamt": 1}}, "expect.fund_pay_sumamt: write 1 as text, in quotes"),
        ({"expect": {"fund_pay_sumamt": "1.001"}}, "expect.fund_pay_sumamt: '1.001' has more than 2 decimals"),
        (
            {"expect": {"balc": "1.00", "acct_pay": "1.00"}},
            "expect: nothing would be compared: balc, acct_pay needs an acct_balc_before",
        ),
        ({"kind": "IDENTITY"}, "expect.medfee_sumamt: an IDENTITY row needs the total of the bill"),
    ],
)
def test_a_bad_row_is_named_with_its_field(change: dict[str, Any], problem: str) -> None:
    assert refused(msgspec.json.encode([BILL, BILL | change])).startswith(f"cases.json: row 2 (T1).{problem}")
