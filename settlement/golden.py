"""Golden cases: worked examples with their published results, put through the split and compared.

A file is a JSON list; a row gives items, policy, what was used before and what is expected, with yuan as text. FORMULA
and SEQUENCE rows are split anew; an IDENTITY row has published totals only, which must add up (I1 to I3). Bytes come
in, verdicts go out: whoever opened the file prints them.
"""

from difflib import get_close_matches
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from settlement.engine.medical.split import Parts, cut_line, split, sum_parts
from settlement.engine.medical.stages import Used
from settlement.engine.rules.catalogue import Item
from settlement.engine.rules.money import FEN_PLACES, PRICE_PLACES, RATIO_PLACES, scaled, unscaled
from settlement.engine.rules.policy import Benefit, Tier
from settlement.engine.rules.profile import Fen, ProfileError, RatioE4, Row, convert
from settlement.wire.messages import Amounts, Line
from settlement.wire.refusal import Basis

OVER_LIMIT: Final = "OL"
"""chrgitm_lv of the amount above a price limit."""
COUNT_ONE_E4: Final = 10**RATIO_PLACES
FEN_TO_PRICE: Final = 10 ** (PRICE_PLACES - FEN_PLACES)

_UNITS: Final = {"fen": FEN_PLACES, "e4": RATIO_PLACES}
PLACES: Final[dict[str, int]] = {
    name: _UNITS[unit] for name, _, unit in (field.rpartition("_") for field in Amounts.__struct_fields__)
}
"""Every amount that a case may expect, in the interface's name and order, and its decimals."""
FUNDS: Final = (
    "hifp_pay",
    "cvlserv_pay",
    "hifes_pay",
    "hifmi_pay",
    "hifob_pay",
    "maf_pay",
    "hifdm_pay",
    "oth_pay",
)
OF_THE_ACCOUNT: Final = frozenset({"acct_pay", "psn_cash_pay", "balc"})
"""Not compared where the account is not used."""


class GoldenItem(Row, frozen=True):
    """An amount of a class."""

    chrgitm_lv: Literal["01", "02", "03", "OL"]
    amt: Fen
    preself_ratio: RatioE4 = RatioE4(0)


class GoldenPolicy(Row, frozen=True):
    """Deductible, tiers of the base (upper bound or null, ratio) and the fund's cap for the year."""

    dedc: Fen = Fen(0)
    tiers: tuple[tuple[Fen | None, RatioE4], ...] = ((None, RatioE4(0)),)
    cap: Fen | None = None


class GoldenState(Row, frozen=True):
    """What was used of deductible and cap before."""

    dedc_used: Fen = Fen(0)
    fund_used: Fen = Fen(0)


class GoldenCase(Row, frozen=True, kw_only=True):
    """One worked example; the texts say where it comes from. `expect` holds integers, once read."""

    id: Annotated[str, Meta(min_length=1)]
    kind: Literal["FORMULA", "SEQUENCE", "IDENTITY"]
    source: str = ""
    confidence: str = ""
    context: str = ""
    items: tuple[GoldenItem, ...] = ()
    policy: GoldenPolicy = GoldenPolicy()
    acct_balc_before: Fen | None = None
    state_before: GoldenState = GoldenState()
    expect: Annotated[dict[str, Any], Meta(min_length=1)]
    published: tuple[str, ...] = ()
    note: str = ""


class Difference(Struct, frozen=True):
    """A field that is not what was expected; both as decimals."""

    field: str
    expected: str
    got: str


class Verdict(Struct, frozen=True):
    """A case, every field in which it differs, and the expected fields that were not compared."""

    id: str
    differs: tuple[Difference, ...]
    skipped: tuple[str, ...] = ()


def read_cases(text: bytes, file: str) -> tuple[GoldenCase, ...]:
    """Read golden cases; raise ProfileError that names the row and the field."""
    try:
        rows: Any = msgspec.json.decode(text)
    except (ValueError, RecursionError) as error:
        raise ProfileError(file, "", f"this is not JSON: {error}") from None
    if not isinstance(rows, list) or not rows:
        raise ProfileError(file, "", "golden cases are a JSON list with at least one row")
    return tuple(_case(row, f"row {number} ({_name_of(row)})", file) for number, row in enumerate(rows, start=1))


def judge(case: GoldenCase) -> Verdict:
    """Compare what a case expects with what the split, or the sum of its own parts, gives."""
    got = identities(case.expect) if case.kind == "IDENTITY" else amounts_of(case)
    skipped = skipped_of(case)
    differs = [
        Difference(name, unscaled(value, PLACES[name]), unscaled(got[name], PLACES[name]))
        for name, value in case.expect.items()
        if name in got and name not in skipped and value != got[name]
    ]
    return Verdict(case.id, tuple(differs), skipped)


def skipped_of(case: GoldenCase) -> tuple[str, ...]:
    """Return the expected fields that a split without the account cannot say."""
    if case.kind == "IDENTITY" or case.acct_balc_before is not None:
        return ()
    return tuple(name for name in case.expect if name in OF_THE_ACCOUNT)


def amounts_of(case: GoldenCase) -> dict[str, int]:
    """Split a case's bill; the amounts by the interface's names."""
    result = split(
        _parts(case),
        benefit_of(case),
        Used(int(case.state_before.dedc_used), int(case.state_before.fund_used)),
        balance_fen=int(case.acct_balc_before or 0),
        account_used=case.acct_balc_before is not None,
    )
    return dict(zip(PLACES, msgspec.structs.astuple(result.amounts), strict=True))


def benefit_of(case: GoldenCase) -> Benefit:
    """Return a case's policy as a benefit."""
    tiers = tuple(Tier(None if upper is None else int(upper), int(ratio)) for upper, ratio in case.policy.tiers)
    paying = any(tier.ratio_e4 for tier in tiers)
    return Benefit(
        name=case.id,
        fund_pay_type="310100" if paying else "",
        deductible_fen=int(case.policy.dedc),
        tiers=tiers,
        cap_fen=None if case.policy.cap is None else int(case.policy.cap),
        account_allowed=True,
        basis=Basis.OBSERVED,
        source=case.source,
    )


def identities(published: dict[str, int]) -> dict[str, int]:
    """Return the totals that published parts must add up to: I1 always, I2 and I3 where their parts are given."""
    totals: dict[str, int] = {}
    funds = sum(published.get(name, 0) for name in FUNDS)
    own = published.get("acct_pay", 0) + published.get("psn_cash_pay", 0)
    if any(name in published for name in FUNDS):
        totals["fund_pay_sumamt"] = funds
    if "acct_pay" in published and "psn_cash_pay" in published:
        totals["psn_part_amt"] = own
    totals["medfee_sumamt"] = (
        published.get("fund_pay_sumamt", funds) + published.get("psn_part_amt", own) + published.get("hosp_part_amt", 0)
    )
    return totals


def _parts(case: GoldenCase) -> Parts:
    cuts = []
    over_limit = 0
    for number, row in enumerate(case.items, start=1):
        if row.chrgitm_lv == OVER_LIMIT:
            over_limit += row.amt
            continue
        line = Line(str(number), "", row.amt * FEN_TO_PRICE, COUNT_ONE_E4, int(row.amt))
        cuts.append(cut_line(line, Item("", "", row.chrgitm_lv, int(row.preself_ratio), None, 0, 0)))
    parts = sum_parts(cuts)
    return Parts(parts.own_fen, parts.overlmt_fen + over_limit, parts.preself_fen, parts.in_scope_fen)


def _name_of(row: Any) -> str:
    return str(row.get("id", "no id")) if isinstance(row, dict) else "not an object"


def _case(row: Any, at: str, file: str) -> GoldenCase:
    case = convert(row, GoldenCase, file, at)
    bounds = [upper for upper, _ in case.policy.tiers if upper is not None]
    if None in [upper for upper, _ in case.policy.tiers[:-1]] or sorted(set(bounds)) != bounds:
        raise ProfileError(file, f"{at}.policy.tiers", "upper bounds must rise, and only the last may be null")
    if not case.items and case.kind != "IDENTITY":
        raise ProfileError(file, f"{at}.items", f"a {case.kind} row needs items to split")
    if case.kind == "IDENTITY" and "medfee_sumamt" not in case.expect:
        raise ProfileError(file, f"{at}.expect.medfee_sumamt", "an IDENTITY row needs the total of the bill")
    if len(skipped_of(case)) == len(case.expect):
        names = ", ".join(case.expect)
        raise ProfileError(file, f"{at}.expect", f"nothing would be compared: {names} needs an acct_balc_before")
    expect = {name: _amount(name, text, f"{at}.expect.{name}", file) for name, text in case.expect.items()}
    return msgspec.structs.replace(case, expect=expect)


def _amount(name: str, text: Any, key: str, file: str) -> int:
    if name not in PLACES:
        nearest = get_close_matches(name, PLACES, n=1, cutoff=0)[0]
        raise ProfileError(file, key, f"unknown amount; the nearest known one is {nearest}")
    if not isinstance(text, str):
        raise ProfileError(file, key, f"write {text} as text, in quotes")
    try:
        return scaled(text, PLACES[name])
    except ValueError as error:
        raise ProfileError(file, key, str(error)) from None
