"""One use of the debit application, from its selection on: how far it is, and the cryptograms it gives.

What survives power-off (the counter, what became of the last online transaction) lies in cells and changes only by
`Memory.write`; the rest dies with the selection. The card verification results (CVR) are laid out as JR/T 0025.5 has
them. Which command may come when is `debit`.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from typing import NamedTuple

from cardsim.debit.data import COUNTER, INDICATORS, LAST_ONLINE_COUNTER, PROFILE, TAP_PROFILE, Debit
from cardsim.memory import Memory
from cardsim.pboc import CRYPTOGRAM_VERSION, KEY_INDEX, IssuerData, Session

COUNTER_MAX = 0xFFFF
CVR_LENGTH_BYTE = 0x03

# CVR byte 2
SECOND_NOT_ASKED = 0x80
ISSUER_FAILED, NO_WAY_ONLINE = 0x08, 0x01
# CVR byte 3; all but NEW_CARD are kept in the cell INDICATORS
NOT_COMPLETED, NEW_CARD, LAST_ISSUER_FAILED, LAST_ISSUER_ABSENT = 0x80, 0x10, 0x08, 0x04


class Kind(IntEnum):
    """An application cryptogram's kind, as in P1 of GENERATE AC and in 9F27."""

    AAC = 0x00  # declined
    TC = 0x40  # approved
    ARQC = 0x80  # the bank shall be asked


class Stage(Enum):
    """How far a transaction is."""

    SELECTED = auto()
    INITIATED = auto()  # GET PROCESSING OPTIONS was answered
    REQUESTED = auto()  # an ARQC was given; the issuer may be authenticated
    ENDED = auto()


class Issuer(Enum):
    """What the card knows of the issuer's answer."""

    ABSENT = auto()
    AUTHENTIC = auto()
    FAILED = auto()


# What the next transaction's CVR will say of this one, which came back from the bank
AFTERWARDS = {Issuer.AUTHENTIC: 0, Issuer.FAILED: LAST_ISSUER_FAILED, Issuer.ABSENT: LAST_ISSUER_ABSENT}


class Cryptogram(NamedTuple):
    """An application cryptogram and what is told with it."""

    kind: Kind
    counter: bytes
    value: bytes
    issuer_data: bytes


@dataclass(slots=True)
class Transaction:
    """The application as selected over one interface; a new selection makes a new one."""

    debit: Debit
    memory: Memory
    contactless: bool
    stage: Stage = Stage.SELECTED
    session: Session | None = None
    last: int = 0  # CVR byte 3: what became of the transactions before
    request: bytes = b""  # the ARQC
    issuer: Issuer = Issuer.ABSENT
    arc: bytes = b""  # of the authentic issuer

    @property
    def exhausted(self) -> bool:
        """Whether the counter has come to its end: such a card makes no transaction any more."""
        return self._counter == COUNTER_MAX

    def begin(self) -> None:
        """Count this transaction, for ever, before anything of it is answered."""
        assert self.stage is Stage.SELECTED
        new = not any(self.memory.read(LAST_ONLINE_COUNTER))
        self.last = self.memory.read(INDICATORS)[0] | (NEW_CARD if new else 0)
        self.memory.write(COUNTER, (self._counter + 1).to_bytes(2, "big"))
        facts = self.debit.facts
        self.session = Session(facts.algorithm, self.debit.key, self._counter)
        self.stage = Stage.INITIATED

    def generate_first(self, kind: Kind, said: bytes) -> Cryptogram:
        """Give the cryptogram over what the terminal said (CDOL1), and be done unless it is an ARQC on contacts."""
        assert self.stage is Stage.INITIATED
        waits = kind is Kind.ARQC and not self.contactless  # a tapped card is gone before the bank answers
        if waits:
            self.memory.write(INDICATORS, bytes((NOT_COMPLETED,)))
        given = self._cryptogram(kind, said, SECOND_NOT_ASKED | kind >> 2)
        self.request = given.value
        self.stage = Stage.REQUESTED if waits else Stage.ENDED
        return given

    def authenticate(self, issuer_authentication_data: bytes) -> bool:
        """Judge the issuer's answer (tag 91), once."""
        assert self.stage is Stage.REQUESTED
        assert self.issuer is Issuer.ABSENT
        assert self.session is not None
        right = self.session.answered(self.request, issuer_authentication_data)
        self.issuer = Issuer.AUTHENTIC if right else Issuer.FAILED
        self.arc = issuer_authentication_data[-2:] if right else b""
        return right

    def generate_second(self, kind: Kind, said: bytes, *, online: bool) -> Cryptogram:
        """Give the last cryptogram, and remember what became of the request; `online` if an answer came at all."""
        assert self.stage is Stage.REQUESTED
        failed = ISSUER_FAILED if self.issuer is Issuer.FAILED else 0
        given = self._cryptogram(kind, said, kind | Kind.ARQC >> 2 | failed | (0 if online else NO_WAY_ONLINE))
        if self.issuer is Issuer.AUTHENTIC:
            self.memory.write(LAST_ONLINE_COUNTER, self.memory.read(COUNTER))
        if online:
            self.memory.write(INDICATORS, bytes((AFTERWARDS[self.issuer],)))
        self.stage = Stage.ENDED
        return given

    @property
    def profile(self) -> bytes:
        """The application interchange profile (82) of this interface."""
        return TAP_PROFILE if self.contactless else PROFILE

    @property
    def _counter(self) -> int:
        return int.from_bytes(self.memory.read(COUNTER), "big")

    def _cryptogram(self, kind: Kind, said: bytes, verified: int) -> Cryptogram:
        assert self.session is not None
        cvr = bytes((CVR_LENGTH_BYTE, verified, self.last, 0))
        counter = self.memory.read(COUNTER)
        value = self.session.cryptogram(said + self.profile + counter + cvr)
        issuer_data = IssuerData(KEY_INDEX, CRYPTOGRAM_VERSION, cvr, self.debit.facts.algorithm).encode()
        return Cryptogram(kind, counter, value, issuer_data)
