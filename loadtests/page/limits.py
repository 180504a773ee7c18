"""What a run does not show, found out from its result: not tested, assumed, not proved.

Pure: facts in, sentences out (a key of words.toml and what fills it in). Each rule is a generator of its sentences, so
that a limit which does not hold says nothing. Must not: soften; whatever cannot be excluded is a limit.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from loadtests.evidence.result import Result
from loadtests.openload.verdict import Answer, Slo
from loadtests.page.facts import Facts
from loadtests.page.figures import percentiles
from loadtests.page.words import Words
from loadtests.workload.scenario import DEFAULTS
from loadtests.workload.shares import FIELDS, MISSING
from settlement.wire.codes import KINDS
from terminals.kernel.site import AT_ONCE

LOOPBACK: Final = "loopback"
SHORT_S: Final = 3600.0
"""Below an hour a run says nothing of what comes with time."""


class Limit(Struct, frozen=True):
    """One sentence, not yet in a language; `lists` are words to be enumerated in it, as (section, names)."""

    key: str
    filled: Mapping[str, object] = {}
    lists: dict[str, tuple[str, tuple[str, ...]]] = {}

    @property
    def quoted(self) -> bool:
        """Whether it is the scenario's or the result's own sentence, which nobody translated."""
        return self.key.endswith(".value")

    def said(self, say: Words) -> str:
        """Return the sentence."""
        listed = {
            name: say.listed([say.known(section, word) for word in names])
            for name, (section, names) in self.lists.items()
        }
        return say(self.key, **self.filled, **listed)


Rule = Callable[[Facts], Iterator[Limit]]


def _not_tested(facts: Facts) -> Iterator[Limit]:
    result, profile = facts.result, facts.result.profile
    if result.proof is not None:
        yield Limit("not_tested.platform")
    elif LOOPBACK in result.machine.sharing:
        yield Limit("not_tested.sharing")
        yield Limit("not_tested.tls" if profile.security == "mac and pin block" else "not_tested.mac")
    if profile.model == "closed":
        yield Limit("not_tested.closed")
    if profile.fidelity == "replay":
        yield Limit("not_tested.replay")
    if result.windows.lasted_s < SHORT_S:
        yield Limit("not_tested.short", {"lasted": f"{result.windows.lasted_s:.0f}"})
    if profile.pace == AT_ONCE:
        yield Limit("not_tested.unhurried")
    if not profile.faults:
        yield Limit("not_tested.faults")
    yield from _missing(result)
    told = (said for said in profile.not_tested if said.partition(":")[0] not in MISSING)
    yield from (Limit("not_tested.value", {"said": said}) for said in told)


def _missing(result: Result) -> Iterator[Limit]:
    """Yield who never came and which transactions were never sent."""
    yield Limit("not_tested.missing", lists={"flows": ("missing", tuple(MISSING))})
    stories = tuple(name for name in FIELDS if getattr(result.profile.mix, name) == 0)
    if stories:
        yield Limit("not_tested.stories", lists={"stories": ("mix", stories)})
    unsent = tuple(sorted(KINDS.keys() - result.report.messages.keys()))
    if unsent:
        yield Limit("not_tested.messages", lists={"messages": ("message", unsent)})


def _assumed(facts: Facts) -> Iterator[Limit]:
    """Yield what the scenario says of itself; one that says nothing has our mix and, unless changed, our promises."""
    profile = facts.result.profile
    yield from map(_assumption, profile.assumed)
    if not profile.assumed:
        yield Limit("assumed.mix")
        if profile.slo == Slo():
            yield Limit("assumed.slo")
    yield Limit("assumed.people")


def _assumption(said: str) -> Limit:
    """Return the scenario's sentence, or ours where the scenario says that the figures are ours."""
    kind, _, values = said.removesuffix(f": {DEFAULTS}").partition(" ")
    if said.endswith(DEFAULTS) and kind in {"mix", "think", "slo"}:
        return Limit(f"assumed.default_{kind}", {"values": values})
    return Limit("assumed.value", {"said": said})


def _not_proved(facts: Facts) -> Iterator[Limit]:
    result, profile = facts.result, facts.result.profile
    yield from _unbelieved(result)
    yield from _unstated(facts)
    yield from _cut_short(result)
    if not facts.figures.spread:
        yield Limit("not_proved.one_run")
    if result.claims.unknown:
        yield Limit("not_proved.unknown", {"count": result.claims.unknown})
    if result.engine is None:
        yield Limit("not_proved.engine")
    elif result.engine.store == "memory":
        yield Limit("not_proved.memory")
    if profile.journal == "buffered":
        yield Limit("not_proved.journal")
    yield from _code(result)
    told = dict.fromkeys((*result.not_proved, *(result.proof.not_proved if result.proof else ())))
    yield from (Limit("not_proved.value", {"said": said}) for said in told)


def _code(result: Result) -> Iterator[Limit]:
    """Yield what is not known of the code that ran; an engine that was not watched said nothing at all."""
    if not result.source.commit:
        yield Limit("not_proved.no_code")
    elif result.source.dirty:
        yield Limit("not_proved.code")
    build = result.engine.build if result.engine else None
    if build and not build.commit:
        yield Limit("not_proved.no_engine_code")
    elif build and build.dirty:
        yield Limit("not_proved.engine_code")


def _cut_short(result: Result) -> Iterator[Limit]:
    seconds = {"lasted": f"{result.windows.lasted_s:.0f}", "planned": f"{result.windows.planned_s:.0f}"}
    if result.report.aborted:
        yield Limit("not_proved.aborted", {**seconds, "why": result.report.aborted.rstrip(".")})
    elif result.interrupted:
        yield Limit("not_proved.interrupted", seconds)


def _unbelieved(result: Result) -> Iterator[Limit]:
    if result.gate is None:
        yield Limit("not_proved.gate")
    elif not result.gate.ok:
        yield Limit("not_proved.gate_broken")
    if result.verdict is not None and result.verdict.answer is Answer.GENERATOR_BOUND:
        yield Limit("not_proved.bound")


def _unstated(facts: Facts) -> Iterator[Limit]:
    figures = [name for name, value in percentiles(facts.served).items() if value is None]
    if figures:
        yield Limit("not_proved.percentiles", {"figures": ", ".join(figures), "n": facts.served.count})


RULES: Final[dict[str, Rule]] = {"not_tested": _not_tested, "assumed": _assumed, "not_proved": _not_proved}
"""The three kinds, in the order of the page; keys of words.toml's section `limits`."""


def limits(facts: Facts) -> dict[str, tuple[Limit, ...]]:
    """Return what a run does not show, by kind."""
    return {kind: tuple(rule(facts)) for kind, rule in RULES.items()}
