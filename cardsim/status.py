"""Status words: the two bytes that end every answer (ISO 7816-4, 5.6).

A status word is an integer. The fixed ones are members of `SW`; the three that carry a count are functions.
The file names what this card can answer and nothing else: a word that no command gives does not stand here.
"""

from enum import IntEnum

TRIES_SHOWN_MAX = 0x0F  # 63Cx has one nibble for the count


class SW(IntEnum):
    """The status words without a parameter."""

    SUCCESS = 0x9000
    AUTHENTICATION_FAILED = 0x6300
    INVALIDATED = 0x6283
    WRONG_LENGTH = 0x6700
    INCOMPATIBLE_FILE_STRUCTURE = 0x6981
    SECURITY_STATUS_NOT_SATISFIED = 0x6982
    AUTHENTICATION_METHOD_BLOCKED = 0x6983
    CHALLENGE_MISSING = 0x6984
    CONDITIONS_NOT_SATISFIED = 0x6985
    NO_CURRENT_EF = 0x6986
    WRONG_SECURE_MESSAGING = 0x6988
    WRONG_DATA = 0x6A80
    FUNCTION_NOT_SUPPORTED = 0x6A81
    FILE_NOT_FOUND = 0x6A82
    RECORD_NOT_FOUND = 0x6A83
    WRONG_P1_P2 = 0x6A86
    REFERENCED_DATA_NOT_FOUND = 0x6A88
    WRONG_OFFSET = 0x6B00
    INSTRUCTION_NOT_SUPPORTED = 0x6D00
    CLASS_NOT_SUPPORTED = 0x6E00


def tries_left(count: int) -> int:
    """63Cx: the verification failed, or was only asked about, and `count` tries remain."""
    assert 0 <= count <= TRIES_SHOWN_MAX
    return 0x63C0 | count


def more_data(length: int) -> int:
    """61xx: `length` bytes wait for GET RESPONSE; 6100 stands for 256 (ISO 7816-3, 10.3.3)."""
    return 0x6100 | (length & 0xFF)


def exact_length(length: int) -> int:
    """6Cxx: the same command with Le = xx would be answered; 6C00 stands for 256 (ISO 7816-3, 10.3.3)."""
    return 0x6C00 | (length & 0xFF)
