"""CPU and memory of the simulated card, which a load run and a fleet pay before anything else happens.

Three figures. The dialogue is SELECT, EF05 and EF06 as a C++ library in the field reads them (challenge first, short
identifiers, exact lengths), then VERIFY, with a generation 2 card on the kernel's `command` and loop, from reset to
power-off; making the card is not in it. A card on demand is `Population.card` with everything on it, debit account
included. The memory is what 100,000 cards hold after one wrong PIN each and without power, their list included
(tracemalloc, so only what Python allocates).

Usage: bench_card.py   prints the figures, JSON on the last line
"""

import gc
import json
import statistics
import time
import tracemalloc

from cardsim.card import Card
from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from terminals.kernel.card_dialogue import SELECT_SSSE
from terminals.kernel.command import SUCCESS, command
from terminals.kernel.drive import drive
from terminals.kernel.effects import Effect, Steps, Transmit

ROUNDS, CARDS = 9, 300
DIALOGUE_GOAL_US, MAKING_GOAL_US, MEMORY_GOAL_BYTES = 150, 100, 1024
TOUCHED = 100_000
APDUS = [
    bytes.fromhex("0084000008"),
    SELECT_SSSE,
    *map(bytes.fromhex, ("00B2032C06", "00B2012C12", "00B2042C0E", "00B2052C06", "00B2062C06", "00B2072C0B")),
    *map(bytes.fromhex, ("00B2013414", "00B2023420", "00B2043403", "0020000003123456")),
]
VERIFY_WRONG = bytes.fromhex("0020000003000000")


def population(generation: int) -> Population:
    """Return people who all have cards of one generation."""
    profile = CardProfile(name="jinan", city="370100", generation=generation, weight=1)
    return Population(1, 1_000_000, (profile,))


def dialogue() -> Steps[None]:
    """Hold the conversation; every answer is 9000."""
    for apdu in APDUS:
        answer = yield from command(apdu)
        assert answer.status == SUCCESS, f"{apdu.hex()} -> {answer.status:04X}"


def talk(card: Card) -> None:
    """Run one conversation from reset to power-off."""

    def perform(effect: Effect) -> bytes:
        assert isinstance(effect, Transmit)
        return card.transmit(effect.apdu)

    card.power_on()
    drive(dialogue(), perform)
    card.power_off()


def dialogue_us() -> float:
    """Return the CPU of one conversation in microseconds: the median of some rounds, each with new cards."""
    people, rounds = population(2), []
    for turn in range(ROUNDS):
        cards = [people.card(turn * CARDS + at) for at in range(CARDS)]
        start = time.process_time()
        for card in cards:
            talk(card)
        rounds.append((time.process_time() - start) / CARDS * 1e6)
    return statistics.median(rounds)


def making_us(generation: int) -> float:
    """Return the CPU of one card on demand in microseconds: the median of some rounds."""
    people, rounds = population(generation), []
    for turn in range(ROUNDS):
        start = time.process_time()
        for at in range(CARDS):
            people.card(turn * CARDS + at)
        rounds.append((time.process_time() - start) / CARDS * 1e6)
    return statistics.median(rounds)


def touched_bytes() -> float:
    """Return the memory of one card after a wrong PIN, without power."""
    people = population(2)
    gc.collect()
    tracemalloc.start()
    cards = []
    for index in range(TOUCHED):
        card = people.card(index)
        card.power_on()
        card.transmit(SELECT_SSSE)
        assert card.transmit(VERIFY_WRONG).hex() == "63c5"
        card.power_off()
        cards.append(card)
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held / len(cards)


def main() -> None:
    dialogue_, making, third, touched = dialogue_us(), making_us(2), making_us(3), touched_bytes()
    print(f"dialogue of card and kernel, generation 2: {dialogue_:.0f} us")
    print(f"a card on demand: generation 2 {making:.0f} us, generation 3 {third:.0f} us")
    print(f"a card after one PIN try: {touched:.0f} bytes, of {TOUCHED}")
    figures = (
        (
            "CPU of card and kernel: dialogue SELECT, EF05, EF06, VERIFY, generation 2",
            dialogue_,
            "us",
            DIALOGUE_GOAL_US,
        ),
        ("CPU of a card of the population made on demand", max(making, third), "us", MAKING_GOAL_US),
        ("memory of a card after one PIN try", touched, "bytes", MEMORY_GOAL_BYTES),
    )
    print(
        json.dumps(
            [
                {"figure": figure, "value": round(value), "unit": unit, "goal": goal, "ok": value <= goal}
                for figure, value, unit, goal in figures
            ]
        )
    )


if __name__ == "__main__":
    main()
