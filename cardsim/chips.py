"""The file of touched chips: what a run has changed on which cards, for the next run to begin with.

One file holds the images of one population; a card that nobody changed takes no room. The file is replaced as a whole
and durably, so that a crash leaves the old one or the new one.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

FORMAT = "shuaka-chips-1"
SIZE_MAX = 1 << 30  # refused before it is read


class ChipsError(ValueError):
    """The file cannot serve this population; the message says why."""


class _Contents(msgspec.Struct, frozen=True, array_like=True):
    format: str
    seed: int
    size: int
    images: dict[int, bytes]


def load(path: Path, seed: int, size: int) -> dict[int, bytes]:
    """Return the images by index; none if there is no file yet. ChipsError if it is another population's or none."""
    try:
        if path.stat().st_size > SIZE_MAX:
            raise ChipsError(f"{path} is larger than {SIZE_MAX} bytes: no file of chips")
        contents = msgspec.msgpack.decode(path.read_bytes(), type=_Contents)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ChipsError(f"{path} cannot be read: {error.strerror}") from None
    except msgspec.MsgspecError as error:
        raise ChipsError(f"{path} is no file of chips: {error}") from error
    if contents.format != FORMAT:
        raise ChipsError(f"{path} has the format {contents.format!r}, this version reads {FORMAT!r}")
    if (contents.seed, contents.size) != (seed, size):
        raise ChipsError(
            f"{path} holds chips of population {contents.seed}:{contents.size}, not of {seed}:{size}",
        )
    return contents.images


def save(path: Path, seed: int, size: int, images: Mapping[int, bytes]) -> None:
    """Replace the file by the images that are not empty; ChipsError if it cannot be written."""
    touched = {index: image for index, image in images.items() if image}
    try:
        _replace(path, msgspec.msgpack.encode(_Contents(FORMAT, seed, size, touched)))
    except OSError as error:
        raise ChipsError(f"{path} cannot be written: {error.strerror}") from None


def _replace(path: Path, encoded: bytes) -> None:
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(encoded)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)  # the new name is durable only with its directory
    finally:
        os.close(directory)
