"""The records of stays in hospital, of their deposits, and of what supplements counted of a settlement."""

from collections.abc import Iterable
from typing import ClassVar, Final

from settlement.engine.ledger.state import Record

IN_HOSPITAL: Final = "IN_HOSPITAL"
DISCHARGED: Final = "DISCHARGED"
CANCELLED: Final = "CANCELLED"


class Stay(Record, frozen=True, array_like=True):
    """A stay that 2401 opened: IN_HOSPITAL, DISCHARGED or CANCELLED."""

    KEY: ClassVar[int] = 3
    city: str
    psn_no: str
    mdtrt_id: str
    treatment_city: str
    fixmedins_code: str
    insutype: str
    med_type: str
    ipt_no: str
    adm_dept_codg: str
    dise_codg: str
    diseinfo: bytes
    """The diagnoses as they came last (MessagePack of tuple[Diagnosis, ...])."""
    state: str
    admission: int
    """Which admission of its year it is, from 1."""
    admitted_ms: int
    discharged_ms: int
    uploads: int
    """How many uploads of charges it has; their FeeBatch rows are numbered from 1."""
    settled: str
    """The setl_id of each settlement that stands, in order, one a line."""
    final: int
    """1: the last of them settled the stay's end."""
    deductible_used_fen: int
    base_used_fen: int
    """How far the tiers were walked: what was in scope and above the deductible."""
    deposit_fen: int
    """What the hospital holds of the patient's in advance."""
    begntime: str = ""
    endtime: str = ""
    """When it began and ended by the hospital's own books (yyyy-MM-dd HH:mm:ss), where these say so."""

    @property
    def settlements(self) -> tuple[str, ...]:
        """Return the setl_ids that stand, in order."""
        return tuple(self.settled.split())


class Admissions(Record, frozen=True, array_like=True):
    """How often a person was admitted in a year, and the stay that is open (empty: none).

    `count` is of the admissions that stand. An admission that was taken back leaves its number free for the next one:
    the first of `free` is given before a new one is.
    """

    KEY: ClassVar[int] = 2
    city: str
    psn_no: str
    year: int
    count: int
    open_mdtrt_id: str
    free: str = ""
    """Numbers below the highest given that no admission has, in order, divided by spaces."""

    @property
    def next_number(self) -> int:
        """Return the number of the next admission."""
        return self._free[0] if self.free else self.count + 1

    def with_one_more(self, mdtrt_id: str) -> "Admissions":
        """Return it with the next number given to a stay, which is open."""
        return Admissions(self.city, self.psn_no, self.year, self.count + 1, mdtrt_id, _text(self._free[1:]))

    def without(self, number: int) -> "Admissions":
        """Return it with a number free again, and no stay open."""
        highest, free = self.count + len(self._free), {*self._free, number}
        while highest in free:
            free.remove(highest)
            highest -= 1
        return Admissions(self.city, self.psn_no, self.year, self.count - 1, "", _text(sorted(free)))

    @property
    def _free(self) -> list[int]:
        return [int(number) for number in self.free.split()]


def _text(numbers: Iterable[int]) -> str:
    return " ".join(map(str, numbers))


class Deposit(Record, frozen=True, array_like=True):
    """Money paid in advance for a stay, or given back (negative)."""

    KEY: ClassVar[int] = 3
    city: str
    psn_no: str
    deposit_id: str
    mdtrt_id: str
    fixmedins_code: str
    dev_no: str
    opter_no: str
    msgid: str
    amount_fen: int
    paid_ms: int


class Share(Record, frozen=True, array_like=True):
    """What one supplement counted of a settlement: towards its deductible, its tiers and its cap of a year."""

    KEY: ClassVar[int] = 4
    city: str
    psn_no: str
    setl_id: str
    benefit: str
    """The supplement's name in its policy, and its accumulator's."""
    year: int
    deductible_used_fen: int
    base_used_fen: int
    fund_used_fen: int
