"""A card in words: reads what anyone may read, over APDUs as a terminal would, and names each data element.

It looks at no memory: a file that the card refuses is reported with the status word of its refusal. Secrets cannot
appear here, because no command returns them.
"""

from collections.abc import Iterator
from typing import NamedTuple

from cardsim import coding
from cardsim.access import PIN, Condition
from cardsim.card import Card
from cardsim.files import BinaryFile, Directory, File, FileSystem, RecordFile
from cardsim.social_security.key_plan import KEYS
from cardsim.social_security.layout import PLANS
from cardsim.status import SW
from cardsim.tlv import parse_ber, parse_records

NAMES = {PIN: "PIN", **{key.reference: key.name for key in KEYS}}
MORE_DATA, EXACT_LENGTH = 0x61, 0x6C
FCI_TEMPLATE, DF_NAME = 0x6F, 0x84

# What a code stands for: GB/T 2261.1 (sex), GB/T 3304 (ethnic group), LD/T 32.6 (class of card)
MEANINGS = {
    (0x0A, "1"): "男",
    (0x0A, "2"): "女",
    (0x0B, "01"): "汉族",
    (0x02, "3"): "有金融功能",
}


class Element(NamedTuple):
    """One data element of a record file."""

    tag: int
    word: str
    text: str
    meaning: str = ""  # where the text is a code we know


class ReadFile(NamedTuple):
    """What came of reading one file: its elements, or the bytes of a transparent file, or a refusal."""

    application: str
    fid: int
    word: str
    sw: int
    wanted: str  # what has to be proven first, in names of secrets; empty for a free file
    elements: tuple[Element, ...] = ()
    data: bytes = b""


def read_card(card: Card, generation: int) -> Iterator[ReadFile]:
    """Power the card on, read every file of its generation's plan in order, and power it off."""
    card.power_on()
    try:
        yield from _read_plan(card, PLANS[generation])
    finally:
        card.power_off()


def _read_plan(card: Card, files: FileSystem) -> Iterator[ReadFile]:
    for directory in files.by_path.values():
        _, fci = _exchange(card, b"\x00\xa4\x04\x00" + bytes((len(directory.name),)) + directory.name)
        for file in directory.files:
            yield _read(card, _application(fci, directory), file)


def _read(card: Card, application: str, file: File) -> ReadFile:
    _exchange(card, b"\x00\xa4\x02\x00\x02" + file.fid.to_bytes(2, "big"))
    command = b"\x00\xb0\x00\x00\x00" if isinstance(file, BinaryFile) else b"\x00\xb2\x01\x05\x00"
    sw, data = _exchange(card, command)
    wanted = in_words(file.read)
    if sw == SW.SUCCESS and isinstance(file, RecordFile):
        return ReadFile(application, file.fid, file.word, sw, wanted, tuple(_elements(file, data)))
    return ReadFile(application, file.fid, file.word, sw, wanted, data=data)


def in_words(condition: Condition) -> str:
    """Return an access condition in names: alternatives parted by a bar, what is needed together by a plus."""
    return " | ".join(" + ".join(NAMES[right] for right in sorted(rights)) for rights in condition)


def _elements(file: RecordFile, data: bytes) -> Iterator[Element]:
    items = {item.tag: item for item in file.items}
    for tag, value in parse_records(data):
        item = items[tag]
        text = coding.decode(item.coding, value)
        yield Element(tag, item.word, text, MEANINGS.get((tag, text), ""))


def _application(fci: bytes, directory: Directory) -> str:
    template = dict(parse_ber(fci)).get(FCI_TEMPLATE, b"")
    name = dict(parse_ber(template)).get(DF_NAME, directory.name)
    try:
        text = name.decode("gb2312")
    except UnicodeDecodeError:  # a registered AID is bytes, not text
        return name.hex().upper()
    return text if text.isprintable() else name.hex().upper()


def _exchange(card: Card, command: bytes) -> tuple[int, bytes]:
    answer = card.transmit(command)
    if answer[-2] == EXACT_LENGTH:
        answer = card.transmit(command[:4] + answer[-1:])
    elif answer[-2] == MORE_DATA:
        answer = card.transmit(b"\x00\xc0\x00\x00" + answer[-1:])
    return int.from_bytes(answer[-2:], "big"), answer[:-2]
