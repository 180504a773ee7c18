"""The five sets of books under whatever may happen in whatever order: settled at home and away, undone, cleared, cards
lost and replaced. The invariants are counted here from the transfers alone, beside the laws that the audit keeps."""

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from settlement.engine.clearing.filings import DAY_MS
from settlement.engine.ledger.claims import Cleared
from settlement.engine.ledger.state import SETTLED, Settlement
from settlement.wire.clearing import ClearMonth, FileElsewhere, WithdrawFiling
from settlement.wire.messages import ReissueCard, Reverse, RevokeDrugSale, RevokeOutpatient
from settlement.wire.names import compact_time, institution_code
from settlement.wire.services import LoseCard, ReleaseCard

CLAIMS = ("CLR", "INST_MI", "INST_BANK")
OTHERS = {"370100": "379900", "379900": "370100"}


class FiveBooks(RuleBasedStateMachine):
    """Two cities, a pharmacy and a hospital in the first, three people, months that pass."""

    make: Any

    def __init__(self) -> None:
        super().__init__()
        self.host, self.pharmacy, self.hospital, self.agency, self.visits, self.people, self.drugs, card = self.make()
        self.opened = {person.psn_no: person.balance_fen for person in self.people}
        self.cards = {person.psn_no: card(person) for person in self.people}
        self.settled: list[tuple[Any, str]] = []
        self.bought: list[tuple[Any, str, str]] = []

    def someone(self, who: int) -> tuple[Any, str]:
        person = self.host.person(self.people[who].psn_no)
        return person, "" if person.city == self.pharmacy.city else person.city

    @rule(who=st.integers(0, 2), lines=st.integers(1, 3), account=st.sampled_from("01"))
    def sell(self, who: int, lines: int, account: str) -> None:
        person, insured = self.someone(who)
        sale = self.visits.drug_sale(
            self.pharmacy, person, self.drugs[:lines], acct_used_flag=account, chip_pin_verified=bool(insured)
        )
        msgid = self.pharmacy.next_msgid()
        if self.pharmacy.ask(sale, msgid=msgid, insured=insured).approved:
            self.settled.append((self.pharmacy.told(sale, msgid=msgid, insured=insured), insured))

    @rule(who=st.integers(0, 2))
    def treat(self, who: int) -> None:
        person, insured = self.someone(who)
        how = {"insured": insured} if insured else {}
        if self.hospital.ask(self.visits.registration(person), **how).approved:
            sale = self.visits.outpatient(self.hospital, person, self.drugs, **how)
            self.settled.append((self.hospital.told(sale, **how), insured))

    @precondition(lambda self: self.settled)
    @rule(which=st.integers(0, 99), reverse=st.booleans())
    def undo(self, which: int, reverse: object) -> None:
        info, insured = self.settled[which % len(self.settled)]
        at_pharmacy = info.med_type == "41"
        till = self.pharmacy if at_pharmacy else self.hospital
        revoke = RevokeDrugSale if at_pharmacy else RevokeOutpatient
        asked = (
            Reverse(info.psn_no, info.medins_setl_id, "2102" if at_pharmacy else "2207")
            if reverse
            else revoke(info.setl_id, info.mdtrt_id, info.psn_no)
        )
        till.ask(asked, insured=insured)

    @rule(who=st.integers(0, 2), rest=st.none() | st.integers(0, 99))
    def buy(self, who: int, rest: int | None) -> None:
        person, _ = self.someone(who)
        named = self.settled[rest % len(self.settled)][0].setl_id if self.settled and rest is not None else ""
        asked = self.visits.purchase(self.pharmacy, self.cards[person.psn_no], 100, setl_id=named)
        msgid = self.pharmacy.next_msgid()
        self.pharmacy.ask(asked, msgid=msgid, insured=person.city)
        self.bought.append((asked, msgid, person.city))

    @precondition(lambda self: self.bought)
    @rule(which=st.integers(0, 99))
    def reverse_a_purchase(self, which: int) -> None:
        asked, msgid, insured = self.bought[which % len(self.bought)]
        self.pharmacy.ask(self.visits.reversal(asked, msgid), insured=insured)

    @rule(who=st.integers(0, 2))
    def reissue(self, who: int) -> None:
        person, insured = self.someone(who)
        if not insured:
            self.pharmacy.ask(
                ReissueCard(person.psn_no, person.certno, person.psn_name, card_sn=person.card_id.hex().upper())
            )

    @rule(who=st.integers(0, 2), found=st.booleans(), channel=st.sampled_from(["PHONE", "APP", "COUNTER"]))
    def lose_or_find(self, who: int, found: object, channel: Any) -> None:
        person, insured = self.someone(who)
        service = ReleaseCard if found else LoseCard
        self.pharmacy.ask(service(person.psn_no, channel, certno=person.certno), insured=insured)

    @rule(who=st.integers(0, 2), kind=st.sampled_from(["LONG_TERM", "REFERRED", ""]))
    def file(self, who: int, kind: str) -> None:
        person, _ = self.someone(who)
        asked = FileElsewhere(person.psn_no, OTHERS[person.city], kind) if kind else WithdrawFiling(person.psn_no)
        self.agency(person.city).ask(asked)

    @rule(days=st.sampled_from([1, 8, 30]))
    def wait(self, days: int) -> None:
        self.host.now_ms += days * DAY_MS

    @precondition(lambda self: self.settled)
    @rule(back=st.sampled_from([0, 1, 1, 1, 2]), days=st.sampled_from([0, 30]))
    def clear(self, back: int, days: int) -> None:
        self.host.now_ms += days * DAY_MS
        year, month = int(compact_time(self.host.now_ms)[:4]), int(compact_time(self.host.now_ms)[4:6])
        years, number = divmod(month - 1 - back, 12)
        self.agency("370100").ask(ClearMonth((year + years) * 100 + number + 1))

    @invariant()
    def each_set_of_books_balances_and_both_sides_of_each_claim_agree(self) -> None:
        books, claims = Counter[str](), Counter[str]()
        for transfer in self.host.store._transfers.values():
            assert transfer.amount_fen > 0
            for account, fen in ((transfer.debit, transfer.amount_fen), (transfer.credit, -transfer.amount_fen)):
                books[transfer.books] += fen
                if account.partition(":")[0] in CLAIMS:
                    claims[account] += fen
        assert not any(books.values())
        assert not any(claims.values())

    @invariant()
    def no_account_is_below_zero_and_each_holds_what_its_settlements_left(self) -> None:
        spent: Counter[str] = Counter()
        for row in self.host.store._rows.values():
            if isinstance(row, Settlement) and row.state == SETTLED:
                spent[row.psn_no] += row.acct_pay_fen
        for psn_no, opened_fen in self.opened.items():
            balance_fen = self.host.person(psn_no).balance_fen
            assert balance_fen >= 0
            assert balance_fen == opened_fen - spent[psn_no]

    @invariant()
    def forward_and_reverse_sum_to_zero(self) -> None:
        undone = {
            row.setl_id
            for row in self.host.store._rows.values()
            if isinstance(row, Settlement) and row.state != SETTLED
        }
        left: Counter[tuple[str, str, str]] = Counter()
        for transfer in self.host.store._transfers.values():
            if transfer.cause in undone:
                left[transfer.cause, transfer.books, transfer.debit] += transfer.amount_fen
                left[transfer.cause, transfer.books, transfer.credit] -= transfer.amount_fen
        assert not any(left.values())

    @invariant()
    def nothing_is_owed_of_what_was_cleared_and_prefunding_only_moves(self) -> None:
        until_ms = max((row.until_ms for row in self.host.store._rows.values() if isinstance(row, Cleared)), default=0)
        due, moved = Counter[tuple[str, str]](), 0
        for transfer in self.host.store._transfers.values():
            paying = transfer.cause.startswith("CLEARED:")
            for account, fen in ((transfer.debit, transfer.amount_fen), (transfer.credit, -transfer.amount_fen)):
                if account.partition(":")[0] in CLAIMS and (paying or transfer.booked_ms < until_ms):
                    due[transfer.books, account] += fen
                moved += fen if paying and account.startswith("PREFUND:") else 0
        assert not any(due.values())
        assert moved == 0

    def teardown(self) -> None:
        assert not self.host.broken_laws()
        self.clear(back=1, days=40)
        self.nothing_is_owed_of_what_was_cleared_and_prefunding_only_moves()
        assert not self.host.broken_laws()


def test_no_order_of_events_breaks_the_five_books(
    world: Any,
    visits: Any,
    worker: Any,
    guest: Any,
    drugs: Any,
    teller: Any,
    agency: Any,
    lines_of: Any,
    debit_card: Any,
) -> None:
    host_type, teller_type = type(teller.args[0]), teller.func
    other = next(person for person in host_type(world).people(insutype="310") if person != worker)
    dear = lines_of(*((line.med_list_codg, "12.50", 60) for line in drugs))

    def make() -> Any:
        host = host_type(world)
        pharmacy, hospital = (teller_type(host, institution_code(kind, "370100", 1)).sign_in() for kind in "PH")
        offices = {city: teller_type(host, institution_code("A", city, 0), agency().door) for city in OTHERS}
        return host, pharmacy, hospital, offices.__getitem__, visits, (worker, guest, other), dear, debit_card

    machine = type("Machine", (FiveBooks,), {"make": staticmethod(make)}).TestCase
    machine.settings = settings(
        max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
    )
    machine().runTest()
