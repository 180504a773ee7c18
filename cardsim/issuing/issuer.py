"""The issuer: turns the facts of one card into a chip.

Everything that is printed, stored or answered by a new card is decided here, from `CardFacts` alone: the same facts
make the same card, byte for byte. Who the people are is `population`.
"""

from functools import cache, lru_cache, partial

import msgspec

from cardsim import coding, t0
from cardsim.card import Card, Chip
from cardsim.challenges import Challenges
from cardsim.cryptogram import RetailMac
from cardsim.debit.data import ISSUED_CELLS, DebitFacts
from cardsim.debit.payment import applications
from cardsim.diversify import FACTOR_LENGTH, AlgorithmName
from cardsim.files import CyclicFile, Item, RecordFile
from cardsim.interface import Interface
from cardsim.issuing.check_digits import card_check
from cardsim.pboc import Algorithm as BankAlgorithm
from cardsim.routing import System
from cardsim.social_security import cyclic, layout
from cardsim.social_security.key_plan import KEYS, TRIES_MAX
from cardsim.social_security.keys import CardKeys, KeyLock
from cardsim.tlv import encode_record

# Test keys and makers' codes: no card of any city has them.
TEST_CARD_ID_KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
CHIP_MAKER, CARD_SYSTEM, CARD_MAKER = "0081", "438031", "8660"
ATR_HEAD = "3B6D0000"  # T=0, thirteen historical bytes, no TCK
APPLICATION_PROVIDER = "D156000005"
WITH_BANK_ACCOUNT = "3"  # 卡的类别
HAN = "01"  # 民族

SPECIFICATION_VERSIONS = {1: "1.00", 2: "2.00", 3: "3.00"}
WITH_DEBIT = frozenset((2, 3))  # generation 1 has a magnetic stripe for it
CONTACT_ONLY = frozenset((Interface.CONTACT,))
INTERFACES = {1: CONTACT_ONLY, 2: CONTACT_ONLY, 3: frozenset(Interface)}
BANK_ALGORITHMS: dict[AlgorithmName, BankAlgorithm] = {"3des": BankAlgorithm.TRIPLE_DES, "sm4": BankAlgorithm.SM4}
BLANK = b"\xff"
SERIALS = 1 << 24  # three bytes in the ATR
LIKE_REMEMBERED = 256  # cities, generations and days of issue whose common cells are kept
# No tag in the files of a plan means two things; the elements that are neither own nor common are issued blank
OWN = frozenset((0x01, 0x07, 0x08, 0x09, 0x0A, 0x0D))

_card_id_mac = RetailMac(TEST_CARD_ID_KEY)


class CardFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the issuer knows of one card. Dates are YYYYMMDD, divisions six digits, sex as in GB/T 2261.1."""

    certno: str
    name: str
    sex: str
    birth_date: str
    birthplace: str
    city: str
    generation: int
    card_number: str
    issued_on: str
    valid_until: str
    serial: int
    pin: str
    pin_tries_max: int
    t0_mode: t0.Mode
    bank_number: str
    issue: int = 1  # the first card of a person, or one that replaces it; also the bank's PAN sequence number
    algorithm: AlgorithmName = "3des"  # of all keys on the card
    key_lock: KeyLock = KeyLock()
    card_id: bytes = b""  # 卡的识别码 of a card that somebody else issued; made from the other facts where empty


def card_number(serial: int) -> str:
    """Return a 卡号: a letter, seven digits, a check character.

    >>> card_number(1234567)
    'A12345674'
    """
    letter, digits = divmod(serial, 10_000_000)
    body = f"{chr(ord('A') + letter)}{digits:07}"
    return body + card_check(body)


def card_id(city: str, issued_on: str, serial: int) -> bytes:
    """Return the 卡的识别码: city, application provider, the last four bytes of the ATR, MAC; 16 bytes."""
    body = bytes.fromhex(f"{city}{APPLICATION_PROVIDER}{issued_on[6:]}{serial:06X}")
    return body + _card_id_mac.compute(body)


def answer_to_reset(issued_on: str, serial: int) -> bytes:
    """Return the ATR: makers, date of issue and serial in its historical bytes; the last eight diversify keys."""
    return bytes.fromhex(f"{ATR_HEAD}{CHIP_MAKER}{CARD_SYSTEM}{CARD_MAKER}{issued_on[2:]}{serial:06X}")


def issue(facts: CardFacts, seed: bytes) -> Card:
    """Make a new card; `seed` gives the chip's challenges."""
    return Card(partial(chip, facts), Challenges(seed))


def chip(facts: CardFacts) -> Chip:
    """Make the chip of a card, which is the same each time."""
    atr = answer_to_reset(facts.issued_on, facts.serial)
    cells = _like(facts.generation, facts.city, facts.issued_on, facts.valid_until, facts.birthplace).copy()
    cells[layout.PIN_VALUE] = bytes.fromhex(facts.pin)
    cells[layout.PIN_TRIES] = bytes((facts.pin_tries_max, 0))
    cells[layout.CHIP_DATA] = atr[4:].ljust(layout.CHIP_DATA_LENGTH, BLANK)
    own = _own(facts)
    for cell, item in _records(facts.generation, OWN):
        cells[cell] = _record(item, own[item.tag])
    system = System(
        layout.plan(facts.generation, facts.algorithm),
        applications(_bank_facts(facts)) if facts.generation in WITH_DEBIT else {},
        facts.pin_tries_max,
        CardKeys(facts.algorithm, facts.city, atr[-FACTOR_LENGTH:]),
        facts.key_lock,
    )
    return Chip(atr, INTERFACES[facts.generation], cells, facts.t0_mode, system.start, system.check)


@cache
def blank_cells(generation: int) -> dict[int, bytes]:
    """Return all cells of a card that nobody's data have been written to."""
    cells = {layout.BLOCKED: b"\0", **{key.tries_cell: bytes((TRIES_MAX,)) for key in KEYS}}
    if generation in WITH_DEBIT:
        cells |= ISSUED_CELLS
    for directory in layout.PLANS[generation].by_path.values():
        for file in directory.files:
            if isinstance(file, RecordFile):
                cells |= {file.first_cell + at: _blank_record(item) for at, item in enumerate(file.items)}
            elif isinstance(file, CyclicFile):
                cells |= cyclic.blank(file)
            else:
                length = layout.BINARY_LENGTHS.get((directory.path[-1], file.fid), layout.CHIP_DATA_LENGTH)
                cells[file.first_cell] = BLANK * length
    return cells


@lru_cache(LIKE_REMEMBERED)
def _like(generation: int, city: str, issued_on: str, valid_until: str, birthplace: str) -> dict[int, bytes]:
    """Return all cells of the cards that a city gave out on one day, before any is somebody's own."""
    shared = {
        0x02: WITH_BANK_ACCOUNT,
        0x03: SPECIFICATION_VERSIONS[generation],
        0x04: f"9156000002{city}{city}00",
        0x05: issued_on,
        0x06: valid_until,
        0x0B: HAN,
        0x0C: birthplace,
        0x0E: birthplace,
        0x20: "10",
        0x21: f"虚构人员，无此住址（{birthplace}）",
        0x84: city,
    }
    records = _records(generation, frozenset(shared))
    return blank_cells(generation) | {cell: _record(item, shared[item.tag]) for cell, item in records}


@cache
def _records(generation: int, tags: frozenset[int]) -> tuple[tuple[int, Item], ...]:
    """Return the records of these elements, with their cells."""
    files = [file for directory in layout.PLANS[generation].by_path.values() for file in directory.files]
    return tuple(
        (file.first_cell + at, item)
        for file in files
        if isinstance(file, RecordFile)
        for at, item in enumerate(file.items)
        if item.tag in tags
    )


def _record(item: Item, text: str) -> bytes:
    return encode_record(item.tag, coding.encode(item.coding, text, item.length))


def _blank_record(item: Item) -> bytes:
    filler = b"\0" if item.coding is coding.Coding.AN else BLANK
    return encode_record(item.tag, filler * item.length)


def _bank_facts(facts: CardFacts) -> DebitFacts:
    return DebitFacts(
        pan=facts.bank_number,
        psn=facts.issue,
        name=facts.name,
        certno=facts.certno,
        issued_on=facts.issued_on,
        valid_until=facts.valid_until,
        algorithm=BANK_ALGORITHMS[facts.algorithm],
    )


def _own(facts: CardFacts) -> dict[int, str]:
    """Return the data elements that are of one card alone, by tag."""
    return {
        0x01: (facts.card_id or card_id(facts.city, facts.issued_on, facts.serial)).hex(),
        0x07: facts.card_number,
        0x08: facts.certno,
        0x09: facts.name,
        0x0A: facts.sex,
        0x0D: facts.birth_date,
    }
