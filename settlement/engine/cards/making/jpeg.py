"""As much of a JPEG as a photo desk needs: its size in pixels and the mean colours along its upper edge.

Baseline and extended sequential pictures of 8 bits (ISO/IEC 10918-1, SOF0 and SOF1). Of the picture itself only the
first row of MCUs is decoded, and of its blocks only the DC coefficient, which is the mean; what comes below stays
unread. Bytes in, values out; anything else than such a picture ends in PictureError.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

SOI: Final = b"\xff\xd8"
SEQUENTIAL: Final = frozenset({0xC0, 0xC1})
OTHER_FRAMES: Final = frozenset({0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
DHT, SOS, DQT, DRI, EOI = 0xC4, 0xDA, 0xDB, 0xDD, 0xD9
COLOURS: Final = 3
BLOCK: Final = 8
COEFFICIENTS: Final = 64
CODE_LENGTH_MAX: Final = 16
SIZE_BITS: Final = 15
ZERO_RUN: Final = 0xF0


class PictureError(ValueError):
    """Bytes that are no picture of this kind; the text says what is wrong."""


class Component(NamedTuple):
    """One colour of a frame: its sampling factors, its quantization table and the tables of its codes."""

    number: int
    across: int
    down: int
    quantization: int
    dc_table: int = 0
    ac_table: int = 0


class Picture(NamedTuple):
    """A picture's header, its tables and where its coded data begin."""

    width: int
    height: int
    components: tuple[Component, ...]
    quantization: dict[int, int]
    """The first step of each table: the DC coefficient's."""
    codes: dict[int, dict[tuple[int, int], int]]
    """By class and number: (length, code) to symbol."""
    restart_interval: int
    coded: bytes


Colour = tuple[int, ...]
"""Mean Y, Cb and Cr of an area, 0 to 255."""


def read(content: bytes) -> Picture:
    """Read a picture's segments; raise PictureError."""
    if content[:2] != SOI:
        raise PictureError("it is no JPEG")
    size, interval = (0, 0), 0
    components: tuple[Component, ...] = ()
    quantization: dict[int, int] = {}
    codes: dict[int, dict[tuple[int, int], int]] = {}
    for marker, body, after in _segments(content):
        if marker in OTHER_FRAMES:
            raise PictureError("it is a progressive or lossless JPEG; save it as baseline")
        if marker in SEQUENTIAL:
            size, components = _frame(body)
        elif marker == DQT:
            quantization |= _quantization(body)
        elif marker == DHT:
            codes |= _codes(body)
        elif marker == DRI:
            interval = int.from_bytes(body[:2], "big")
        elif marker == SOS and components:
            return Picture(*size, _scanned(components, body), quantization, codes, interval, content[after:])
    raise PictureError("the JPEG ends before its picture begins")


def upper_edge(picture: Picture) -> tuple[Colour, ...]:
    """Return the mean colour of each MCU of the first row, from left to right; raise PictureError."""
    across = max(component.across for component in picture.components)
    bits = _Bits(picture.coded)
    before = dict.fromkeys((component.number for component in picture.components), 0)
    row: list[Colour] = []
    for place in range(-(-picture.width // (BLOCK * across))):
        if picture.restart_interval and place and place % picture.restart_interval == 0:
            bits.restart()
            before = dict.fromkeys(before, 0)
        row.append(_mean_colour(picture, bits, before))
    return tuple(row)


def _mean_colour(picture: Picture, bits: "_Bits", before: dict[int, int]) -> Colour:
    means: list[int] = []
    for component in picture.components:
        step, total, blocks = picture.quantization.get(component.quantization, 1), 0, component.across * component.down
        for _ in range(blocks):
            before[component.number] += _dc_difference(picture, component, bits)
            total += before[component.number] * step
        means.append(max(0, min(255, 128 + total // (blocks * BLOCK))))
    return tuple(means)


def _dc_difference(picture: Picture, component: Component, bits: "_Bits") -> int:
    """Return one block's DC difference, and pass over its AC coefficients (F.2.2)."""
    try:
        dc, ac = picture.codes[component.dc_table], picture.codes[0x10 | component.ac_table]
    except KeyError:
        raise PictureError("a code table is missing") from None
    difference = bits.value(bits.symbol(dc))
    place = 1
    while place < COEFFICIENTS:
        symbol = bits.symbol(ac)
        run, size = symbol >> 4, symbol & SIZE_BITS
        if size == 0 and symbol != ZERO_RUN:
            break
        bits.value(size)
        place += run + 1
    return difference


def _segments(content: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Yield each marker, its parameters and where they end."""
    place = len(SOI)
    while place + 4 <= len(content):
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if content[place] != 0xFF or marker == EOI or length < 2:  # noqa: PLR2004  a length counts its own two bytes
            raise PictureError("a segment of the JPEG is damaged")
        yield marker, content[place + 4 : place + 2 + length], place + 2 + length
        place += 2 + length


def _frame(body: bytes) -> tuple[tuple[int, int], tuple[Component, ...]]:
    count = body[5] if len(body) > 5 else 0  # noqa: PLR2004  precision, height, width, number of components
    if count != COLOURS or len(body) < 6 + 3 * count:
        raise PictureError("it is not a picture in three colours")
    height, width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    rows = (body[6 + 3 * number : 9 + 3 * number] for number in range(count))
    components = tuple(Component(row[0], row[1] >> 4, row[1] & 15, row[2]) for row in rows)
    if not all(1 <= factor <= 4 for each in components for factor in (each.across, each.down)):  # noqa: PLR2004  A.1.1
        raise PictureError("a sampling factor is not 1 to 4")
    return (width, height), components


def _scanned(components: tuple[Component, ...], body: bytes) -> tuple[Component, ...]:
    """Return the components with the tables that the scan gives them (B.2.3)."""
    count = body[0] if body else 0
    if count != len(components) or len(body) < 1 + 2 * count:
        raise PictureError("its colours are not interleaved")
    tables = {body[1 + 2 * number]: body[2 + 2 * number] for number in range(count)}
    if tables.keys() != {component.number for component in components}:
        raise PictureError("its scan names other colours than its frame")
    return tuple(
        each._replace(dc_table=tables[each.number] >> 4, ac_table=tables[each.number] & 15) for each in components
    )


def _quantization(body: bytes) -> dict[int, int]:
    steps: dict[int, int] = {}
    while body:
        wide = body[0] >> 4
        steps[body[0] & 15] = int.from_bytes(body[1 : 2 + wide], "big")
        body = body[1 + COEFFICIENTS * (1 + wide) :]
    return steps


def _codes(body: bytes) -> dict[int, dict[tuple[int, int], int]]:
    """Return the tables of a DHT segment; codes of a length follow one another (annex C)."""
    tables: dict[int, dict[tuple[int, int], int]] = {}
    while len(body) > CODE_LENGTH_MAX:
        counts, place, code = body[1 : 1 + CODE_LENGTH_MAX], 1 + CODE_LENGTH_MAX, 0
        table: dict[tuple[int, int], int] = {}
        for length, count in enumerate(counts, start=1):
            for symbol in body[place : place + count]:
                table[length, code] = symbol
                code += 1
            place, code = place + count, code << 1
        tables[body[0]] = table
        body = body[place:]
    return tables


class _Bits:
    """The coded data bit by bit; a stuffed zero after FF is not data (F.1.2.3)."""

    def __init__(self, coded: bytes) -> None:
        self._coded = coded
        self._place = 0
        self._held = 0
        self._count = 0

    def symbol(self, table: dict[tuple[int, int], int]) -> int:
        """Return the next coded symbol."""
        code = 0
        for length in range(1, CODE_LENGTH_MAX + 1):
            code = code << 1 | self._bit()
            if (length, code) in table:
                return table[length, code]
        raise PictureError("the coded picture is damaged")

    def value(self, size: int) -> int:
        """Return the next number of `size` bits, whose first bit is its sign (F.2.2.1)."""
        number = 0
        for _ in range(size):
            number = number << 1 | self._bit()
        return number if size == 0 or number >> (size - 1) else number - (1 << size) + 1

    def restart(self) -> None:
        """Pass over a restart marker."""
        self._count = 0
        self._place += 2

    def _bit(self) -> int:
        if self._count == 0:
            if self._place >= len(self._coded):
                raise PictureError("the coded picture ends early")
            self._held, self._count = self._coded[self._place], 8
            self._place += 2 if self._held == 0xFF else 1  # noqa: PLR2004  FF is followed by a stuffed zero
        self._count -= 1
        return self._held >> self._count & 1
