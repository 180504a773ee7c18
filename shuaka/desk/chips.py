"""The file of touched chips: what a run has changed on which cards, for the next run to begin with.

One file holds the chips of one population: which of a person's cards is the valid one, and its image. A first card that
nobody changed takes no room. The file is replaced as a whole
and durably, so that a crash leaves the old one or the new one.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

FORMAT = "shuaka-chips-3"  # 1 knew no reissue, 2 had the locks of the PIN in a cell of their own
SIZE_MAX = 1 << 30  # refused before it is read


class ChipsError(ValueError):
    """The file cannot serve this population; the message says why."""


class _Written(msgspec.Struct, frozen=True, array_like=True):
    format: str  # of any version: what follows it is not looked at


class _Contents(msgspec.Struct, frozen=True, array_like=True):
    format: str
    seed: int
    size: int
    chips: dict[int, tuple[int, bytes]]


class Kept(NamedTuple):
    """What has become of one person's card: which one it is, and the image of its memory."""

    issue: int = 1
    image: bytes = b""


FIRST_UNTOUCHED = Kept()


def load(path: Path, seed: int, size: int) -> dict[int, Kept]:
    """Return the chips by index; none if there is no file yet. ChipsError if it is another population's or none."""
    try:
        if path.stat().st_size > SIZE_MAX:
            raise ChipsError(f"{path} is larger than {SIZE_MAX} bytes: no file of chips")
        encoded = path.read_bytes()
        written = msgspec.msgpack.decode(encoded, type=_Written).format
        if written != FORMAT:
            raise ChipsError(f"{path} has the format {written!r}, this version reads {FORMAT!r}: begin a new file")
        contents = msgspec.msgpack.decode(encoded, type=_Contents)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ChipsError(f"{path} cannot be read: {error.strerror}") from None
    except msgspec.MsgspecError as error:
        raise ChipsError(f"{path} is no file of chips: {error}") from error
    if (contents.seed, contents.size) != (seed, size):
        raise ChipsError(
            f"{path} holds chips of population {contents.seed}:{contents.size}, not of {seed}:{size}",
        )
    return {index: Kept(*chip) for index, chip in contents.chips.items()}


def save(path: Path, seed: int, size: int, kept: Mapping[int, Kept]) -> None:
    """Replace the file by the chips that are not first and untouched; ChipsError if it cannot be written."""
    touched = {index: (chip.issue, chip.image) for index, chip in kept.items() if chip != FIRST_UNTOUCHED}
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
