"""A card that is not ours gets only what cannot harm it; with --destructive the try budget still holds."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from cardsim.card import Card
from cardsim.psam import psam
from terminals.laboratory.bench import Bench
from terminals.laboratory.catalogue import CHECKS
from terminals.laboratory.check import Harm, Verdict
from terminals.laboratory.report import Finding, shown_atr
from terminals.laboratory.runner import find_subject, run_checks
from terminals.laboratory.subject import Subject
from terminals.readers.budget import HARMLESS
from terminals.readers.ours import DiscerningReader
from terminals.readers.simulated import SimulatedReader
from terminals.readers.wrapped import WrappedReader

ASKS_TRIES = bytes.fromhex("00200000")
VERIFY, EXTERNAL_AUTHENTICATE = (0x00, 0x20), (0x00, 0x82)


class RecordingReader(WrappedReader):
    """A reader that remembers what was sent."""

    def __init__(self, card: Any) -> None:
        super().__init__(SimulatedReader(card))
        self.sent: list[bytes] = []

    async def transmit(self, apdu: bytes) -> bytes:
        self.sent.append(apdu)
        return await super().transmit(apdu)

    def presented(self, kind: tuple[int, int]) -> list[bytes]:
        return [apdu for apdu in self.sent if (apdu[0], apdu[1]) == kind and len(apdu) > 5]


def somebodys(mutant: Any, card: Card) -> Any:
    """Return a card of another issuer: the MAC in its 卡的识别码 is none of ours."""

    def alter(command: bytes, answer: bytes) -> bytes:
        return answer[:-6] + bytes(4) + answer[-2:] if command[:4] == bytes.fromhex("00B2012C") else answer

    return mutant(card, alter)


async def examined(reader: Any, inner: RecordingReader, **options: Any) -> tuple[Subject, Sequence[Finding]]:
    bench = Bench(reader, SimulatedReader(psam("370100")))
    subject = await find_subject(bench, ours=False)
    subject = msgspec.structs.replace(subject, sam=True)
    inner.sent.clear()
    return subject, await run_checks(CHECKS, subject, bench, **options)


@pytest.mark.parametrize("generation", [1, 2, 3])
async def test_a_foreign_card_gets_only_harmless_checks_even_where_no_budget_stands_before_it(
    people: Any, generation: int
) -> None:
    reader = RecordingReader(people(generation).card(0))
    _, findings = await examined(reader, reader)
    kinds = {(apdu[0], apdu[1]) for apdu in reader.sent if apdu != ASKS_TRIES}
    assert kinds <= HARMLESS
    assert not reader.presented(VERIFY)
    run = {found.name for found in findings if found.expectations}
    assert run == {check.name for check in CHECKS if check.harm is Harm.NONE and check.name in run}
    assert len(run) > 20


async def test_no_harmless_check_meets_the_try_budget(people: Any, mutant: Any) -> None:
    told: list[bool] = []
    inner = RecordingReader(somebodys(mutant, people(2).card(0)))
    _, findings = await examined(DiscerningReader(inner, told.append), inner)
    assert told == [False]
    assert not any("budget" in found.reason for found in findings)
    assert not any(found.verdict is Verdict.FAIL for found in findings)


async def test_what_is_left_out_says_that_the_card_is_not_ours(people: Any) -> None:
    reader = RecordingReader(people(2).card(0))
    _, findings = await examined(reader, reader)
    left_out = {found.name: found.reason for found in findings if found.verdict is Verdict.NOT_RUN}
    assert {"pin.counts", "keys.each", "writing.access", "debit.counted", "status.class"} <= set(left_out)
    assert all("not ours" in reason or "only on a simulated card" in reason for reason in left_out.values())


async def test_destructive_checks_of_a_foreign_card_stay_within_the_try_budget(people: Any, mutant: Any) -> None:
    inner = RecordingReader(somebodys(mutant, people(2).card(0)))
    _, findings = await examined(DiscerningReader(inner, lambda _: None), inner, destructive=True)
    assert len(inner.presented(VERIFY)) <= 1
    assert not inner.presented(EXTERNAL_AUTHENTICATE)
    held_back = {found.name for found in findings if "try budget" in found.reason}
    assert {"keys.each", "keys.unknown", "status.class", "debit.counted"} <= held_back


async def test_a_foreign_card_counts_transactions_only_where_that_is_risked(people: Any, mutant: Any) -> None:
    inner = RecordingReader(somebodys(mutant, people(2).card(0)))
    reader = DiscerningReader(inner, lambda _: None, risk_transaction=True)
    _, findings = await examined(reader, inner, destructive=True)
    assert {"debit.counted"} <= {found.name for found in findings if found.verdict is Verdict.PASS}


async def test_the_pin_of_a_foreign_card_is_never_known(people: Any) -> None:
    reader = SimulatedReader(people(2).card(0))
    subject = await find_subject(Bench(reader), ours=False, pin=b"\x12\x34\x56")
    assert subject.pin is None


async def test_the_serial_number_in_the_atr_of_a_foreign_card_is_not_shown(people: Any) -> None:
    subject = await find_subject(Bench(SimulatedReader(people(2).card(0))), ours=False)
    assert shown_atr(subject) == "3B6D0000... (17 bytes)"


async def test_one_card_of_ours_that_cannot_be_copied_is_usable_after_its_checks(people: Any) -> None:
    card = people(2).card(0)
    reader = DiscerningReader(SimulatedReader(card), lambda _: None)
    bench = Bench(reader, SimulatedReader(psam("370100")))
    subject = await find_subject(bench, ours=True, pin=bytes.fromhex("730194"), sam=True)
    for _round in range(2):
        findings = await run_checks(CHECKS, subject, bench)
        assert not [found.name for found in findings if found.verdict is Verdict.FAIL]
    by_name = {found.name: found for found in findings}
    assert by_name["pin.changed"].verdict is Verdict.PASS
    assert "only this one card" in by_name["pin.locks"].reason
    assert "fresh copy" in by_name["tear.update"].reason


async def test_one_card_of_ours_goes_through_everything_if_it_may_be_ruined(people: Any) -> None:
    bench = Bench(SimulatedReader(people(2).card(0)), SimulatedReader(psam("370100")))
    subject = await find_subject(bench, ours=True, pin=bytes.fromhex("730194"), sam=True)
    findings = await run_checks(CHECKS, subject, bench, destructive=True)
    assert not [found.name for found in findings if found.verdict is Verdict.FAIL]
    not_run = {found.name for found in findings if found.verdict is Verdict.NOT_RUN}
    assert not_run == {"status.everything", "writing.cyclic"} | {
        check.name for check in CHECKS if check.group.key == "tear"
    }
