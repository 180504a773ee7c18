"""A software PSAM: the security module in a terminal's second slot. It is a chip like the card, with its own commands.

It holds the keys of an area as its issuer derived them: of a city (six digits), of a province (two digits) or the root
(none). A request names a key and brings the factors of the levels below, so that a city's module serves the cards of
its city and makes wrong keys for all others. What it is asked is `psam_commands`; the contents of its files beyond
their length are ours.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from cardsim.card import Card, Chip, Running
from cardsim.challenges import Challenges
from cardsim.diversify import ALGORITHMS, AlgorithmName, city_key, province_factor
from cardsim.interface import Interface
from cardsim.memory import Memory
from cardsim.psam_commands import COUNTER, COUNTER_LENGTH, NAMES, TERMINAL_NUMBER, Module, execute
from cardsim.social_security.key_plan import MASTER_KEYS
from cardsim.t0 import Mode

LEVELS_OF_AREA = {0: 3, 2: 2, 6: 1}  # by the digits of the area
ATR_HEAD, HISTORICAL = bytes.fromhex("3B6D0000"), b"PSAM\0\0\0"  # the terminal number fills it up


class PsamFacts(NamedTuple):
    """What the issuer of a module decides."""

    area: str
    serial: int
    lacks: frozenset[str]
    algorithms: frozenset[AlgorithmName]
    t0_mode: Mode


def psam(
    area: str,
    *,
    serial: int = 1,
    lacks: frozenset[str] = frozenset(),
    algorithms: frozenset[AlgorithmName] = frozenset(ALGORITHMS),
    t0_mode: Mode = "raw",
) -> Card:
    """Make a module for a city, a province or (empty) all of them; ValueError for any other area.

    `lacks` names keys of `key_plan` that it does not hold, for the terminal to say so.
    """
    if len(area) not in LEVELS_OF_AREA or not (area.isdecimal() or not area):
        raise ValueError(f"a PSAM is of a city (six digits), of a province (two) or of none, not {area!r}")
    facts = PsamFacts(area, serial, lacks, algorithms, t0_mode)
    return Card(partial(_chip, facts), Challenges(f"psam {area}:{serial}".encode()))


def terminal_number(area: str, serial: int) -> bytes:
    """Return the six bytes of 终端机编号: the area, then the module's number."""
    return bytes.fromhex(f"{area:0<6}{serial:06}")


def area_key(area: str, algorithm: AlgorithmName, name: str) -> bytes:
    """Return the test key of an area: the root, a province's or a city's."""
    root = MASTER_KEYS[name, 1]
    if not area:
        return root
    return city_key(algorithm, root, area) if area[2:] else ALGORITHMS[algorithm].diversify(root, province_factor(area))


def _chip(facts: PsamFacts) -> Chip:
    number = terminal_number(facts.area, facts.serial)
    cells = {TERMINAL_NUMBER: number, COUNTER: bytes(COUNTER_LENGTH)}

    def start(memory: Memory, random_bytes: Callable[[int], bytes], _: Interface) -> Running:
        module = Module(
            area_key=partial(area_key, facts.area),
            levels=LEVELS_OF_AREA[len(facts.area)],
            holds=frozenset(NAMES.values()) - facts.lacks,
            algorithms=facts.algorithms,
            memory=memory,
            random_bytes=random_bytes,
        )
        return Running(partial(execute, module))

    contact = frozenset((Interface.CONTACT,))
    return Chip(ATR_HEAD + HISTORICAL + number, contact, cells, facts.t0_mode, start, lambda _: None)
