"""What a platform that is not ours had to say to our claims: its totals (3201), its rows (3202), and rows not ours.

Pure: facts in, HTML out. Amounts are in fen; a row is named by its msgid, never by a person.
"""

from collections.abc import Iterable
from typing import Final

from loadtests.evidence.proof import Amounts, Proof
from loadtests.page import figures
from loadtests.page.facts import Facts
from loadtests.page.markup import NOTHING, Markup, element, joined, table
from loadtests.page.words import Words

FOREIGN_SHOWN: Final = 20
"""Rows that are not ours; the result has them all."""
AMOUNTS: Final = Amounts.__struct_fields__


def statement(facts: Facts, say: Words) -> Markup:
    """Return the comparison with the platform; nothing where the run was at our own engine."""
    proof = facts.result.proof
    if proof is None:
        return NOTHING
    summary = say("statement.summary", equal=proof.equal, rows=proof.rows, platform=proof.platform)
    return joined((element("p", summary), _findings(proof, say), _totals(proof, say), _foreign(proof, say)))


def _findings(proof: Proof, say: Words) -> Markup:
    head = (say("statement.kind"), "msgid", "setl_id", say("statement.said"))
    rows = ((say.known("statement", one.kind), one.msgid, one.setl_id, one.said) for one in proof.findings)
    return table(head, rows, "dense") or element("p", say("statement.nothing"))


def _totals(proof: Proof, say: Words) -> Markup:
    head = ("fixmedins_code", "insutype", say("statement.count"), *_names(say), say("gate.agrees"))
    rows = (
        (one.fixmedins_code, one.insutype, one.count, *_values(one.amounts), figures.answer(one.equal, say))
        for one in proof.totals
    )
    return _headed(say("statement.totals"), table(head, rows, "dense"))


def _foreign(proof: Proof, say: Words) -> Markup:
    rows = ((one.msgid, *_values(one.amounts)) for one in proof.foreign[:FOREIGN_SHOWN])
    return _headed(say("statement.foreign", count=len(proof.foreign)), table(("msgid", *_names(say)), rows, "dense"))


def _headed(heading: str, content: Markup) -> Markup:
    return joined((element("h3", heading), content)) if content else NOTHING


def _names(say: Words) -> Iterable[str]:
    return (say(f"compared.{name}") for name in AMOUNTS)


def _values(amounts: Amounts) -> Iterable[int]:
    return (getattr(amounts, name) for name in AMOUNTS)
