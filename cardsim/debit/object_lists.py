"""Data object lists: how an application says which elements, in which length and order, a terminal shall send it.

PDOL, CDOL1 and CDOL2 are such lists (EMV Book 3, 5.4). The data that answers one has no tags: it is the values alone.
"""

ObjectList = tuple[tuple[int, int], ...]  # tag and length

TWO_BYTE_TAG_MIN = 0x100


def encode_list(objects: ObjectList) -> bytes:
    """Return the list as a card carries it.

    >>> encode_list(((0x9F7A, 1), (0x95, 5))).hex()
    '9f7a019505'
    """
    return b"".join(tag.to_bytes(1 + (tag >= TWO_BYTE_TAG_MIN), "big") + bytes((length,)) for tag, length in objects)


def length_of(objects: ObjectList) -> int:
    """Return how many bytes answer a list.

    >>> length_of(((0x9F7A, 1), (0x95, 5)))
    6
    """
    return sum(length for _, length in objects)


def split(objects: ObjectList, data: bytes) -> dict[int, bytes]:
    """Return the elements by tag; the data has exactly the length of the list.

    >>> split(((0x9F7A, 1), (0x95, 2)), b"abc")
    {40826: b'a', 149: b'bc'}
    """
    assert len(data) == length_of(objects)
    elements, at = {}, 0
    for tag, length in objects:
        elements[tag] = data[at : at + length]
        at += length
    return elements
