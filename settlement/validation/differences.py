"""What a scenario expected and what came of it, field by field."""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from msgspec import Struct

from cardsim.issuing.population import Population
from settlement.engine.case import World
from settlement.engine.rules.money import yuan
from settlement.golden import Difference
from settlement.validation.forms import resolved
from settlement.validation.play import Answer, Play, first_named
from settlement.validation.scenario_file import Scenario, StepRow, nearest
from settlement.wire.codes import REFUSALS

NOTHING: Final = "nothing"
OUTCOME: Final = frozenset({"infcode", "refusal", "err_msg"})


class StepVerdict(Struct, frozen=True):
    """A step and every field in which it differs."""

    step: str
    differs: tuple[Difference, ...]


def judge_scenario(scenario: Scenario, people: Population, world: World, file: str) -> tuple[StepVerdict, ...]:
    """Play a scenario and compare; raise ProfileError where it cannot be played as it is written."""
    play = Play(scenario, people, world, file)
    verdicts = []
    for number, step in enumerate(scenario.steps, start=1):
        title = f"step {number} {step.name or step.infno or step.service or step.admin or step.repeat}"
        answer = play.perform(step, f"step[{number - 1}]")
        verdicts.append(StepVerdict(title, tuple(_differences(step, answer, play))))
    laws = tuple(Difference("books", "every law is kept", law) for law in play.broken_laws())
    return (*verdicts, StepVerdict("books", laws))


def _differences(step: StepRow, answer: Answer, play: Play) -> Iterator[Difference]:
    expect = resolved(step.expect, play.looked_up)
    ended = tuple(_outcome(expect, answer))
    yield from ended
    for path, expected in expect.items():
        if path not in OUTCOME and not ended:
            yield from _field(path, expected, answer.output)
    for name, balance in step.balances.items():
        now = play.person(name).balance_fen
        if now != balance:
            yield Difference(f"balances.{name}", yuan(balance), yuan(now))
    for path, expected in step.state.items():
        name, _, field = path.partition(".")
        held = getattr(play.person(name), field, None)
        if held != expected:
            known = nearest(field, list(play.person(name).__struct_fields__))
            yield Difference(f"state.{path}", str(expected), f"no such field{known}" if held is None else str(held))
    if step.postings is not None:
        yield from _postings(step, answer, play)


def _outcome(expect: Mapping[str, Any], answer: Answer) -> Iterator[Difference]:
    """Compare how a step ended; where nothing is said of it, it must be carried out."""
    refusal = str(expect.get("refusal", ""))
    code = next((one.code for one in REFUSALS.values() if one.name == refusal), refusal)
    said = f"{answer.refusal} {answer.err_msg}".strip() or "carried out"
    if "refusal" in expect or not OUTCOME & expect.keys():
        if answer.refusal != code:
            yield Difference("refusal", refusal or "carried out", said)
    elif "infcode" in expect and answer.infcode != expect["infcode"]:
        yield Difference("infcode", str(expect["infcode"]), f"{answer.infcode} {said}")
    if "err_msg" in expect and str(expect["err_msg"]) not in answer.err_msg:
        yield Difference("err_msg", str(expect["err_msg"]), answer.err_msg or NOTHING)


def _field(path: str, expected: Any, output: Any) -> Iterator[Difference]:
    got = _at(path, output)
    if got is None:
        names = list(_names(output))
        yield Difference(path, str(expected), f"no such field{nearest(path.rpartition('.')[2], names)}")
    elif not _same(expected, got):
        yield Difference(path, str(expected), str(got))


def _at(path: str, output: Any) -> Any:
    """Return what stands at a path such as acct_pay, setlinfo.acct_pay or detlcutinfo.0.chrgitm_lv."""
    first, *rest = path.split(".")
    found = output.get(first) if rest and isinstance(output, Mapping) else first_named(output, first)
    for name in rest:
        if isinstance(found, list):
            found = found[int(name)] if name.isdecimal() and int(name) < len(found) else None
        else:
            found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _names(output: Any) -> Iterator[str]:
    if isinstance(output, Mapping):
        for name, inner in output.items():
            yield name
            yield from _names(inner)
    elif isinstance(output, list) and output:
        yield from _names(output[0])


def _same(expected: Any, got: Any) -> bool:
    """Whether two values are alike; "25.00" and 25.0 are."""
    if str(expected) == str(got):
        return True
    try:
        return Decimal(str(expected)) == Decimal(str(got))
    except InvalidOperation:
        return False


def _postings(step: StepRow, answer: Answer, play: Play) -> Iterator[Difference]:
    expected = Counter(
        f"{resolved(row.books, play.looked_up)}: {resolved(row.debit, play.looked_up)} to "
        f"{resolved(row.credit, play.looked_up)} {yuan(row.amount)}"
        for row in step.postings or ()
    )
    booked = Counter(f"{row.books}: {row.debit} to {row.credit} {yuan(row.amount_fen)}" for row in answer.transfers)
    for missing in (expected - booked).elements():
        yield Difference("postings", missing, NOTHING)
    for unexpected in (booked - expected).elements():
        yield Difference("postings", NOTHING, unexpected)
