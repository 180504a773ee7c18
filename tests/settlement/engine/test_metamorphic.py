"""What must not change when a bill is settled otherwise: seven ways, on every worked example that is split by formula.

Each example is settled by the whole engine: its policy is that of the place of insurance, its items are the catalogue
of the place of treatment, its account that of the person.
"""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from settlement.engine.ledger.state import Accumulator, Person, Settlement
from settlement.engine.rules.catalogue import Catalogue, Item
from settlement.engine.rules.policy import LOCAL, UNFILED, Dated, Policy
from settlement.golden import OVER_LIMIT, GoldenCase, benefit_of, read_cases
from settlement.wire.messages import (
    Amounts,
    Line,
    OutpatientSale,
    PresettleOutpatient,
    RegisterOutpatient,
    Reverse,
    RevokeOutpatient,
    SettlementInfo,
    SettleOutpatient,
    UploadFees,
)
from settlement.wire.names import institution_code

VECTORS = Path(__file__).parents[2] / "vectors" / "golden_cases.json"
FORMULAS = [case for case in read_cases(VECTORS.read_bytes(), VECTORS.name) if case.kind == "FORMULA"]
JINAN, SAMPLE = "370100", "379900"
REPEATS = 100
PARTS = ("fulamt_ownpay_amt_fen", "overlmt_selfpay_fen", "preselfpay_amt_fen", "inscp_scp_amt_fen")

every_formula = pytest.mark.parametrize("case", FORMULAS, ids=[case.id for case in FORMULAS])


class Register:
    """The people as they are, but for one balance."""

    def __init__(self, people: Any, balance_fen: int) -> None:
        self._people, self._balance_fen = people, balance_fen

    def newcomer(self, city: str, psn_no: str) -> Person | None:
        person = self._people.newcomer(city, psn_no)
        return person and msgspec.structs.replace(person, balance_fen=self._balance_fen)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._people, name)


class Settled(NamedTuple):
    """What came of a bill."""

    info: SettlementInfo
    msgid: str


class Example:
    """A worked example at the till of a hospital of Jinan, for somebody insured in `home`."""

    def __init__(self, host_of: Any, teller: Any, case: GoldenCase, home: str = JINAN) -> None:
        self.case, self.home = case, home
        benefit = benefit_of(case)
        route = LOCAL if home == JINAN else UNFILED
        rows = [Dated("310", kind, "11", 1, route, 20230101, 99991231, benefit) for kind in ("11", "12")]
        items = [self._item(number, row) for number, row in enumerate(case.items)]
        self.host = host_of(Policy("golden", rows), Catalogue("golden", items), int(case.acct_balc_before or 0), home)
        self.till = teller(self.host, institution_code("H", JINAN, 1)).sign_in()
        self.person: Person = next(self.host.people(home, insutype="310", psn_type="11", card_generation=2))
        self.lines = tuple(
            Line(str(number + 1), f"X{number}", int(row.amt) * 10_000, 10_000, int(row.amt))
            for number, row in enumerate(case.items)
        )
        self._batches = 0

    @staticmethod
    def _item(number: int, row: Any) -> Item:
        """The amount above a limit is a line of its own, at a limit of nothing."""
        above = row.chrgitm_lv == OVER_LIMIT
        level = "01" if above else row.chrgitm_lv
        return Item(f"X{number}", "x", level, int(row.preself_ratio), 0 if above else None, 20230101, 99991231)

    def asked(self, lines: tuple[Line, ...] | None = None) -> SettleOutpatient:
        """Register, upload and try; return the settlement that is to be sent."""
        lines = lines or self.lines
        self._batches += 1
        where = {"insured": self.home}
        card = self.person.card_id.hex().upper()
        desk = RegisterOutpatient(
            self.person.psn_no, "310", "03", self.person.card_number, card, f"OP{self._batches}", "D01"
        )
        mdtrt_id = self.till.told(desk, **where).mdtrt_id
        self.till.told(UploadFees(self.person.psn_no, mdtrt_id, "B1", lines), **where)
        flag = "0" if self.case.acct_balc_before is None else "1"
        total = sum(line.det_item_fee_sumamt_fen for line in lines)
        trial = PresettleOutpatient(self.person.psn_no, mdtrt_id, "B1", "310", "11", flag, total)
        amounts = self.till.told(trial, **where).amounts
        parts = [getattr(amounts, name) for name in PARTS]
        asked = msgspec.structs.astuple(trial)[: len(OutpatientSale.__struct_fields__)]
        return SettleOutpatient(*asked, *parts, chip_pin_verified=True)

    def settled(self, lines: tuple[Line, ...] | None = None) -> Settled:
        msgid = self.till.next_msgid()
        return Settled(self.till.told(self.asked(lines), msgid=msgid, insured=self.home), msgid)

    def amounts(self, lines: tuple[Line, ...] | None = None) -> Amounts:
        return self.settled(lines).info.amounts

    @property
    def counters(self) -> set[tuple[int, int]]:
        rows = [row for row in self.host.store._rows.values() if isinstance(row, Accumulator)]
        return {(row.deductible_used_fen, row.fund_used_fen) for row in rows} - {(0, 0)}


@pytest.fixture
def example(world: Any, engine_host: Any, a_teller: Any) -> Any:
    def host_of(policy: Policy, catalogue: Catalogue, balance_fen: int, home: str) -> Any:
        return engine_host(
            msgspec.structs.replace(
                world,
                policies={**world.policies, world.cities[home].policy: policy},
                catalogues={**world.catalogues, world.cities[JINAN].catalogue: catalogue},
                register=Register(world.register, balance_fen),
            )
        )

    return lambda case, home=JINAN: Example(host_of, a_teller, case, home)


@every_formula
def test_the_engine_pays_what_the_example_says(example: Any, case: GoldenCase) -> None:
    amounts = example(case).amounts()
    assert amounts.fund_pay_sumamt_fen == case.expect["fund_pay_sumamt"]
    assert amounts.psn_part_amt_fen == case.expect["psn_part_amt"]


@every_formula
@pytest.mark.parametrize("how", ["revoke", "reverse"])
def test_settled_and_undone_leaves_balances_and_counters_as_they_were(example: Any, case: GoldenCase, how: str) -> None:
    one = example(case)
    info, msgid = one.settled()
    undo = {
        "revoke": RevokeOutpatient(info.setl_id, info.mdtrt_id, one.person.psn_no),
        "reverse": Reverse(one.person.psn_no, msgid, "2207"),
    }[how]
    one.till.told(undo)
    assert one.host.person(one.person.psn_no).balance_fen == one.person.balance_fen
    assert one.counters == set()
    assert not one.host.broken_laws()


@every_formula
def test_a_line_in_two_equal_halves_moves_nothing_by_more_than_a_fen(example: Any, case: GoldenCase) -> None:
    first, *others = example(case).lines
    half, rest = first.det_item_fee_sumamt_fen // 2, first.det_item_fee_sumamt_fen % 2
    halves = [
        msgspec.structs.replace(first, feedetl_sn=f"9{number}", pric_e6=fen * 10_000, det_item_fee_sumamt_fen=fen)
        for number, fen in enumerate((half + rest, half))
    ]
    whole, apart = example(case).amounts(), example(case).amounts((*halves, *others))
    moved = {name: abs(getattr(whole, name) - getattr(apart, name)) for name in Amounts.__struct_fields__}
    assert max(moved.values()) <= 1, moved


@every_formula
def test_the_order_of_the_lines_does_not_matter(example: Any, case: GoldenCase) -> None:
    lines = example(case).lines
    assert example(case).amounts(tuple(reversed(lines))) == example(case).amounts()


@every_formula
def test_more_in_scope_never_lowers_the_fund(example: Any, case: GoldenCase) -> None:
    *others, last = example(case).lines
    before = example(case).amounts().fund_pay_sumamt_fen
    for more_fen in (1, 99, 1_000_000):
        fen = last.det_item_fee_sumamt_fen + more_fen
        dearer = msgspec.structs.replace(last, pric_e6=fen * 10_000, det_item_fee_sumamt_fen=fen)
        after = example(case).amounts((*others, dearer)).fund_pay_sumamt_fen
        assert after >= before
        before = after


@pytest.mark.rule("RC20")
@every_formula
def test_local_and_remote_by_one_policy_are_split_alike_and_posted_otherwise(example: Any, case: GoldenCase) -> None:
    here, there = example(case, JINAN), example(case, SAMPLE)
    assert here.settled().info.amounts == there.settled().info.amounts
    assert _clearing(here) == 0
    amounts = _settlement(there)
    assert _clearing(there) == 2 * (amounts.fund_pay_sumamt_fen + amounts.acct_pay_fen)
    assert not here.host.broken_laws()
    assert not there.host.broken_laws()


@every_formula
def test_a_hundred_repeats_of_one_msgid_post_once(example: Any, case: GoldenCase) -> None:
    one = example(case)
    asked, msgid = one.asked(), one.till.next_msgid()
    requests = [one.till.request(asked, msgid=msgid, insured=one.home) for _ in range(REPEATS)]
    together = [one.host.arrival(request, asked) for request in requests]
    replies = {decision.reply_bytes for decision in one.host.decide(*together)}
    assert len(replies) == 1
    assert sum(isinstance(row, Settlement) for row in one.host.store._rows.values()) == 1
    assert len({row.cause for row in one.host.store._transfers.values() if row.debit.startswith("INST")}) == 1
    assert not one.host.broken_laws()


@cache
def _is_clearing(account: str) -> bool:
    return account.startswith("CLR:")


def _clearing(one: Example) -> int:
    """What was booked between cities: each claim stands in both books."""
    rows = one.host.store._transfers.values()
    return sum(row.amount_fen for row in rows if _is_clearing(row.debit) or _is_clearing(row.credit))


def _settlement(one: Example) -> Settlement:
    [row] = [row for row in one.host.store._rows.values() if isinstance(row, Settlement)]
    return row
