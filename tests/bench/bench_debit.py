"""CPU of card and kernel for one visit's whole dialogue with the chip: social security, key, PIN, bank account.

SELECT, EF05 and EF06 as a C++ library in the field reads them (by short identifier, exact lengths), VERIFY, EXTERNAL
AUTHENTICATE under RKSSSE, then SELECT of the debit application, its options and one GENERATE AC. Every APDU goes
through the kernel's `command`, which follows 61xx and 6Cxx, and its loop. The chip is reset before each dialogue, and
the security module's answer to the challenge is computed in the measured time too. Generation 2 with Triple DES
is the figure with a goal; generation 3 with SM4, which wants its key before EF06, is printed beside it.

Usage: bench_debit.py   prints the figures, JSON on the last line
"""

import json
import statistics
import time

from cardsim.card import Card
from cardsim.diversify import ALGORITHMS, AlgorithmName
from cardsim.interface import Interface
from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from cardsim.social_security.key_plan import READ_SSSE
from cardsim.social_security.keys import CardKeys
from terminals.kernel.card_dialogue import SELECT_SSSE, SUCCESS, command
from terminals.kernel.drive import drive
from terminals.kernel.effects import Effect, Steps, Transmit

JINAN = "370100"
ROUNDS, DIALOGUES = 9, 200
GOAL_US = 400
ISSUER_DATA = ("0084000008", "00B2032C06", "00B2012C12", "00B2042C0E", "00B2052C06", "00B2062C06", "00B2072C0B")
HOLDER_DATA = ("00B2013414", "00B2023420", "00B2043403")
VERIFY = "0020000003123456"
DEBIT = "00A4040008A000000333010101"
OPTIONS = "80A800000B8309000000000123450156"
GENERATE_AC = "80AE80001D000000012345000000000000015600800460000156240701001E78EEBC"
ORIGINAL = bytes(range(8))


def dialogue(keys: CardKeys) -> Steps[None]:
    """Hold the whole conversation; every answer is 9000."""
    yield from succeed(SELECT_SSSE)
    yield from each(ISSUER_DATA)
    yield from authenticate(keys)
    yield from each((*HOLDER_DATA, VERIFY, DEBIT, OPTIONS, GENERATE_AC))


def authenticate(keys: CardKeys) -> Steps[None]:
    """Answer the card's challenge as a security module of its city does."""
    challenge = yield from succeed(bytes.fromhex("0084000008"))
    cipher = ALGORITHMS[keys.algorithm]
    session_key = cipher.session_key(keys.value(READ_SSSE), challenge)
    yield from succeed(bytes.fromhex("0082000A10") + cipher.authenticator(session_key, ORIGINAL) + ORIGINAL)


def each(commands: tuple[str, ...]) -> Steps[None]:
    """Send commands one after the other."""
    for apdu in commands:
        yield from succeed(bytes.fromhex(apdu))


def succeed(apdu: bytes) -> Steps[bytes]:
    """Send one command and return its data."""
    answer = yield from command(apdu)
    assert answer.status == SUCCESS, f"{apdu.hex()} -> {answer.status:04X}"
    return answer.data


def dialogue_us(generation: int, algorithm: AlgorithmName) -> float:
    """Return the CPU of one dialogue in microseconds: the median of some rounds."""
    profile = CardProfile(name="jinan", city=JINAN, generation=generation, weight=1)
    card = Population(1, 1000, (profile,)).card(0)
    keys = CardKeys(algorithm, JINAN, card.atr[-8:])
    run(card, keys)
    rounds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(DIALOGUES):
            run(card, keys)
        rounds.append((time.process_time() - start) / DIALOGUES * 1e6)
    return statistics.median(rounds)


def run(card: Card, keys: CardKeys) -> None:
    """Reset the chip and talk to it."""

    def perform(effect: Effect) -> bytes:
        assert isinstance(effect, Transmit)
        return card.transmit(effect.apdu)

    card.power_on(Interface.CONTACT)
    drive(dialogue(keys), perform)


def main() -> None:
    second, third = dialogue_us(2, "3des"), dialogue_us(3, "sm4")
    print(f"dialogue with EXTERNAL AUTHENTICATE and one GENERATE AC: generation 2 (3DES) {second:.0f} us")
    print(f"the same on generation 3 (SM4) {third:.0f} us")
    figure = "CPU of card and kernel: dialogue with EXTERNAL AUTHENTICATE and one GENERATE AC, generation 2"
    print(
        json.dumps([{"figure": figure, "value": round(second), "unit": "us", "goal": GOAL_US, "ok": second <= GOAL_US}])
    )


if __name__ == "__main__":
    main()
