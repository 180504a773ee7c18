"""What every store promises, whoever keeps the ledger. A store is awaited here as the engine awaits it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from settlement.engine.ledger.bank_zone import BankBatch
from settlement.engine.ledger.claims import Cleared, Owed, PaidClaim, PairRow, PairRows, Position
from settlement.engine.ledger.identity import setl_id_of
from settlement.engine.ledger.orders import OPEN, PAID, RemoteOrder
from settlement.engine.ledger.state import (
    REVERSED,
    SETTLED,
    VOIDED,
    Accumulator,
    BankAccount,
    BankTrade,
    Message,
    Person,
    Record,
    Settlement,
    Terminal,
    Transfer,
)
from settlement.engine.ledger.statement import Period
from settlement.engine.ledger.stays import DISCHARGED, IN_HOSPITAL, Stay
from settlement.engine.ledger.tables import RECORDS
from settlement.stores.memory import MemoryStore
from settlement.stores.open_items import OPEN_ITEMS
from settlement.stores.schema import COLUMN_TYPES
from settlement.stores.sqlite import SqliteStore
from settlement.stores.store import Changes, CityDebt, LedgerAudit, Look, Origin, Store, StoreError, TooFew
from settlement.wire.names import fingerprint

T = TypeVar("T")
CITY, PSN, CODE, DEV = "370100", "37010000000000000001", "P37010000001", "P3701000000101"

SIZE = 100
MAKERS: dict[str, Callable[[Path], Store]] = {
    "memory": lambda _: MemoryStore(SIZE),
    "sqlite": lambda place: SqliteStore(place, Origin(1, SIZE, "")),
}


def run(work: Awaitable[T]) -> T:
    async def wait() -> T:
        return await work

    return asyncio.run(wait())


def off_fen(audit: LedgerAudit) -> int:
    return sum(law.off_fen for law in audit.invariants)


def broken(audit: LedgerAudit) -> int:
    return sum(not law.ok for law in audit.invariants)


@pytest.fixture(params=list(MAKERS))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = MAKERS[request.param](tmp_path)
    yield opened
    run(opened.close())


def blank(table: type[Record], **given: object) -> Record:
    empty = {"str": "", "int": 0, "bytes": b""}
    hints = {name: empty[kind.__name__] for name, kind in table.__annotations__.items() if name in fields(table)}
    return table(**(hints | given))


def fields(table: type[Record]) -> tuple[str, ...]:
    return table.__struct_fields__


def person(balance_fen: int = 0) -> Record:
    return blank(Person, city=CITY, psn_no=PSN, balance_fen=balance_fen)


def settlement(setl_id: str = "1S", state: str = SETTLED, **given: object) -> Record:
    facts = {
        "city": CITY, "psn_no": PSN, "setl_id": setl_id, "state": state, "infno": "2102", "treatment_city": CITY,
        "fixmedins_code": CODE, "dev_no": DEV, "opter_no": "run", "msgid": "m" + setl_id, "medfee_sumamt_fen": 300,
        "fund_pay_sumamt_fen": 100, "acct_pay_fen": 150, "psn_cash_pay_fen": 50,
    }  # fmt: skip
    return blank(Settlement, **(facts | given))


def used(fund_used_fen: int = 100, **given: object) -> Record:
    return blank(Accumulator, **{"city": CITY, "psn_no": PSN, "fund_used_fen": fund_used_fen, **given})


def message(setl_id: str = "1S") -> Record:
    return blank(
        Message, city=CITY, fixmedins_code=CODE, msgid="m" + setl_id, infno="2102", setl_id=setl_id, reply=b"r"
    )


ENTRIES = (
    (f"AGENCY:{CITY}", f"FUND:{CITY}:310102", f"INST_MI:{CITY}:{CODE}", 100),
    (f"AGENCY:{CITY}", f"ACCT:{CITY}:{PSN}", f"INST_MI:{CITY}:{CODE}", 150),
    (f"INST:{CODE}", f"INST_MI:{CITY}:{CODE}", f"INST_REV:{CODE}", 250),
    (f"INST:{CODE}", f"CASH:{DEV}", f"INST_REV:{CODE}", 50),
)
OPENING = Transfer(CITY, PSN, "OPENING", 0, 0, f"AGENCY:{CITY}", f"OPENING:{CITY}", f"ACCT:{CITY}:{PSN}", 1000, 0)


def transfers(setl_id: str = "1S", undo: int = 0) -> tuple[Transfer, ...]:
    return tuple(
        Transfer(CITY, PSN, setl_id, undo, number, books, *((credit, debit) if undo else (debit, credit)), fen, 0)
        for number, (books, debit, credit, fen) in enumerate(ENTRIES)
    )


def settle(store: Store, **given: object) -> None:
    rows = (person(850), settlement(**given), used(), message())
    run(store.save(Changes(rows, (OPENING, *transfers()))))


def test_a_row_that_is_absent_is_known_to_be_absent(store: Store) -> None:
    state = run(store.load(((Person, (CITY, PSN)),)))
    assert state.get(Person, CITY, PSN) is None


@pytest.mark.parametrize("table", RECORDS[:-1])
def test_every_table_gives_back_what_was_saved(store: Store, table: type[Record]) -> None:
    samples = {"str": "刷卡", "int": -(1 << 63), "bytes": b"\x00\xff"}
    row = table(*(samples[table.__annotations__[name].__name__] for name in fields(table)))
    run(store.save(Changes((row,), ())))
    assert run(store.load(((table, row.key),))).get(table, *row.key) == row


def test_a_row_saved_again_replaces_the_first(store: Store) -> None:
    run(store.save(Changes((person(1),), ())))
    run(store.save(Changes((person(2),), ())))
    assert run(store.load(((Person, (CITY, PSN)),))).get(Person, CITY, PSN) == person(2)


def test_a_load_of_many_tables_finds_what_is_there_and_no_other(store: Store) -> None:
    terminal = blank(Terminal, city=CITY, dev_no=DEV)
    run(store.save(Changes((terminal, person(), settlement()), ())))
    state = run(store.load(((Terminal, (CITY, DEV)), (Terminal, (CITY, "other")), (Settlement, (CITY, PSN, "1S")))))
    assert state.get(Terminal, CITY, DEV) == terminal
    assert state.get(Terminal, CITY, "other") is None
    assert state.get(Settlement, CITY, PSN, "1S") == settlement()


def claim(cause: str, number: int, fen: int, booked_ms: int, undo: int = 0) -> tuple[Transfer, ...]:
    """What the other city owes this one for a settlement, on both sides."""
    name = f"CLR:379900:{CITY}"
    sides = ((f"AGENCY:{CITY}", name, "INST_MI"), ("AGENCY:379900", "ACCT", name))
    return tuple(
        Transfer(
            "379900", PSN, cause, undo, number + place, books, *(accounts[::-1] if undo else accounts), fen, booked_ms
        )
        for place, (books, *accounts) in enumerate(sides)
    )


def test_what_is_owed_is_read_until_an_instant_less_what_was_paid_and_undone(store: Store) -> None:
    name = f"CLR:379900:{CITY}"
    run(store.save(Changes((), (*claim("1S", 0, 300, 10), *claim("2S", 0, 50, 20), *claim("1S", 0, 300, 20, undo=1)))))
    assert run(store.positions(20)) == Owed((Position(name, "379900", 300, 300, 0),), 0)
    assert run(store.positions(21)) == Owed((Position(name, "379900", 50, 350, 300),), 0)
    paid = Transfer("379900", "", "CLEARED:202611", 0, 0, "AGENCY:379900", name, "PREFUND:379900", 300, 30)
    cleared = Cleared("CENTRE", 202611, 20, 30)
    run(store.save(Changes((cleared, PaidClaim("379900", name, 202611, 300, 300, 0, 30)), (paid,))))
    assert run(store.positions(21)) == Owed((Position(name, "379900", -250, 50, 300),), 20)
    assert run(store.paid(202611)) == (PaidClaim("379900", name, 202611, 300, 300, 0, 30),)
    assert run(store.paid(202612)) == ()


def test_both_sides_of_a_pair_are_read_for_some_days(store: Store) -> None:
    row = PairRow(f"CLR:379900:{CITY}", "2S", 0, 50)
    run(store.save(Changes((), (*claim("1S", 0, 300, 10), *claim("2S", 0, 50, 20)))))
    assert run(store.pairs(11, 21)) == PairRows((row,), (row,))


def test_a_transfer_booked_twice_fails_the_whole_commit(store: Store) -> None:
    run(store.save(Changes((), (OPENING,))))
    with pytest.raises(StoreError):
        run(store.save(Changes((person(7),), (OPENING,))))
    assert run(store.load(((Person, (CITY, PSN)),))).get(Person, CITY, PSN) is None


def test_a_lease_hands_out_each_index_once(store: Store) -> None:
    assert [run(store.lease(count)) for count in (10, 0, 5, 1)] == [0, 10, 10, 15]


def test_a_lease_of_more_than_are_left_hands_out_nobody(store: Store) -> None:
    asked = (90, 11, 1_000_000, 10, 1)
    assert [run(store.lease(count)) for count in asked] == [0, TooFew(10), TooFew(10), 90, TooFew(0)]


def test_an_empty_ledger_keeps_every_law(store: Store) -> None:
    audit = run(store.audit())
    assert all(invariant.ok for invariant in audit.invariants)
    assert (audit.ledger, audit.tombstones, off_fen(audit)) == ({}, 0, 0)


def test_the_audit_adds_up_what_one_operator_settled(store: Store) -> None:
    settle(store)
    sums = run(store.audit("run")).ledger["2102"]
    assert (sums.settled, sums.reversed, sums.voided) == (1, 0, 0)
    assert (sums.medfee_sumamt_fen, sums.fund_pay_sumamt_fen, sums.acct_pay_fen, sums.psn_cash_pay_fen) == (
        300, 100, 150, 50
    )  # fmt: skip
    assert sums.fingerprint == f"{fingerprint('1S'):016x}"
    assert run(store.audit("another")).ledger == {}
    assert run(store.audit()).ledger == {"2102": sums}


def test_a_settlement_posted_in_full_keeps_every_law(store: Store) -> None:
    settle(store)
    assert broken(run(store.audit())) == 0


def test_a_reversed_settlement_with_its_contra_transfers_keeps_every_law(store: Store) -> None:
    settle(store)
    undone = settlement(state=REVERSED)
    run(store.save(Changes((person(1000), undone, used(0)), transfers(undo=1))))
    audit = run(store.audit())
    assert [invariant for invariant in audit.invariants if not invariant.ok] == []
    assert audit.ledger["2102"].reversed == 1


def test_sums_and_fingerprint_are_of_the_settlements_that_stand(store: Store) -> None:
    undone = (settlement("2S", state=REVERSED), settlement("3S", state=VOIDED))
    run(store.save(Changes((settlement(), *undone), ())))
    sums = run(store.audit()).ledger["2102"]
    assert (sums.settled, sums.reversed, sums.voided) == (1, 1, 1)
    assert (sums.medfee_sumamt_fen, sums.fingerprint) == (300, f"{fingerprint('1S'):016x}")


def test_where_no_settlement_stands_the_sums_are_zero(store: Store) -> None:
    run(store.save(Changes((settlement(state=REVERSED),), ())))
    sums = run(store.audit()).ledger["2102"]
    assert (sums.settled, sums.reversed, sums.psn_cash_pay_fen, sums.fingerprint) == (0, 1, 0, "0" * 16)


def test_a_tombstone_is_an_open_item(store: Store) -> None:
    run(store.save(Changes((msgspec.structs.replace(message(), reply=b""),), ())))
    assert run(store.audit()).tombstones == 1


REMOTE = "379900"
REMOTE_ENTRIES = (
    (f"AGENCY:{CITY}", f"CLR:{REMOTE}:{CITY}", f"INST_MI:{CITY}:{CODE}", 250),
    (f"AGENCY:{REMOTE}", f"FUND:{REMOTE}:310102", f"CLR:{REMOTE}:{CITY}", 100),
    (f"AGENCY:{REMOTE}", f"ACCT:{REMOTE}:{PSN}", f"CLR:{REMOTE}:{CITY}", 150),
    *ENTRIES[2:],
)


def settle_remote(store: Store, dropped: int | None = None) -> None:
    booked = tuple(
        Transfer(REMOTE, PSN, "1S", 0, number, *entry, 0)
        for number, entry in enumerate(REMOTE_ENTRIES)
        if number != dropped
    )
    opening = msgspec.structs.replace(
        OPENING, city=REMOTE, books=f"AGENCY:{REMOTE}", debit=f"OPENING:{REMOTE}", credit=f"ACCT:{REMOTE}:{PSN}"
    )
    insured = msgspec.structs.replace(person(850), city=REMOTE)
    run(store.save(Changes((insured, settlement(city=REMOTE), used(city=REMOTE), message()), (opening, *booked))))


def test_a_remote_settlement_posted_in_full_keeps_every_law(store: Store) -> None:
    settle_remote(store)
    assert [invariant for invariant in run(store.audit()).invariants if not invariant.ok] == []


BROKEN = {
    "a transfer is missing": ((person(850), settlement(), used(), message()), (OPENING, *transfers()[1:])),
    "a settlement is missing": ((person(850), message()), (OPENING, *transfers())),
    "its msgid is forgotten": ((person(850), settlement(), used()), (OPENING, *transfers())),
    "a balance is off by a fen": ((person(849), settlement(), used(), message()), (OPENING, *transfers())),
    "nothing was opened": ((person(850), settlement(), used(), message()), transfers()),
    "a balance is below zero": ((person(-1),), ()),
    "a bill is off by a fen": (
        (person(850), settlement(medfee_sumamt_fen=301), used(), message()),
        (OPENING, *transfers()),
    ),
    "it is reversed in name only": (
        (person(850), settlement(state=REVERSED), used(0), message()),
        (OPENING, *transfers()),
    ),
    "a msgid settled twice": (
        (person(850), settlement(), settlement("2S", msgid="m1S"), used(200), message()),
        (OPENING, *transfers()),
    ),
    "a cap was not given back": ((person(850), settlement(), used(99), message()), (OPENING, *transfers())),
    "a deductible was not used up": (
        (person(850), settlement(act_pay_dedc_fen=1), used(), message()),
        (OPENING, *transfers()),
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_ledger_that_breaks_a_law_is_told_so(store: Store, case: str) -> None:
    run(store.save(Changes(*BROKEN[case])))
    audit = run(store.audit())
    assert broken(audit) >= 1
    assert off_fen(audit) >= 1
    assert all(bool(invariant.detail) != invariant.ok for invariant in audit.invariants)


@pytest.mark.parametrize("dropped", range(len(REMOTE_ENTRIES)))
def test_a_remote_settlement_without_one_of_its_transfers_breaks_a_law(store: Store, dropped: int) -> None:
    settle_remote(store, dropped)
    assert broken(run(store.audit())) >= 1


def account(balance_fen: int = 950) -> Record:
    return blank(BankAccount, city=CITY, psn_no=PSN, balance_fen=balance_fen)


def trade(trade_id: str = "1T", **given: object) -> Record:
    facts = {
        "city": CITY, "psn_no": PSN, "trade_id": trade_id, "state": SETTLED, "treatment_city": CITY,
        "fixmedins_code": CODE, "dev_no": DEV, "opter_no": "run", "msgid": "m" + trade_id, "amount_fen": 50,
        "setl_id": "1S", "drawer": DEV,
    }  # fmt: skip
    return blank(BankTrade, **(facts | given))


def bought(trade_id: str = "1T", undo: int = 0) -> tuple[Transfer, ...]:
    claim = f"INST_BANK:{CITY}:{CODE}"
    entries = ((f"BANK:{CITY}", f"BANK:{CITY}:{PSN}", claim), (f"INST:{CODE}", claim, f"CASH:{DEV}"))
    return tuple(
        Transfer(CITY, PSN, trade_id, undo, number, books, *((credit, debit) if undo else (debit, credit)), 50, 0)
        for number, (books, debit, credit) in enumerate(entries)
    )


BANK_OPENING = Transfer(
    CITY, PSN, "BANK_OPENING", 0, 0, f"BANK:{CITY}", f"OPENING:{CITY}", f"BANK:{CITY}:{PSN}", 1000, 0
)
SALE = (person(850), used(), message())
LEG = (account(), trade(), settlement(bank_paid_fen=50), message("1T"))
BOOKED = (OPENING, BANK_OPENING, *transfers(), *bought())


def test_a_rest_paid_by_bank_keeps_every_law(store: Store) -> None:
    run(store.save(Changes((*SALE, *LEG), BOOKED)))
    audit = run(store.audit("run"))
    assert [invariant for invariant in audit.invariants if not invariant.ok] == []
    assert (audit.bank.settled, audit.bank.amount_fen, audit.bank.fingerprint) == (1, 50, f"{fingerprint('m1T'):016x}")
    assert run(store.audit("another")).bank.settled == 0


def test_a_reversed_bank_leg_keeps_every_law(store: Store) -> None:
    run(store.save(Changes((*SALE, *LEG), BOOKED)))
    undone = (account(1000), trade(state=REVERSED), settlement())
    run(store.save(Changes(undone, bought(undo=1))))
    audit = run(store.audit())
    assert [invariant for invariant in audit.invariants if not invariant.ok] == []
    assert (audit.bank.settled, audit.bank.reversed, audit.bank.amount_fen) == (0, 1, 0)


def test_a_bank_leg_cannot_be_reversed_twice(store: Store) -> None:
    run(store.save(Changes((), bought(undo=1))))
    with pytest.raises(StoreError):
        run(store.save(Changes((), bought(undo=1))))


def test_a_bank_leg_whose_settlement_is_undone_breaks_a_law_and_no_other(store: Store) -> None:
    undone = account(), trade(), settlement(state=REVERSED, bank_paid_fen=50), message("1T")
    rows = person(1000), used(0), message(), *undone
    run(store.save(Changes(rows, (*BOOKED, *transfers(undo=1)))))
    [broken] = [invariant for invariant in run(store.audit()).invariants if not invariant.ok]
    assert broken.name == "no bank purchase stands for a settlement that was undone"


def test_a_tombstone_is_its_operators_open_item(store: Store) -> None:
    run(store.save(Changes((msgspec.structs.replace(message(), reply=b"", opter_no="run"),), ())))
    assert [run(store.audit(name)).tombstones for name in ("run", "another", "")] == [1, 0, 1]


BROKEN_LEGS = {
    "a bank balance is off by a fen": ((account(951), *LEG[1:]), BOOKED),
    "no bank account was opened": (LEG, (OPENING, *transfers(), *bought())),
    "the bank debited nothing": (LEG, (*BOOKED[:-2], BOOKED[-1])),
    "the drawer kept the cash": (LEG, BOOKED[:-1]),
    "a purchase is missing": ((LEG[0], *LEG[2:]), BOOKED),
    "a purchase is off by a fen": ((LEG[0], trade(amount_fen=51), *LEG[2:]), BOOKED),
    "a purchase is reversed in name only": ((LEG[0], trade(state=REVERSED), *LEG[2:]), BOOKED),
    "a sale outside insurance took a drawer's cash": (
        (LEG[0], trade(setl_id="", drawer=""), settlement(), LEG[3]),
        BOOKED,
    ),
    "a purchase's msgid is forgotten": (LEG[:3], BOOKED),
    "a settlement does not know that it was paid": ((*LEG[:2], settlement(), LEG[3]), BOOKED),
    "a msgid bought twice": ((*LEG, trade("2T", msgid="m1T")), BOOKED),
    "a bank paid more than was left": (
        (account(), trade(), settlement(bank_paid_fen=50, psn_cash_pay_fen=49, acct_pay_fen=151), LEG[3]),
        BOOKED,
    ),
    "a bank account is below zero": ((account(-1),), ()),
}


@pytest.mark.parametrize("case", BROKEN_LEGS)
def test_a_bank_leg_that_breaks_a_law_is_told_so(store: Store, case: str) -> None:
    rows, booked = BROKEN_LEGS[case]
    run(store.save(Changes((*SALE, *rows), booked)))
    audit = run(store.audit())
    assert broken(audit) >= 1
    assert off_fen(audit) >= 1


def test_every_field_of_every_record_has_a_column_type() -> None:
    assert {kind for table in RECORDS for kind in table.__annotations__.values() if kind in (str, int, bytes)} == set(
        COLUMN_TYPES
    )


@pytest.mark.parametrize("changed", [{"psn_cash_pay_fen": 1}, {"info": b"x"}, {"state": VOIDED}])
def test_a_digest_is_of_every_field_of_what_an_operator_settled(store: Store, changed: dict[str, object]) -> None:
    nothing = run(store.digest("run"))
    first, second = (blank(Settlement, city=CITY, psn_no=PSN, setl_id=name, opter_no="run") for name in ("1S", "2S"))
    run(store.save(Changes((first, second), ())))
    both = run(store.digest("run"))
    assert both == run(store.digest()) != nothing == run(store.digest("another"))
    run(store.save(Changes((msgspec.structs.replace(first, **changed),), ())))
    assert run(store.digest("run")) != both
    run(store.save(Changes((first,), ())))
    assert run(store.digest("run")) == both


def test_digests_of_every_store_agree_whatever_order_rows_came_in(tmp_path: Path) -> None:
    rows = [
        *(blank(Settlement, city=CITY, psn_no=PSN, setl_id=f"S{number}") for number in range(5)),
        *(blank(BankTrade, city=CITY, psn_no=PSN, trade_id=f"B{number}") for number in range(3)),
    ]
    digests = set()
    for name, make in MAKERS.items():
        for order in (rows, rows[::-1]):
            place = tmp_path / f"{name}-{order[0].key[-1]}"
            place.mkdir()
            opened = make(place)
            for row in order:
                run(opened.save(Changes((row,), ())))
            digests.add(run(opened.digest()))
            run(opened.close())
    assert len(digests) == 1


@pytest.mark.parametrize("kind", MAKERS)
def test_a_look_at_the_books_finds_what_an_audit_finds(kind: str, tmp_path: Path) -> None:
    async def both() -> tuple[LedgerAudit, Look]:
        opened = MAKERS[kind](tmp_path)
        try:
            await opened.save(Changes((person(850), settlement(), used(), message()), (OPENING, *transfers()[1:])))
            return await opened.audit(), await opened.look()
        finally:
            await opened.close()

    audit, look = asyncio.run(both())
    assert broken(audit) >= 1
    assert look == Look(audit.invariants, audit.open_items, audit.debts, look.cpu_s)
    assert look.cpu_s > 0


UNFINISHED: dict[str, tuple[Record, Record]] = {
    "tombstones": (
        blank(Message, city=CITY, fixmedins_code=CODE, msgid="m1"),
        blank(Message, city=CITY, fixmedins_code=CODE, msgid="m1", reply=b"r"),
    ),
    "remote_orders": (
        blank(RemoteOrder, city=CITY, fixmedins_code=CODE, mdtrt_regno="1", state=OPEN),
        blank(RemoteOrder, city=CITY, fixmedins_code=CODE, mdtrt_regno="1", state=PAID),
    ),
    "hospital_stays": (
        blank(Stay, city=CITY, psn_no=PSN, mdtrt_id="1", state=IN_HOSPITAL),
        blank(Stay, city=CITY, psn_no=PSN, mdtrt_id="1", state=DISCHARGED),
    ),
    "unequal_batches": (
        blank(BankBatch, city=CITY, dev_no=DEV, uploading=1),
        blank(BankBatch, city=CITY, dev_no=DEV, uploading=0),
    ),
}
"""Each kind of open item: a row that stands open, and the same when it is finished."""


def looks(kind: str, place: Path, *changes: Changes) -> list[Look]:
    """Return what is found after each of these commits; a store is looked at on one loop, as its engine does."""

    async def each() -> list[Look]:
        opened, found = MAKERS[kind](place), list[Look]()
        try:
            for change in changes:
                await opened.save(change)
                found.append(await opened.look())
        finally:
            await opened.close()
        return found

    return asyncio.run(each())


@pytest.mark.parametrize("kind", MAKERS)
def test_a_look_counts_what_stands_open_until_it_is_finished(kind: str, tmp_path: Path) -> None:
    commits = (Changes((row,), ()) for rows in UNFINISHED.values() for row in rows)
    found = [look.open_items for look in looks(kind, tmp_path, *commits)]
    nothing = dict.fromkeys(OPEN_ITEMS, 0)
    assert found == [items for item in UNFINISHED for items in (nothing | {item: 1}, nothing)]


@pytest.mark.parametrize("kind", MAKERS)
def test_a_look_finds_what_cities_owe_each_other_and_nought_once_it_was_paid(kind: str, tmp_path: Path) -> None:
    home, away, claim = "AGENCY:370100", "AGENCY:370800", "CLR:370100:370800"
    owing = Transfer(CITY, PSN, "1S", 0, 0, home, "FUND:370100:310102", claim, 700, 1)
    owed = Transfer(CITY, PSN, "1S", 0, 1, away, claim, "INST_MI:370800:X", 700, 1)
    paying = msgspec.structs.replace(owing, cause="CLEARED:202611", debit=claim, credit="PREFUND:370100")
    before, after = looks(kind, tmp_path, Changes((), (owing, owed)), Changes((), (paying,)))
    assert before.debts == (CityDebt("370100", "370800", 700),)
    assert after.debts == (CityDebt("370100", "370800", 0),)


# --- statements -----------------------------------------------------------------------------------------------------

NOON, HOUR = 1_795_233_600_000, 3_600_000


def day_of_three(store: Store) -> None:
    """A settlement that stands, one that was revoked two hours later, one that was reversed."""
    facts = {"mdtrt_id": "V", "insutype": "310", "med_type": "41", "settled_ms": NOON}
    undone = {"undone_ms": NOON + 2 * HOUR, "undone_by": "undo"}
    run(
        store.save(
            Changes(
                (
                    settlement("S1", **facts),
                    settlement("S2", VOIDED, **facts, **undone),
                    settlement("S3", REVERSED, **facts, **undone),
                ),
                (),
            )
        )
    )


def stated(store: Store, from_ms: int, to_ms: int, code: str = CODE) -> list[tuple[str, bool, int]]:
    rows = run(store.statement(Period(code, from_ms, to_ms)))
    return [(row.settled_id, row.refd, row.medfee_sumamt_fen) for row in rows]


def test_a_statement_has_settlements_on_their_day_and_revokes_on_theirs(store: Store) -> None:
    day_of_three(store)
    assert stated(store, NOON, NOON + HOUR) == [("S1", False, 300), ("S2", False, 300)]
    assert stated(store, NOON + HOUR, NOON + 3 * HOUR) == [("S2", True, -300)]
    assert stated(store, NOON, NOON + 3 * HOUR) == [("S1", False, 300), ("S2", False, 300), ("S2", True, -300)]


def test_a_statement_is_of_one_institution_and_of_its_days_alone(store: Store) -> None:
    day_of_three(store)
    assert stated(store, NOON, NOON + 3 * HOUR, "P37010000002") == []
    assert stated(store, NOON - HOUR, NOON) == stated(store, NOON + 3 * HOUR, NOON + 4 * HOUR) == []
    assert stated(store, NOON + 2 * HOUR, NOON + 2 * HOUR) == []


def test_a_revokes_row_has_the_name_and_the_msgid_of_the_revoke(store: Store) -> None:
    day_of_three(store)
    [row] = run(store.statement(Period(CODE, NOON + HOUR, NOON + 3 * HOUR)))
    assert (row.msgid, row.setl_id) == ("undo", setl_id_of(CITY, CODE, "undo"))
    assert (row.mdtrt_id, row.insutype, row.clr_type, row.acct_pay_fen) == ("V", "310", "41", -150)
