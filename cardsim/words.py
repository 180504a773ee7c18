"""Commands and responses in words, for a person who looks at a trace.

What is said of a command comes from its header and, for SELECT alone, its data: a secret or an identity cannot appear
here, whoever prints the words. It names more than this card can do, because other cards are looked at too.
"""

from collections.abc import Callable

from cardsim.apdu import BOTH, FETCHES, MALFORMED, Command, parse
from cardsim.diversify import ALGORITHMS
from cardsim.status import SW
from cardsim.tlv import encode_ber

SECURE_MESSAGING = 0x04
NAMES = {
    (0x00, 0xA4): "SELECT",
    (0x00, 0xB0): "READ BINARY",
    (0x00, 0xB2): "READ RECORD",
    (0x00, 0xC0): "GET RESPONSE",
    (0x00, 0xCA): "GET DATA",
    (0x00, 0xD6): "UPDATE BINARY",
    (0x00, 0xDC): "UPDATE RECORD",
    (0x00, 0xE2): "APPEND RECORD",
    (0x00, 0x20): "VERIFY",
    (0x00, 0x82): "EXTERNAL AUTHENTICATE",
    (0x00, 0x84): "GET CHALLENGE",
    (0x00, 0x88): "INTERNAL AUTHENTICATE",
    (0x80, 0x5E): "CHANGE PIN",
    (0x80, 0xA8): "GET PROCESSING OPTIONS",
    (0x80, 0xAE): "GENERATE AC",
    (0x80, 0xCA): "GET DATA",
    (0x80, 0xFA): "COMPUTE (PSAM)",
    (0x84, 0x16): "CARD BLOCK",
    (0x84, 0x1E): "APPLICATION BLOCK",
    (0x84, 0x24): "UNBLOCK or RELOAD PIN",
    (0xB0, 0x26): "GET BALANCE",
    (0xB0, 0x28): "INITIALIZE DEBIT or LOAD",
    (0xB0, 0x2C): "DEBIT",
    (0xBF, 0xDE): "DERIVE KEY (PSAM)",
    (0xFF, 0xCA): "GET UID (of the reader)",
}
BY_TAG, BY_NUMBER, ALL_FROM = 0x00, 0x04, 0x05  # P2 of READ RECORD, low three bits
SFI_SHIFT, RECORD_MASK = 3, 0x07
BY_NAME = 0x04  # P1 of SELECT
FID_LENGTH = 2
CRYPTOGRAMS = {0x00: "AAC", 0x40: "TC", 0x80: "ARQC"}  # P1 of GENERATE AC
CRYPTOGRAM_MASK = 0xC0
PUT_NEW_VALUE = 0x01  # P2 of RELOAD PIN

STATUS_WORDS = {int(sw): sw.name.replace("_", " ").lower() for sw in SW} | {  # LD/T 32.5: what this card never says
    0x6581: "memory failure",
    0x6882: "secure messaging not supported",
    0x6987: "secure messaging objects missing",
    0x6A84: "not enough memory",
    0x9302: "wrong MAC",
    0x9303: "application blocked for good",
    0x9401: "not enough funds",
    0x9403: "key index not supported",
    0x9406: "no MAC available",
}
COUNTED = {
    0x6100: "{} more bytes wait for GET RESPONSE",
    0x6C00: "the same with Le = {:02X}",
}
TRIES, TRIES_MASK = 0x63C0, 0xFFF0

STAND_IN = ALGORITHMS["sm4"]
STAND_IN_ANNOUNCED = encode_ber(0x9F0C, encode_ber(0x86, STAND_IN.identifier))
PROVEN_WITH_CARD_KEYS = frozenset(((0x00, 0x88), (0x84, 0x24), (0x84, 0x1E)))  # beside EXTERNAL AUTHENTICATE
PROOF_LENGTH = 0x10  # of EXTERNAL AUTHENTICATE with a key of the card; a bank's has ten bytes and no stand-in


def command_in_words(apdu: bytes) -> str:
    """Return what a command asks for; "" if nothing here knows it.

    >>> command_in_words(bytes.fromhex("00B2012C12"))
    'READ RECORD 1 of EF05, 18 bytes'
    >>> command_in_words(bytes.fromhex("0020000003123456"))
    'VERIFY, 3 bytes of data'
    """
    command = parse(apdu)
    if command is None:
        return ""
    name = NAMES.get((command.cla, command.ins)) or _interindustry(command)
    if not name:
        return ""
    said = f"{name}{_details(command)}"
    if command.case == MALFORMED:
        return f"{said}, lengths that do not fit"
    return said + (f", {command.le} bytes" if command.case in (FETCHES, BOTH) else "")


def oddities(data: bytes) -> int | None:
    """Count how bytes differ from a command of the table: by its class, by its lengths; None if nothing here knows it.

    An answer or TLV may look like a command with one oddity, and chance alone like one with two.
    """
    command = parse(data)
    if command is None or not command_in_words(data):
        return None
    return ((command.cla, command.ins) not in NAMES) + (command.case == MALFORMED)


def announces_stand_in(answer: bytes) -> bool:
    """Tell whether an answer is the FCI of a card whose authentications are our own stand-in (SM4, 9F0C).

    It holds for everything that the card's keys prove until the next power-on.
    """
    return STAND_IN_ANNOUNCED in answer


def stand_in_note(apdu: bytes) -> str:
    """Return what must be said of this command on a card that announced the stand-in; "" where no card key is used.

    >>> stand_in_note(bytes.fromhex("0088000010") + bytes(16))
    'our own stand-in: the layout of SM4 authentication is not public'
    >>> stand_in_note(bytes.fromhex("008200000A") + bytes(10))
    ''
    """
    command = parse(apdu)
    if command is None:
        return ""
    called = (command.cla, command.ins)
    proves = called == (0x00, 0x82) and len(command.data) == PROOF_LENGTH
    return STAND_IN.note if proves or called in PROVEN_WITH_CARD_KEYS else ""


def status_in_words(sw: int) -> str:
    """Return what a status word means; "" if nothing here knows it.

    >>> status_in_words(0x63C2), status_in_words(0x6A82), status_in_words(0x6110)
    ('2 tries left', 'file not found', '16 more bytes wait for GET RESPONSE')
    """
    if sw & TRIES_MASK == TRIES:
        return f"{sw & ~TRIES_MASK} tries left"
    if sw & 0xFF00 in COUNTED:
        return COUNTED[sw & 0xFF00].format(sw & 0xFF)
    return STATUS_WORDS.get(sw, "")


def _interindustry(command: Command) -> str:
    """Return the name of a command that came under another class: a channel, chaining, secure messaging."""
    name = NAMES.get((0x00, command.ins), "")
    if command.cla & 0x80 or not name:
        return ""
    return f"{name} (class {command.cla:02X}{', secure messaging' if command.cla & SECURE_MESSAGING else ''})"


def _details(command: Command) -> str:
    describe = DETAILS.get(command.ins)
    if describe is not None:
        return describe(command)
    return f", {len(command.data)} bytes of data" if command.data else ""


def _select(command: Command) -> str:
    if command.p1 != BY_NAME:
        return f" {command.data.hex().upper()}" if len(command.data) == FID_LENGTH else ""
    try:
        name = command.data.decode("gb2312")
    except UnicodeDecodeError:  # a registered AID is bytes, not text
        name = ""
    return f" by name {name if name.isprintable() and name else command.data.hex().upper()}"


def _record(command: Command) -> str:
    sfi, addressing = command.p2 >> SFI_SHIFT, command.p2 & RECORD_MASK
    which = {
        BY_TAG: f" with tag {command.p1:02X}",
        BY_NUMBER: f" {command.p1}",
        ALL_FROM: f" {command.p1} and all after",
    }
    return which.get(addressing, "") + (f" of EF{sfi:02X}" if sfi else "")


def _binary(command: Command) -> str:
    if command.p1 & 0x80:
        return f" of EF{command.p1 & 0x1F:02X} from {command.p2}"
    return f" from {command.p1 << 8 | command.p2}"


def _key(command: Command) -> str:
    return f" with key {command.p2:02X}"


DETAILS: dict[int, Callable[[Command], str]] = {
    0xA4: _select,
    0xB0: _binary,
    0xD6: _binary,
    0xB2: _record,
    0xDC: _record,
    0x82: _key,
    0xAE: lambda command: f", {CRYPTOGRAMS.get(command.p1 & CRYPTOGRAM_MASK, 'reserved')}",
    0x24: lambda command: ", new value" if command.p2 == PUT_NEW_VALUE else ", tries only",
}
