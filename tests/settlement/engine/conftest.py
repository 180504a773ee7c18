"""A host without I/O for the engine's tests: the shipped rules over a memory ledger, and tellers who speak to it."""

import itertools
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import msgspec
import pytest

from cardsim import pboc, tlv
from settlement.batch import drive_now, judge_of, settle_batch
from settlement.config import load_rulebook
from settlement.engine.arrival import Arrival, Decision, Door
from settlement.engine.case import World
from settlement.engine.ledger.books import opening
from settlement.engine.ledger.claims import NOTHING_OWED, month_end_ms
from settlement.engine.ledger.state import BankAccount, Person
from settlement.engine.medical.split import line_amount_fen
from settlement.engine.persons import PopulationRegister
from settlement.engine.rules.directory import Directory
from settlement.engine.rules.specimens import Specimen
from settlement.stores.memory import MemoryStore
from settlement.stores.store import Changes
from settlement.wire.bank import CONTACT, CONTACTLESS, WITH_PIN, WITHOUT_PIN, Purchase, PurchaseReversal
from settlement.wire.clearing import ClearMonth
from settlement.wire.credentials import IssueToken, pad_number
from settlement.wire.envelope import Reply, Request, decode_output, digest_of, encode
from settlement.wire.family import BindFamily, UnbindFamily
from settlement.wire.keys import NetworkKey, SessionKeys, session_keys
from settlement.wire.messages import (
    Line,
    OutpatientSale,
    PresettleOutpatient,
    QueryPerson,
    RegisterOutpatient,
    SettleDrugSale,
    SettleOutpatient,
    SignIn,
    UploadFees,
)
from settlement.wire.names import institution_code, insured_number, msgid, terminal_number
from settlement.wire.outlet_channels import CHANNELS, KIOSK, TELEPHONE, kind_for
from shuaka.compose import population, specimens

JINAN, JINING, SAMPLE = "370100", "370800", "379900"
NOON_2026_11_21 = 1_795_233_600_000
PROFILES = {CONTACT: bytes.fromhex("1C00"), CONTACTLESS: bytes.fromhex("0000")}
"""The interchange profile (82), as each interface of a card has it."""


class Host:
    """The engine over a memory ledger; `now_ms` is whatever the test says."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = MemoryStore()
        self.now_ms = NOON_2026_11_21
        self.faults: list[Any] = []
        self.outlets: dict[Any, Teller] = {}
        self._nonces = itertools.count(1)

    def arrival(self, request: Request, body: Any, door: Door = Door.TERMINAL) -> Arrival:
        return Arrival(
            request=request,
            body=body,
            infno=type(body).__struct_config__.tag,
            digest=digest_of(body, request.insuplc_admdvs),
            door=door,
            received_ms=self.now_ms,
            nonce=next(self._nonces).to_bytes(16, "big"),
            owed=self.store.positions_now(month_end_ms(body.month)) if isinstance(body, ClearMonth) else NOTHING_OWED,
        )

    def decide(self, *arrivals: Arrival) -> list[Decision]:
        decisions = drive_now(settle_batch(arrivals, judge_of(self.world)), self.store, self.faults.append)
        assert not self.faults, self.faults
        return decisions

    def person(self, psn_no: str) -> Person:
        key = (Person, (psn_no[:6], psn_no))
        stored = self.store.load_now((key,)).get(Person, *key[1])
        newcomer = self.world.register.newcomer(psn_no[:6], psn_no)
        assert newcomer
        return stored or newcomer

    def put(self, person: Person) -> None:
        """Have the ledger hold a person so, with the first balance where it is their first row."""
        key = (Person, (person.city, person.psn_no))
        known = self.store.load_now((key,)).get(Person, *key[1])
        self.store.save_now(Changes((person,), () if known else opening(person, self.now_ms)))

    def specimen(self, specimen: Specimen) -> Person:
        """The person of a specimen card."""
        return self.person(insured_number(specimen.city, specimen.index))

    def shown(self, specimen: Specimen) -> Person:
        """The same as the specimen's own chip, which is the first, has it."""
        person = self.specimen(specimen)
        return msgspec.structs.replace(person, **self.world.register.card(person.city, person.psn_no, 1)._asdict())

    def account(self, psn_no: str) -> BankAccount:
        key = (BankAccount, (psn_no[:6], psn_no))
        stored = self.store.load_now((key,)).get(BankAccount, *key[1])
        opened = self.world.register.account(psn_no[:6], psn_no)
        assert opened
        return stored or opened

    def people(self, city: str = JINAN, **facts: Any) -> Iterator[Person]:
        """People of a city who are so, in the order of their index."""
        for index in itertools.count():
            someone = self.world.register.newcomer(city, insured_number(city, index))
            if someone and all(getattr(someone, name) == value for name, value in facts.items()):
                yield someone

    def broken_laws(self) -> list[str]:
        return [law.name for law in self.store.audit_now().invariants if not law.ok]


class Teller:
    """A terminal without a link: makes requests as one does, and remembers msgids."""

    def __init__(self, host: Host, code: str, door: Door = Door.TERMINAL) -> None:
        self.host, self.code, self.door = host, code, door
        self.city = code[1:7]
        self.dev_no = terminal_number(code, 1) if door is Door.TERMINAL else "operator"
        self.sign_no = ""
        self.counter = 0
        self.last: Request | None = None
        self._sequence = itertools.count()

    def next_msgid(self) -> str:
        return msgid(terminal_number(self.code, 1), self.host.now_ms, next(self._sequence))

    def request(self, body: Any, *, msgid: str = "", insured: str = "") -> Request:
        if isinstance(body, SignIn):
            counter = self.host.now_ms
        else:
            self.counter += 1
            counter = self.counter
        return Request(
            msgid=msgid or self.next_msgid(),
            fixmedins_code=self.code,
            dev_no=self.dev_no,
            mdtrtarea_admvs=self.city,
            insuplc_admdvs=insured,
            sign_no="" if isinstance(body, SignIn) else self.sign_no,
            counter=counter,
            inf_time="",
            body=msgspec.Raw(encode(body)),
        )

    def ask(self, body: Any, *, msgid: str = "", insured: str = "") -> Reply:
        """Ask here, or, for a card service by a channel that is not this institution's, at the outlet whose it is."""
        asks = self.outlet(body)
        if asks is self:
            return self.ask_here(body, msgid=msgid, insured=insured)
        reply = asks.ask_here(self._carried(body, asks), msgid=msgid or self.next_msgid(), insured=insured)
        self.last = asks.last
        return reply

    def _carried(self, body: Any, to: "Teller") -> Any:
        """The same message with what was typed enciphered under the other terminal's session."""
        blocks = {name: block for name in ("pin_block", "new_pin_block") if (block := getattr(body, name, b""))}
        if not blocks or self.door is not Door.TERMINAL:
            return body
        number = self.host.person(body.psn_no).bank_card_no
        typed = {name: self.keys.pin(block, number) for name, block in blocks.items()}
        moved = {name: to.keys.pin_block(pin, number) for name, pin in typed.items() if pin}
        return msgspec.structs.replace(body, **moved)

    def outlet(self, body: Any) -> "Teller":
        """Whoever in this city speaks for the channel that a message names."""
        channel = TELEPHONE if isinstance(body, BindFamily | UnbindFamily) else getattr(body, "channel", "")
        if not channel or channel in CHANNELS[self.code[0]] or (channel == KIOSK and self.door is Door.TERMINAL):
            return self
        code = institution_code(kind_for(channel), self.city, 1)
        key = code, self.door, id(self.host.store)
        if key not in self.host.outlets:
            self.host.outlets[key] = Teller(self.host, code, self.door).sign_in()
        return self.host.outlets[key]

    def ask_here(self, body: Any, *, msgid: str = "", insured: str = "") -> Reply:
        self.last = self.request(body, msgid=msgid, insured=insured)
        return self.host.decide(self.host.arrival(self.last, body, self.door))[0].reply

    def told(self, body: Any, **how: str) -> Any:
        """Ask what must be approved, and return the output."""
        reply = self.ask(body, **how)
        assert reply.approved, reply.err_msg
        return decode_output(reply)

    def sign_in(self, opter_no: str = "tester") -> "Teller":
        self.sign_no = self.told(SignIn(opter_no)).sign_no
        self.counter = 0
        return self

    @property
    def keys(self) -> SessionKeys:
        return session_keys(self.host.world.key.terminal_key(self.dev_no), self.sign_no)

    def pin_block(self, person: Person, password: str = "000000") -> bytes:
        return self.keys.pin_block(password, person.bank_card_no)

    def asks_token(self, kind: str, person: Person, password: str = "000000") -> IssueToken:
        """What a telephone at this scanner asks after its holder opened it."""
        block = self.keys.pin_block(password, pad_number(person.certno)) if password else b""
        return IssueToken(kind, person.certno, person.psn_name, pin_block=block)

    def token(self, kind: str, person: Person, password: str = "000000", **how: str) -> str:
        shown: str = self.told(self.asks_token(kind, person, password), **how).mdtrt_cert_no
        return shown


def bill(*rows: tuple[str, str, int]) -> tuple[Line, ...]:
    """Lines from (item code, yuan, count)."""
    return tuple(
        Line(
            feedetl_sn=str(number),
            med_list_codg=code,
            pric_e6=round(float(yuan) * 1_000_000),
            cnt_e4=count * 10_000,
            det_item_fee_sumamt_fen=line_amount_fen(round(float(yuan) * 1_000_000), count * 10_000),
        )
        for number, (code, yuan, count) in enumerate(rows, start=1)
    )


def total(lines: tuple[Line, ...]) -> int:
    return sum(line.det_item_fee_sumamt_fen for line in lines)


class DebitCard:
    """What the bank sees of a card's debit application; it counts up with each cryptogram."""

    def __init__(self, person: Person, issue: int = 0, algorithm: pboc.Algorithm = pboc.Algorithm.TRIPLE_DES) -> None:
        self.pan, self.issue, self.algorithm = person.bank_card_no, issue or person.card_issue, algorithm
        self.counter = 0
        self.arqc = b""

    def session(self) -> pboc.Session:
        key = pboc.card_key(self.algorithm, pboc.TEST_MASTER_KEYS[self.algorithm], self.pan, f"{self.issue:02}")
        return pboc.Session(self.algorithm, key, self.counter)

    def chip_data(self, amount_fen: int, interface: str = CONTACT, cvr: str = "03A00000", **signed: bytes) -> bytes:
        """Return DE 55 of the next transaction; `signed` names elements (_5F2A) that are otherwise, and signed so."""
        self.counter += 1
        issuer_data = pboc.IssuerData(pboc.KEY_INDEX, pboc.CRYPTOGRAM_VERSION, bytes.fromhex(cvr), self.algorithm)
        elements = {
            0x9F26: bytes(8),
            0x9F02: bytes.fromhex(f"{amount_fen:012d}"),
            0x9F03: bytes(6),
            0x9F1A: bytes.fromhex("0156"),
            0x95: bytes(5),
            0x5F2A: bytes.fromhex("0156"),
            0x9A: bytes.fromhex("261121"),
            0x9C: b"\0",
            0x9F37: bytes.fromhex("8EEDC74D"),
            0x82: PROFILES[interface],
            0x9F36: self.counter.to_bytes(2, "big"),
            0x9F10: issuer_data.encode(),
            0x9F27: b"\x80",
            **{int(name[1:], 16): value for name, value in signed.items()},
        }
        request = pboc.parse_request(elements)
        assert request
        self.arqc = elements[0x9F26] = self.session().cryptogram(request.message)
        return b"".join(tlv.encode_ber(tag, value) for tag, value in elements.items())


class Visits:
    """Messages as a pharmacy's and a hospital's software makes them."""

    def drug_sale(self, teller: Teller, person: Person, lines: tuple[Line, ...], **fields: Any) -> SettleDrugSale:
        return SettleDrugSale(
            **{
                "psn_no": person.psn_no,
                "mdtrt_cert_type": "03",
                "mdtrt_cert_no": person.card_number,
                "card_sn": person.card_id.hex().upper(),
                "insutype": person.insutype,
                "med_type": "41",
                "acct_used_flag": "1",
                "medfee_sumamt_fen": total(lines),
                "drugdetail": lines,
                "pin_block": teller.pin_block(person) if teller.door is Door.TERMINAL else b"",
                **fields,
            }
        )

    def purchase(
        self, teller: Teller, card: DebitCard, amount_fen: int, pin: str = "111111", **fields: Any
    ) -> Purchase:
        """A dip with the PIN, or a tap without one if it is empty."""
        entry_mode = fields.get("entry_mode") or (CONTACT + WITH_PIN if pin else CONTACTLESS + WITHOUT_PIN)
        keys = session_keys(teller.host.world.key.terminal_key(teller.dev_no), teller.sign_no)
        facts = {
            "pan": card.pan,
            "card_sequence": card.issue,
            "trace": card.counter + 1,
            "batch": 1,
            "amount_fen": amount_fen,
            "entry_mode": entry_mode,
            "chip_data": fields.get("chip_data") or card.chip_data(amount_fen, entry_mode[:2]),
            "pin_block": keys.pin_block(pin, card.pan) if pin else b"",
        }
        return Purchase(**{**facts, **fields})

    def reversal(self, bought: Purchase, omsgid: str, **fields: Any) -> PurchaseReversal:
        facts = {
            "pan": bought.pan,
            "trace": bought.trace + 1,
            "batch": bought.batch,
            "amount_fen": bought.amount_fen,
            "omsgid": omsgid,
            "original_trace": bought.trace,
            "original_batch": bought.batch,
        }
        return PurchaseReversal(**{**facts, **fields})

    def query(self, person: Person, **fields: Any) -> QueryPerson:
        facts = {
            "mdtrt_cert_type": "03",
            "mdtrt_cert_no": person.card_number,
            "card_sn": person.card_id.hex().upper(),
            "psn_cert_type": "01",
            "certno": person.certno,
            "psn_name": person.psn_name,
        }
        return QueryPerson(**{**facts, **fields})

    def registration(self, person: Person, **fields: Any) -> RegisterOutpatient:
        facts = {
            "psn_no": person.psn_no,
            "insutype": person.insutype,
            "mdtrt_cert_type": "03",
            "mdtrt_cert_no": person.card_number,
            "card_sn": person.card_id.hex().upper(),
            "ipt_otp_no": "OP1",
            "dept_code": "D01",
        }
        return RegisterOutpatient(**{**facts, **fields})

    def outpatient(self, teller: Teller, person: Person, lines: tuple[Line, ...], **how: str) -> SettleOutpatient:
        """Register, upload and try; return the settlement that is to be sent."""
        visit = teller.told(self.registration(person), **how)
        teller.told(UploadFees(person.psn_no, visit.mdtrt_id, "B1", lines), **how)
        trial = PresettleOutpatient(person.psn_no, visit.mdtrt_id, "B1", person.insutype, "11", "1", total(lines))
        amounts = teller.told(trial, **how).amounts
        return SettleOutpatient(
            *msgspec.structs.astuple(trial)[: len(OutpatientSale.__struct_fields__)],
            amounts.fulamt_ownpay_amt_fen,
            amounts.overlmt_selfpay_fen,
            amounts.preselfpay_amt_fen,
            amounts.inscp_scp_amt_fen,
            chip_pin_verified=bool(how.get("insured")),
        )


@pytest.fixture(scope="session")
def world() -> World:
    rules, key = load_rulebook(), NetworkKey(bytes(range(16)))
    people = PopulationRegister(population(), rules.cities, key, specimens())
    return World(
        rules.cities,
        rules.policies,
        rules.catalogues,
        Directory(rules.cities),
        people,
        key,
        outlets=rules.outlets,
        calendars=rules.calendars,
    )


@pytest.fixture
def host(world: World) -> Host:
    return Host(world)


@pytest.fixture
def engine_host() -> type[Host]:
    """A host of another world than the shipped one."""
    return Host


@pytest.fixture
def a_teller() -> type[Teller]:
    """A teller of another host."""
    return Teller


@pytest.fixture
def pharmacy(host: Host) -> Teller:
    return Teller(host, institution_code("P", JINAN, 1)).sign_in()


@pytest.fixture
def hospital(host: Host) -> Teller:
    return Teller(host, institution_code("H", JINAN, 1)).sign_in()


@pytest.fixture
def agency(host: Host) -> Callable[..., Teller]:
    """An insurance agency at the operator's port, of Jinan or another city."""
    return cache(lambda city=JINAN: Teller(host, institution_code("A", city, 0), Door.ADMIN))


@pytest.fixture
def teller(host: Host) -> Callable[..., Teller]:
    return partial(Teller, host)


@pytest.fixture
def visits() -> Visits:
    return Visits()


@pytest.fixture
def worker(host: Host) -> Person:
    """A working employee of Jinan with money in the account."""
    return next(person for person in host.people(insutype="310", psn_type="11") if person.balance_fen > 50_000)


@pytest.fixture
def debit_card() -> type[DebitCard]:
    return DebitCard


@pytest.fixture
def card(worker: Person) -> DebitCard:
    """The worker's bank card."""
    return DebitCard(worker)


@pytest.fixture
def antenna_card(host: Host) -> DebitCard:
    """A bank card of Jinan that can be tapped."""
    return DebitCard(next(host.people(card_generation=3)))


@pytest.fixture
def resident(host: Host) -> Person:
    return next(host.people(insutype="390"))


@pytest.fixture
def guest(host: Host) -> Person:
    """An employee insured in the sample city."""
    return next(person for person in host.people(SAMPLE, insutype="310", psn_type="11") if person.balance_fen > 50_000)


@pytest.fixture
def lines_of() -> Callable[..., tuple[Line, ...]]:
    return bill


@pytest.fixture
def drugs(host: Host) -> tuple[Line, ...]:
    """Three lines, one of each class, from the catalogue of Jinan."""
    items = host.world.catalogue(JINAN).items
    chosen = [
        next(item for item in items if item.chrgitm_lv == level and item.to_day > 20300101)
        for level in ("01", "02", "03")
    ]
    return bill(*((item.code, "12.50", 2) for item in chosen))
