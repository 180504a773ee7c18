"""What a command may look at and change: the durable parts of the chip, and what it knows until power-off."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cardsim.access import NONE, Rights
from cardsim.apdu import Command, Response
from cardsim.files import Directory, File, FileSystem
from cardsim.interface import Interface
from cardsim.memory import Memory
from cardsim.social_security.keys import Keys
from cardsim.social_security.pin import Pin

Handler = Callable[["State", Command], Response]
Commands = Mapping[tuple[int, int], Handler]


class Application(NamedTuple):
    """What SELECT by a name outside the file system reaches, or the file system itself.

    `enter` answers that SELECT: it sets `State.session` and returns the FCI, or refuses (and then must have changed
    nothing). `commands` is the table of everything but SELECT, by class and instruction.
    """

    name: bytes
    commands: Commands
    enter: Callable[["State"], Response]


@dataclass(slots=True)
class State:
    """One power-on. The first eight outlive it; the rest starts anew."""

    files: FileSystem
    applications: Mapping[bytes, Application]  # beside the file system, by DF name
    memory: Memory
    pin: Pin
    keys: Keys
    random_bytes: Callable[[int], bytes]
    interface: Interface
    blocked: bool  # whether APPLICATION BLOCK has closed the social security application
    application: Application  # the selected one
    directory: Directory
    file: File | None = None
    rights: Rights = NONE
    challenge: bytes = b""  # the last one, until something uses it
    session: object = None  # what the selected application keeps for itself
