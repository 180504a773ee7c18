"""The issuer: turns the facts of one card into a chip.

Everything that is printed, stored or answered by a new card is decided here, from `CardFacts` alone: the same facts
make the same card, byte for byte. Who the people are is `population`.
"""

from random import Random

import msgspec

from cardsim import coding, layout, t0
from cardsim.card import Card, Chip
from cardsim.check_digits import card_check
from cardsim.cryptogram import RetailMac
from cardsim.files import RecordFile
from cardsim.tlv import encode_record

# Test keys and makers' codes: no card of any city has them.
TEST_CARD_ID_KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
CHIP_MAKER, CARD_SYSTEM, CARD_MAKER = "0081", "438031", "8660"
ATR_HEAD = "3B6D0000"  # T=0, thirteen historical bytes, no TCK
APPLICATION_PROVIDER = "D156000005"
WITH_BANK_ACCOUNT = "3"  # 卡的类别
HAN = "01"  # 民族

SPECIFICATION_VERSIONS = {1: "1.00", 2: "2.00"}
SERIALS = 1 << 24  # three bytes in the ATR

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


def issue(facts: CardFacts, random: Random) -> Card:
    """Make a new card; `random` gives the chip's challenges."""
    files = layout.PLANS[facts.generation]
    elements = _elements(facts)
    atr = answer_to_reset(facts.issued_on, facts.serial)
    cells = {
        layout.PIN_VALUE: bytes.fromhex(facts.pin),
        layout.PIN_TRIES: bytes((facts.pin_tries_max,)),
        layout.CHIP_DATA: atr[4:].ljust(layout.CHIP_DATA_LENGTH, b"\xff"),
        layout.FREE_DATA: BLANK,
    }
    for directory in files.by_path.values():
        for file in directory.files:
            if isinstance(file, RecordFile):
                cells.update(_records(file, elements))
    return Card(Chip(atr, files, cells, facts.pin_tries_max, facts.t0_mode), random)


BLANK = b"\xff" * layout.FREE_DATA_LENGTH


def _records(file: RecordFile, elements: dict[int, str]) -> dict[int, bytes]:
    return {
        file.first_cell + at: encode_record(item.tag, coding.encode(item.coding, elements[item.tag], item.length))
        for at, item in enumerate(file.items)
    }


def _elements(facts: CardFacts) -> dict[int, str]:
    """Return the data elements by tag: no tag of the SSSE and DF01 means two things."""
    city = facts.city
    return {
        0x01: card_id(city, facts.issued_on, facts.serial).hex(),
        0x02: WITH_BANK_ACCOUNT,
        0x03: SPECIFICATION_VERSIONS[facts.generation],
        0x04: f"9156000002{city}{city}00",
        0x05: facts.issued_on,
        0x06: facts.valid_until,
        0x07: facts.card_number,
        0x08: facts.certno,
        0x09: facts.name,
        0x4E: "",
        0x0A: facts.sex,
        0x0B: HAN,
        0x0C: facts.birthplace,
        0x0D: facts.birth_date,
        0x20: "10",
        0x21: f"虚构人员，无此住址（{facts.birthplace}）",
        0x0E: facts.birthplace,
    }
