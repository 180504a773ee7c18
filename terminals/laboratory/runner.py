"""The runner: decides which checks run, drives each one's flow over a bench, and keeps what was seen.

Every check begins with a card that was just powered on, a fresh copy where there are copies; where there is only one
card, what locks it comes last. What is kept is masked: headers, lengths and status words, no data of a card.
"""

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from cardsim.faults import Fault, Tear
from terminals.kernel.effects import Show, Slot, Transmit
from terminals.laboratory.bench import Bench
from terminals.laboratory.check import Check, Verdict, why_not_applicable, why_not_run
from terminals.laboratory.effects import Expect, Reset, Specimen, Steps, Stop, true
from terminals.laboratory.report import Expectation, Finding, finding
from terminals.laboratory.subject import Subject, identify
from terminals.readers.budget import TryBudgetError
from terminals.readers.stand_in import StandInWatch
from terminals.readers.trace import masked_answer, masked_command

EFFECTS_MAX: Final = 20_000
"""Of one check; a flow that wants more does not end."""
LINES_MAX: Final = 60
"""Of one check's trace: the first half of them and the last half."""

_T = TypeVar("_T")


class Evidence:
    """What one check expected and what passed between it and the chips."""

    def __init__(self) -> None:
        self.expectations: list[Expectation] = []
        self.lines: list[str] = []
        self.exchanges = 0
        self._stand_in = StandInWatch()

    def exchanged(self, effect: Transmit | Reset | Specimen, answer: bytes) -> None:
        """Take down one exchange, masked."""
        match effect:
            case Transmit(apdu=apdu, slot=slot):
                self.exchanges += 1
                if slot is not Slot.SAM:
                    self._note_stand_in(apdu, answer)
                answered = masked_answer(answer) if answer else "no answer"
                self.lines.append(f"{'sam' if slot is Slot.SAM else 'card'}: {masked_command(apdu)} -> {answered}")
            case Reset():
                self._stand_in.powered()
                self.lines.append(f"reset -> {len(answer)} bytes" if answer else "reset -> no answer")
            case Specimen(faults=faults):
                self.lines.append("fresh copy" + "".join(f", {_described(fault)}" for fault in faults))

    def _note_stand_in(self, apdu: bytes, answer: bytes) -> None:
        if note := self._stand_in.note(apdu):
            self.lines.append(f"note: {note}")
        self._stand_in.heard(answer)

    def trace(self) -> tuple[str, ...]:
        """Return the lines, without their middle if they are many."""
        half = LINES_MAX // 2
        if len(self.lines) <= LINES_MAX:
            return tuple(self.lines)
        return (*self.lines[:half], f"... {len(self.lines) - LINES_MAX} lines ...", *self.lines[-half:])


def _described(fault: Fault) -> str:
    if isinstance(fault, Tear):
        return f"power fails at command {fault.apdu}, {fault.moment} write {fault.write}"
    return f"{type(fault).__name__} at command {fault.apdu}"


async def find_subject(
    bench: Bench, *, ours: bool, pin: bytes | None = None, sam: bool = False, copies: bool = False
) -> Subject:
    """Find out which card lies on the bench."""
    _, subject = await _drive(identify(ours=ours, pin=pin, sam=sam, copies=copies), bench, Evidence())
    assert subject is not None, "finding out expects nothing"
    return subject


async def run_checks(
    checks: Sequence[Check], subject: Subject, bench: Bench, *, destructive: bool = False
) -> Sequence[Finding]:
    """Run what applies to the card and may be run, what harms it least first; return a finding for each check."""
    findings: dict[str, Finding] = {}
    passed: set[str] = set()
    for check in sorted(checks, key=lambda check: check.harm):
        if reason := why_not_applicable(check, subject):
            found = finding(check, Verdict.NOT_APPLICABLE, reason)
        elif reason := why_not_run(check, subject, passed, destructive=destructive):
            found = finding(check, Verdict.NOT_RUN, reason)
        else:
            found = await _run(check, subject, bench)
        if found.verdict == Verdict.PASS:
            passed.add(check.name)
        findings[check.name] = found
    return [findings[check.name] for check in checks]


async def _run(check: Check, subject: Subject, bench: Bench) -> Finding:
    evidence = Evidence()
    try:
        if subject.copies:
            await bench.perform(Specimen())
        ending, _ = await _drive(_begun(check, subject), bench, evidence)
    except TryBudgetError as refusal:
        ending = Stop(f"the try budget: {refusal}")
    if isinstance(ending, Expect):
        verdict, reason = Verdict.FAIL, f"{ending.what}: expected {ending.expected}, found {ending.found}"
    elif ending is not None:
        verdict, reason = Verdict.NOT_RUN, ending.reason
    else:
        verdict, reason = Verdict.PASS, ""
    expectations = tuple(evidence.expectations)
    return finding(check, verdict, reason, expectations, evidence.trace(), evidence.exchanges)


def _begun(check: Check, subject: Subject) -> Steps[None]:
    atr: bytes = yield Reset()
    yield true("the card answers to reset", atr)
    yield from check.run(subject)


async def _drive(steps: Steps[_T], bench: Bench, evidence: Evidence) -> tuple[Expect | Stop | None, _T | None]:
    """Run steps to their end, or to the expectation that is not met, or to where they stop."""
    answer: Any = None
    for _ in range(EFFECTS_MAX):
        try:
            effect = steps.send(answer)
        except StopIteration as end:
            return None, end.value
        match effect:
            case Expect(what=what, expected=expected, found=found, met=met):
                evidence.expectations.append(Expectation(what, expected, found, met))
                if not met:
                    steps.close()
                    return effect, None
                answer = None
            case Show(zh=zh, en=en):
                evidence.lines.append(f"note: {zh} {en}")
                answer = None
            case Stop():
                steps.close()
                return effect, None
            case Transmit() | Reset() | Specimen():
                answer = await bench.perform(effect)
                evidence.exchanged(effect, answer)
            case _:
                raise AssertionError(f"no check asks for {effect}")
    raise AssertionError("a check does not end")
