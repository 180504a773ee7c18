"""The report as a value: what card, where, when, by which software; and a finding a check. How it prints is not known.

Nothing here holds a secret or an identity, so that a report can be filed.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from terminals.laboratory.check import HARM_WORDS, Check, Verdict
from terminals.laboratory.subject import Subject

FORMAT: Final = 1
"""Of the JSON form."""
NO_CONFORMITY: Final = (
    "This is no test of conformity: the names follow the parts of LD/T 32, LD/T 33 and LD/T 6001 where they "
    "correspond, from public descriptions; SM4 authentication, the MAC of PIN commands and some key "
    "identifiers are ours."
)
NO_CONFORMITY_ZH: Final = (
    "本报告不是符合性检测：检查项名称仅在对应处参照 LD/T 32、LD/T 33、LD/T 6001 的公开描述；"
    "SM4 认证、密码命令的 MAC 与部分密钥标识为本软件自定。"
)


class Expectation(Struct, frozen=True):
    """One comparison of a check."""

    what: str
    expected: str
    found: str
    met: bool


class Finding(Struct, frozen=True):
    """What came of one check, and why; the trace is masked."""

    name: str
    group: str
    en: str
    zh: str
    basis: str
    harm: str
    verdict: Verdict
    reason: str
    expectations: tuple[Expectation, ...]
    trace: tuple[str, ...]
    exchanges: int


class Head(Struct, frozen=True):
    """What was under test, where, when and by what."""

    card: str
    generation: int
    algorithm: str
    atr: str
    interface: str
    ours: bool
    destructive: bool
    reader: str
    sam: str
    date: str
    software: str
    commit: str


class GroupRow(Struct, frozen=True):
    """How many checks of a group came to which verdict."""

    key: str
    en: str
    zh: str
    counts: dict[Verdict, int]


class Report(Struct, frozen=True):
    """All of it. `passed`: something was checked, and nothing failed."""

    head: Head
    groups: tuple[GroupRow, ...]
    findings: tuple[Finding, ...]
    passed: bool
    summary: str
    note: str = NO_CONFORMITY
    note_zh: str = NO_CONFORMITY_ZH
    format: int = FORMAT


def finding(
    check: Check,
    verdict: Verdict,
    reason: str,
    expectations: tuple[Expectation, ...] = (),
    trace: tuple[str, ...] = (),
    exchanges: int = 0,
) -> Finding:
    """Return what came of a check."""
    harm, group = HARM_WORDS[check.harm], check.group.key
    return Finding(
        check.name, group, check.en, check.zh, check.basis, harm, verdict, reason, expectations, trace, exchanges
    )


def shown_atr(subject: Subject) -> str:
    """Return the ATR; of a card that is not ours only its head, since it holds a serial number."""
    text = subject.atr.hex().upper()
    return text if subject.ours else f"{text[:8]}... ({len(subject.atr)} bytes)"


def head_rows(head: Head) -> Sequence[tuple[str, str]]:
    """Return the head as rows of a table."""
    whose = (
        "ours" if head.ours else "not ours: " + ("checks that can harm it were allowed" if head.destructive else HELD)
    )
    return (
        ("card", head.card),
        ("generation", f"{head.generation or 'unknown'}, {head.algorithm}"),
        ("ATR", head.atr),
        ("interface", head.interface),
        ("reader", head.reader),
        ("security module", head.sam),
        ("whose", whose),
        ("date", head.date),
        ("software", f"{head.software}, {head.commit or 'no commit'}"),
    )


HELD: Final = "only checks that cannot harm it"


def compose(head: Head, checks: Sequence[Check], findings: Sequence[Finding]) -> Report:
    """Put the report together, with a row for each group."""
    counts: dict[str, Counter[Verdict]] = {}
    for found in findings:
        counts.setdefault(found.group, Counter())[found.verdict] += 1
    groups = dict.fromkeys(check.group for check in checks)
    rows = tuple(
        GroupRow(group.key, group.en, group.zh, {verdict: counts[group.key][verdict] for verdict in Verdict})
        for group in groups
    )
    total = {verdict: sum(row.counts[verdict] for row in rows) for verdict in Verdict}
    words = ", ".join(f"{count} {verdict}" for verdict, count in total.items())
    return Report(
        head, rows, tuple(findings), passed=bool(total[Verdict.PASS] and not total[Verdict.FAIL]), summary=words
    )


def as_json(report: Report) -> str:
    """Return the report as JSON."""
    return msgspec.json.format(msgspec.json.encode(report)).decode() + "\n"
