"""How checks are driven: what ends one, in which order they run, and that no answer of a card can raise."""

from random import Random
from typing import Any

import pytest

from cardsim.psam import psam
from terminals.kernel.effects import Show, Slot, Transmit
from terminals.laboratory.bench import Bench
from terminals.laboratory.catalogue import CHECKS
from terminals.laboratory.check import Check, Group, Harm, Verdict
from terminals.laboratory.effects import Reset, Steps, Stop, equal, true
from terminals.laboratory.runner import find_subject, run_checks
from terminals.laboratory.subject import Subject
from terminals.readers.reader import CardRemovedError
from terminals.readers.simulated import SimulatedReader

GROUP = Group("a", "A", "甲")
STATUS_WORDS = ("9000", "9000", "9000", "6A82", "6982", "63C2", "6105", "6C05", "6700")


def a_check(run: Any, name: str = "a.check", harm: Harm = Harm.NONE, after: tuple[str, ...] = ()) -> Check:
    return Check(name, GROUP, "a check", "检查", "", run, harm, after=after)


@pytest.fixture
def bench(people: Any) -> Bench:
    return Bench(SimulatedReader(people(2).card(0)))


async def found_by(bench: Bench, *checks: Check) -> Any:
    subject = await find_subject(bench, ours=True)
    return await run_checks(checks, subject, bench)


async def test_the_first_expectation_that_is_not_met_ends_a_check(bench: Bench) -> None:
    def run(_: Subject) -> Steps[None]:
        yield true("first", holds=True)
        yield equal("second", "a", "b")
        raise AssertionError("it goes on")

    (found,) = await found_by(bench, a_check(run))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "second: expected a, found b")
    assert [one.met for one in found.expectations] == [True, True, False]


async def test_a_check_that_stops_has_no_verdict_and_says_why(bench: Bench) -> None:
    def run(_: Subject) -> Steps[None]:
        yield Stop("no tries left")
        raise AssertionError("it goes on")

    (found,) = await found_by(bench, a_check(run))
    assert (found.verdict, found.reason) == (Verdict.NOT_RUN, "no tries left")


async def test_what_harms_less_runs_first_and_is_reported_in_its_place(bench: Bench) -> None:
    order: list[str] = []

    def noting(name: str, harm: Harm) -> Check:
        def run(_: Subject) -> Steps[None]:
            order.append(name)
            yield true("anything", holds=True)

        return a_check(run, name, harm)

    found = await found_by(bench, noting("a.writes", Harm.WRITES), noting("a.reads", Harm.NONE))
    assert order == ["a.reads", "a.writes"]
    assert [one.name for one in found] == ["a.writes", "a.reads"]


async def test_each_check_begins_with_a_card_that_was_powered_on_anew(bench: Bench) -> None:
    def verifies(_: Subject) -> Steps[None]:
        answer: bytes = yield Transmit(bytes.fromhex("00B2010400"))
        yield equal("no file is selected", "6986", answer.hex().upper())
        yield Transmit(bytes.fromhex("00A40400 0F 7378312E73682EC9E7BBE1B1A3D5CF"))
        yield Transmit(bytes.fromhex("00A4020002EF05"))

    found = await found_by(bench, a_check(verifies, "a.one"), a_check(verifies, "a.two"))
    assert {one.verdict for one in found} == {Verdict.PASS}


async def test_the_trace_masks_data_and_tells_card_and_module_apart(bench: Bench) -> None:
    def run(_: Subject) -> Steps[None]:
        yield Transmit(bytes.fromhex("00A40400 0F 7378312E73682EC9E7BBE1B1A3D5CF"))
        yield Transmit(bytes.fromhex("0020000003730194"))
        yield Transmit(bytes.fromhex("BFDE2710020102"), Slot.SAM)
        yield Show("自定", "ours")
        yield Reset()

    (found,) = await found_by(bench, a_check(run))
    assert found.trace[2:] == (
        "card: 00200000 (4 bytes) -> 9000",
        "sam: BFDE2710 (3 bytes) -> no answer",
        "note: 自定 ours",
        "reset -> 17 bytes",
    )


async def test_a_card_that_was_taken_away_is_a_finding(people: Any) -> None:
    reader = SimulatedReader(people(2).card(0))
    bench = Bench(reader)

    def run(_: Subject) -> Steps[None]:
        reader.remove()
        answer: bytes = yield Transmit(bytes.fromhex("0084000008"))
        yield true("it answers", answer)

    found = await found_by(bench, a_check(run, "a.one"), a_check(run, "a.two"))
    assert [one.verdict for one in found] == [Verdict.FAIL, Verdict.FAIL]
    assert found[1].reason.startswith("the card answers to reset")


class Nonsense:
    """A reader whose card answers anything, the same for a seed."""

    def __init__(self, seed: int, head: bytes) -> None:
        self._random = Random(seed)
        self._head = head

    async def power_on(self) -> bytes:
        return self._head + self._random.randbytes(13)

    async def transmit(self, apdu: bytes) -> bytes:
        del apdu
        kind = self._random.randrange(10)
        if kind == 0:
            raise CardRemovedError("gone")
        if kind == 1:
            return self._random.randbytes(self._random.randrange(3))
        status = bytes.fromhex(self._random.choice(STATUS_WORDS))
        tag = self._random.choice((b"\x6f", b"\x77", b"\x80", b"\x70", b""))
        data = self._random.randbytes(self._random.choice((0, 1, 8, 16, 40)))
        return (tag + bytes((len(data),)) + data if tag else data) + status

    async def power_off(self) -> None:
        return


@pytest.mark.parametrize("head", ["3B6D0000", "3B8D8001"])
@pytest.mark.parametrize("seed", range(15))
async def test_whatever_a_card_and_a_module_answer_no_check_raises(seed: int, head: str) -> None:
    def nonsense(_: Any = ()) -> Any:
        return Nonsense(seed, bytes.fromhex(head))

    bench = Bench(nonsense(), nonsense(), nonsense)
    seen = await find_subject(bench, ours=True)
    for generation in (1, 3):
        subject = Subject(
            atr=seen.atr,
            generation=generation,
            algorithm="3des" if generation == 1 else "sm4",
            city=seen.city,
            debit=True,
            ours=True,
            pin=bytes(3),
            sam=True,
            copies=True,
        )
        for check in CHECKS:
            await run_checks([check._replace(after=())], subject, bench)


def damaged(mutant: Any, card: Any, random: Random) -> Any:
    """Return a card of which one answer in thirty is cut short, changed or of another status."""

    def alter(_: bytes, answer: bytes) -> bytes:
        if random.randrange(30):
            return answer
        body, status = bytearray(answer[:-2]), answer[-2:]
        if body and random.randrange(2):
            body[random.randrange(len(body))] ^= 1 << random.randrange(8)
        elif body:
            del body[random.randrange(len(body)) :]
        else:
            status = bytes.fromhex(random.choice(STATUS_WORDS))
        return bytes(body) + status

    return mutant(card, alter)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("generation", [2, 3])
async def test_whatever_is_damaged_in_the_answers_of_a_sound_card_no_check_raises(
    people: Any, mutant: Any, seed: int, generation: int
) -> None:
    random, population = Random(seed), people(generation)

    def copy(_: Any = ()) -> Any:
        return SimulatedReader(damaged(mutant, population.card(0), random))

    bench = Bench(copy(), SimulatedReader(damaged(mutant, psam("370100"), random)), copy)
    subject = Subject(
        atr=population.card(0).atr,
        generation=generation,
        algorithm="3des" if generation == 2 else "sm4",
        city="370100",
        debit=True,
        ours=True,
        pin=bytes.fromhex("730194"),
        sam=True,
        copies=True,
    )
    found = await run_checks([check._replace(after=()) for check in CHECKS], subject, bench)
    assert len(found) == len(CHECKS)
