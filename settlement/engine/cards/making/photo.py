"""What a photo must be so that it is printed on a card (003 RH15): 358 x 441 pixels, on white, 14K to 99K, JPEG.

That the background is white is judged along the upper edge of the picture, where nobody's hair is (assumed).
"""

from typing import Final

from settlement.engine.cards.making.jpeg import Colour, PictureError, read, upper_edge

WIDTH: Final = 358
HEIGHT: Final = 441
KILO: Final = 1024
SIZE_MIN: Final = 14 * KILO
SIZE_MAX: Final = 99 * KILO
BRIGHT_MIN: Final = 225
"""Y of what counts as white; ours, so that a photographer's shadow passes."""
TINT_MAX: Final = 12
"""How far Cb and Cr may be from grey; ours."""
GREY: Final = 128
WHITE_SHARE: Final = 0.9
"""How much of the upper edge must be white; ours."""


def photo_problem(picture: bytes) -> str:
    """Return what keeps a photo from being printed, in words; empty if nothing does."""
    if not SIZE_MIN <= len(picture) <= SIZE_MAX:
        return f"it has {len(picture) / KILO:.1f}K, 14K to 99K are taken"
    try:
        found = read(picture)
        if (found.width, found.height) != (WIDTH, HEIGHT):
            return f"it has {found.width} x {found.height} pixels, {WIDTH} x {HEIGHT} are taken"
        edge = upper_edge(found)
    except PictureError as error:
        return str(error)
    if sum(map(_is_white, edge)) < WHITE_SHARE * len(edge):
        return "its background is not white"
    return ""


def _is_white(colour: Colour) -> bool:
    bright, blue, red = colour
    return bright >= BRIGHT_MIN and abs(blue - GREY) <= TINT_MAX and abs(red - GREY) <= TINT_MAX
