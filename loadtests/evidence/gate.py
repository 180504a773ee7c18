"""The validity gate: client, engine and ledger are three witnesses of one run, and must say the same.

A run that fails here has no performance result, however fast it was. Pure: claims and an audit in, rows out. Where a
reply was lost the client cannot know its outcome, so that as many requests may differ between client and engine as it
missed replies; the ledger is never allowed to differ.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from loadtests.evidence.testimony import plus
from loadtests.openload.outcomes import Counts
from terminals.kernel.outcome import NO_REPLY
from terminals.sums import BLANK, BankSums, Settled
from terminals.tally import FleetReport

REPLAYED: Final = "replayed"
"""The engine's outcome of a repeat that was answered from the stored reply."""
PURCHASE: Final = "0200"
TOMBSTONES: Final = "tombstones"
"""The open item that a reversal leaves whose original has not come."""
INVARIANT: Final = "invariant "
"""How the row of a law begins."""
OPEN_ITEMS: Final = (TOMBSTONES,)
"""What an audit must count: an audit that is silent about it proves nothing."""
MONEY: Final = ("medfee_sumamt_fen", "fund_pay_sumamt_fen", "acct_pay_fen", "psn_cash_pay_fen")


class Claims(Struct, frozen=True):
    """What one client, or several under one operator, saw and claims.

    `undone`: how many unknown outcomes it reversed; `recovered_undone`: of an earlier run's, whose books they are.
    `unknown`: how many it left in doubt, or ended in a fault.
    """

    messages: Counts
    settled: dict[str, Settled]
    undone: int = 0
    unknown: int = 0
    bank: BankSums = BankSums()
    recovered_undone: int = 0


class LedgerSums(Struct, frozen=True):
    """The ledger's own count of one settling message; sums and fingerprint are of those that stand."""

    settled: int = 0
    reversed: int = 0
    voided: int = 0
    medfee_sumamt_fen: int = 0
    fund_pay_sumamt_fen: int = 0
    acct_pay_fen: int = 0
    psn_cash_pay_fen: int = 0
    fingerprint: str = BLANK

    @property
    def undone(self) -> int:
        """Return how many were settled and are no more."""
        return self.reversed + self.voided


class BankLedger(Struct, frozen=True):
    """The ledger's own count of bank purchases (0200); sum and fingerprint (of msgids) are of those that stand."""

    settled: int = 0
    reversed: int = 0
    amount_fen: int = 0
    fingerprint: str = BLANK


class Invariant(Struct, frozen=True):
    """What must hold over the whole ledger, and whether it does."""

    name: str
    ok: bool
    detail: str = ""


class Audit(Struct, frozen=True):
    """The answer of the engine's admin port about one operator: the engine's counters and a query over the ledger."""

    opter: str
    engine: Counts
    ledger: dict[str, LedgerSums]
    open: dict[str, int]
    invariants: tuple[Invariant, ...]
    bank: BankLedger = BankLedger()
    ledger_sha256: str = ""


class Row(Struct, frozen=True):
    """One comparison; None where a witness has nothing to say about it."""

    name: str
    client: int | str | None
    engine: int | str | None
    ledger: int | str | None
    ok: bool


class Gate(Struct, frozen=True):
    """Every comparison of a run."""

    rows: tuple[Row, ...]

    @property
    def ok(self) -> bool:
        """Whether all witnesses agree."""
        return all(row.ok for row in self.rows)

    @property
    def complaints(self) -> tuple[str, ...]:
        """Return the comparisons that fail, in words."""
        return tuple(_in_words(row) for row in self.rows if not row.ok)


def claims_of_fleet(report: FleetReport) -> Claims:
    """Return what a fleet of terminals claims."""
    return Claims(
        report.messages,
        report.settled,
        undone=report.undone,
        unknown=report.unknown,
        bank=report.bank,
        recovered_undone=report.recovered_undone,
    )


def compare(claims: Iterable[Claims], audit: Audit) -> Gate:
    """Compare what the clients of one operator claim with what the engine and its ledger say."""
    client = _together(claims)
    rows = [
        *_messages(client.messages, audit.engine),
        *(row for infno in sorted({*client.settled, *audit.ledger}) for row in _settlements(infno, client, audit)),
        *_purchases(client, audit),
        Row("unknown outcomes left", client.unknown, None, None, client.unknown == 0),
        *(_open(name, audit.open.get(name), client) for name in dict.fromkeys((*OPEN_ITEMS, *audit.open))),
        Row("laws judged", None, None, len(audit.invariants), bool(audit.invariants)),
        *(Row(_invariant(one), None, None, "holds" if one.ok else "broken", one.ok) for one in audit.invariants),
    ]
    return Gate(tuple(rows))


def _together(claims: Iterable[Claims]) -> Claims:
    messages: Counts = {}
    settled: dict[str, Settled] = {}
    undone = unknown = recovered_undone = 0
    bank = BankSums()
    for claim in claims:
        for infno, outcomes in claim.messages.items():
            mine = messages.setdefault(infno, {})
            for outcome, count in outcomes.items():
                mine[outcome] = mine.get(outcome, 0) + count
        for infno, one in claim.settled.items():
            settled[infno] = plus(settled.get(infno, Settled()), one)
        undone, unknown, bank = undone + claim.undone, unknown + claim.unknown, bank.plus(claim.bank)
        recovered_undone += claim.recovered_undone
    return Claims(messages, settled, undone, unknown, bank, recovered_undone)


def _messages(client: Counts, engine: Counts) -> Iterable[Row]:
    for infno in sorted({*client, *engine}):
        yield from _message(infno, client.get(infno, {}), engine.get(infno, {}))


def _message(infno: str, client: Mapping[str, int], engine: Mapping[str, int]) -> Iterable[Row]:
    lost, replayed = client.get(NO_REPLY, 0), engine.get(REPLAYED, 0)
    for outcome in sorted({*client, *engine} - {NO_REPLY, REPLAYED}):
        mine, theirs = client.get(outcome, 0), engine.get(outcome, 0)
        yield Row(f"{infno} {outcome}", mine, theirs, None, -lost <= mine - theirs <= replayed)
    if lost or replayed:
        missing = sum(client.values()) - sum(engine.values())
        yield Row(f"{infno} {NO_REPLY} / {REPLAYED}", lost, replayed, None, 0 <= missing <= lost and replayed <= lost)


def _settlements(infno: str, client: Claims, audit: Audit) -> Iterable[Row]:
    mine, books = client.settled.get(infno, Settled()), audit.ledger.get(infno, LedgerSums())
    engine = audit.engine.get(infno, {}).get("approved", 0)
    made = books.settled + books.undone
    yield Row(f"{infno} settlements", mine.count, engine, books.settled, mine.count == books.settled and engine == made)
    if books.undone or client.undone:
        yield Row(f"{infno} undone", client.undone, None, books.undone, books.undone <= client.undone)
    yield Row(f"{infno} fingerprint", mine.fingerprint, None, books.fingerprint, mine.fingerprint == books.fingerprint)
    for field in MONEY:
        said, booked = getattr(mine, field), getattr(books, field)
        yield Row(f"{infno} {field}", said, None, booked, said == booked)


def _purchases(client: Claims, audit: Audit) -> Iterable[Row]:
    """Compare what the bank accounts paid; a run without a bank leg has nothing to compare."""
    mine, books = client.bank, audit.bank
    engine = audit.engine.get(PURCHASE, {}).get("approved", 0)
    if not (mine.count or mine.reversed or books.settled or books.reversed or engine):
        return
    agree = mine.count == books.settled and engine == books.settled + books.reversed
    yield Row(f"{PURCHASE} purchases", mine.count, engine, books.settled, agree)
    yield Row(f"{PURCHASE} undone", mine.reversed, None, books.reversed, books.reversed <= mine.reversed)
    same = mine.fingerprint == books.fingerprint
    yield Row(f"{PURCHASE} fingerprint", mine.fingerprint, None, books.fingerprint, same)
    yield Row(f"{PURCHASE} amount_fen", mine.amount_fen, None, books.amount_fen, mine.amount_fen == books.amount_fen)


def _open(name: str, count: int | None, client: Claims) -> Row:
    """Judge what is left open: a reversal may have come before its original, nothing else may be."""
    reversals = client.undone + client.recovered_undone + client.bank.reversed
    expected = reversals if name == TOMBSTONES else 0
    return Row(f"open {name}", expected, None, count, count is not None and count <= expected)


def _invariant(one: Invariant) -> str:
    return INVARIANT + one.name + (f" ({one.detail})" if one.detail and not one.ok else "")


def _in_words(row: Row) -> str:
    said = (("client", row.client), ("engine", row.engine), ("ledger", row.ledger))
    return f"{row.name}: " + ", ".join(f"{who} {what}" for who, what in said if what is not None)
