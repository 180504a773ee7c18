"""Tag-length-value, in the two dialects that a social security card speaks.

Records are `[tag 1 byte][length 1 byte][value]`, whatever the bits of the tag say: tags 1F and 5F stand alone here,
which BER would read as the first half of a longer tag. File control information is BER-TLV (ISO 7816-4, 5.2.2).
Neither dialect knows what a value means: that is `layout` and `coding`.
"""

from collections.abc import Iterator

VALUE_MAX = 0xFF
SHORT_LENGTH_MAX = 0x7F
LENGTH_BYTES_THAT_FOLLOW = {0x81: 1, 0x82: 2}
LOW_TAG_BITS = 0x1F


class TlvError(ValueError):
    """The bytes are no sequence of complete objects."""


def encode_record(tag: int, value: bytes) -> bytes:
    """Return the record `[tag][length][value]`.

    >>> encode_record(0x02, b"3").hex()
    '020133'
    """
    if len(value) > VALUE_MAX:
        raise TlvError(f"a record value has at most {VALUE_MAX} bytes, this one has {len(value)}")
    return bytes((tag, len(value))) + value


def parse_records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and value of each record in a concatenation, as READ RECORD with P2 = 05 returns it."""
    position = 0
    while position < len(data):
        if position + 2 > len(data):
            raise TlvError(f"a tag without a length at byte {position}")
        tag, length = data[position : position + 2]
        yield tag, _value(data, position + 2, length)
        position += 2 + length


def encode_ber(tag: int, value: bytes) -> bytes:
    r"""Return a BER-TLV object of at most 255 bytes of value.

    >>> encode_ber(0xA5, encode_ber(0x88, b"\x1e")).hex()
    'a50388011e'
    """
    if len(value) > VALUE_MAX:
        raise TlvError(f"a BER value has at most {VALUE_MAX} bytes here, this one has {len(value)}")
    length = bytes((len(value),)) if len(value) <= SHORT_LENGTH_MAX else bytes((0x81, len(value)))
    return tag.to_bytes(2 if tag > VALUE_MAX else 1, "big") + length + value


def parse_ber(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and value of each BER-TLV object, without descending into constructed ones."""
    position = 0
    while position < len(data):
        tag, position = _ber_tag(data, position)
        length, position = _ber_length(data, position)
        yield tag, _value(data, position, length)
        position += length


def _ber_tag(data: bytes, position: int) -> tuple[int, int]:
    first = data[position]
    if first & LOW_TAG_BITS != LOW_TAG_BITS:
        return first, position + 1
    if position + 1 >= len(data):
        raise TlvError(f"half a tag at byte {position}")
    return first << 8 | data[position + 1], position + 2


def _ber_length(data: bytes, position: int) -> tuple[int, int]:
    if position >= len(data):
        raise TlvError("a tag without a length at the end")
    first = data[position]
    if first <= SHORT_LENGTH_MAX:
        return first, position + 1
    follow = LENGTH_BYTES_THAT_FOLLOW.get(first)
    if follow is None:
        raise TlvError(f"a length of no known form at byte {position}")
    end = position + 1 + follow
    if end > len(data):
        raise TlvError(f"half a length at byte {position}")
    return int.from_bytes(data[position + 1 : end], "big"), end


def _value(data: bytes, position: int, length: int) -> bytes:
    value = data[position : position + length]
    if len(value) < length:
        raise TlvError(f"{length} bytes announced at byte {position}, {len(value)} there")
    return value
