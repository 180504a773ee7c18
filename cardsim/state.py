"""What a command may look at and change: the durable parts of the chip and what it knows until power-off."""

from collections.abc import Callable
from dataclasses import dataclass

from cardsim.files import Directory, File, FileSystem
from cardsim.memory import Memory
from cardsim.pin import Pin


@dataclass(slots=True)
class State:
    """One power-on. The first four outlive it; the rest starts anew."""

    files: FileSystem
    memory: Memory
    pin: Pin
    random_bytes: Callable[[int], bytes]
    directory: Directory
    file: File | None = None
    pin_verified: bool = False
