"""A photo for a card: 358 x 441 pixels on white, a baseline JPEG of 14K to 99K."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.engine.cards.making.jpeg import PictureError, read, upper_edge
from settlement.engine.cards.making.photo import photo_problem

COMMENT = b"\xff\xfe"
KILO = 1024


def padded(picture: bytes, size: int) -> bytes:
    """The picture with comments (COM segments) up to a size."""
    missing, comments = size - len(picture), b""
    while missing:
        length = min(missing, 65_000)
        length -= 1 if 0 < missing - length < 4 else 0
        comments += COMMENT + (length - 2).to_bytes(2, "big") + bytes(length - 4)
        missing -= length
    return picture[:2] + comments + picture[2:]


@pytest.mark.rule("RH15")
@pytest.mark.parametrize("name", ["white", "white-444-restart"])
def test_a_photo_as_it_must_be_is_taken(photos: Path, name: str) -> None:
    assert photo_problem((photos / f"{name}.jpg").read_bytes()) == ""


@pytest.mark.rule("RH15")
@pytest.mark.parametrize(("kilobytes", "taken"), [(13, False), (14, True), (99, True), (100, False)])
def test_a_photo_of_13k_or_100k_is_refused(photos: Path, kilobytes: int, taken: object) -> None:
    picture = (photos / "white.jpg").read_bytes()
    size = kilobytes * KILO
    sized = picture[:size] if size < len(picture) else padded(picture, size)
    assert len(sized) == size
    assert (photo_problem(sized) == "") is taken


@pytest.mark.rule("RH15")
@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("blue", "its background is not white"),
        ("short", "it has 358 x 440 pixels, 358 x 441 are taken"),
        ("grey", "it is not a picture in three colours"),
    ],
)
def test_another_picture_is_refused_in_words(photos: Path, name: str, problem: str) -> None:
    assert photo_problem((photos / f"{name}.jpg").read_bytes()) == problem


def test_a_progressive_picture_is_to_be_saved_as_baseline(photos: Path) -> None:
    picture = padded((photos / "progressive.jpg").read_bytes(), 20 * KILO)
    assert "save it as baseline" in photo_problem(picture)


def test_a_picture_that_is_no_jpeg_is_refused() -> None:
    assert photo_problem(b"\x89PNG" + bytes(20 * KILO)) == "it is no JPEG"


def test_the_upper_edge_has_the_colour_that_was_painted(photos: Path) -> None:
    """(90, 140, 220) in JFIF's Y, Cb, Cr."""
    edge = upper_edge(read((photos / "blue.jpg").read_bytes()))
    assert len(edge) == -(-358 // 16)
    assert all(
        abs(seen - painted) <= 1 for colour in edge for seen, painted in zip(colour, (134, 176, 96), strict=True)
    )


@given(cut=st.integers(0, 14 * KILO), noise=st.binary(max_size=64))
def test_damaged_pictures_are_read_or_refused_and_never_crash(cut: int, noise: bytes) -> None:
    picture = (Path(__file__).parents[5] / "tests" / "vectors" / "photos" / "white.jpg").read_bytes()
    damaged = picture[:cut] + noise + picture[cut + len(noise) :]
    for tried in (damaged, damaged[: cut + 1]):
        with suppress(PictureError):
            upper_edge(read(tried))
