"""The records that decisions read and write, and the working set that holds them.

A record is a frozen row. Its type names its table, KEY its primary key; (city, person) stands first wherever a person
is meant, and no key is a sequence, so the schema can be sharded. Fields are str, int or bytes. Which tables there are:
tables.py.
"""

from collections.abc import Callable, Iterable
from functools import cache
from operator import attrgetter
from typing import ClassVar, Final, TypeVar

from msgspec import Struct


class Record(Struct, frozen=True, array_like=True):
    """A row; KEY names the leading fields that identify it."""

    KEY: ClassVar[int]
    """How many of the leading fields are the primary key."""

    @property
    def key(self) -> tuple[str | int, ...]:
        """Return the primary key."""
        return _key_of(type(self))(self)


class Terminal(Record, frozen=True, array_like=True):
    """A terminal's session: the counter window of 64 rises in the same commit as the money."""

    KEY: ClassVar[int] = 2
    city: str
    dev_no: str
    fixmedins_code: str
    opter_no: str
    sign_no: str
    signed_in_at: int
    """The counter of the last 9001: the terminal's own clock in ms."""
    counter_top: int
    counter_window: int
    """Bit n - 1: counter_top - n was used (1 <= n < 64)."""


class Message(Record, frozen=True, array_like=True):
    """What became of a msgid: exactly once by (institution, msgid).

    A reversal that came before its original leaves a row with no digest and no reply: a tombstone.
    """

    KEY: ClassVar[int] = 3
    city: str
    """The place of treatment, whose institution sent it."""
    fixmedins_code: str
    msgid: str
    infno: str
    digest: bytes
    insuplc: str
    psn_no: str
    setl_id: str
    reply: bytes
    decided_ms: int
    opter_no: str

    @property
    def tombstone(self) -> bool:
        """Whether this is the trace of a reversal whose original has not arrived."""
        return not self.reply


class Person(Record, frozen=True, array_like=True):
    """An insured person in the city of insurance, with the personal account, the local password's counter and the card.

    The card in force is one, and its numbers stand here.
    """

    KEY: ClassVar[int] = 2
    city: str
    psn_no: str
    certno: str
    psn_name: str
    gend: str
    brdy: str
    insutype: str
    psn_type: str
    psn_insu_stas: str
    balance_fen: int
    password_check: bytes
    password_tries_left: int
    card_number: str
    card_id: bytes
    card_generation: int
    bank_card_no: str
    card_issue: int
    """1 for the first card; the sequence number of the bank card on it (5F34, DE 23)."""
    card_status: str = "NORMAL"
    card_status_ms: int = 0
    """Since when the card has its status; 0: since it was made."""
    account_status: str = "OPEN"
    """OPEN, or FROZEN (封存): the personal account stands still."""
    issuing_city: str = ""
    """Where the card was issued; empty where it is the city of insurance."""
    filed_to: str = ""
    """The place of treatment that a filing names (异地备案), for which people are no locals at home; empty for none."""
    filed_until_ms: int = 0
    """When that filing ends; 0: it has no end."""
    card_pending: int = 0
    """The issue that is being made or waits to be enabled; the card in force stays so until then. 0: none."""
    card_also: int = 0
    """The issue before, where it is still good beside the new one (a long transition); 0: none."""
    card_reason: str = ""
    """Why the card was cancelled."""
    password_reset: int = 0
    """1: the local password stands as a reset left it."""
    duplicate_of: str = ""
    """Another insured number with the same identity number, until both are merged (RC24)."""
    unlinked_issue: int = 0
    """The issue of a converted card that insurance links to nobody; 0: there is none (RA50)."""
    fund_used_before_fen: int = 0
    """What the funds had paid of a benefit's cap before this ledger began: of which benefit, in which year."""
    standing: str = ""
    """What the person is besides insured, in words of rules.policy.Standing, divided by spaces."""
    died_ms: int = 0
    """When the person's death was told; 0: it was not. Never taken back."""
    fund_used_before_benefit: str = ""
    fund_used_before_year: int = 0
    merged_into: str = ""
    """The insured number that stayed of two with one identity number (RC24); empty: this one is good."""
    merged_from: str = ""
    """The insured number that was merged into this one: what was counted under it counts here too."""


class Reissue(Record, frozen=True, array_like=True):
    """How a person came to the card of the last issue, unless it is the first: for what, by whom and when."""

    KEY: ClassVar[int] = 2
    city: str
    psn_no: str
    card_issue: int
    given_back: str
    """The card_sn of the card before it; empty where that was lost."""
    fixmedins_code: str
    opter_no: str
    issued_ms: int
    reason: str = ""
    generation: int = 0
    """Of the new card; 0: as the one before."""
    social_zone: str = ""
    """ENABLED where the new card waits for its bank zone alone."""
    bank_code: str = ""
    """The bank of the new card; empty: as before."""


class Accumulator(Record, frozen=True, array_like=True):
    """What a person has used of one benefit in one year."""

    KEY: ClassVar[int] = 4
    city: str
    psn_no: str
    year: int
    benefit: str
    """The name of the benefit or supplement in its policy; deductible and cap are counted together under it."""
    deductible_used_fen: int
    fund_used_fen: int
    base_used_fen: int = 0
    """How far a supplement's tiers were walked; a benefit's are walked bill by bill, or stay by stay."""


class Visit(Record, frozen=True, array_like=True):
    """An outpatient visit that 2201 opened."""

    KEY: ClassVar[int] = 3
    city: str
    psn_no: str
    mdtrt_id: str
    treatment_city: str
    fixmedins_code: str
    insutype: str
    ipt_otp_no: str
    opened_ms: int
    med_type: str = ""
    """What 2203 said it is; empty until then."""
    dise_codg: str = ""
    diseinfo: bytes = b""
    """The diagnoses of 2203 (MessagePack of tuple[Diagnosis, ...])."""
    batches: str = ""
    """The chrg_bchno of each charge batch that was uploaded, one a line."""
    cancelled: int = 0
    """1: the registration was taken back (2202)."""


class FeeBatch(Record, frozen=True, array_like=True):
    """A charge batch of a visit, or an upload of a stay's charges; without lines it was cancelled.

    `setl_id` names the settlement that holds it now, empty when none does.
    """

    KEY: ClassVar[int] = 4
    city: str
    psn_no: str
    mdtrt_id: str
    chrg_bchno: str
    lines: bytes
    """The lines as they came (MessagePack of tuple[Line, ...])."""
    medfee_sumamt_fen: int
    setl_id: str
    day: int = 0
    """yyyymmdd of a stay's upload, by whose catalogue its lines are cut; 0: of the day when they are settled."""


class Settlement(Record, frozen=True, array_like=True):
    """A settlement and what was decided of it; `state` is SETTLED, REVERSED (2601) or VOIDED (revoke)."""

    KEY: ClassVar[int] = 3
    city: str
    psn_no: str
    setl_id: str
    state: str
    infno: str
    treatment_city: str
    fixmedins_code: str
    dev_no: str
    opter_no: str
    msgid: str
    mdtrt_id: str
    chrg_bchno: str
    insutype: str
    med_type: str
    policy: str
    year: int
    benefit: str
    settled_ms: int
    undone_ms: int
    undone_by: str
    """The msgid of the reversal or revoke."""
    medfee_sumamt_fen: int
    fund_pay_sumamt_fen: int
    acct_pay_fen: int
    psn_cash_pay_fen: int
    bank_paid_fen: int
    """What of psn_cash_pay the bank account has paid: the sum of its purchases that stand."""
    act_pay_dedc_fen: int
    info: bytes
    """The SettlementInfo of its reply (MessagePack)."""
    stages: bytes = b""
    """How the split came about (MessagePack of tuple[StageCut, ...]); empty where no fund was asked."""
    shares: str = ""
    """The names of the supplements that counted something of it, divided by spaces."""
    hosp_part_fen: int = 0
    deposit_used_fen: int = 0
    """What of psn_cash_pay a stay's deposit paid."""
    deposit_refund_fen: int = 0
    """What was given back of the deposit, in cash."""
    mid_setl_flag: str = ""
    """1: an interim settlement of a stay, 0: its last; empty: no stay."""
    acct_mulaid_pay_fen: int = 0
    """What of acct_pay the family's accounts paid (FamilyDebit)."""
    base_fen: int = 0
    """Of a stay: how far it walked the tiers, which is what was in scope and above the deductible."""


class BankAccount(Record, frozen=True, array_like=True):
    """The debit account on a person's card, as the card's bank keeps it, with its PIN and the card's counter."""

    KEY: ClassVar[int] = 2
    city: str
    """The city of insurance, whose cards are one bank's."""
    psn_no: str
    bank_card_no: str
    balance_fen: int
    pin_check: bytes
    pin_tries_left: int
    card_issue: int
    """The card that the counter is of."""
    counter: int
    """The highest application transaction counter (9F36) that the bank has seen of it."""
    status: str = "ACTIVE"
    """The bank zone: UNACTIVATED, ACTIVE, FROZEN, LOST, KYC_INCOMPLETE or CLOSED."""
    pin_must_change: int = 0
    """1: the PIN that the bank handed out must be changed before the first debit."""
    bank_code: str = ""
    """The issuing bank, one of the city's; empty: the bank of the population's cards."""
    tapped_fen: int = 0
    """What taps without a PIN have paid since it was typed last."""
    taps: int = 0
    month: int = 0
    """yyyymm of the last withdrawal at another bank's machine, and how many there were in it."""
    withdrawals: int = 0


class BankTrade(Record, frozen=True, array_like=True):
    """A purchase that the bank carried out; `state` is SETTLED or REVERSED (0400)."""

    KEY: ClassVar[int] = 3
    city: str
    psn_no: str
    trade_id: str
    state: str
    treatment_city: str
    fixmedins_code: str
    dev_no: str
    opter_no: str
    msgid: str
    trace: int
    batch: int
    amount_fen: int
    entry_mode: str
    card_issue: int
    counter: int
    setl_id: str
    """The settlement whose rest it pays; empty for a sale outside insurance."""
    drawer: str
    """The terminal whose cash the settlement booked, which this takes back; empty as setl_id."""
    traded_ms: int
    undone_ms: int
    undone_by: str
    """The msgid of the reversal."""


class Transfer(Record, frozen=True, array_like=True):
    """One debit and one credit of the same amount in one set of books. Inserted, never changed, never deleted.

    `number` counts within a cause; `cause` is the setl_id, the trade_id, or what opened a first balance. An undo adds
    contra transfers whose `undo` is 1.
    """

    KEY: ClassVar[int] = 5
    city: str
    psn_no: str
    cause: str
    undo: int
    number: int
    books: str
    debit: str
    credit: str
    amount_fen: int
    booked_ms: int


SETTLED: Final = "SETTLED"
REVERSED: Final = "REVERSED"
VOIDED: Final = "VOIDED"


@cache
def _key_of(table: type[Record]) -> Callable[[Record], tuple[str | int, ...]]:
    first, *others = table.__struct_fields__[: table.KEY]
    if not others:
        return lambda row: (getattr(row, first),)  # of one name, attrgetter gives no tuple
    return attrgetter(first, *others)


Key = tuple[type[Record], tuple[str | int, ...]]
"""Names one row: its table and its primary key."""

R = TypeVar("R", bound=Record)


class MissingRowError(LookupError):
    """A row was asked for that nobody has named; `key` names it."""

    def __init__(self, key: Key) -> None:
        super().__init__(f"{key[0].__name__} was not named")  # the key itself may be an insured number
        self.key = key


class State:
    """The working set of a batch: every row that its requests named, present or known to be absent."""

    def __init__(self, rows: Iterable[Record] = (), keys: Iterable[Key] = ()) -> None:
        self.rows: dict[Key, Record | None] = dict.fromkeys(keys)
        self.rows.update(((type(row), row.key), row) for row in rows)
        self.changed: dict[Key, Record] = {}
        """What `apply` took up: of each row the last version."""

    def get(self, table: type[R], *key: str | int) -> R | None:
        """Return a row, or None where there is none; MissingRowError where nobody named it."""
        try:
            row = self.rows[table, key]
        except KeyError:
            raise MissingRowError((table, key)) from None
        assert row is None or isinstance(row, table)
        return row

    def extend(self, more: "State") -> None:
        """Take up rows that were loaded later; each is new."""
        assert self.rows.keys().isdisjoint(more.rows)
        self.rows.update(more.rows)

    def apply(self, changes: Iterable[Record]) -> None:
        """Let later requests of the batch see what an earlier one decided."""
        for row in changes:
            key = type(row), row.key
            self.rows[key] = self.changed[key] = row
