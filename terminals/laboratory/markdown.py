"""The report as Markdown: for a terminal, a ticket, a pull request."""

from collections.abc import Iterator

from terminals.laboratory.check import Verdict
from terminals.laboratory.report import Finding, Report, head_rows

MARKS = {Verdict.PASS: "✓", Verdict.FAIL: "✗", Verdict.NOT_APPLICABLE: "–", Verdict.NOT_RUN: "·"}


def markdown(report: Report) -> str:
    """Return the report."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"# Laboratory report / 实验室检测报告: {report.summary}"
    yield from ("", f"> {report.note}", ">", f"> {report.note_zh}", "", "| | |", "|---|---|")
    yield from (f"| {name} | {_cell(value)} |" for name, value in head_rows(report.head))
    yield from ("", "| group | 检查组 | " + " | ".join(Verdict) + " |", "|---|---|" + "---:|" * len(Verdict))
    for row in report.groups:
        yield f"| {row.en} | {row.zh} | " + " | ".join(str(row.counts[verdict]) for verdict in Verdict) + " |"
    for row in report.groups:
        yield from (
            "",
            f"## {row.en} / {row.zh}",
            "",
            "| | check | | corresponds to | does to a card | evidence |",
            "|---" * 6 + "|",
        )
        for found in report.findings:
            if found.group == row.key:
                cells = (
                    MARKS[found.verdict],
                    f"`{found.name}`",
                    _title(found),
                    _cell(found.basis),
                    found.harm,
                    _told(found),
                )
                yield f"| {' | '.join(cells)} |"
    yield from _failures(report)
    yield from _left_out(report)


def _title(found: Finding) -> str:
    return f"{_cell(found.en)}<br>{_cell(found.zh)}"


def _told(found: Finding) -> str:
    if found.verdict is Verdict.PASS:
        return f"expectations met: {len(found.expectations)}; commands: {found.exchanges}"
    return f"**{found.verdict}** {_cell(found.reason)}"


def _failures(report: Report) -> Iterator[str]:
    for found in report.findings:
        if found.verdict is Verdict.FAIL:
            yield from ("", f"## FAIL `{found.name}`: {found.en} / {found.zh}", "", found.reason, "", "```")
            yield from (*found.trace, "```")


def _left_out(report: Report) -> Iterator[str]:
    left_out = [found for found in report.findings if found.verdict is Verdict.NOT_RUN]
    yield from ("", "## Not run / 未执行", "")
    yield from (f"- `{found.name}`: {found.reason}" for found in left_out)
    if not left_out:
        yield "Every check that applies to this card was run."


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
