"""The oracle itself: planted bugs, two or more a law of the books, each of which the audit must name (method R15).

A bug changes what a decision saves, as a wrong line in the engine would. One day of everything is played with it, and
the law that it breaks must stand in the audit. `k of k mutants` is printed, and a law without two bugs fails.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from settlement.engine.clearing.filings import DAY_MS
from settlement.engine.ledger.accounts import FamilyDebit, FamilyUse
from settlement.engine.ledger.bank_zone import BankMovement
from settlement.engine.ledger.claims import PaidClaim, Prefund, month_end_ms
from settlement.engine.ledger.state import (
    REVERSED,
    SETTLED,
    VOIDED,
    Accumulator,
    BankAccount,
    BankTrade,
    FeeBatch,
    Message,
    Person,
    Record,
    Settlement,
    Transfer,
)
from settlement.engine.ledger.stays import Admissions, Stay
from settlement.stores.laws import LAWS
from settlement.stores.store import Changes
from settlement.wire.clearing import ClearMonth, FileElsewhere
from settlement.wire.messages import Reverse, RevokeDrugSale
from tests.settlement.engine.medical.conftest import Ward, binding

Bug = Callable[[Changes], Changes]
SAMPLE, NOVEMBER, DECEMBER = "379900", 202611, 202612
BILL = ("10", 200)


def rows(table: type[Record], change: Callable[[Any], Any], where: Callable[[Any], bool] = lambda _: True) -> Bug:
    """Save rows of a table otherwise; None saves them not at all."""

    def bug(changes: Changes) -> Changes:
        spoilt = (change(row) if isinstance(row, table) and where(row) else row for row in changes.rows)
        return changes._replace(rows=tuple(row for row in spoilt if row is not None))

    return bug


def more(table: type[Record], where: Callable[[Any], bool] = lambda _: True, **by: int) -> Bug:
    """Add to fields of a table's rows."""
    return rows(
        table,
        lambda row: msgspec.structs.replace(row, **{name: getattr(row, name) + n for name, n in by.items()}),
        where,
    )


def booked(
    change: Callable[[Transfer], Transfer | None], *accounts: str, where: Callable[[Transfer], bool] = lambda _: True
) -> Bug:
    """Book transfers that name such an account otherwise; None books them not at all."""

    def meant(transfer: Transfer) -> bool:
        names = transfer.debit, transfer.credit
        return where(transfer) and any(name.startswith(account) for name in names for account in accounts)

    def bug(changes: Changes) -> Changes:
        spoilt = (change(transfer) if meant(transfer) else transfer for transfer in changes.transfers)
        return changes._replace(transfers=tuple(transfer for transfer in spoilt if transfer is not None))

    return bug


def added(table: type[Record], **given: object) -> Bug:
    """Save a row that nobody asked for, empty but for what is given."""
    empty = {"str": "", "int": 0, "bytes": b""}
    facts = {name: empty[table.__annotations__[name].__name__] for name in table.__struct_fields__}
    row = table(**(facts | given))

    def bug(changes: Changes) -> Changes:
        return changes._replace(rows=(*changes.rows, row))

    return bug


def one_fen_more(transfer: Transfer) -> Transfer:
    return msgspec.structs.replace(transfer, amount_fen=transfer.amount_fen + 1)


def exchanged(transfer: Transfer) -> Transfer:
    return msgspec.structs.replace(transfer, debit=transfer.credit, credit=transfer.debit)


def dropped(_: Any) -> None:
    return None


def elsewhere(old: str, new: str) -> Callable[[Transfer], Transfer]:
    """Book on another account."""
    return lambda transfer: msgspec.structs.replace(
        transfer, debit=transfer.debit.replace(old, new), credit=transfer.credit.replace(old, new)
    )


def forward(transfer: Transfer) -> bool:
    return not transfer.undo


def undo(transfer: Transfer) -> bool:
    return bool(transfer.undo)


def at(prefix: str) -> Callable[[Transfer], bool]:
    return lambda transfer: transfer.books.startswith(prefix)


def clearing(transfer: Transfer) -> bool:
    return transfer.cause.startswith("CLEARED:")


def stands(row: Any) -> bool:
    return bool(row.state == SETTLED)


def state(name: str) -> Callable[[Any], Any]:
    return lambda row: msgspec.structs.replace(row, state=name)


def paying(transfer: Transfer) -> bool:
    return clearing(transfer) and transfer.debit.startswith("CLR:")


MUTANTS: dict[str, tuple[Bug, ...]] = {
    "personal accounts hold the balances of their persons": (
        more(Person, balance_fen=1),
        booked(dropped, "ACCT:", where=lambda t: t.cause == "OPENING"),
    ),
    "no personal account is below zero": (
        more(Person, balance_fen=-10_000_000),
        rows(Person, lambda row: msgspec.structs.replace(row, balance_fen=-1)),
    ),
    "what agencies owe institutions is what institutions claim": (
        booked(one_fen_more, "INST_MI:", where=at("INST:")),
        booked(dropped, "INST_MI:", where=lambda t: at("INST:")(t) and undo(t)),
    ),
    "what a city owes another is what the other claims": (
        booked(one_fen_more, f"CLR:{SAMPLE}", where=at("AGENCY:370100")),
        booked(dropped, f"CLR:{SAMPLE}", where=lambda t: at(f"AGENCY:{SAMPLE}")(t) and undo(t)),
    ),
    "income is the sum of bills that stand": (
        booked(dropped, "CASH:", where=forward),
        rows(Settlement, state(SETTLED), lambda row: row.state == VOIDED),
    ),
    "each bill that stands is posted in full, no other is": (
        booked(one_fen_more, "INST_REV:", where=forward),
        more(Settlement, medfee_sumamt_fen=-1),
    ),
    "funds pay what settlements say": (
        booked(one_fen_more, "FUND:"),
        booked(exchanged, "FUND:", where=forward),
    ),
    "personal accounts pay what settlements say": (
        booked(dropped, "ACCT:", where=lambda t: forward(t) and t.cause[0].isdigit()),
        more(Settlement, acct_pay_fen=1),
    ),
    "families pay of each settlement what it says": (
        rows(Settlement, lambda row: msgspec.structs.replace(row, acct_mulaid_pay_fen=1)),
        rows(Settlement, lambda row: msgspec.structs.replace(row, acct_mulaid_pay_fen=row.acct_pay_fen + 1)),
    ),
    "allotments are paid once, into the account of their person": (
        booked(lambda t: msgspec.structs.replace(t, cause=f"ALLOT {t.cause}"), "ACCT:", where=forward),
        booked(lambda t: msgspec.structs.replace(exchanged(t), cause=f"ALLOT {t.cause}"), "ACCT:", where=forward),
    ),
    "drawers hold what settlements say": (
        booked(one_fen_more, "CASH:"),
        booked(elsewhere("CASH:P", "CASH:Q"), "CASH:", where=undo),
    ),
    "an undone settlement leaves nothing behind": (
        booked(dropped, "INST_REV:", where=undo),
        rows(Settlement, state(REVERSED), stands),
    ),
    "deductibles are used up by what settlements say": (
        more(Accumulator, deductible_used_fen=1),
        more(Settlement, act_pay_dedc_fen=1),
    ),
    "caps are used up by what settlements say": (
        more(Accumulator, fund_used_fen=-1),
        rows(Accumulator, dropped),
    ),
    "tiers of supplements are walked as far as settlements say": (
        more(Accumulator, base_used_fen=1),
        added(Accumulator, base_used_fen=-1),
    ),
    "deposits are held for the stays that they were paid for": (
        added(Stay, mdtrt_id="1", deposit_fen=1),
        booked(elsewhere("CASH:", "DEPOSIT:"), "CASH:", where=forward),
    ),
    "no deposit is below zero": (
        added(Stay, deposit_fen=-1),
        added(Stay, mdtrt_id="1", deposit_fen=-100),
    ),
    "institutions bear what settlements say": (
        more(Settlement, hosp_part_fen=1),
        booked(elsewhere("CASH:", "INST_BURDEN:"), "CASH:", where=forward),
    ),
    "stays have used what their settlements say": (
        added(Stay, deductible_used_fen=1),
        rows(Settlement, lambda row: msgspec.structs.replace(row, mid_setl_flag="1"), lambda row: row.act_pay_dedc_fen),
    ),
    "charges are held by the settlement that stands of them, and are its bill": (
        rows(FeeBatch, dropped, lambda row: row.setl_id),
        more(FeeBatch, lambda row: row.setl_id, medfee_sumamt_fen=1),
        rows(Settlement, state(VOIDED), lambda row: row.infno == "2304"),
    ),
    "stays have walked the tiers as far as their settlements say": (
        more(Stay, lambda row: row.settled, base_used_fen=1),
        more(Settlement, lambda row: row.mid_setl_flag, base_fen=-1),
    ),
    "stays list the settlements of theirs that stand": (
        rows(Stay, lambda row: msgspec.structs.replace(row, settled=""), lambda row: row.settled),
        rows(Stay, lambda row: msgspec.structs.replace(row, settled=row.settled[::-1]), lambda row: row.settled),
        rows(Settlement, state(REVERSED), lambda row: row.mid_setl_flag),
    ),
    "admissions of the year are the stays that stand": (
        more(Admissions, count=1),
        rows(Stay, state("CANCELLED")),
    ),
    "what was used of a family's account is what settlements that stand took of it": (
        more(FamilyUse, used_fen=1),
        rows(FamilyUse, dropped),
        rows(FamilyDebit, dropped),
    ),
    "banks earn the fees that movements say": (
        added(BankMovement, fee_fen=1),
        booked(elsewhere("INST_BANK:", "BANK_FEES:"), "INST_BANK:", where=lambda t: at("BANK:")(t) and forward(t)),
    ),
    "a msgid settles once": (
        rows(Settlement, lambda row: msgspec.structs.replace(row, msgid="m")),
        rows(Settlement, lambda row: msgspec.structs.replace(row, msgid=row.msgid[:8])),
    ),
    "every settlement's msgid is remembered": (
        rows(Message, dropped, lambda row: row.infno == "2102"),
        rows(Message, lambda row: msgspec.structs.replace(row, msgid=row.msgid[::-1])),
    ),
    "bank accounts hold the balances of their holders": (
        more(BankAccount, balance_fen=1),
        booked(one_fen_more, "BANK:", where=forward),
    ),
    "no bank account is below zero": (
        more(BankAccount, balance_fen=-10_000_000),
        rows(BankAccount, lambda row: msgspec.structs.replace(row, balance_fen=-1)),
    ),
    "what banks owe institutions is what institutions claim": (
        booked(dropped, "INST_BANK:", where=lambda t: at("INST:")(t) and undo(t)),
        booked(one_fen_more, "INST_BANK:", where=at("BANK:")),
    ),
    "each bank purchase that stands and each other movement is debited in full, no other is": (
        booked(dropped, "BANK:", where=undo),
        more(BankTrade, amount_fen=1),
    ),
    "banks owe each institution what its purchases say": (
        booked(one_fen_more, "INST_BANK:", where=lambda t: at("BANK:")(t) and not clearing(t)),
        rows(BankTrade, dropped),
    ),
    "a reversed bank purchase leaves nothing behind": (
        booked(one_fen_more, "INST_BANK:", where=undo),
        rows(BankTrade, state(REVERSED), stands),
    ),
    "income outside insurance is bank purchases that name no settlement": (
        booked(one_fen_more, "INST_SALES:", where=forward),
        rows(BankTrade, lambda row: msgspec.structs.replace(row, setl_id="")),
    ),
    "banks have paid of settlements what their purchases say": (
        more(Settlement, lambda row: row.bank_paid_fen, bank_paid_fen=1),
        rows(BankTrade, lambda row: msgspec.structs.replace(row, setl_id="another"), lambda row: row.setl_id),
    ),
    "banks have paid no more of a settlement than it left to pay": (
        more(Settlement, bank_paid_fen=10_000_000),
        rows(Settlement, lambda row: msgspec.structs.replace(row, bank_paid_fen=-1)),
    ),
    "no bank purchase stands for a settlement that was undone": (
        rows(Settlement, state(VOIDED), lambda row: row.bank_paid_fen),
        rows(Settlement, state(REVERSED), lambda row: row.bank_paid_fen),
    ),
    "a msgid buys once": (
        rows(BankTrade, lambda row: msgspec.structs.replace(row, msgid="m")),
        rows(BankTrade, lambda row: msgspec.structs.replace(row, msgid=row.msgid[:8])),
    ),
    "every bank purchase's msgid is remembered": (
        rows(Message, dropped, lambda row: row.infno == "0200"),
        rows(BankTrade, lambda row: msgspec.structs.replace(row, msgid=f"{row.msgid[:-1]}?")),
    ),
    "every transfer moves money from one account to another": (
        booked(lambda t: msgspec.structs.replace(t, amount_fen=-t.amount_fen), "FUND:"),
        booked(lambda t: msgspec.structs.replace(t, credit=t.debit), "CASH:"),
    ),
    "nothing is owed of a month that was cleared": (
        booked(dropped, "CLR:", where=clearing),
        booked(one_fen_more, "INST_MI:", where=lambda t: clearing(t) and at("AGENCY:")(t)),
    ),
    "claims are paid as clearing says": (
        more(PaidClaim, net_fen=1),
        booked(exchanged, "INST_MI:", where=clearing),
    ),
    "what clearing pays is what was booked less what was undone": (
        more(PaidClaim, reverse_fen=1),
        more(PaidClaim, lambda row: row.claim.startswith("CLR:"), forward_fen=-1),
    ),
    "prefunding holds the balances of its cities": (
        more(Prefund, balance_fen=1),
        booked(dropped, "PREFUND:", where=lambda t: t.cause == "PREFUNDING"),
    ),
    "no prefunding is below zero": (
        more(Prefund, balance_fen=-1_000_000_000),
        rows(Prefund, lambda row: msgspec.structs.replace(row, balance_fen=-1)),
    ),
    "the clearing centre holds what cities have there": (
        booked(dropped, "PREFUND_HELD:", where=clearing),
        booked(exchanged, "PREFUND_HELD:"),
    ),
    "clearing moves prefunding between cities and makes none": (
        booked(dropped, "PREFUND:", where=paying),
        booked(one_fen_more, "PREFUND:", where=lambda t: clearing(t) and t.debit == "PREFUND:370100"),
    ),
    "institutions are paid what agencies and banks paid them": (
        booked(dropped, "AT_BANK:"),
        booked(one_fen_more, "AT_BANK:", where=lambda t: t.credit.startswith("INST_BANK:")),
    ),
}
"""Bugs by the law that must find them; it need not be the only one that does."""


TALLY: list[bool] = []
"""Of each bug played so far, whether its law named it."""


class Day:
    """Everything that moves money, once or twice, and two months of clearing."""

    def __init__(self, host: Any, pharmacy: Any, hospital: Any, agency: Any, visits: Any, debit_card: Any) -> None:
        self.host, self.pharmacy, self.hospital, self.agency = host, pharmacy, hospital, agency
        self.visits, self.debit_card = visits, debit_card

    def play(self, worker: Any, guest: Any, drugs: Any, lines: Any) -> None:
        self.agency(SAMPLE).told(FileElsewhere(guest.psn_no, "370100"))
        self.host.now_ms += 7 * DAY_MS
        kept, voided, reversed_ = (self.sold(worker, drugs, account) for account in "010")
        self.sold(worker, drugs)
        self.sold(guest, drugs)
        away, gone = self.sold(guest, drugs), self.sold(guest, drugs)
        self.treated(worker, lines)
        self.treated(guest, lines, insured=SAMPLE)
        self.revoke(voided)
        self.reverse(reversed_)
        self.reverse(gone, insured=SAMPLE)
        self.stayed(worker, lines[0].med_list_codg)
        self.family_paid(worker, drugs)
        card = self.debit_card(worker)
        for setl_id in ("", "", kept.setl_id, kept.setl_id):
            self.bought(card, setl_id)
        self.unbought(card)
        self.clear(NOVEMBER)
        self.revoke(away, insured=SAMPLE)
        self.clear(DECEMBER)

    def sold(self, person: Any, drugs: Any, account: str = "1") -> Any:
        insured = "" if person.city == "370100" else person.city
        person = self.host.person(person.psn_no)
        sale = self.visits.drug_sale(
            self.pharmacy, person, drugs, chip_pin_verified=bool(insured), acct_used_flag=account
        )
        return self.pharmacy.told(sale, insured=insured)

    def treated(self, person: Any, lines: Any, **how: str) -> None:
        self.hospital.told(self.visits.outpatient(self.hospital, person, lines, **how), **how)

    def stayed(self, person: Any, item: str) -> None:
        ward = Ward(self.host, self.hospital, item)
        ward.whole_stay(person, "5000")

    def family_paid(self, owner: Any, drugs: Any) -> None:
        poor = next(person for person in self.host.people(insutype="310") if person.psn_no != owner.psn_no)
        poor = msgspec.structs.replace(poor, balance_fen=0)
        self.host.put(poor)
        self.pharmacy.told(binding(poor, owner))
        for _ in range(2):
            info = self.sold(poor, drugs, "2")
        self.revoke(info)

    def revoke(self, info: Any, **how: str) -> None:
        self.pharmacy.told(RevokeDrugSale(info.setl_id, info.mdtrt_id, info.psn_no), **how)

    def reverse(self, info: Any, **how: str) -> None:
        self.pharmacy.told(Reverse(info.psn_no, info.medins_setl_id, "2102"), **how)

    def bought(self, card: Any, setl_id: str) -> tuple[Any, str]:
        asked, msgid = self.visits.purchase(self.pharmacy, card, 100, setl_id=setl_id), self.pharmacy.next_msgid()
        self.pharmacy.told(asked, msgid=msgid)
        return asked, msgid

    def unbought(self, card: Any) -> None:
        self.pharmacy.told(self.visits.reversal(*self.bought(card, "")))

    def clear(self, month: int) -> None:
        self.host.now_ms = month_end_ms(month) + DAY_MS
        self.agency("370100").told(ClearMonth(month))


@pytest.fixture
def broken_by(
    world: Any,
    teller: Any,
    visits: Any,
    debit_card: Any,
    worker: Any,
    guest: Any,
    drugs: Any,
    lines_of: Any,
    agency: Any,
) -> Any:
    """Play the day with a bug, as far as it goes, and return the laws that the audit names."""
    host_type, teller_type = type(teller.args[0]), teller.func
    lines = lines_of((drugs[0].med_list_codg, *BILL))

    def broken(bug: Bug = lambda changes: changes) -> set[str]:
        host = host_type(world)
        tills = (teller_type(host, f"{kind}37010000001").sign_in() for kind in "PH")
        offices = {city: teller_type(host, f"A{city}00000", agency().door) for city in ("370100", SAMPLE)}
        day = Day(host, *tills, offices.__getitem__, visits, debit_card)
        save = host.store.save_now
        host.store.save_now = lambda changes: save(bug(changes))
        try:
            day.play(worker, guest, drugs, lines)
        except AssertionError:
            if bug.__name__ == "<lambda>":
                raise
        return set(host.broken_laws())

    return broken


def test_without_a_bug_no_law_is_broken(broken_by: Any) -> None:
    assert broken_by() == set()


@pytest.mark.parametrize("law", MUTANTS)
def test_every_planted_bug_is_named_by_the_law_it_breaks(broken_by: Any, law: str, capsys: Any) -> None:
    caught = [law in broken_by(bug) for bug in MUTANTS[law]]
    TALLY.extend(caught)
    with capsys.disabled():
        if law == next(reversed(MUTANTS)):
            print(f" {sum(TALLY)} of {len(TALLY)} mutants")  # noqa: T201  the figure that method R15 asks for
    assert caught == [True] * len(caught)


def test_every_law_has_two_planted_bugs() -> None:
    counted = Counter({law: len(bugs) for law, bugs in MUTANTS.items()})
    assert {law.name for law in LAWS if counted[law.name] < 2} == set()
