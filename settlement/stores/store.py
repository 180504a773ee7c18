"""What the host needs of a ledger, whoever keeps it. One conformance suite holds every implementation to it.

A store keeps rows and answers for them; it knows nothing of messages. Errors of a database end here: above stand
StoreError (the ledger can no longer be trusted to keep anything: fatal) and RefusedStoreError (it never opened).
"""

from typing import Final, NamedTuple, Protocol

from msgspec import Struct

from settlement.engine.ledger.claims import Owed, PaidClaim, PairRows
from settlement.engine.ledger.state import Key, Record, State, Transfer
from settlement.engine.ledger.statement import Period, StatementRow

SCHEMA_VERSION: Final = 7
"""Raised whenever a table or a field of a Record changes: a ledger of another version is refused, never guessed at."""
SCHEMA_DIGEST: Final = "801c9bb754c823c5"
"""Of the tables of that version (schema.SCHEMA): who changes it without raising the version breaks the test of it."""

FILE_NAME: Final = "ledger.sqlite"
"""Of a ledger that is kept, in its data directory."""


class Changes(NamedTuple):
    """What one commit makes durable: each row once, and transfers that are inserted."""

    rows: tuple[Record, ...]
    transfers: tuple[Transfer, ...]


class Origin(Struct, frozen=True):
    """What a ledger is begun for, and serves for good: whose people, under which network key, with which cities' cards.

    Other people would settle against these people's accounts; under another key every password would be wrong; with
    other cards (`cards`: a digest of which kinds each city has, and in what shares) people would live in other cities.
    """

    seed: int
    size: int
    key_check: str
    cards: str = ""

    @property
    def people(self) -> str:
        """Return the population as it is written, SEED:SIZE."""
        return f"{self.seed}:{self.size}"


class TooFew(NamedTuple):
    """A lease that was refused, and how many people are left."""

    left: int


class StoreError(Exception):
    """A commit or a read failed: whether it is durable is unknown, so nothing of it may be acknowledged (R10)."""


class RefusedStoreError(Exception):
    """This ledger cannot be opened here; the text says why and what to do."""


class Invariant(Struct, frozen=True):
    """One law of the books, and whether the ledger keeps it; `detail` names the first that breaks it."""

    name: str
    ok: bool
    detail: str
    off_fen: int = 0


class LedgerSums(Struct, frozen=True):
    """What the ledger holds of one transaction: counts by state, and sums over the settlements that stand (SETTLED).

    `fingerprint` is the sum of names.fingerprint(setl_id) over the same mod 2^64, as 16 hex digits.
    """

    fingerprint: str
    settled: int
    reversed: int
    voided: int
    medfee_sumamt_fen: int
    fund_pay_sumamt_fen: int
    acct_pay_fen: int
    psn_cash_pay_fen: int


class BankSums(Struct, frozen=True):
    """What the ledger holds of bank purchases (0200), as LedgerSums does of settlements.

    `fingerprint` is the sum of names.fingerprint(msgid) over those that stand: a terminal knows its msgids.
    """

    fingerprint: str = f"{0:016x}"
    settled: int = 0
    reversed: int = 0
    amount_fen: int = 0


class CityDebt(Struct, frozen=True):
    """What one city's agency owes another's and clearing has not paid; below zero it is owed back."""

    owing: str
    owed: str
    fen: int


class LedgerAudit(Struct, frozen=True):
    """The ledger's word: sums and tombstones of one operator (all if none is named), and a look at the whole of it.

    `tombstones` are reversals whose original has not come.
    """

    ledger: dict[str, LedgerSums]
    tombstones: int
    invariants: tuple[Invariant, ...]
    bank: BankSums = BankSums()
    open_items: dict[str, int] = {}
    debts: tuple[CityDebt, ...] = ()


class Look(Struct, frozen=True):
    """What the periodic look finds: every law, how many items of each kind stand open, what cities owe each other.

    `cpu_s` is the CPU that it took, 0 where that was not measured.
    """

    laws: tuple[Invariant, ...]
    open_items: dict[str, int]
    debts: tuple[CityDebt, ...]
    cpu_s: float = 0.0


class Store(Protocol):
    """A durable ledger."""

    async def load(self, keys: tuple[Key, ...]) -> State:
        """Return the working set of these rows: each present, or known to be absent."""

    async def save(self, changes: Changes) -> None:
        """Make rows and transfers durable in one commit, all or none; raise StoreError if that is not certain."""

    async def lease(self, count: int) -> int | TooFew:
        """Return the first of `count` population indexes that were not handed out before; TooFew hands out none."""

    async def statement(self, period: Period) -> tuple[StatementRow, ...]:
        """Return what an institution settled in some days, beside the traffic; raise StoreError."""

    async def positions(self, until_ms: int) -> Owed:
        """Return what is owed of what was booked before an instant, beside the traffic; raise StoreError."""

    async def paid(self, month: int) -> tuple[PaidClaim, ...]:
        """Return what a month's clearing (yyyymm) has paid; raise StoreError."""

    async def pairs(self, from_ms: int, to_ms: int) -> PairRows:
        """Return what both sides of each pair of cities booked in some days; raise StoreError."""

    async def audit(self, opter_no: str = "") -> LedgerAudit:
        """Judge the ledger as it stands now, beside the traffic."""

    async def look(self) -> Look:
        """Look at the books of the whole ledger, and disturb the traffic as little as can be."""

    async def digest(self, opter_no: str = "") -> str:
        """Return the digest (digest.py) of one operator's settlements and purchases, of all if none is named."""

    async def close(self) -> None:
        """Give everything back; what was saved stays."""


class Resettable(Protocol):
    """A ledger that can begin again. Each call is whole when it returns; between two batches only (service.quiet)."""

    def snapshot(self, name: str) -> None:
        """Put the ledger aside under a name; an older one of that name is replaced."""

    def restore(self, name: str) -> None:
        """Bring a snapshot back; raise RefusedStoreError, and change nothing, if there is none that fits."""

    def snapshots(self) -> tuple[str, ...]:
        """Return the names of what can be brought back."""

    def reset(self) -> None:
        """Forget everything: everybody is a newcomer again."""

    def insured(self, insutype: str) -> tuple[tuple[str, str], ...]:
        """Return (city, psn_no) of everybody who is stored and insured so."""


class ImmediateStore(Protocol):
    """A ledger that answers at once, for callers without a loop."""

    def load_now(self, keys: tuple[Key, ...]) -> State:
        """Return the working set of these rows."""

    def save_now(self, changes: Changes) -> None:
        """Keep rows and transfers, all or none."""

    def statement_now(self, period: Period) -> tuple[StatementRow, ...]:
        """Return what an institution settled in some days."""

    def positions_now(self, until_ms: int) -> Owed:
        """Return what is owed of everything that was booked until then."""
