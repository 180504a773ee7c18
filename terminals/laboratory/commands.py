"""The commands that the checks send, as bytes (ISO 7816-4; LD/T 32.5; EMV Book 3, 6.5)."""

from typing import Final

SSSE_NAME: Final = "sx1.sh.社会保障".encode("gbk")
MF_NAME: Final = b"1PAY.SYS.DDF01"
PPSE_NAME: Final = b"2PAY.SYS.DDF01"
DF01_NAME: Final = bytes.fromhex("D15600000500")
DF04_NAME: Final = bytes.fromhex("D15600000503")
DEBIT_AID: Final = bytes.fromhex("A000000333010101")
MF, SSSE, DF01, DF04 = 0x3F00, 0xDDF1, 0xDF01, 0xDF04

BY_NUMBER, ALL_FROM, BY_TAG = 0x04, 0x05, 0x00
"""P2 of READ RECORD, low three bits (ISO 7816-4, 7.3.3)."""
GET_CHALLENGE: Final = bytes.fromhex("0084000008")
ASK_TRIES: Final = bytes.fromhex("00200000")
"""VERIFY without data (ISO 7816-4, 7.5.6)."""
GET_UID: Final = bytes.fromhex("FFCA000000")
"""PC/SC part 3, 3.2.2.1.3."""
WRONG_PIN: Final = bytes.fromhex("975318")
OTHER_PIN: Final = bytes.fromhex("864209")
PIN_SEPARATOR: Final = b"\xff"


def with_data(header: str, data: bytes) -> bytes:
    """Return a command that sends data."""
    return bytes.fromhex(header) + bytes((len(data),)) + data


def select_name(name: bytes) -> bytes:
    """Return SELECT by DF name."""
    return with_data("00A40400", name)


def select_fid(fid: int) -> bytes:
    """Return SELECT by file identifier."""
    return with_data("00A40000", fid.to_bytes(2, "big"))


def select_ef(fid: int) -> bytes:
    """Return SELECT of an EF under the current DF."""
    return with_data("00A40200", fid.to_bytes(2, "big"))


def read_record(record: int, sfi: int = 0, le: int = 0, addressing: int = BY_NUMBER) -> bytes:
    """Return READ RECORD; `record` is a number, or a tag where the addressing says so."""
    return bytes((0x00, 0xB2, record, sfi << 3 | addressing, le))


def read_binary(offset: int, le: int) -> bytes:
    """Return READ BINARY of the current EF."""
    return bytes((0x00, 0xB0, *offset.to_bytes(2, "big"), le))


def verify(pin: bytes) -> bytes:
    """Return VERIFY."""
    return with_data("00200000", pin)


def change_pin(old: bytes, new: bytes) -> bytes:
    """Return CHANGE PIN (LD/T 32.5)."""
    return with_data("805E0100", old + PIN_SEPARATOR + new)


def external_authenticate(key: int, proof: bytes) -> bytes:
    """Return EXTERNAL AUTHENTICATE."""
    return with_data(f"008200{key:02X}", proof)


def internal_authenticate(data: bytes) -> bytes:
    """Return INTERNAL AUTHENTICATE over a factor, a challenge and, if it follows, a key version."""
    return with_data("00880000", data)
