"""On what the answer rests: the three witnesses side by side, what the run does not show, and how to do it again.

Pure: facts in, HTML out. Every comparison of the gate is printed; the laws of the books are counted, broken ones named.
"""

import shlex
from collections.abc import Iterator
from typing import Final, NamedTuple

from loadtests.evidence.gate import INVARIANT, Gate, Row
from loadtests.evidence.provenance import Build, Source
from loadtests.evidence.result import Result
from loadtests.page.facts import Facts
from loadtests.page.limits import Limit, limits
from loadtests.page.markup import Figure, Markup, described, element, items, joined, table
from loadtests.page.words import Words

DASH: Final = "–"
NAME: Final = "--name"
"""The option that a command cannot be given twice with: a run's name is taken for good."""


class Origin(NamedTuple):
    """Where the page comes from: the command that makes it, its result's file, every file's name and SHA-256."""

    command: str
    result: str
    files: tuple[tuple[str, str], ...]


def agreement(gate: Gate | None, say: Words) -> str:
    """Return in a sentence whether the witnesses agree, and what follows where they do not."""
    if gate is None:
        return say("gate.none")
    differing = sum(not row.ok for row in gate.rows)
    return say("gate.broken", count=differing) if differing else say("gate.holds", count=len(gate.rows))


def differing(gate: Gate, say: Words) -> Iterator[str]:
    """Yield each comparison that differs, with what each witness says."""
    for row in gate.rows:
        if not row.ok:
            witnesses = (("client", row.client), ("engine", row.engine), ("ledger", row.ledger))
            said = [f"{say(f'gate.{who}')} {what}" for who, what in witnesses if what is not None]
            yield say("punctuation.named", name=_named(row.name, say), said=say.listed(said))


def gate(facts: Facts, say: Words) -> Markup:
    """Return what client, engine and ledger say of each count and sum."""
    found = facts.result.gate
    summary = element("p", agreement(found, say))
    if found is None:
        return summary
    head = [say(f"gate.{key}") for key in ("what", "client", "engine", "ledger", "agrees")]
    rows = (_compared(row, say) for row in found.rows if not _is_law(row))
    return joined(
        (summary, table(head, rows, "dense"), element("p", say("gate.witness"), class_="note"), _laws(found, say))
    )


def _is_law(row: Row) -> bool:
    return row.name.startswith(INVARIANT)


def _compared(row: Row, say: Words) -> tuple[object, ...]:
    said = (Figure(DASH if value is None else value) for value in (row.client, row.engine, row.ledger))
    agrees = element("span", f"✓ {say('gate.agrees')}", class_="good")
    differs = element("span", f"✗ {say('gate.differs')}", class_="bad")
    return _named(row.name, say), *said, agrees if row.ok else differs


def _named(name: str, say: Words) -> str:
    """Return a comparison's name as the gate has it, a transaction's with what it is called."""
    code, _, rest = name.partition(" ")
    if not say.knows("message", code):
        return say.known("compared", name)
    return f"{code} {say.known('message', code)} · {say.known('compared', rest)}"


def _laws(found: Gate, say: Words) -> Markup:
    laws = [row for row in found.rows if _is_law(row)]
    if not laws:
        return joined(())
    summary = element("p", say("gate.laws", holding=sum(row.ok for row in laws), count=len(laws)))
    return joined((summary, items(row.name.removeprefix(INVARIANT) for row in laws if not row.ok)))


def limitations(facts: Facts, say: Words) -> Markup:
    """Return what the run does not show, in its three kinds."""
    return joined(part for kind, found in limits(facts).items() for part in _kind(kind, found, say))


def _kind(kind: str, found: tuple[Limit, ...], say: Words) -> Iterator[Markup]:
    yield element("h3", say(f"limits.{kind}"))
    sentences = (
        element("span", limit.said(say), lang="en" if limit.quoted and say.language != "en" else "") for limit in found
    )
    yield items(sentences) or element("p", say("limits.nothing"))


def reproduction(facts: Facts, origin: Origin, say: Words) -> Markup:
    """Return the commands of the run and of this page, and what another run of it has in common with this one."""
    rows = (
        (say("reproduce.command"), again(facts.result.command)),
        (say("reproduce.verify"), f"shuaka verify {origin.result}"),
        (say("reproduce.page"), origin.command),
    )
    commands = described((name, element("code", command)) for name, command in rows if command)
    first = facts.result.profile.block.first
    key = "reproduce.again_elsewhere" if facts.result.proof is not None else facts.worded("reproduce.again")
    return joined((commands, element("p", say(key, first=first), class_="note")))


def again(command: str) -> str:
    """Return the command of another run like it: without the name that this one has taken.

    >>> again("shuaka load smoke --name mid --seed 2")
    'shuaka load smoke --seed 2'
    """
    words = shlex.split(command)
    named = [word == NAME for word in words]
    kept = (
        word
        for word, follows in zip(words, [False, *named], strict=False)
        if not (follows or word == NAME or word.startswith(f"{NAME}="))
    )
    return shlex.join(kept)


def provenance(facts: Facts, origin: Origin, say: Words) -> Markup:
    """Return which code of harness and engine ran, on what, and which files this page was made from."""
    return described(_provenance(facts.result, origin, say))


def _provenance(result: Result, origin: Origin, say: Words) -> Iterator[tuple[str, object]]:
    yield say("provenance.run"), result.profile.run
    yield say("provenance.started"), result.windows.started_at
    build = result.engine.build if result.engine else Build()
    yield from _code("", result.source, say)
    yield say("provenance.lock"), element("code", result.source.lock_sha256 or say("page.unknown"))
    yield say("provenance.engine_version"), element("code", build.version or say("page.unknown"))
    yield from _code("engine_", build, say)
    yield say("provenance.ledger"), element("code", result.ledger_sha256 or say("page.unknown"))
    yield say("provenance.fingerprint"), element("code", result.machine.fingerprint)
    for name, digest in origin.files:
        yield say("provenance.result", name=name), element("code", digest)


def _code(of: str, code: Source | Build, say: Words) -> Iterator[tuple[str, object]]:
    dirty = say("page.yes" if code.dirty else "page.no")
    yield say(f"provenance.{of}commit"), element("code", code.commit) if code.commit else say("page.unknown")
    yield say(f"provenance.{of}dirty"), dirty if code.commit else say("page.unknown")
