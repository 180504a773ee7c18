"""APDUs a second through Debian's pcscd and vpcd to our card, against a card that answers a constant, in one run.

Both lie in slots of one virtual reader, each in a process of its own behind cardsim.vpcd; the client is pyscard in this
process, and asks both for the same records of a generation 2 card, which the constant one answers with as many bytes.
So the ratio is what our card's own work leaves of the transport. Alternated rounds, medians.

Usage: bench_pcsc.py                    prints the figures, JSON on the last line; as root, where pyscard is built
       bench_pcsc.py card PORT ours|constant   is one of the cards
"""

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cardsim import vpcd
from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from tests.pcscd import LabSlot, Pcscd

ROUNDS = 12
APDUS = 1_500
GOAL = 0.8
LIMIT_S = 20
SELECT = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
READ = [bytes.fromhex(apdu) for apdu in ("00B2032C06", "00B2012C12", "00B2072C0B", "00B2013414", "00B2023420")]


class Constant:
    """A card that knows one answer."""

    atr, late_s = bytes.fromhex("3B6D000000814380318660240601000001"), 0.0

    def power_on(self) -> bytes:
        return self.atr

    def power_off(self) -> None: ...

    def transmit(self, _command: bytes) -> bytes:
        return bytes(18) + b"\x90\x00"


def card(port: int, kind: str) -> None:
    """Be a card until the reader goes away."""
    people = Population(1, 1, (CardProfile(name="x", city="370100", generation=2, weight=1),))
    vpcd.present({port: people.card(0) if kind == "ours" else Constant()}, "127.0.0.1", lambda: None)


def rate(exchange: Callable[[bytes], bytes]) -> float:
    """Return APDUs a second over one round."""
    assert exchange(SELECT)[-2] in (0x61, 0x90)
    began = time.perf_counter()
    for number in range(APDUS):
        assert exchange(READ[number % len(READ)])[-2:] == b"\x90\x00"
    return APDUS / (time.perf_counter() - began)


def measured(daemon: Pcscd) -> list[tuple[float, float]]:
    """Return (ours, constant) of each round, in alternating order."""
    kinds = {"ours": LabSlot(0, daemon.port), "constant": LabSlot(1, daemon.port + 1)}
    command = [sys.executable, __file__, "card"]
    cards = [subprocess.Popen([*command, str(slot.port), kind]) for kind, slot in kinds.items()]
    exchanges = {kind: slot.connect() for kind, slot in kinds.items()}
    rounds = []
    for turn in range(ROUNDS):
        order = sorted(exchanges, reverse=bool(turn % 2))
        rates = {kind: rate(exchanges[kind]) for kind in order}
        print(f"round {turn + 1}: ours {rates['ours']:.0f}/s, constant {rates['constant']:.0f}/s")
        rounds.append((rates["ours"], rates["constant"]))
    daemon.end()
    for one in cards:
        one.wait(LIMIT_S)
    return rounds


def main() -> None:
    if os.geteuid() != 0 or importlib.util.find_spec("smartcard") is None:
        sys.exit("bench_pcsc needs root and pyscard: sudo ./dev services, then sudo ./dev bench pcsc")
    with tempfile.TemporaryDirectory(prefix="bench-pcsc-") as name:
        daemon = Pcscd(Path(name))
        daemon.start()
        os.environ["PCSCLITE_CSOCK_NAME"] = str(daemon.socket)
        rounds = measured(daemon)
    ours, constant = (statistics.median(side) for side in zip(*rounds, strict=True))
    ratio = statistics.median(mine / theirs for mine, theirs in rounds)
    print(f"medians: ours {ours:.0f}/s, constant {constant:.0f}/s")
    figure = "APDUs/s through pcscd and vpcd to our card : to a card that answers a constant"
    print(json.dumps([{"figure": figure, "value": round(ratio, 2), "unit": "x", "goal": GOAL, "ok": ratio >= GOAL}]))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["card", port, kind]:
            card(int(port), kind)
        case _:
            main()
