from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from settlement.engine.ledger.state import SETTLED, Accumulator, BankTrade
from settlement.wire import codes
from settlement.wire.messages import Reverse, Reversed, RevokeDrugSale, RevokeOutpatient
from settlement.wire.names import institution_code
from settlement.wire.refusal import Refusal


def test_a_revoke_answers_the_exact_negatives_and_gives_the_money_back(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))
    revoked = pharmacy.told(RevokeDrugSale(settled.setl_id, settled.mdtrt_id, worker.psn_no))
    for name in ("medfee_sumamt_fen", "acct_pay_fen", "psn_cash_pay_fen", "psn_part_amt_fen", "inscp_scp_amt_fen"):
        assert getattr(revoked.amounts, name) == -getattr(settled.amounts, name)
    assert revoked.amounts.balc_fen == host.person(worker.psn_no).balance_fen == worker.balance_fen
    assert revoked.setl_id != settled.setl_id
    assert not host.broken_laws()


def test_a_revoked_visit_gives_deductible_and_cap_back_and_may_be_settled_again(
    host: Any, hospital: Any, visits: Any, worker: Any, lines_of: Any, drugs: Any
) -> None:
    lines = lines_of((drugs[0].med_list_codg, "10", 90))
    sale = visits.outpatient(hospital, worker, lines)
    settled = hospital.told(sale)
    hospital.told(RevokeOutpatient(settled.setl_id, settled.mdtrt_id, worker.psn_no))
    counters = [row for row in host.store._rows.values() if isinstance(row, Accumulator)]
    assert [(row.deductible_used_fen, row.fund_used_fen) for row in counters] == [(0, 0)]
    assert hospital.told(sale).amounts == settled.amounts
    assert not host.broken_laws()


@pytest.mark.parametrize("used", ["deductible_used_fen", "fund_used_fen"])
def test_the_audit_sees_a_deductible_or_a_cap_that_was_not_given_back(
    host: Any, hospital: Any, visits: Any, worker: Any, lines_of: Any, drugs: Any, used: str
) -> None:
    hospital.told(visits.outpatient(hospital, worker, lines_of((drugs[0].med_list_codg, "10", 90))))
    assert not host.broken_laws()
    [counted] = [row for row in host.store._rows.values() if isinstance(row, Accumulator)]
    host.store._rows[Accumulator, counted.key] = msgspec.structs.replace(counted, **{used: 0})
    assert len(host.broken_laws()) == 1


@pytest.mark.parametrize("how", ["revoke", "reverse"])
def test_what_was_revoked_cannot_be_revoked_again(
    pharmacy: Any, visits: Any, worker: Any, drugs: Any, how: str
) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))
    revoke = RevokeDrugSale(settled.setl_id, settled.mdtrt_id, worker.psn_no)
    pharmacy.told(revoke if how == "revoke" else Reverse(worker.psn_no, settled.medins_setl_id, "2102"))
    assert pharmacy.ask(revoke).refusal == codes.ALREADY_UNDONE.code


def test_a_repeated_revoke_answers_the_same_and_posts_once(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))
    revoke, msgid = RevokeDrugSale(settled.setl_id, settled.mdtrt_id, worker.psn_no), pharmacy.next_msgid()
    assert pharmacy.ask(revoke, msgid=msgid) == pharmacy.ask(revoke, msgid=msgid)
    assert host.person(worker.psn_no).balance_fen == worker.balance_fen


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"setl_id": "none"}, codes.ORIGINAL_UNKNOWN),
        ({"mdtrt_id": "none"}, codes.ORIGINAL_UNKNOWN),
        ({"psn_no": "none"}, codes.ORIGINAL_UNKNOWN),
    ],
)
def test_a_revoke_must_name_its_settlement_whole(
    pharmacy: Any, visits: Any, worker: Any, drugs: Any, change: dict[str, str], refusal: Refusal
) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))
    named = {"setl_id": settled.setl_id, "mdtrt_id": settled.mdtrt_id, "psn_no": worker.psn_no, **change}
    assert pharmacy.ask(RevokeDrugSale(**named)).refusal == refusal.code


def test_another_institution_cannot_revoke(teller: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))
    other = teller(institution_code("P", "370100", 2)).sign_in()
    revoke = RevokeDrugSale(settled.setl_id, settled.mdtrt_id, worker.psn_no)
    assert other.ask(revoke).refusal == codes.NOT_OWNER.code


def test_a_reversal_undoes_a_settlement_by_its_msgid(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))
    assert pharmacy.told(Reverse(worker.psn_no, settled.medins_setl_id, "2102")) == Reversed()
    sums = host.store.audit_now().ledger["2102"]
    assert (sums.settled, sums.reversed) == (0, 1)
    assert host.person(worker.psn_no).balance_fen == worker.balance_fen
    assert not host.broken_laws()


def test_three_reversals_undo_once(host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))
    for _ in range(3):
        pharmacy.told(Reverse(worker.psn_no, settled.medins_setl_id, "2102"))
    assert host.person(worker.psn_no).balance_fen == worker.balance_fen
    assert not host.broken_laws()


def test_a_reversal_before_its_original_leaves_a_tombstone_and_the_late_original_is_refused(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    msgid = pharmacy.next_msgid()
    pharmacy.told(Reverse(worker.psn_no, msgid, "2102"))
    assert host.store.audit_now("tester").tombstones == 1
    assert host.store.audit_now("another").tombstones == 0
    late = pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs), msgid=msgid)
    assert late.refusal == codes.REVERSED_BEFORE_ARRIVAL.code
    assert host.store.audit_now().ledger == {}


def test_a_reversal_of_a_refused_original_changes_nothing(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    msgid = pharmacy.next_msgid()
    pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs, medfee_sumamt_fen=1), msgid=msgid)
    pharmacy.told(Reverse(worker.psn_no, msgid, "2102"))
    assert host.store.audit_now().tombstones == 0


def test_a_reversal_after_a_revoke_is_refused(pharmacy: Any, visits: Any, worker: Any, drugs: Any) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))
    pharmacy.told(RevokeDrugSale(settled.setl_id, settled.mdtrt_id, worker.psn_no))
    reply = pharmacy.ask(Reverse(worker.psn_no, settled.medins_setl_id, "2102"))
    assert reply.refusal == codes.ALREADY_UNDONE.code


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"oinfno": "1101"}, codes.NOT_REVERSIBLE),
        ({"oinfno": "9999"}, codes.NOT_REVERSIBLE),
        ({"oinfno": "2207"}, codes.ORIGINAL_UNKNOWN),
        ({"psn_no": "3701000000000001"}, codes.NOT_OWNER),
    ],
)
def test_a_reversal_must_name_its_original_truly(
    host: Any, pharmacy: Any, visits: Any, drugs: Any, worker: Any, change: dict[str, str], refusal: Refusal
) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))
    named = {"psn_no": worker.psn_no, "omsgid": settled.medins_setl_id, "oinfno": "2102", **change}
    assert named["psn_no"] != worker.psn_no or change.keys() != {"psn_no"}
    assert pharmacy.ask(Reverse(**named)).refusal == refusal.code
    assert host.store.audit_now().ledger["2102"].settled == 1


def test_settlement_and_its_reversal_in_one_batch_leave_nothing_owed(
    host: Any, hospital: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    sale = visits.outpatient(hospital, worker, drugs)
    settle, msgid = hospital.request(sale, msgid=hospital.next_msgid()), hospital.next_msgid()
    undo = Reverse(worker.psn_no, settle.msgid, "2207")
    decisions = host.decide(host.arrival(settle, sale), host.arrival(hospital.request(undo, msgid=msgid), undo))
    assert [decision.reply.approved for decision in decisions] == [True, True]
    assert host.store.audit_now().ledger["2207"].reversed == 1
    assert not host.broken_laws()


class Books(RuleBasedStateMachine):
    """Settle, pay by card, revoke, reverse and repeat in any order, at home and away: the laws hold after each step."""

    make: Any

    def __init__(self) -> None:
        super().__init__()
        self.host, self.pharmacy, self.visits, self.people, self.drugs, debit_card = self.make()
        self.cards = [debit_card(person) for person in self.people]
        self.settled: list[tuple[Any, str]] = []
        self.bought: list[tuple[Any, str, str]] = []

    @rule(who=st.integers(0, 2), lines=st.integers(1, 3), account=st.sampled_from("01"))
    def settle(self, who: int, lines: int, account: str) -> None:
        person = self.people[who]
        insured = "" if person.city == self.pharmacy.city else person.city
        sale = self.visits.drug_sale(
            self.pharmacy, person, self.drugs[:lines], acct_used_flag=account, chip_pin_verified=bool(insured)
        )
        self.settled.append((self.pharmacy.told(sale, insured=insured), insured))

    @precondition(lambda self: self.settled)
    @rule(which=st.integers(0, 99), again=st.booleans())
    def revoke(self, which: int, again: object) -> None:
        settled, insured = self.settled[which % len(self.settled)]
        asked = RevokeDrugSale(settled.setl_id, settled.mdtrt_id, settled.psn_no)
        msgid = self.pharmacy.next_msgid()
        first = self.pharmacy.ask(asked, msgid=msgid, insured=insured)
        if again:
            assert self.pharmacy.ask(asked, msgid=msgid, insured=insured) == first

    @precondition(lambda self: self.settled)
    @rule(which=st.integers(0, 99))
    def reverse(self, which: int) -> None:
        settled, insured = self.settled[which % len(self.settled)]
        self.pharmacy.ask(Reverse(settled.psn_no, settled.medins_setl_id, "2102"), insured=insured)

    @rule(
        who=st.integers(0, 2),
        fen=st.sampled_from([1, 100, 100_000, 1_900_000]),
        pin=st.sampled_from(["111111", "111111", "999999", ""]),
        rest=st.none() | st.integers(0, 99),
    )
    def buy(self, who: int, fen: int, pin: str, rest: int | None) -> None:
        setl_id = self.settled[rest % len(self.settled)][0].setl_id if self.settled and rest is not None else ""
        asked = self.visits.purchase(self.pharmacy, self.cards[who], fen, pin=pin, setl_id=setl_id)
        msgid, insured = self.pharmacy.next_msgid(), self.people[who].city
        first = self.pharmacy.ask(asked, msgid=msgid, insured=insured)
        assert self.pharmacy.ask(asked, msgid=msgid, insured=insured) == first
        self.bought.append((asked, msgid, insured))

    @precondition(lambda self: self.bought)
    @rule(which=st.integers(0, 99))
    def reverse_a_purchase(self, which: int) -> None:
        asked, msgid, insured = self.bought[which % len(self.bought)]
        self.pharmacy.told(self.visits.reversal(asked, msgid), insured=insured)

    @rule(who=st.integers(0, 2))
    def reverse_a_purchase_that_comes_late(self, who: int) -> None:
        asked, msgid = self.visits.purchase(self.pharmacy, self.cards[who], 100), self.pharmacy.next_msgid()
        insured = self.people[who].city
        self.pharmacy.told(self.visits.reversal(asked, msgid), insured=insured)
        assert not self.pharmacy.ask(asked, msgid=msgid, insured=insured).approved

    @rule(who=st.integers(0, 2))
    def reverse_what_never_came(self, who: int) -> None:
        person = self.people[who]
        insured = "" if person.city == self.pharmacy.city else person.city
        self.pharmacy.told(Reverse(person.psn_no, self.pharmacy.next_msgid(), "2102"), insured=insured)

    @invariant()
    def every_law_of_the_books_holds(self) -> None:
        assert not self.host.broken_laws()

    @invariant()
    def no_account_is_below_zero(self) -> None:
        assert all(self.host.person(person.psn_no).balance_fen >= 0 for person in self.people)
        assert all(self.host.account(person.psn_no).balance_fen >= 0 for person in self.people)

    @invariant()
    def each_bank_account_holds_what_it_opened_with_less_what_stands(self) -> None:
        stands: Counter[str] = Counter()
        for row in self.host.store._rows.values():
            if isinstance(row, BankTrade) and row.state == SETTLED:
                stands[row.psn_no] += row.amount_fen
        for person in self.people:
            assert self.host.account(person.psn_no).balance_fen == 2_000_000 - stands[person.psn_no]


def test_no_order_of_settling_and_undoing_breaks_the_books(
    world: Any, visits: Any, worker: Any, guest: Any, drugs: Any, teller: Any, lines_of: Any, debit_card: Any
) -> None:
    host_type, teller_type = type(teller.args[0]), teller.func
    other = next(person for person in host_type(world).people(insutype="310") if person != worker)
    dear = lines_of(*((line.med_list_codg, "12.50", 60) for line in drugs))

    def make() -> Any:
        host = host_type(world)
        pharmacy = teller_type(host, institution_code("P", "370100", 1)).sign_in()
        return host, pharmacy, visits, (worker, guest, other), dear, debit_card

    machine = type("Machine", (Books,), {"make": staticmethod(make)}).TestCase
    machine.settings = settings(
        max_examples=30, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
    )
    machine().runTest()


def test_whoever_is_named_a_reversal_that_came_first_is_reversed_again(
    pharmacy: Any, worker: Any, resident: Any
) -> None:
    msgid = pharmacy.next_msgid()
    asked = [Reverse(resident.psn_no, msgid, "2102"), Reverse(worker.psn_no, msgid, "2102")]
    assert [pharmacy.told(each) for each in asked] == [Reversed(), Reversed()]
